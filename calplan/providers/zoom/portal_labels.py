"""The labels of Zoom's web portal, as its help articles give them, for both generations of its navigation.

An article is named by its number. ``support 360048674231`` is the product's article on this integration, in its
edition with the tab Meeting; KB0069503 is its later edition, KB0077944 the article on Graph, KB0058782 that on sync in
both directions, KB0065579 on locks, KB0062584 and ``support 204519819`` on groups, 201362803 on privileges. Where an
article does not name a control of its edition, the words of the other edition stand here and ``documented`` is false.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from calplan.plan.labels import GROUP_NAME, Control, Edition, Label, Labels, Part

AS_OF: Final = date(2026, 11, 22)
ARTICLE: Final = "support 360048674231"
SETTINGS: Final = "KB0069503"
GRAPH: Final = "KB0077944"
SYNC: Final = "KB0058782"
GROUPS: Final = "support 204519819"
LOCKS: Final = "KB0065579"
PRIVILEGES: Final = "support 201362803"
CONSENT: Final = "Microsoft Learn, grant tenant-wide admin consent"

OLD_PATH: Final = ("Account Management", "Account Settings", "Meeting", "Calendar and Contacts")
OLD_GROUP_PATH: Final = ("User Management", "Group Management", GROUP_NAME, "Meeting", "Calendar and Contacts")
NEW_PATH: Final = ("Account Management", "Account Settings", "Mail & Calendar", "Integrations")
NEW_GROUP_PATH: Final = ("User Management", "Groups", GROUP_NAME, "Mail & Calendar", "Integrations")

ON_OR_OFF: Final = {"on": "on", "off": "off"}
TICKED: Final = {"on": "ticked", "off": "not ticked"}
SURE: Final = {"on": "Enable", "off": "Disable"}
DEFAULT_SERVICE: Final = "Choose default calendar and contact services for users"
OFFICE365: Final = "Office 365"
LEVELS: Final = {"none": "neither Read nor Write", "read": "Read", "write": "Write"}


def _of_the_service(path: tuple[str, ...], group_path: tuple[str, ...], source: str) -> dict[Part, Label]:
    """The parts of the service that both editions name alike, as the older article has them."""

    def label(name: str, control: Control, words: Mapping[str, str] | None = None) -> Label:
        return Label(
            name=name,
            control=control,
            path=path,
            group_path=group_path,
            words=words or {},
            saved=True,
            source=source,
        )

    return {
        Part.SERVICE: label(
            DEFAULT_SERVICE,
            Control.CHOICE,
            {
                "office365-graph": OFFICE365,
                "office365-ews": OFFICE365,
                "exchange-ews": "Exchange",
                "exchange-mapi": "Exchange",
                "google": "Google",
            },
        ),
        Part.METHOD: label(
            "Choose an integration method",
            Control.CHOICE,
            {
                "exchange-ews": "Use Exchange Web Services API",
                "exchange-mapi": "Use MAPI to integrate with Zoom desktop client (Windows only)",
            },
        ),
        Part.EWS_URL: label("EWS URL", Control.TEXT),
        Part.CALENDAR: label("Calendar", Control.CHOICE, LEVELS),
        Part.CONTACTS: label("Contact", Control.CHOICE, LEVELS),
        Part.IMPERSONATION: label("Use Exchange Impersonation", Control.TICK_BOX, TICKED),
        Part.IMPERSONATION_ACCOUNT: label("Impersonation Account", Control.TEXT),
        Part.IMPERSONATION_PASSWORD: label("Account Password", Control.PASSWORD),
        Part.EXCHANGE_VERSION: label("Exchange Version", Control.CHOICE),
    }


def _switch(name: str, path: tuple[str, ...], group_path: tuple[str, ...] | None, source: str) -> Label:
    """A toggle that takes effect at once, after a dialog that may ask."""
    return Label(
        name=name,
        control=Control.TOGGLE,
        path=path,
        group_path=group_path,
        words=ON_OR_OFF,
        confirm=SURE,
        source=source,
    )


def _lock(name: str, path: tuple[str, ...], group_path: tuple[str, ...], source: str) -> Label:
    return Label(
        name=name,
        control=Control.LOCK_ICON,
        path=path,
        group_path=group_path,
        words={"on": "locked", "off": "unlocked"},
        confirm={"on": "Lock"},
        source=source,
    )


def _of_the_account(path: tuple[str, ...], source: str) -> dict[Part, Label]:
    """The advanced settings, which no article shows for a group."""
    domains = _switch("Only users in specific domains can integrate calendar and contacts services", path, None, source)
    return {
        Part.DOMAINS: domains,
        Part.DOMAIN_LIST: Label(
            name="Domains",
            control=Control.TEXT,
            path=path,
            saved=True,
            source=source,
            documented=False,
            note="It is the field under the toggle; no article names it. Put a comma between two domains.",
        ),
        Part.CONSENT: _switch(
            "Consent to Office 365 calendar integration permissions on behalf of entire account", path, None, source
        ),
        Part.OAUTH: _switch("Enforce OAuth 2.0 for Office 365 calendar integration", path, None, source),
    }


def _inheritance(group_path: tuple[str, ...]) -> Label:
    return Label(
        name="Reset",
        control=Control.BUTTON,
        path=group_path,
        group_path=group_path,
        source=GROUPS,
        documented=False,
        note="No article says how a group gives a setting back; the portal offers Reset beside one that was modified.",
    )


BESIDE_BOTH: Final = {
    Part.PRIVATE_EVENTS: Label(
        name="Can manage my private events",
        control=Control.TICK_BOX,
        path=("Settings", "Meeting", "Other", "Schedule Privilege", "Assign scheduling privilege to"),
        words=TICKED,
        saved=True,
        source=PRIVILEGES,
        note="It is in the settings of the host. The assistant has to sign out and in before it works.",
    ),
    Part.GRANT: Label(
        name="Grant admin consent",
        control=Control.BUTTON,
        path=("Microsoft Entra admin center", "Enterprise apps", "the app of the integration", "Permissions"),
        source=CONSENT,
        documented=False,
        note="The vendor does not publish which app that is: your tenant lists it once a user has authorised it.",
    ),
}
"""What is set elsewhere than among the account's settings; neither edition of those moved it."""

OLD_SYNC: Final = (
    "Automatically sync Zoom calendar events information bi-directionally between Zoom and integrated calendars"
)
OLDER: Final = Edition(
    name="older",
    title="older navigation",
    as_of=AS_OF,
    labels={
        Part.ENABLED: _switch("Calendar and contacts integration", OLD_PATH, OLD_GROUP_PATH, ARTICLE),
        Part.LOCKED: _lock("Calendar and contacts integration", OLD_PATH, OLD_GROUP_PATH, ARTICLE),
        **_of_the_service(OLD_PATH, OLD_GROUP_PATH, ARTICLE),
        Part.AUTHORISATION: Label(
            name="Authorize with EWS URL",
            control=Control.TICK_BOX,
            path=OLD_PATH,
            group_path=OLD_GROUP_PATH,
            words={"office365-graph": "not ticked", "office365-ews": "ticked"},
            saved=True,
            source=ARTICLE,
        ),
        **_of_the_account(OLD_PATH, ARTICLE),
        Part.SYNC: _switch(
            OLD_SYNC,
            (*NEW_PATH[:-1], "General"),
            ("User Management", "Group Management", GROUP_NAME, "Mail & Calendar", "General"),
            SYNC,
        ),
        Part.INHERITANCE: _inheritance(OLD_GROUP_PATH),
        **BESIDE_BOTH,
    },
)
NEW_TOGGLE: Final = "Integrate third-party mail and calendar services"
NEWER: Final = Edition(
    name="newer",
    title="newer navigation",
    as_of=AS_OF,
    labels={
        Part.ENABLED: replace(
            _switch(NEW_TOGGLE, NEW_PATH, NEW_GROUP_PATH, GRAPH),
            note="In some accounts it is still called Calendar and contacts integration.",
        ),
        Part.LOCKED: _lock(NEW_TOGGLE, NEW_PATH, NEW_GROUP_PATH, LOCKS),
        **_of_the_service(NEW_PATH, NEW_GROUP_PATH, SETTINGS),
        Part.AUTHORISATION: Label(
            name="Authorize with",
            control=Control.CHOICE,
            path=NEW_PATH,
            group_path=NEW_GROUP_PATH,
            words={"office365-graph": "Graph API", "office365-ews": "Exchange Web Services (EWS)"},
            saved=True,
            source=GRAPH,
            note="Leave what stands under Who can set up the integration as it is.",
        ),
        **_of_the_account(NEW_PATH, SETTINGS),
        Part.SYNC: _switch(
            "Bidirectional sync for Zoom meeting data between Zoom web portal and calendars",
            (*NEW_PATH[:-1], "Data Sync"),
            (*NEW_GROUP_PATH[:-1], "Data Sync"),
            SYNC,
        ),
        Part.INHERITANCE: _inheritance(NEW_GROUP_PATH),
        **BESIDE_BOTH,
    },
)
LABELS: Final[Labels] = (NEWER, OLDER)
"""Both generations, the newer first."""
