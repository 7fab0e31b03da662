"""What a journal says of each step, and what is left of a plan."""

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from calplan.apply.progress import StepState, halves, last_change, progress, rest_of
from calplan.model.account import AssistantPair, PrivateAccess, PrivateEvents
from calplan.plan.actions import SetPrivateAccess
from calplan.plan.as_document import as_document
from calplan.plan.document import PlanDocument
from calplan.plan.steps import Step
from tests import make

DONE, DOUBT, NOT_BEGUN = StepState.DONE, StepState.IN_DOUBT, StepState.NOT_BEGUN
INTENT = ("intent", {"step": "s1", "op": "lock", "address": "integration.locked"})

ATTESTED = ("attest", {"step": "s1", "by": "ann@corp.example", "at": "2026-11-22T09:00:00+00:00"})


def outcome(result: str) -> tuple[str, dict[str, object]]:
    return ("outcome", {"step": "s1", "result": result})


def found(words: str) -> tuple[str, dict[str, object]]:
    return ("readback", {"step": "s1", "found": words})


@pytest.mark.parametrize(
    "records, state",
    [
        ([INTENT], DOUBT),
        ([INTENT, outcome("done")], DONE),
        ([INTENT, outcome("failed")], StepState.FAILED),
        ([INTENT, outcome("waiting")], StepState.WAITING),
        ([INTENT, outcome("unknown")], DOUBT),
        ([INTENT, outcome("a word of a later version")], DOUBT),
        ([INTENT, found("as wanted")], DONE),
        ([ATTESTED], DONE),
        ([INTENT, outcome("waiting"), ATTESTED], DONE),
        ([INTENT, found("as before")], NOT_BEGUN),
        ([INTENT, found("something else")], DOUBT),
        ([INTENT, found("not read")], DOUBT),
        ([INTENT, found("as before"), INTENT], DOUBT),
        ([INTENT, outcome("failed"), INTENT, outcome("done")], DONE),
    ],
)
def test_the_last_word_of_a_journal_on_a_step_holds(
    records: list[tuple[str, dict[str, object]]], state: StepState
) -> None:
    others = [("begin", {}), ("override", {"gate": "window"}), ("resume", {"who": "ann"}), ("status", {"status": "x"})]
    assert progress([*others, *records]) == {"s1": state}


def planned() -> tuple[PlanDocument, tuple[Step, ...]]:
    after = make.account(locked=True, service=make.graph(), bidirectional_sync=True)
    plan = make.Scene(after=make.wanted(after)).plan()
    return as_document(plan, version="1", users_hash="u", policy_hash="p"), plan.steps


def test_what_is_left_are_the_needed_steps_under_the_names_and_in_the_order_of_the_plan() -> None:
    document, steps = planned()
    for size in range(4):
        for left in itertools.combinations(steps, size):
            rest = rest_of(document, {}, tuple(reversed(left)), {})
            assert [(one.id, one.address) for one in rest.steps] == [(one.id, one.address) for one in left]
            assert rest.already == tuple(one.id for one in steps if one not in left)
            assert rest.faults == ()


def test_a_step_that_was_done_and_is_needed_again_is_a_fault() -> None:
    document, steps = planned()
    rest = rest_of(document, {steps[0].id: DONE}, steps, {})
    assert rest.faults == (f"s1 ({steps[0].address}) was done in this run and is not so any more",)


def test_a_step_that_the_plan_does_not_have_is_a_fault() -> None:
    document, steps = planned()
    document["steps"] = document["steps"][1:]
    (fault,) = rest_of(document, {}, steps, {}).faults
    assert fault.startswith(f"{steps[0].address} is not as it was when planned")


def test_a_step_that_another_hand_would_do_now_is_a_fault() -> None:
    document, steps = planned()
    document["steps"][0]["mode"] = "manual"
    assert len(rest_of(document, {}, steps, {}).faults) == 1


HALF = {"host": "ann@corp.example", "removed": "yes"}
UNDONE = ("undo", {"step": "s1", "half": HALF})


@pytest.mark.parametrize(
    "records, left",
    [
        ([INTENT], {}),
        ([INTENT, UNDONE], {"s1": HALF}),
        ([INTENT, UNDONE, outcome("unknown")], {"s1": HALF}),
        ([INTENT, UNDONE, outcome("failed"), INTENT], {"s1": HALF}),
        ([INTENT, UNDONE, outcome("done")], {}),
    ],
)
def test_what_was_kept_of_a_half_done_step_holds_until_it_is_done(
    records: list[tuple[str, dict[str, object]]], left: dict[str, dict[str, str]]
) -> None:
    assert halves(records) == left


def test_a_half_done_step_is_finished_though_the_account_does_not_show_that_it_is_needed() -> None:
    pair = AssistantPair(user="ann@corp.example", assistant="pa@corp.example")
    wanted = PrivateEvents(default=PrivateAccess.HIDDEN, exceptions=())
    plan = make.Scene(private_events=wanted, assistants={pair: PrivateAccess.MANAGED}).plan()
    document = as_document(plan, version="1", users_hash="u", policy_hash="p")
    (step,) = rest_of(document, {"s1": DOUBT}, (), {"s1": HALF}).steps
    assert (step.id, step.half) == ("s1", HALF)
    assert step.action == SetPrivateAccess(pair=pair, access=PrivateAccess.HIDDEN)


def test_a_run_last_changed_something_when_a_write_ended_or_a_person_did_what_he_says() -> None:
    began = datetime(2026, 11, 22, 9, tzinfo=UTC)
    at = [began + timedelta(minutes=one) for one in range(6)]
    records: list[tuple[str, datetime, Mapping[str, object]]] = [
        ("begin", at[0], {}),
        ("intent", at[1], {"step": "s1"}),
        ("outcome", at[2], {"step": "s1", "result": "done"}),
        ("outcome", at[3], {"step": "s2", "result": "waiting"}),
        ("attest", at[5], {"step": "s2", "by": "ann@corp.example", "at": at[4].isoformat()}),
        ("end", at[5], {}),
    ]
    assert last_change(records) == at[4]
    assert last_change(records[:4]) == at[2]
    assert last_change(records[:1]) is None
