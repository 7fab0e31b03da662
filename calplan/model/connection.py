"""What a user is connected to, as far as anybody could find out."""

from dataclasses import dataclass
from enum import Enum

from calplan.model.permissions import Permission
from calplan.model.service import CHOOSABLE_TYPES, EWS_TYPES, Key, ServiceType
from calplan.model.unknown import UNKNOWN, Unknown


class Authentication(Enum):
    """How a connection proves itself to the calendar service."""

    OAUTH = "oauth"
    BASIC = "basic"
    IMPERSONATION = "impersonation"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One user's one connection (the vendor keeps a single service per user).

    ``ews_host`` counts for EWS services only; ``calendar`` and ``contacts`` count where levels can be chosen.
    """

    service: ServiceType
    ews_host: str | Unknown = UNKNOWN
    calendar: Permission = Permission.UNKNOWN
    contacts: Permission = Permission.UNKNOWN
    auth: Authentication = Authentication.UNKNOWN

    @property
    def key(self) -> Key:
        """What is compared with the policy's key."""
        return Key(
            service=self.service,
            ews_host=self.ews_host if self.service in EWS_TYPES else None,
            permissions=(self.calendar, self.contacts) if self.service in CHOOSABLE_TYPES else None,
        )


Held = Connection | Unknown | None
"""A user's connection: the record, ``UNKNOWN``, or ``None`` when he has none."""
