"""Killed right before or right after any write of its journal, an apply is resumed, and ends as if nothing had been."""

import json
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import calplan
from tests.fault.forks import Ended, Forks, Side
from tests.fault.make import FEWEST_STEPS, contents, many_steps, report_of, writes

SHARES = 8
"""In so many parts the kill points are divided: the first is tried in each run of the tests, all in the long one."""
APPLY = ("apply", "corp", "--auto-approve", "--by", "ann")


@dataclass(frozen=True, slots=True, kw_only=True)
class Undisturbed:
    """An apply that nothing got in the way of: what it left, what it wrote, and how many writes its journal took."""

    forks: Forks
    fresh: Path
    contents: dict[str, list[tuple[object, ...]]]
    writes: list[str]
    journal: int


@pytest.fixture(scope="session")
def undisturbed(forks: Forks, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """The account before anything was applied, and after an apply without disturbance."""
    fresh = tmp_path_factory.mktemp("fresh")
    many_steps(fresh / "corp")
    assert forks.run("plan", "corp", cwd=fresh).code == 0
    after = tmp_path_factory.mktemp("after")
    shutil.copytree(fresh, after, dirs_exist_ok=True)
    ended = forks.run(*APPLY, "-o", "json=report.json", cwd=after)
    assert ended.code == 0, ended.err
    steps = report_of(after / "report.json")["steps"]
    assert isinstance(steps, list)
    assert len(steps) >= FEWEST_STEPS
    found = Undisturbed(
        forks=forks, fresh=fresh, contents=contents(after / "corp"), writes=writes(after / "corp"), journal=ended.writes
    )
    assert len(found.writes) == len(steps) == len(set(found.writes))
    # Its beginning, an intent and an outcome for each step, its end, and what the verification found.
    assert found.journal == 1 + 2 * len(steps) + 1 + 1
    return found


@pytest.mark.parametrize(
    "share", [pytest.param(one, marks=[pytest.mark.slow] if one else []) for one in range(SHARES)], ids="part {}".format
)
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_killed_apply_is_resumed_to_the_same_end_and_writes_nothing_twice(
    side: Side, share: int, undisturbed: Undisturbed, state_address: str, tmp_path: Path
) -> None:
    points = range(1 + share, undisturbed.journal + 1, SHARES)
    for kill in points:
        place = tmp_path / f"killed{kill}"
        shutil.copytree(undisturbed.fresh, place)
        address = state_address if state_address.startswith("postgresql") else str(place / "state.db")
        ended = undisturbed.forks.run(*APPLY, "--state", address, cwd=place, kill=kill, side=side)
        assert ended.signal == signal.SIGKILL, ended
        recovered(place, address, kill, undisturbed.forks)
        assert contents(place / "corp") == undisturbed.contents, f"killed {side} journal write {kill}"
        assert writes(place / "corp") == undisturbed.writes, f"killed {side} journal write {kill}"
        checked(address)
        shutil.rmtree(place)


def recovered(place: Path, address: str, kill: int, forks: Forks) -> None:
    """Do what a person would: see who holds the run lock, release it, and go on with the run."""
    state = ("--state", address)
    shown = json.loads(calplan("state", "show", "-o", "json", *state).out)
    (lock,) = (one["run_lock"] for one in shown["accounts"])
    held = forks.run(*APPLY, *state, cwd=place)
    assert held.code == ExitCode.LOCKED.value, held.err
    assert calplan("state", "unlock", lock["id"], *state).code is ExitCode.DONE
    run = lock["run"]
    again = forks.run(*((*APPLY, *state) if run is None else ("apply", "--resume", run, *state)), cwd=place)
    assert again.code == 0, f"journal write {kill}: {again.err}"
    assert_quiet(again)


def assert_quiet(ended: Ended) -> None:
    assert "Traceback" not in ended.out + ended.err


def checked(address: str) -> None:
    """The chain holds, every run came to its end, and nobody holds the account."""
    state = ("--state", address)
    assert calplan("log", "--verify-chain", *state).code is ExitCode.DONE
    shown = json.loads(calplan("state", "show", "-o", "json", *state).out)
    assert [one["run_lock"] for one in shown["accounts"]] == [None]
