"""What the vendor may do with a user's calendar and contacts."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from calplan.model.unknown import Tri


class Permission(Enum):
    """One level of access; ``WRITE`` implies ``READ``. ``UNKNOWN`` is met in live facts only, never in a policy."""

    NONE = "none"
    READ = "read"
    WRITE = "write"
    UNKNOWN = "unknown"


class Scope(Enum):
    """The Microsoft Graph scopes that this integration asks for, under their real names.

    The vendor's article writes ``Contact.Read`` (S36) and ``Contact.ReadWrite`` (S37); Microsoft knows no such scopes.
    """

    CALENDARS_READ = "Calendars.Read"
    CALENDARS_READ_WRITE = "Calendars.ReadWrite"
    CONTACTS_READ = "Contacts.Read"
    CONTACTS_READ_WRITE = "Contacts.ReadWrite"


SCOPE_NAMES: Final = frozenset(scope.value for scope in Scope)
CALENDAR_SCOPE: Final = {Permission.READ: Scope.CALENDARS_READ, Permission.WRITE: Scope.CALENDARS_READ_WRITE}
CONTACTS_SCOPE: Final = {Permission.READ: Scope.CONTACTS_READ, Permission.WRITE: Scope.CONTACTS_READ_WRITE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """The calendar and contacts levels an admin chose, or that a user was granted.

    Raises:
        ValueError: both are ``NONE``: that is no integration at all (A17, V03).
    """

    calendar: Permission
    contacts: Permission

    def __post_init__(self) -> None:
        if self.calendar is Permission.NONE and self.contacts is Permission.NONE:
            message = "both permissions are none: that is no integration"
            raise ValueError(message)

    @property
    def scopes(self) -> frozenset[str]:
        """The names of the Graph scopes these levels need (S34 to S37); an unknown level adds none."""
        needed = (CALENDAR_SCOPE.get(self.calendar), CONTACTS_SCOPE.get(self.contacts))
        return frozenset(scope.value for scope in needed if scope is not None)


def exceeds(level: Permission, limit: Permission) -> Tri:
    """Whether a level allows more than another, as far as both are known."""
    if level is Permission.NONE or limit is Permission.WRITE:
        return Tri.NO
    if Permission.UNKNOWN in (level, limit):
        return Tri.UNKNOWN
    return Tri.YES if limit is Permission.NONE or level is Permission.WRITE else Tri.NO


def same_level(left: Permission, right: Permission) -> Tri:
    """Whether two levels are the same, as far as both are known."""
    if Permission.UNKNOWN in (left, right):
        return Tri.UNKNOWN
    return Tri.YES if left is right else Tri.NO
