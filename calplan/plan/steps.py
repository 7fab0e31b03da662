"""The writes of a plan in the order that hurts fewest (semantics (i))."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, assert_never

from calplan.impact.private_events import PairChange
from calplan.model.service import Office365Ews
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import Unknown
from calplan.plan.actions import (
    Action,
    EnsureGrant,
    SetConsent,
    SetDomains,
    SetEnabled,
    SetLock,
    SetOAuth,
    SetPrivateAccess,
    SetService,
    SetSync,
)

GRANT_ADDRESS: Final = "office365.tenantGrant"


class StepKind(Enum):
    """The kinds of steps, in canonical order."""

    GRANT = "ensure_grant"
    DISABLE = "disable"
    UNLOCK = "unlock"
    DOMAINS = "set_domains"
    KEY = "set_service"
    CONSENT = "set_consent"
    LOCK = "lock"
    OAUTH = "set_oauth"
    ENABLE = "enable"
    SYNC = "set_sync"
    PRIVATE_EVENTS = "set_private_access"


WHY: Final = {
    StepKind.GRANT: "consent comes first, so that whoever must authorise can",
    StepKind.DISABLE: "turning off stands alone",
    StepKind.UNLOCK: "unlocking first lets the later steps pass users by whom they need not hit",
    StepKind.DOMAINS: "domains come before the lock, so that nobody authorises only to be barred",
    StepKind.KEY: "service, URL, permissions and impersonation go in one save, so that nobody loses twice",
    StepKind.CONSENT: "the switch harms nobody and belongs with the service",
    StepKind.LOCK: "the lock is the point of no return, so it comes when what it enforces is in place",
    StepKind.OAUTH: "after the lock, whose prompt is documented while that of OAuth is not",
    StepKind.ENABLE: "turning on comes when everything behind it is ready",
    StepKind.SYNC: "a switch that harms nobody",
    StepKind.PRIVATE_EVENTS: "a flag of one scheduling privilege that harms nobody",
}
WHY_OAUTH_FIRST: Final = "before the service, or users would authorise by password and lose the connection again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One write. ``mode`` says who does it (api or manual), ``expected_lost`` how many lose their connection by it."""

    id: str
    kind: StepKind
    mode: str
    provider: str
    address: str
    action: Action
    depends_on: tuple[str, ...]
    expected_lost: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A step before it has its place: what is written, and where."""

    kind: StepKind
    address: str
    action: Action


def writes_between(before: AccountSettings, after: AccountSettings) -> tuple[Write, ...]:
    """The setting writes that lead from one state to the other, in canonical order."""
    order = canonical_order(after)
    needed = [write for write in _writes_to(after) if settings_after(write.action, before) != before]
    return tuple(sorted(needed, key=lambda write: order.index(write.kind)))


def _writes_to(after: AccountSettings) -> list[Write]:
    """A write for every setting whose wanted value is known."""
    writes = []
    if not isinstance(after.enabled, Unknown):
        kind = StepKind.ENABLE if after.enabled else StepKind.DISABLE
        writes.append(_write(kind, Setting.ENABLED, SetEnabled(on=after.enabled)))
    if not isinstance(after.locked, Unknown):
        kind = StepKind.LOCK if after.locked else StepKind.UNLOCK
        writes.append(_write(kind, Setting.LOCKED, SetLock(on=after.locked)))
    if not isinstance(after.allowed_domains, Unknown):
        domains = SetDomains(domains=after.allowed_domains)
        writes.append(_write(StepKind.DOMAINS, Setting.ALLOWED_DOMAINS, domains))
    if not isinstance(after.service, Unknown):
        writes.append(_write(StepKind.KEY, Setting.SERVICE, SetService(service=after.service)))
    if not isinstance(after.consent_for_account, Unknown):
        consent = SetConsent(on=after.consent_for_account)
        writes.append(_write(StepKind.CONSENT, Setting.CONSENT_FOR_ACCOUNT, consent))
    if not isinstance(after.enforce_oauth, Unknown):
        writes.append(_write(StepKind.OAUTH, Setting.ENFORCE_OAUTH, SetOAuth(on=after.enforce_oauth)))
    if not isinstance(after.bidirectional_sync, Unknown):
        writes.append(_write(StepKind.SYNC, Setting.BIDIRECTIONAL_SYNC, SetSync(on=after.bidirectional_sync)))
    return writes


def _write(kind: StepKind, setting: Setting, action: Action) -> Write:
    return Write(kind=kind, address=setting.value, action=action)


def canonical_order(after: AccountSettings) -> tuple[StepKind, ...]:
    """The kinds in canonical order; OAuth moves before the service where that will be Office 365 through EWS."""
    kinds = list(StepKind)
    if isinstance(after.service, Office365Ews):
        kinds.remove(StepKind.OAUTH)
        kinds.insert(kinds.index(StepKind.KEY), StepKind.OAUTH)
    return tuple(kinds)


def why_here(kind: StepKind, after: AccountSettings) -> str:
    """Why a kind of step stands where it stands."""
    if kind is StepKind.OAUTH and isinstance(after.service, Office365Ews):
        return WHY_OAUTH_FIRST
    return WHY[kind]


def grant_write(scopes: frozenset[str]) -> Write:
    """The write that makes sure of the tenant-wide grant."""
    return Write(kind=StepKind.GRANT, address=GRANT_ADDRESS, action=EnsureGrant(scopes=scopes))


def pair_write(change: PairChange) -> Write:
    """The write that flips the flag of one scheduling privilege."""
    action = SetPrivateAccess(pair=change.pair, access=change.after)
    return Write(kind=StepKind.PRIVATE_EVENTS, address=pair_address(change), action=action)


def pair_address(change: PairChange) -> str:
    """The address of one scheduling privilege."""
    return f"privateEvents[{change.pair.user},{change.pair.assistant}]"


def settings_after(action: Action, settings: AccountSettings) -> AccountSettings:
    """The settings once the action is true; grants and privileges are no settings of the account."""
    match action:
        case SetEnabled(on=on):
            return replace(settings, enabled=on)
        case SetLock(on=on):
            return replace(settings, locked=on)
        case SetDomains(domains=domains):
            return replace(settings, allowed_domains=domains)
        case SetService(service=service):
            return replace(settings, service=service)
        case SetConsent(on=on):
            return replace(settings, consent_for_account=on)
        case SetOAuth(on=on):
            return replace(settings, enforce_oauth=on)
        case SetSync(on=on):
            return replace(settings, bidirectional_sync=on)
        case EnsureGrant() | SetPrivateAccess():
            return settings
        case _:
            assert_never(action)
