"""How much a token lets an application see and do: Google's scopes as levels of calendar and contacts.

The vendor's article maps its levels to scopes for Office 365 alone. That for Google it asks for the whole calendar or
for its events is inferred, so both count.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from calplan.model.permissions import Permission
from calplan.model.proof import Trace
from calplan.model.service import ServiceType

TABLE_VERSION: Final = "2026-11-22"
"""Which reading of the scopes this is. What was kept under another one is read anew."""
PREFIX: Final = "https://www.googleapis.com/auth/"
_CALENDAR: Final[Mapping[str, Permission]] = {
    "calendar": Permission.WRITE,
    "calendar.events": Permission.WRITE,
    "calendar.events.owned": Permission.WRITE,
    "calendar.app.created": Permission.WRITE,
    "calendar.readonly": Permission.READ,
    "calendar.events.readonly": Permission.READ,
    "calendar.events.owned.readonly": Permission.READ,
    "calendar.events.public.readonly": Permission.READ,
    # Free or busy, and lists, settings and sharing of calendars: none of it shows a meeting.
    "calendar.freebusy": Permission.NONE,
    "calendar.events.freebusy": Permission.NONE,
    "calendar.acls": Permission.NONE,
    "calendar.acls.readonly": Permission.NONE,
    "calendar.calendarlist": Permission.NONE,
    "calendar.calendarlist.readonly": Permission.NONE,
    "calendar.calendars": Permission.NONE,
    "calendar.calendars.readonly": Permission.NONE,
    "calendar.settings.readonly": Permission.NONE,
    "calendar.settings": Permission.NONE,
}
_CONTACTS: Final[Mapping[str, Permission]] = {
    "contacts": Permission.WRITE,
    "contacts.readonly": Permission.READ,
    "contacts.other.readonly": Permission.READ,
    "directory.readonly": Permission.READ,
}
_RISING: Final = (Permission.NONE, Permission.READ, Permission.UNKNOWN, Permission.WRITE)
"""What outweighs what: a scope that nobody knows may be more than reading, and cannot be more than writing."""


def trace_of(scopes: Iterable[str]) -> Trace | None:
    """The trace that a token with these scopes is, or ``None`` where it opens neither calendar nor contacts."""
    held = tuple(scopes)
    calendar = _highest(held, "calendar", _CALENDAR)
    contacts = _highest(held, "contacts", _CONTACTS)
    if calendar is contacts is Permission.NONE:
        return None
    return Trace(service=ServiceType.GOOGLE, calendar=calendar.value, contacts=contacts.value)


def _highest(held: tuple[str, ...], family: str, table: Mapping[str, Permission]) -> Permission:
    return max((_level(scope, family, table) for scope in held), key=_RISING.index, default=Permission.NONE)


def _level(scope: str, family: str, table: Mapping[str, Permission]) -> Permission:
    """What one scope gives; one of the family that the table does not have gives nobody knows what."""
    name = scope.strip().removeprefix(PREFIX)
    of_family = name == family or name.startswith(f"{family}.")
    return table.get(name, Permission.UNKNOWN if of_family else Permission.NONE)
