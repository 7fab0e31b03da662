"""How far a run came, told from its journal: what is done, what is in doubt, and what is left to do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from calplan.apply.standing import Found
from calplan.plan.document import PlanDocument
from calplan.plan.steps import Step, in_turn

INTENT: Final = "intent"
OUTCOME: Final = "outcome"
READ_BACK: Final = "readback"


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
        elif kind == READ_BACK:
            states[step] = READ.get(str(content.get("found")), states.get(step, StepState.IN_DOUBT))
    return states


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What is left of a plan: its remaining steps in its own order, or why they cannot be taken."""

    steps: tuple[Step, ...]
    already: tuple[str, ...]
    faults: tuple[str, ...]


def rest_of(planned: PlanDocument, states: Mapping[str, StepState], fresh: Sequence[Step]) -> Rest:
    """What is left of a saved plan, given the steps that lead from the account as it is to the same policy.

    A fresh step that the plan does not have, or that was done and is needed again, means that somebody changed the
    account in between.
    """
    needed = {step.address: step for step in fresh}
    faults, steps, already = [], [], []
    for one in planned["steps"]:
        step = needed.pop(one["address"], None)
        if step is None:
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
