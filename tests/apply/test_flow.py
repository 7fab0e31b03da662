"""An apply takes one step at a time, stops at the first that did not happen, and journals both sides of each."""

from dataclasses import replace

import pytest

from calplan.apply.drive import drive
from calplan.apply.flow import Done, Failed, Report, Waiting, apply_flow
from calplan.plan.steps import Step
from tests import make

Result = Done | Failed | Waiting
FAILED = Failed(message="no", outcome_unknown=False)


def steps() -> tuple[Step, ...]:
    after = make.account(locked=True, service=make.graph(), bidirectional_sync=True)
    found = make.Scene(after=make.wanted(after)).plan().steps
    assert len(found) == 3
    return found


class Diary:
    """A journal that can be read."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def intend(self, step: Step) -> None:
        self.lines.append(f"intend {step.id}")

    def note(self, step: Step, result: Result) -> None:
        self.lines.append(f"{type(result).__name__} {step.id}")


def driven(results: list[Result]) -> tuple[Report, list[str]]:
    diary, left = Diary(), iter(results)

    def perform(step: Step) -> Result:
        diary.lines.append(f"perform {step.id}")
        return next(left)

    return drive(apply_flow(steps()), perform, diary), diary.lines


def test_every_step_is_intended_performed_and_noted_in_this_order() -> None:
    report, lines = driven([Done(changed=True), Done(changed=False), Done(changed=True)])
    assert report.complete
    assert not report.waiting
    assert report.done == ("s1", "s2", "s3")
    assert lines == [f"{what} {step}" for step in report.done for what in ("intend", "perform", "Done")]


@pytest.mark.parametrize("bad", [FAILED, replace(FAILED, outcome_unknown=True), Waiting()], ids=repr)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_nothing_follows_a_step_that_did_not_happen(at: int, bad: Result) -> None:
    report, lines = driven([*[Done(changed=True)] * at, bad])
    names = ("s1", "s2", "s3")
    assert (report.done, report.stopped, report.not_started) == (names[:at], names[at], names[at + 1 :])
    assert report.waiting is isinstance(bad, Waiting)
    assert report.failure == (bad if isinstance(bad, Failed) else None)
    assert lines[-1] == f"{type(bad).__name__} {names[at]}"


def test_nothing_to_do_is_complete() -> None:
    report = drive(apply_flow(()), lambda _step: FAILED, Diary())
    assert report.complete
    assert report.done == ()


def test_a_step_that_cannot_be_journalled_is_not_performed() -> None:
    class Full(Diary):
        def intend(self, step: Step) -> None:
            raise OSError(step.id)

    performed: list[str] = []

    def perform(step: Step) -> Result:
        performed.append(step.id)
        return Done(changed=True)

    with pytest.raises(OSError, match="s1"):
        drive(apply_flow(steps()), perform, Full())
    assert performed == []
