"""Runs an apply: takes each step from the flow, has it journalled, performed and journalled again."""

from collections.abc import Callable
from typing import Protocol

from calplan.apply.flow import Done, Failed, Flow, Report, Waiting
from calplan.plan.steps import Step


class Journal(Protocol):
    """Keeps what is about to happen and what happened, so that a crash leaves nothing in doubt but one step."""

    def intend(self, step: Step) -> None:
        """Note durably that the step is about to be performed."""
        ...

    def note(self, step: Step, result: Done | Failed | Waiting) -> None:
        """Note durably how the step went."""
        ...


def drive(flow: Flow, perform: Callable[[Step], Done | Failed | Waiting], journal: Journal) -> Report:
    """Run the flow to its end with ``perform``, which returns how a step went and raises nothing of its own."""
    try:
        step = next(flow)
        while True:
            journal.intend(step)
            result = perform(step)
            journal.note(step, result)
            step = flow.send(result)
    except StopIteration as end:
        report: Report = end.value
        return report
