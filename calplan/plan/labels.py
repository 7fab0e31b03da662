"""How a vendor's portal names what calplan cannot write: dated data that an adapter states and the core only reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Final

GROUP_NAME: Final = "GROUP"
"""Stands in a click path where one clicks the name of the group."""


class Control(Enum):
    """By what a part is set, and so what a person does with it."""

    TOGGLE = "toggle"
    CHOICE = "choice"
    TEXT = "text"
    PASSWORD = "password"  # noqa: S105 - the name of a field, and no password
    TICK_BOX = "tick box"
    LOCK_ICON = "lock icon"
    BUTTON = "button"


class Part(Enum):
    """What has a control of its own in the portal: most settings are one, the service has several."""

    ENABLED = "integration.enabled"
    LOCKED = "integration.locked"
    SERVICE = "integration.service"
    AUTHORISATION = "integration.service.authorisation"
    METHOD = "integration.service.method"
    EWS_URL = "integration.service.ewsUrl"
    CALENDAR = "integration.service.permissions.calendar"
    CONTACTS = "integration.service.permissions.contacts"
    IMPERSONATION = "integration.service.impersonation"
    IMPERSONATION_ACCOUNT = "integration.service.impersonation.account"
    IMPERSONATION_PASSWORD = "integration.service.impersonation.password"  # noqa: S105 - where one is typed
    EXCHANGE_VERSION = "integration.service.impersonation.exchangeVersion"
    DOMAINS = "allowedDomains"
    DOMAIN_LIST = "allowedDomains.list"
    SYNC = "bidirectionalSync"
    CONSENT = "office365.consentForAccount"
    OAUTH = "office365.enforceOAuth"
    GRANT = "office365.tenantGrant"
    PRIVATE_EVENTS = "privateEvents"
    INHERITANCE = "groups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One control of the portal: where it is, the name beside it, and how it is set.

    ``path`` is clicked for the account, ``group_path`` for one group; ``None`` where a group has no such control.
    ``words`` are what the portal calls a value, ``confirm`` the button of the dialog that may ask about it. ``saved``:
    it needs the button ``Save``. ``source`` is the article; without ``documented`` that article does not name it so.
    """

    name: str
    control: Control
    path: tuple[str, ...]
    group_path: tuple[str, ...] | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    confirm: Mapping[str, str] = field(default_factory=dict)
    saved: bool = False
    source: str
    documented: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One generation of the portal: its name, when its labels were looked up, and the labels of its parts."""

    name: str
    title: str
    as_of: date
    labels: Mapping[Part, Label]


Labels = tuple[Edition, ...]
"""The editions of one portal, the newest first; none where no part of the platform is set by hand."""
