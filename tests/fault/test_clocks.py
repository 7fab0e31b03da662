"""A clock that jumps, while a plan is applied or between planning and applying, loses and confuses nothing."""

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calplan.cli import clock
from calplan.cli.exit_codes import ExitCode
from calplan.state.store import Store
from tests.cli.make import calplan, folder, saved
from tests.fault.make import contents, many_steps

Jumping = Callable[[], datetime]
JUMPS = {
    "back and forth by a day": (timedelta(days=1), timedelta(days=-1)),
    "back all the time": (timedelta(hours=-1),),
    "into another century": (timedelta(days=36_500), timedelta()),
}


def jumping(jumps: tuple[timedelta, ...]) -> Jumping:
    """A clock that is off by another jump each time it is asked."""
    off = itertools.cycle(jumps)
    total = itertools.accumulate(off) if len(jumps) == 1 else off
    return lambda: datetime.now(UTC) + next(total)


@pytest.mark.parametrize("jumps", JUMPS.values(), ids=JUMPS)
def test_an_apply_under_a_clock_that_jumps_ends_like_any_other(
    jumps: tuple[timedelta, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm, shaken = many_steps(tmp_path / "calm"), many_steps(tmp_path / "shaken")
    assert calplan("apply", calm, "--auto-approve", "--state", "calm.db").code is ExitCode.DONE
    now = jumping(jumps)
    monkeypatch.setattr(clock, "now", now)
    monkeypatch.setattr(Store.open.__func__, "__defaults__", (now,))  # type: ignore[attr-defined]  # a class method
    state = ("--state", "shaken.db")
    said = calplan("apply", shaken, "--auto-approve", *state)
    assert said.code is ExitCode.DONE, said.err
    assert contents(shaken) == contents(calm)
    assert calplan("log", "--verify-chain", *state).code is ExitCode.DONE
    run = json.loads(calplan("history", "-o", "json", *state).out)["runs"][0]["id"]
    kinds = [json.loads(line)["kind"] for line in calplan("log", run, "-o", "ndjson", *state).out.splitlines()]
    assert kinds[:3] == ["begin", "intent", "outcome"]
    assert kinds[-2:] == ["status", "verification"]


@pytest.mark.parametrize(
    "jump, words",
    [
        (timedelta(hours=25), "time: the plan expired at "),
        (timedelta(minutes=-6), ", which is still to come: it is "),
    ],
    ids=["forwards", "backwards"],
)
def test_a_plan_from_a_time_that_cannot_be_is_refused(
    jump: timedelta, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(folder(tmp_path / "corp"))
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + jump)
    said = calplan("apply", "corp.plan")
    assert said.code is ExitCode.STALE
    assert words in said.err, said.err
