"""What became of a run, told from its records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pytest

from calplan.apply.history import Intended, in_doubt, intended_by, past_run
from calplan.apply.verification_record import record_of
from calplan.model.settings import WantedSettings
from tests import make
from tests.apply.make import held_against, verified


@dataclass(frozen=True)
class Said:
    """One record of a run."""

    number: int
    kind: str
    content: Mapping[str, object]
    at: datetime = make.NOW


@dataclass(frozen=True)
class Run:
    """A run as it is listed."""

    id: str = "run1"
    account: str = "contoso"
    plan_id: str = "sha256:1"
    who: str = "admin"
    status: str = "applied"
    started_at: datetime = make.NOW
    finished_at: datetime | None = None


def records(*said: tuple[str, Mapping[str, object]]) -> list[Said]:
    return [Said(number=number, kind=kind, content=content) for number, (kind, content) in enumerate(said, start=1)]


INTENT = ("intent", {"step": "s1"})
DONE = ("outcome", {"step": "s1", "result": "done"})
FAILED = ("outcome", {"step": "s1", "result": "failed"})
UNKNOWN = ("outcome", {"step": "s1", "result": "unknown"})
TRUE = ("readback", {"step": "s1", "found": "as wanted"})
NOT_TRUE = ("readback", {"step": "s1", "found": "as before"})


@pytest.mark.parametrize(
    "said, doubtful, done",
    [
        ((INTENT,), {1}, 0),
        ((INTENT, DONE), set(), 1),
        ((INTENT, FAILED), set(), 0),
        ((INTENT, UNKNOWN), {2}, 0),
        ((INTENT, TRUE), set(), 1),
        ((INTENT, UNKNOWN, TRUE), set(), 1),
        ((INTENT, UNKNOWN, NOT_TRUE), set(), 0),
        ((INTENT, NOT_TRUE, INTENT), {3}, 0),
        ((INTENT, NOT_TRUE, INTENT, DONE), set(), 1),
        ((INTENT, DONE, NOT_TRUE), set(), 0),
    ],
)
def test_a_step_is_in_doubt_until_its_outcome_is_known(
    said: tuple[tuple[str, Mapping[str, object]], ...], doubtful: set[int], done: int
) -> None:
    happened = records(*said)
    assert in_doubt(happened) == doubtful
    past = past_run(Run(), happened, None)
    assert (past.done, past.in_doubt) == (done, len(doubtful))


def test_a_verification_in_another_form_is_left_out() -> None:
    users = {"ann@corp.example": make.facts("google", "write", "read")}
    known = dict(record_of(verified(held_against(users, users))))
    past = past_run(Run(), records(("verification", known), ("verification", {"format": 99})), None)
    assert len(past.verifications) == 1


def test_a_plan_is_told_in_its_steps_and_losses() -> None:
    users = {"ann@corp.example": make.facts("google", "write", "read"), "bob@corp.example": make.facts("")}
    scene = make.Scene(users=users, after=WantedSettings(locked=True, service=make.graph()))
    assert intended_by(scene.parts().document) == Intended(steps=2, loses=1)
