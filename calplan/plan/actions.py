"""The single writes a plan is made of. A provider makes one of them true; doing it twice is harmless."""

from dataclasses import dataclass
from enum import Enum

from calplan.model.account import AssistantPair, PrivateAccess
from calplan.model.service import Service
from calplan.model.settings import Domains, Setting
from calplan.model.unknown import Unmanaged


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsureGrant:
    """The tenant-wide Microsoft grant holds at least ``scopes``; foreign scopes are kept."""

    scopes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetEnabled:
    """The integration is on or off for the whole account."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLock:
    """The settings are locked for every user, or not."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDomains:
    """Only these domains may integrate, or any."""

    domains: Domains


@dataclass(frozen=True, slots=True, kw_only=True)
class SetService:
    """The default service, its URL, permissions and impersonation, in one save."""

    service: Service


@dataclass(frozen=True, slots=True, kw_only=True)
class SetConsent:
    """The platform's switch for consent on behalf of the whole account."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOAuth:
    """OAuth 2.0 is enforced for Office 365, or not."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSync:
    """Meetings are kept in step in both directions, or not."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOverride:
    """What one group, by its id, states for one setting of its own; ``UNMANAGED`` takes the statement away.

    ``setting`` is one of ``ENABLED``, ``LOCKED``, ``SERVICE`` and ``BIDIRECTIONAL_SYNC``.
    """

    group: str
    setting: Setting
    value: bool | Service | Unmanaged


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPrivateAccess:
    """One assistant sees the details of one host's private events, or not."""

    pair: AssistantPair
    access: PrivateAccess


class Consent(Enum):
    """Whose consents are left over on a service that was left."""

    GOOGLE = "google"
    OFFICE365 = "office365"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeStale:
    """None of these users, by login address, has a consent of his own left for the vendor's application there."""

    consent: Consent
    users: frozenset[str]


Action = (
    EnsureGrant
    | RevokeStale
    | SetEnabled
    | SetLock
    | SetDomains
    | SetService
    | SetConsent
    | SetOAuth
    | SetSync
    | SetOverride
    | SetPrivateAccess
)
