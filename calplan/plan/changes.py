"""What changes, as the plan lists it: settings, the tenant-wide grant, and flags of scheduling privileges."""

from collections.abc import Mapping
from typing import Final

from calplan.diff import Plain, Transition
from calplan.impact.private_events import PairChange
from calplan.model.account import PrivateAccess, TenantFacts
from calplan.model.diagnostic import Position
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.plan.plan import ResourceChange
from calplan.plan.steps import GRANT_ADDRESS, pair_address

REVERSIBLE: Final = "reversible"
SETTING_ONLY: Final = "setting-only"
"""The setting can be put back, the connections that were lost by it cannot."""
IRREVERSIBLE: Final = "irreversible"
"""Not even the setting can be put back: nobody can read the password that was replaced (S32)."""

HARMLESS: Final = frozenset({Setting.BIDIRECTIONAL_SYNC, Setting.CONSENT_FOR_ACCOUNT})

Positions = Mapping[str, Position]
Modes = Mapping[str, str]


def setting_changes(move: Transition, positions: Positions, modes: Modes) -> tuple[ResourceChange, ...]:
    """One change for each setting that differs."""
    return tuple(
        ResourceChange(
            address=change.setting.value,
            mode=modes.get(change.setting.value, "manual"),
            actions=("update",),
            before=change.before,
            after=change.after,
            reversibility=_reversibility(change.setting, move.before),
            position=positions.get(change.setting.value),
        )
        for change in move.changes()
    )


def _reversibility(setting: Setting, before: AccountSettings) -> str:
    if setting in HARMLESS:
        return REVERSIBLE
    impersonated = setting is Setting.SERVICE and before.impersonation not in (None, UNKNOWN)
    return IRREVERSIBLE if impersonated else SETTING_ONLY


def grant_change(before: TenantFacts, after: TenantFacts, positions: Positions, modes: Modes) -> ResourceChange:
    """The tenant-wide grant that is created or widened; scopes are mapped to true, so that order cannot matter."""
    return ResourceChange(
        address=GRANT_ADDRESS,
        mode=modes.get(GRANT_ADDRESS, "manual"),
        actions=("create",) if before.grant == frozenset() else ("update",),
        before=_scopes(before.grant),
        after=_scopes(after.grant),
        reversibility=REVERSIBLE,
        position=positions.get(GRANT_ADDRESS),
    )


def _scopes(grant: frozenset[str] | Unknown) -> Plain:
    return UNKNOWN if isinstance(grant, Unknown) else dict.fromkeys(sorted(grant), True)


def pair_change(change: PairChange, positions: Positions, modes: Modes) -> ResourceChange:
    """One flag; the vendor has no way to change it but to delete the privilege and give it anew."""
    address = pair_address(change)
    return ResourceChange(
        address=address,
        mode=modes.get("privateEvents", "manual"),
        actions=("delete", "create"),
        before=UNKNOWN if change.before is PrivateAccess.UNKNOWN else change.before.value,
        after=change.after.value,
        reversibility=REVERSIBLE,
        position=positions.get(address) or positions.get("privateEvents"),
    )
