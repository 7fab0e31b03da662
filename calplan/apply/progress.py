"""How far a run came, told from its journal: what is done, what is in doubt, and what is left to do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final

from calplan.apply.standing import Found
from calplan.model.account import AssistantPair, PrivateAccess
from calplan.plan.actions import SetPrivateAccess
from calplan.plan.document import PlanDocument
from calplan.plan.kinds import StepKind
from calplan.plan.steps import Step, in_turn
from calplan.plan.steps_document import StepDocument

INTENT: Final = "intent"
OUTCOME: Final = "outcome"
READ_BACK: Final = "readback"
UNDO: Final = "undo"
"""What it takes to finish a write of which the first part is done."""
ATTEST: Final = "attest"
"""That a person says to have done a step."""


class StepState(Enum):
    """What a journal says of one step."""

    NOT_BEGUN = "not begun"
    IN_DOUBT = "in doubt"
    DONE = "done"
    FAILED = "failed"
    WAITING = "waiting"


Records = Iterable[tuple[str, Mapping[str, object]]]
"""Kind and content of the records of a run, in order."""

STATE_OF: Final = {
    "done": StepState.DONE,
    "failed": StepState.FAILED,
    "waiting": StepState.WAITING,
    "unknown": StepState.IN_DOUBT,
}
READ: Final = {Found.AS_WANTED.value: StepState.DONE, Found.AS_BEFORE.value: StepState.NOT_BEGUN}


def progress(records: Records) -> dict[str, StepState]:
    """The state of every step that a journal names, by its id; an intent without an outcome is in doubt."""
    states: dict[str, StepState] = {}
    for kind, content in records:
        step = content.get("step")
        if not isinstance(step, str):
            continue
        if kind == INTENT:
            states[step] = StepState.IN_DOUBT
        elif kind == OUTCOME:
            states[step] = STATE_OF.get(str(content.get("result")), StepState.IN_DOUBT)
        elif kind == ATTEST:
            states[step] = StepState.DONE
        elif kind == READ_BACK:
            states[step] = READ.get(str(content.get("found")), states.get(step, StepState.IN_DOUBT))
    return states


def last_change(records: Iterable[tuple[str, datetime, Mapping[str, object]]]) -> datetime | None:
    """When a run last changed something, from the kind, time and content of its records; ``None`` if it did nothing.

    A write takes effect between its intent and its outcome, and what a person did when he says that he did it.
    """
    times = (
        datetime.fromisoformat(str(content["at"])) if kind == ATTEST else at
        for kind, at, content in records
        if kind in (INTENT, ATTEST) or (kind == OUTCOME and content.get("result") != StepState.WAITING.value)
    )
    return max(times, default=None)


def halves(records: Records) -> dict[str, Mapping[str, str]]:
    """What was kept of steps of which the first part may be done, and the second is not known to be, by their ids."""
    found: dict[str, Mapping[str, str]] = {}
    for kind, content in records:
        step, half = content.get("step"), content.get("half")
        if kind == UNDO and isinstance(step, str) and isinstance(half, Mapping):
            found[step] = {str(key): str(value) for key, value in half.items()}
        elif kind == OUTCOME and content.get("result") == "done":
            found.pop(str(step), None)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What is left of a plan: its remaining steps in its own order, or why they cannot be taken."""

    steps: tuple[Step, ...]
    already: tuple[str, ...]
    faults: tuple[str, ...]


def rest_of(
    planned: PlanDocument,
    states: Mapping[str, StepState],
    fresh: Sequence[Step],
    half_done: Mapping[str, Mapping[str, str]],
) -> Rest:
    """What is left of a saved plan, given the steps that lead from the account as it is to the same policy.

    A fresh step that the plan does not have, or that was done and is needed again, means that somebody changed the
    account in between. A step that is half done is finished, whether the account shows that it is needed or not.
    """
    needed = {step.address: step for step in fresh}
    faults, steps, already = [], [], []
    for one in planned["steps"]:
        step = needed.pop(one["address"], None)
        if step is None and one["id"] in half_done:
            steps.append(_to_finish(one, planned, half_done[one["id"]]))
        elif step is None:
            already.append(one["id"])
        elif step.kind.value != one["op"] or step.mode != one["mode"]:
            faults.append(
                f"{one['id']} was to {one['op']} {one['address']}, and now it would have to {step.kind.value}"
            )
        elif states.get(one["id"]) is StepState.DONE:
            faults.append(f"{one['id']} ({one['address']}) was done in this run and is not so any more")
        else:
            steps.append(replace(step, id=one["id"]))
    faults += [f"{address} is not as it was when planned, and the plan does not change it" for address in needed]
    return Rest(steps=in_turn(steps), already=tuple(already), faults=tuple(faults))


def _to_finish(one: StepDocument, planned: PlanDocument, half: Mapping[str, str]) -> Step:
    """A step of which the first part is done, as the plan has it: only flags of privileges are written in two parts."""
    changes = {change["address"]: change["change"]["after"] for change in planned["resource_changes"]}
    user, _, assistant = one["address"].partition("[")[2].removesuffix("]").partition(",")
    pair = AssistantPair(user=user, assistant=assistant)
    return Step(
        id=one["id"],
        kind=StepKind(one["op"]),
        mode=one["mode"],
        provider=one["provider"],
        address=one["address"],
        action=SetPrivateAccess(pair=pair, access=PrivateAccess(str(changes[one["address"]]))),
        depends_on=(),
        expected_lost=0,
        expected_at_risk=0,
        why=one["why"],
        half=half,
    )
