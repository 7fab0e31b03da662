"""Flags of scheduling privileges: which change, and whom the plan names for it (R17)."""

from dataclasses import replace
from itertools import product

import pytest

from calplan.impact.decide import ROWS
from calplan.impact.private_events import PairChange, pair_changes, pairs_not_found
from calplan.model.account import AssistantPair, PrivateAccess, PrivateEvents
from calplan.plan.kinds import StepKind
from calplan.plan.planfile import unpack
from tests import make

HIDDEN, MANAGED, UNKNOWN = PrivateAccess.HIDDEN, PrivateAccess.MANAGED, PrivateAccess.UNKNOWN
CEO = AssistantPair(user="ceo@corp.example", assistant="pa@corp.example")
CFO = AssistantPair(user="cfo@corp.example", assistant="pa@corp.example")
GONE = AssistantPair(user="gone@corp.example", assistant="pa@corp.example")


@pytest.mark.parametrize(
    "default, stated, live", [*product([None, HIDDEN, MANAGED], [None, HIDDEN, MANAGED], PrivateAccess)]
)
def test_a_flag_changes_if_it_is_wanted_and_not_known_to_be_so(
    default: PrivateAccess | None, stated: PrivateAccess | None, live: PrivateAccess
) -> None:
    wanted = PrivateEvents(default=default, exceptions=() if stated is None else ((CEO, stated),))
    aim = default if stated is None else stated
    expected = () if aim is None or aim is live else (PairChange(pair=CEO, before=live, after=aim),)
    assert pair_changes(wanted, {CEO: live}) == expected
    assert wanted.wanted(CEO) is aim


def test_changes_are_sorted_and_touch_existing_pairs_only() -> None:
    wanted = PrivateEvents(default=HIDDEN, exceptions=((CEO, MANAGED), (GONE, MANAGED)))
    changes = pair_changes(wanted, {CFO: UNKNOWN, CEO: HIDDEN})
    assert [(one.pair, one.after) for one in changes] == [(CEO, MANAGED), (CFO, HIDDEN)]
    assert pairs_not_found(wanted, {CFO: UNKNOWN, CEO: HIDDEN}) == (GONE,)


SCENE = make.Scene(
    private_events=PrivateEvents(default=HIDDEN, exceptions=((CEO, MANAGED), (GONE, MANAGED))),
    assistants={CEO: HIDDEN, CFO: UNKNOWN},
    users={
        "ceo@corp.example": make.facts("google", "write", "read"),
        "pa@corp.example": make.facts("google", "write", "read"),
        "other@corp.example": make.facts(),
    },
)


def test_the_assistant_gains_r17_and_nobody_elses_row_does() -> None:
    for scene in (SCENE, replace(SCENE, after=make.wanted(make.account(locked=True)))):
        rows = {row["email"]: row for row in scene.assessed().rows()}
        assert {email for email, row in rows.items() if "R17" in row["rules"]} == {"pa@corp.example"}
        assert rows["pa@corp.example"]["outcome"] == rows["ceo@corp.example"]["outcome"] == "unaffected"
        assert rows["pa@corp.example"]["rules"] == sorted(rows["pa@corp.example"]["rules"])
        found = scene.assessed().find("pa@corp.example")
        assert found == rows["pa@corp.example"]


def test_r17_is_saved_with_the_plan() -> None:
    row = unpack(SCENE.packed()).users.find("pa@corp.example")
    assert row is not None
    assert "R17" in row["rules"]


def test_r17_is_an_advisory_row_of_the_table() -> None:
    row = ROWS["R17"]
    assert row.outcome is not None
    assert (row.outcome.value, row.certainty.value, row.next_step.value) == ("unaffected", "documented", "none")


def test_a_pair_is_one_change_and_one_step_at_the_end() -> None:
    plan = replace(SCENE, after=make.wanted(make.account(bidirectional_sync=True))).plan()
    assert [step.kind for step in plan.steps] == [StepKind.SYNC, StepKind.PRIVATE_EVENTS, StepKind.PRIVATE_EVENTS]
    assert [step.address for step in plan.steps[1:]] == [
        "privateEvents[ceo@corp.example,pa@corp.example]",
        "privateEvents[cfo@corp.example,pa@corp.example]",
    ]
    assert {step.mode for step in plan.steps} == {"api"}
    document = SCENE.parts().document
    bodies = [change["change"] for change in document["resource_changes"]]
    assert [body["actions"] for body in bodies] == [["delete", "create"], ["delete", "create"]]
    assert [(body["before"], body["after"], body["before_unknown"]) for body in bodies] == [
        ("hidden", "managed", False),
        (None, "hidden", True),
    ]


def test_an_exception_without_a_privilege_is_a_warning() -> None:
    found = [one for one in SCENE.plan().diagnostics if one.code == "P-PAIR"]
    assert len(found) == 1
    assert "gone@corp.example" in found[0].summary


def test_pairs_are_left_alone_where_the_policy_is_silent() -> None:
    plan = replace(SCENE, private_events=None).plan()
    assert (plan.pairs, plan.steps, plan.changes) == ((), (), ())
    assert "local assistants" not in {one.source for one in plan.evidence}
