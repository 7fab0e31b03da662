"""Whether the world moved under a plan that is half applied: what it wrote may stand as it was or as it is wanted."""

from collections.abc import Iterator
from datetime import datetime

from calplan.impact.resolve import Levels
from calplan.model.policy import GroupOverride
from calplan.model.settings import Setting
from calplan.model.unknown import Unknown
from calplan.plan.document import PlanDocument, PlanUsers
from calplan.plan.levels_document import levels_of
from calplan.plan.moved_values import moved
from calplan.plan.planfile import SavedPlan
from calplan.plan.staleness import (
    AS_WANTED,
    Moved,
    moved_in_policy,
    moved_in_population,
    moved_in_time,
    values_beside,
)
from calplan.plan.writes import KEYS, stated


def moved_meanwhile(
    saved: SavedPlan, policy: dict[str, object], fresh: PlanDocument, users: PlanUsers, now: datetime
) -> tuple[Moved, ...]:
    """Every part of a half applied plan that no longer holds against a plan made afresh from the same documents."""
    before, wanted = levels_of(saved.document)
    stands, _ = levels_of(fresh)
    elsewhere = [
        *(one.value for one in Setting if _is_else(one, stands, before, wanted)),
        *_groups_elsewhere(stands, before, wanted),
        *(() if stands.model == before.model else ("the group model",)),
    ]
    return (
        *moved_in_policy(saved, policy),
        *(_moved(f"{address} is neither as it was when planned nor as it is wanted") for address in elsewhere),
        *_beside(saved.document, fresh),
        *moved_in_population(saved, fresh, users),
        *moved_in_time(saved, fresh, now),
    )


def _moved(how: str) -> Moved:
    return Moved(part="settings", how=how)


def _is_else(setting: Setting, stands: Levels, before: Levels, wanted: Levels) -> bool:
    return stands.account.value(setting) not in (before.account.value(setting), wanted.account.value(setting))


def _groups_elsewhere(stands: Levels, before: Levels, wanted: Levels) -> Iterator[str]:
    """What groups state is written one statement at a time, so each may stand either way."""
    now, then, aim = stands.overrides, before.overrides, wanted.overrides
    if isinstance(now, Unknown) or isinstance(then, Unknown) or isinstance(aim, Unknown):
        if now is not then:
            yield "what groups state"
        return
    for group in sorted(now.keys() | then.keys()):
        nothing = GroupOverride(group=group)
        for setting, key in KEYS.items():
            value, *either = (stated(one.get(group, nothing), setting) for one in (now, then, aim))
            if value not in either:
                yield f"{key} of group {stands.groups.name_of(group)}"


def _beside(saved: PlanDocument, fresh: PlanDocument) -> Iterator[Moved]:
    """Grants and privileges: a change that is still to be made begins where it began."""
    then = values_beside(saved)
    for address, stands in sorted(values_beside(fresh).items()):
        before = then.get(address, AS_WANTED)
        if before != stands:
            yield _moved(moved(address, before, stands))
