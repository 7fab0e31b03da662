"""Runs an apply: each step is journalled, looked at, performed, read back and journalled again."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from calplan.apply.flow import Done, Failed, Flow, Report, Result, Stopped, Waiting
from calplan.apply.standing import Found
from calplan.plan.steps import MANUAL, Step


class Journal(Protocol):
    """Keeps what is about to happen and what happened, so that a crash leaves nothing in doubt but one step."""

    def intend(self, step: Step) -> None:
        """Note durably that the step is about to be performed."""
        ...

    def note(self, step: Step, result: Done | Failed | Waiting) -> None:
        """Note durably how the step went."""
        ...

    def read_back(self, step: Step, found: Found) -> None:
        """Note durably how the place of a step stands whose outcome was in doubt."""
        ...


class Hand(Protocol):
    """Does what a step says. Nothing it raises is meant for a caller: what goes wrong is a result."""

    def look(self, step: Step) -> Found | Failed:
        """How the place of the step stands now."""
        ...

    def perform(self, step: Step) -> Done | Failed | Waiting:
        """Make the step true."""
        ...

    def confirm(self, step: Step) -> Found | Failed:
        """How the place of the step stands after a write, as soon as the write can be seen."""
        ...


Person = Callable[[Step], Done | Waiting]
"""Has a person do a step, or leaves it to one."""


def nobody(_step: Step) -> Done | Waiting:
    """There is no person here: the step waits for one."""
    return Waiting()


def drive(
    flow: Flow,
    hand: Hand,
    journal: Journal,
    stop_asked: Callable[[], bool] = lambda: False,
    person: Person = nobody,
) -> Report:
    """Run the flow to its end, or up to the step before which ``stop_asked`` says so; manual steps are ``person``'s."""
    try:
        step = next(flow)
        while True:
            step = flow.send(Stopped() if stop_asked() else _one(step, hand, journal, person))
    except StopIteration as end:
        report: Report = end.value
        return report


def _one(step: Step, hand: Hand, journal: Journal, person: Person) -> Result:
    if step.mode == MANUAL:
        return _noted(step, person(step), journal)
    if step.half is not None:
        journal.intend(step)
        return _noted(step, _performed(step, hand, journal), journal)
    before = hand.look(step)
    if isinstance(before, Failed):
        return _noted(step, before, journal)
    journal.intend(step)
    if before is Found.AS_WANTED:
        return _noted(step, Done(changed=False), journal)
    if before is Found.SOMETHING_ELSE:
        message = "somebody changed it since the plan was made; it was left alone"
        return _noted(step, Failed(message=message, outcome_unknown=False), journal)
    return _noted(step, _performed(step, hand, journal), journal)


def _noted(step: Step, result: Done | Failed | Waiting, journal: Journal) -> Done | Failed | Waiting:
    journal.note(step, result)
    return result


def _performed(step: Step, hand: Hand, journal: Journal) -> Done | Failed | Waiting:
    """Perform a step; what the provider says of it is held against what can be read afterwards."""
    result = hand.perform(step)
    if isinstance(result, Waiting) or (isinstance(result, Failed) and not result.outcome_unknown):
        return result
    after = hand.confirm(step)
    if isinstance(result, Done):
        return result if after in (Found.AS_WANTED, Found.NOT_READ) else _denied(after)
    if isinstance(after, Failed):
        return result
    journal.read_back(step, after)
    match after:
        case Found.AS_WANTED:
            return Done(changed=True)
        case Found.AS_BEFORE:
            return replace(result, outcome_unknown=False)
        case _:
            return result


def _denied(after: Found | Failed) -> Failed:
    if isinstance(after, Failed):
        return Failed(message=f"it was written and could not be read back: {after.message}", outcome_unknown=True)
    return Failed(message=f"the provider says it was written, and it reads {after.value}", outcome_unknown=True)
