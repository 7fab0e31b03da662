"""What changes, as the plan lists it: settings, the tenant-wide grant, and flags of scheduling privileges."""

from collections.abc import Mapping
from typing import Final

from calplan.diff import Plain, Transition
from calplan.impact.overlay import manages
from calplan.impact.private_events import PairChange
from calplan.impact.resolve import Levels
from calplan.model.account import PrivateAccess, TenantFacts
from calplan.model.diagnostic import Position
from calplan.model.policy import GroupOverride
from calplan.model.service import ExchangeEws
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.plan.addresses import GRANT_ADDRESS, group_address, groups_in_order, pair_address
from calplan.plan.leftovers import Leftover
from calplan.plan.levels_document import stated_values
from calplan.plan.plan import ResourceChange
from calplan.plan.steps import MODE_OF_GROUPS

REVERSIBLE: Final = "reversible"
SETTING_ONLY: Final = "setting-only"
"""The setting can be put back, the connections that were lost by it cannot."""
LEFT_OVER: Final = "left over"
REVOKED: Final = "revoked"
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


def group_changes(
    before: Levels, after: Levels, sizes: Mapping[str, int], positions: Positions, modes: Modes
) -> tuple[ResourceChange, ...]:
    """One change for each group that states something else; ``sizes`` counts the active users of each group by id."""
    was, now = before.overrides, after.overrides
    if isinstance(was, Unknown) or isinstance(now, Unknown):
        return ()
    places = {f"groups[{after.groups.id_of(_word(address))}]": place for address, place in positions.items()}
    changes = []
    for group in groups_in_order(was.keys() | now.keys(), after):
        old, new = was.get(group), now.get(group)
        if old is None or new is None or _stated(old) != _stated(new):
            changes.append(
                ResourceChange(
                    address=group_address(group, after),
                    mode=modes.get(MODE_OF_GROUPS, "manual"),
                    actions=("create",) if old is None else ("delete",) if new is None else ("update",),
                    before=_stated(old),
                    after=_stated(new),
                    reversibility=_group_reversibility(old, new),
                    position=places.get(f"groups[{group}]") or positions.get("groups"),
                    users=sizes.get(group, 0),
                )
            )
    return tuple(changes)


def _word(address: str) -> str:
    """The word in brackets of the address of a list entry."""
    return address.removesuffix("]").partition("[")[2]


def _stated(override: GroupOverride | None) -> Plain:
    """What a group states as plain values; ``None`` where it states nothing."""
    return None if override is None else stated_values(override)


def _group_reversibility(old: GroupOverride | None, new: GroupOverride | None) -> str:
    was, now = None if old is None else old.service, None if new is None else new.service
    if isinstance(was, ExchangeEws) and was.impersonation not in (None, UNKNOWN) and was != now:
        return IRREVERSIBLE
    touched = any(manages(one) for one in (old, new) if one is not None)
    return SETTING_ONLY if touched else REVERSIBLE


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


def leftover_change(leftover: Leftover, positions: Positions, modes: Modes) -> ResourceChange:
    """Consents that are revoked; nobody but each user himself can give his again."""
    unread = isinstance(leftover.users, Unknown)
    return ResourceChange(
        address=leftover.address,
        mode=modes.get(leftover.address, "manual"),
        actions=("delete",),
        before=UNKNOWN if unread else LEFT_OVER,
        after=REVOKED,
        reversibility=IRREVERSIBLE,
        position=positions.get(leftover.address),
        users=0 if isinstance(leftover.users, Unknown) else len(leftover.users),
    )


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
