"""The protocol of an apply: which step comes next, given how the last one went. It performs nothing itself."""

from collections.abc import Generator
from dataclasses import dataclass

from calplan.plan.steps import Step


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
    """A person has to do the step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Somebody asked to stop before the step was begun."""


Result = Done | Failed | Waiting | Stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How far an apply came: step ids by what became of them.

    ``stopped`` is the step that did not happen, and ``why`` says for what reason; both ``None`` once all are true.
    """

    done: tuple[str, ...]
    stopped: str | None
    why: Failed | Waiting | Stopped | None
    not_started: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every step is true."""
        return self.stopped is None


Flow = Generator[Step, Result, Report]


def apply_flow(steps: tuple[Step, ...]) -> Flow:
    """Yield one step at a time; send back how it went.

    Stops at the first that did not happen, so that a lock never lands on half a change.
    """
    done: list[str] = []
    for number, step in enumerate(steps):
        result = yield step
        if isinstance(result, Done):
            done.append(step.id)
            continue
        return Report(
            done=tuple(done), stopped=step.id, why=result, not_started=tuple(one.id for one in steps[number + 1 :])
        )
    return Report(done=tuple(done), stopped=None, why=None, not_started=())
