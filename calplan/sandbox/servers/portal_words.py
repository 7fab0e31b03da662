"""The words of the vendor's web portal in two generations, as its help articles have them; data with a date, no code.

Where an article does not name a control, the words of the other generation stand here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

AS_OF: Final = "2026-11-22"


class Section(Enum):
    """The parts of the settings that stand under a heading of their own."""

    INTEGRATION = "integration"
    SYNC = "sync"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One tab of the settings: its place in an address, its label, and the sections with their headings."""

    slug: str
    label: str
    sections: Mapping[Section, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One generation of the portal."""

    slug: str
    title: str
    groups: str
    tabs: tuple[Tab, ...]
    integration: str
    sync: str
    by_radio: bool
    """Whether Office 365 is authorised by a choice of two, and not by a box to tick."""

    def tab(self, slug: str) -> Tab | None:
        """The tab of an address."""
        return next((tab for tab in self.tabs if tab.slug == slug), None)


OLDER: Final = Words(
    slug="2020",
    title="Older navigation, as of 2020",
    groups="Group Management",
    tabs=(
        Tab(slug="meeting", label="Meeting", sections={Section.INTEGRATION: "Calendar and Contacts"}),
        Tab(slug="mail-calendar", label="Mail & Calendar", sections={Section.SYNC: "General"}),
    ),
    integration="Calendar and contacts integration",
    sync="Automatically sync Zoom calendar events information bi-directionally between Zoom and integrated calendars",
    by_radio=False,
)
NEWER: Final = Words(
    slug="2026",
    title="Newer navigation, as of 2026",
    groups="Groups",
    tabs=(
        Tab(slug="meeting", label="Meeting", sections={}),
        Tab(
            slug="mail-calendar",
            label="Mail & Calendar",
            sections={Section.INTEGRATION: "Integrations", Section.SYNC: "Data Sync"},
        ),
    ),
    integration="Integrate third-party mail and calendar services",
    sync="Bidirectional sync for Zoom meeting data between Zoom web portal and calendars",
    by_radio=True,
)
EDITIONS: Final = {words.slug: words for words in (NEWER, OLDER)}

DOMAINS: Final = "Only users in specific domains can integrate calendar and contacts services"
CONSENT: Final = "Consent to Office 365 calendar integration permissions on behalf of entire account"
OAUTH: Final = "Enforce OAuth 2.0 for Office 365 calendar integration"
SERVICE: Final = "Choose default calendar and contact services for users"
EXCHANGE_VERSIONS: Final = ("2013", "2016", "2019", "SE")
