"""How the place that a step writes stands: as it was planned from, as it is wanted, or otherwise."""

from collections.abc import Mapping
from enum import Enum
from typing import Final, Protocol, assert_never

from calplan.impact.resolve import Levels
from calplan.model.account import AssistantPair, Observed, PrivateAccess, TenantFacts
from calplan.model.levels import Groups
from calplan.model.policy import GroupOverride
from calplan.model.service import Service
from calplan.model.settings import AccountSettings, Domains, Setting
from calplan.model.unknown import UNKNOWN, Unknown, Unmanaged
from calplan.plan.actions import (
    Action,
    Consent,
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
from calplan.plan.plan import Plan
from calplan.plan.writes import stated

Value = bool | Service | Domains | frozenset[str] | PrivateAccess | Unmanaged | Unknown | None
"""What stands at the place of an action; ``None`` where the place itself is gone."""


class Readable(Protocol):
    """What can be asked how things stand; every platform can."""

    def read_settings(self) -> Observed[AccountSettings]: ...
    def read_groups(self) -> Observed[Groups]: ...
    def read_tenant(self) -> Observed[TenantFacts] | None: ...
    def read_assistants(
        self, hosts: frozenset[str] | None = None
    ) -> Observed[Mapping[AssistantPair, PrivateAccess]]: ...
    def read_consents(self, consent: Consent, users: frozenset[str] | None) -> frozenset[str] | Unknown: ...


class Found(Enum):
    """What was found at the place of a step."""

    AS_WANTED = "as wanted"
    AS_BEFORE = "as before"
    SOMETHING_ELSE = "something else"
    NOT_READ = "not read"


SETTING_OF: Final = {
    SetEnabled: Setting.ENABLED,
    SetLock: Setting.LOCKED,
    SetDomains: Setting.ALLOWED_DOMAINS,
    SetService: Setting.SERVICE,
    SetConsent: Setting.CONSENT_FOR_ACCOUNT,
    SetOAuth: Setting.ENFORCE_OAUTH,
    SetSync: Setting.BIDIRECTIONAL_SYNC,
}


def found(action: Action, before: Value, now: Value) -> Found:
    """What a value says about an action, given the value its plan started from.

    What the plan could not read before is no measure: then anything but the wanted value counts as before.
    """
    if isinstance(now, Unknown) or now is PrivateAccess.UNKNOWN:
        return Found.NOT_READ
    if _is_wanted(action, now):
        return Found.AS_WANTED
    unread = isinstance(before, Unknown) or before is PrivateAccess.UNKNOWN
    return Found.AS_BEFORE if (unread and now is not None) or now == before else Found.SOMETHING_ELSE


def _is_wanted(action: Action, now: Value) -> bool:
    match action:
        case EnsureGrant(scopes=scopes):
            return isinstance(now, frozenset) and scopes <= now
        case RevokeStale():
            return now == frozenset()
        case SetEnabled(on=on) | SetLock(on=on) | SetConsent(on=on) | SetOAuth(on=on) | SetSync(on=on):
            return now is on
        case SetDomains(domains=domains):
            return now == domains
        case SetService(service=service):
            return now == service
        case SetOverride(value=value):
            return now == value
        case SetPrivateAccess(access=access):
            return now is access
        case _:
            assert_never(action)


def read_value(action: Action, live: Readable) -> Value:
    """What stands now at the place of an action. Raises what ``live`` raises when it cannot be read."""
    match action:
        case EnsureGrant():
            tenant = live.read_tenant()
            return UNKNOWN if tenant is None else tenant.value.grant
        case RevokeStale(consent=consent, users=users):
            return live.read_consents(consent, users)
        case SetPrivateAccess(pair=pair):
            return live.read_assistants(frozenset({pair.user})).value.get(pair)
        case SetOverride():
            return _override(action, live.read_groups().value.overrides)
        case _:
            return live.read_settings().value.value(SETTING_OF[type(action)])


def value_before(action: Action, plan: Plan) -> Value:
    """What stood at the place of an action when the plan was made."""
    match action:
        case EnsureGrant():
            return plan.tenant.grant
        case RevokeStale(users=users):
            return users
        case SetPrivateAccess(pair=pair):
            return next((change.before for change in plan.pairs if change.pair == pair), None)
        case SetOverride():
            return _of_levels(action, plan.before)
        case _:
            return plan.before.account.value(SETTING_OF[type(action)])


def _of_levels(action: SetOverride, levels: Levels) -> Value:
    overrides = levels.overrides
    return _override(action, UNKNOWN if isinstance(overrides, Unknown) else tuple(overrides.values()))


def _override(action: SetOverride, overrides: tuple[GroupOverride, ...] | Unknown) -> Value:
    if isinstance(overrides, Unknown):
        return UNKNOWN
    held = next((one for one in overrides if one.group == action.group), GroupOverride(group=action.group))
    return stated(held, action.setting)
