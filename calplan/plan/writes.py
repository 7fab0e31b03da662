"""The writes that lead from one state of an account to another, each of a kind, account first, then groups."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, assert_never

from calplan.impact.overlay import overlaid
from calplan.impact.private_events import PairChange
from calplan.impact.resolve import Levels
from calplan.model.levels import Groups
from calplan.model.policy import GroupOverride
from calplan.model.service import Service
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import UNMANAGED, Unknown, Unmanaged
from calplan.plan.actions import (
    Action,
    EnsureGrant,
    RevokeStale,
    SetConsent,
    SetDomains,
    SetEnabled,
    SetLock,
    SetOAuth,
    SetOverride,
    SetPrivateAccess,
    SetService,
    SetSync,
)
from calplan.plan.addresses import GRANT_ADDRESS, group_address, groups_in_order, pair_address
from calplan.plan.kinds import StepKind

KEYS: Final = {
    Setting.ENABLED: "enabled",
    Setting.LOCKED: "locked",
    Setting.SERVICE: "service",
    Setting.BIDIRECTIONAL_SYNC: "bidirectionalSync",
}
"""What a group can state for itself, by the keys of an override."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A step before it has its place: what is written, and where."""

    kind: StepKind
    address: str
    action: Action


def writes_between(before: Levels, after: Levels) -> tuple[Write, ...]:
    """The setting writes that lead from one state to the other: the account's, then those of groups by name."""
    account = [write for write in _writes_to(after.account) if _account_after(write.action, before.account)]
    return (*account, *_override_writes(before, after))


def _account_after(action: Action, account: AccountSettings) -> bool:
    """Whether an action changes the account's settings."""
    return settings_after(action, account) != account


def _writes_to(after: AccountSettings) -> Iterator[Write]:
    """A write for every setting of the account whose wanted value is known."""
    if not isinstance(after.enabled, Unknown):
        kind = StepKind.ENABLE if after.enabled else StepKind.DISABLE
        yield _write(kind, Setting.ENABLED, SetEnabled(on=after.enabled))
    if not isinstance(after.locked, Unknown):
        kind = StepKind.LOCK if after.locked else StepKind.UNLOCK
        yield _write(kind, Setting.LOCKED, SetLock(on=after.locked))
    if not isinstance(after.service, Unknown):
        yield _write(StepKind.KEY, Setting.SERVICE, SetService(service=after.service))
    if not isinstance(after.allowed_domains, Unknown):
        yield _write(StepKind.DOMAINS, Setting.ALLOWED_DOMAINS, SetDomains(domains=after.allowed_domains))
    if not isinstance(after.consent_for_account, Unknown):
        consent = SetConsent(on=after.consent_for_account)
        yield _write(StepKind.CONSENT, Setting.CONSENT_FOR_ACCOUNT, consent)
    if not isinstance(after.enforce_oauth, Unknown):
        yield _write(StepKind.OAUTH, Setting.ENFORCE_OAUTH, SetOAuth(on=after.enforce_oauth))
    if not isinstance(after.bidirectional_sync, Unknown):
        yield _write(StepKind.SYNC, Setting.BIDIRECTIONAL_SYNC, SetSync(on=after.bidirectional_sync))


def _write(kind: StepKind, setting: Setting, action: Action) -> Write:
    return Write(kind=kind, address=setting.value, action=action)


def _override_writes(before: Levels, after: Levels) -> Iterator[Write]:
    was, now = before.overrides, after.overrides
    if isinstance(was, Unknown) or isinstance(now, Unknown) or was == now:
        return
    for group in groups_in_order(was.keys() | now.keys(), after):
        old, new = was.get(group, GroupOverride(group=group)), now.get(group, GroupOverride(group=group))
        for setting in KEYS:
            value = stated(new, setting)
            if value != stated(old, setting):
                action = SetOverride(group=group, setting=setting, value=value)
                address = f"{group_address(group, after)}.{KEYS[setting]}"
                yield Write(kind=_override_kind(setting, overlaid(after.account, new)), address=address, action=action)


def _override_kind(setting: Setting, overlay: AccountSettings) -> StepKind:
    """The kind of a write to a group's own settings, by what they come to with it."""
    if setting is Setting.ENABLED:
        return StepKind.ENABLE if overlay.enabled is True else StepKind.DISABLE
    if setting is Setting.LOCKED:
        return StepKind.LOCK if overlay.locked is True else StepKind.UNLOCK
    return StepKind.KEY if setting is Setting.SERVICE else StepKind.SYNC


def stated(override: GroupOverride, setting: Setting) -> bool | Service | Unmanaged:
    """What a group states for one setting; ``UNMANAGED`` where it inherits."""
    match setting:
        case Setting.ENABLED:
            return override.enabled
        case Setting.LOCKED:
            return override.locked
        case Setting.SERVICE:
            return override.service
        case Setting.BIDIRECTIONAL_SYNC:
            return override.bidirectional_sync
        case _:
            return UNMANAGED


def grant_write(scopes: frozenset[str]) -> Write:
    """The write that makes sure of the tenant-wide grant."""
    return Write(kind=StepKind.GRANT, address=GRANT_ADDRESS, action=EnsureGrant(scopes=scopes))


def pair_write(change: PairChange) -> Write:
    """The write that flips the flag of one scheduling privilege."""
    action = SetPrivateAccess(pair=change.pair, access=change.after)
    return Write(kind=StepKind.PRIVATE_EVENTS, address=pair_address(change), action=action)


def levels_after(action: Action, levels: Levels) -> Levels:
    """Account and groups once the action is true."""
    if not isinstance(action, SetOverride):
        return replace(levels, account=settings_after(action, levels.account))
    overrides = levels.overrides
    if isinstance(overrides, Unknown):
        return levels
    old = overrides.get(action.group, GroupOverride(group=action.group))
    new = {**overrides, action.group: _restated(old, action)}
    return replace(levels, groups=Groups(known=levels.groups.known, overrides=tuple(new.values())))


def _restated(override: GroupOverride, action: SetOverride) -> GroupOverride:
    service, flag = override.service, action.value if isinstance(action.value, bool) else UNMANAGED
    if action.setting is Setting.SERVICE:
        service = UNMANAGED if isinstance(action.value, bool) else action.value
    return GroupOverride(
        group=action.group,
        enabled=flag if action.setting is Setting.ENABLED else override.enabled,
        locked=flag if action.setting is Setting.LOCKED else override.locked,
        service=service,
        bidirectional_sync=flag if action.setting is Setting.BIDIRECTIONAL_SYNC else override.bidirectional_sync,
    )


def settings_after(action: Action, settings: AccountSettings) -> AccountSettings:
    """The account's settings once the action is true; grants, privileges and overrides are none of them."""
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
        case EnsureGrant() | RevokeStale() | SetPrivateAccess() | SetOverride():
            return settings
        case _:
            assert_never(action)
