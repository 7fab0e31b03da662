"""What became of a run, told from its records: its steps, its overrides, and what was found when it was verified."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from calplan.apply.precision import VerifiedRun
from calplan.apply.progress import ATTEST
from calplan.apply.verification_record import Recorded, recorded
from calplan.impact.outcome import DISCONNECTED
from calplan.plan.document import PlanDocument

DONE: Final = "done"
UNKNOWN_RESULT: Final = "unknown"
AS_WANTED: Final = "as wanted"


class Happened(Protocol):
    """One record of a run."""

    @property
    def number(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def content(self) -> Mapping[str, object]: ...


class Begun(Protocol):
    """A run as the state lists it."""

    @property
    def id(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def plan_id(self) -> str: ...
    @property
    def who(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def finished_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted:
    """One gate that was lifted for a run."""

    gate: str
    limit: str
    actual: str
    reason: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Intended:
    """A plan in two numbers: its steps, and the users who were forecast to lose their connection, be it on the way."""

    steps: int
    loses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """One run of the history; ``intended`` is ``None`` where its plan was not or cannot be read."""

    run: Begun
    intended: Intended | None
    done: int
    in_doubt: int
    overrides: tuple[Lifted, ...]
    verifications: tuple[Recorded, ...]


def past_run(run: Begun, records: Iterable[Happened], intended: Intended | None) -> PastRun:
    """What became of a run."""
    happened = tuple(records)
    found = [recorded(one.content) for one in happened if one.kind == "verification"]
    return PastRun(
        run=run,
        intended=intended,
        done=len(_done(happened)),
        in_doubt=len(in_doubt(happened)),
        overrides=tuple(_lifted(one.content) for one in happened if one.kind == "override"),
        verifications=tuple(one for one in found if one is not None),
    )


def intended_by(document: PlanDocument) -> Intended:
    """The numbers of a plan."""
    counts = document["impact"]["counts"]
    losses = sum(counts[outcome.value] for outcome in DISCONNECTED)
    return Intended(steps=len(document["steps"]), loses=losses + document["order"]["surplus"])


def verified_run(past: PastRun) -> VerifiedRun:
    """A run as precision is measured by it."""
    return VerifiedRun(ended_at=past.run.finished_at or past.run.started_at, verifications=past.verifications)


def in_doubt(records: Iterable[Happened]) -> frozenset[int]:
    """The numbers of the records that leave a step in doubt: begun without an outcome, or with none that is known."""
    open_steps: dict[str, int] = {}
    for one in records:
        step = str(one.content.get("step"))
        unknown = one.kind == "outcome" and one.content.get("result") == UNKNOWN_RESULT
        if one.kind == "intent" or unknown:
            open_steps[step] = one.number
        elif one.kind in ("outcome", "readback"):
            open_steps.pop(step, None)
    return frozenset(open_steps.values())


def _done(records: Iterable[Happened]) -> frozenset[str]:
    """The steps that are done, or were found to be."""
    done: set[str] = set()
    for one in records:
        step, said = str(one.content.get("step")), one.content
        if one.kind == ATTEST or (one.kind == "outcome" and said.get("result") == DONE):
            done.add(step)
        elif one.kind == "readback":
            (done.add if said.get("found") == AS_WANTED else done.discard)(step)
    return frozenset(done)


def _lifted(content: Mapping[str, object]) -> Lifted:
    return Lifted(
        gate=str(content.get("gate")),
        limit=str(content.get("limit")),
        actual=str(content.get("actual")),
        reason=str(content.get("reason")),
        who=str(content.get("who")),
    )
