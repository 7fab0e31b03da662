"""The protocol of an apply: which step comes next, given how the last one went. It performs nothing itself."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass

from calplan.plan.steps import MANUAL, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The step is true now; ``changed`` says whether this apply made it so."""

    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The step did not happen, or nobody knows whether it did."""

    message: str
    outcome_unknown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A person has to do the step; with ``leave`` nothing else is to be begun before."""

    leave: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Somebody asked to stop before the step was begun."""


Result = Done | Failed | Waiting | Stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How far an apply came: step ids by what became of them, in the order of the plan.

    ``waiting`` are the steps that a person can do now. ``stopped`` is the step that did not happen though nobody was
    waited for, and ``why`` says for what reason; both ``None`` where there is none.
    """

    done: tuple[str, ...]
    waiting: tuple[str, ...]
    stopped: str | None
    why: Failed | Stopped | None
    not_started: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every step is true."""
        return self.stopped is None and not self.waiting


Flow = Generator[Step, Result, Report]


def apply_flow(steps: tuple[Step, ...]) -> Flow:
    """Yield one step at a time; send back how it went.

    A step that waits for a person holds back every step that depends on it, and whatever depends on those. One that did
    not happen stops all, so that a lock never lands on half a change.
    """
    results: dict[str, Result] = {}
    held: set[str] = set()
    for step in steps:
        if not held.isdisjoint(step.depends_on):
            held.add(step.id)
            continue
        result = results[step.id] = yield step
        if isinstance(result, Waiting):
            held.add(step.id)
        if isinstance(result, (Failed, Stopped)) or (isinstance(result, Waiting) and result.leave):
            break
    return _report(steps, results)


def _report(steps: tuple[Step, ...], results: Mapping[str, Result]) -> Report:
    stopped, why = None, None
    for name, result in results.items():
        if isinstance(result, (Failed, Stopped)):
            stopped, why = name, result
    return Report(
        done=tuple(name for name, result in results.items() if isinstance(result, Done)),
        waiting=tuple(name for name, result in results.items() if isinstance(result, Waiting)),
        stopped=stopped,
        why=why,
        not_started=tuple(step.id for step in steps if step.id not in results),
    )


def by_hand(steps: tuple[Step, ...], report: Report) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The steps left for a person: those that can be done now, one after the other, and those behind one of calplan."""
    now: list[str] = []
    later: list[str] = []
    behind: set[str] = set()
    for step in steps:
        if step.id in report.done:
            continue
        if step.mode != MANUAL or not behind.isdisjoint(step.depends_on):
            behind.add(step.id)
        if step.mode == MANUAL:
            (later if step.id in behind else now).append(step.id)
    return tuple(now), tuple(later)
