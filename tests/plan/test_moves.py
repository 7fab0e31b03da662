"""Who changed groups since an earlier plan: drift that has acted already, never an outcome of this plan."""

from dataclasses import replace

import pytest

from calplan.model.levels import Group, GroupModel, Groups
from calplan.model.policy import GroupOverride
from calplan.model.user import RawFacts
from calplan.plan.moves import GroupMove, Moves, Previous
from tests import make

KNOWN = (Group(id="g1", name="Executives"), Group(id="g2", name="Staff"), Group(id="g3", name="Labs"))
LOCKED = GroupOverride(group="Executives", service=make.graph(), locked=True)
LEGACY = GroupModel(kind="legacy")


def in_groups(*groups: str, primary: str | None = None) -> RawFacts:
    return make.facts("google", "write", "read", groups=groups, primary_group=primary)


THEN = {
    "ann@corp.example": in_groups("Staff", primary="Staff"),
    "bob@corp.example": in_groups("g2", primary="g2"),
    "cy@corp.example": in_groups("Staff", primary="Staff"),
    "dan@corp.example": in_groups("Executives"),
    "gone@corp.example": in_groups("Staff"),
}
NOW = {
    "ann@corp.example": in_groups("Staff", "g1", primary="Staff"),
    "bob@corp.example": in_groups("Executives", "Staff", primary="g2"),
    "cy@corp.example": in_groups("Labs", primary="Labs"),
    "dan@corp.example": in_groups(),
    "new@corp.example": in_groups("Executives"),
}
EARLIER = make.Scene(users=THEN, groups=Groups(known=KNOWN, overrides=(LOCKED,)), group_model=LEGACY)
SCENE = replace(EARLIER, users=NOW)


def since(earlier: make.Scene, scene: make.Scene) -> Moves:
    previous = Previous(since="the last run", rows=earlier.assessed().rows())
    return make.moved(scene, previous).moves


def test_who_is_in_other_groups_is_listed_where_other_settings_hold() -> None:
    assert since(EARLIER, SCENE) == Moves(
        since="the last run",
        moves=(
            GroupMove(before=("Executives",), after=(), emails=("dan@corp.example",)),
            GroupMove(
                before=("Staff (primary)",),
                after=("Executives", "Staff (primary)"),
                emails=("ann@corp.example", "bob@corp.example"),
            ),
        ),
    )


def test_a_move_adds_nothing_to_the_outcomes_and_nothing_to_the_identity_of_a_plan() -> None:
    plan = make.moved(SCENE, Previous(since="the last run", rows=EARLIER.assessed().rows()))
    assert plan.impact == SCENE.plan().impact
    assert plan.changes == ()


@pytest.mark.parametrize(
    "then, now",
    [
        (in_groups("Staff"), make.facts("google", "write", "read", groups=None)),
        (make.facts("google", "write", "read", groups=None), in_groups("Executives")),
        (in_groups("Staff"), in_groups("Labs")),
        (in_groups("Executives"), in_groups("g1", "Labs")),
    ],
)
def test_of_what_is_not_known_or_changes_nothing_no_move_is_told(then: RawFacts, now: RawFacts) -> None:
    one, other = ({"ann@corp.example": user} for user in (then, now))
    assert since(replace(EARLIER, users=one), replace(SCENE, users=other)).moves == ()


def test_without_overrides_no_group_matters_and_without_an_earlier_plan_nothing_is_told() -> None:
    bare = replace(SCENE, groups=Groups(known=KNOWN))
    assert since(EARLIER, bare) == Moves(since="the last run")
    assert SCENE.plan().moves == Moves()
