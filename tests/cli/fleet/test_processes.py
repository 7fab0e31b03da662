"""Accounts planned in several processes: the same bytes as in one, whatever becomes of a process."""

import multiprocessing
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.cli.fleet.outputs import fleet_outputs
from calplan.cli.fleet.planning import Request, Where, plan_fleet
from calplan.cli.shown import look
from tests.cli.fleet.make import SECRET, STAMP, at_vendor, files, fleet, plan, users
from tests.cli.make import LONGEST, PROGRAM, surroundings
from tests.loopback.server import Asked, Loopback, Reply, Stall, serving
from tests.providers.zoom.vendor import Vendor

pytestmark = pytest.mark.loopback

ZOOMS = ("z1", "z2", "z3", "z4")


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", STAMP)
    monkeypatch.setenv("CALPLAN_SECRET_ZOOM", SECRET)


@pytest.fixture(name="vendor")
def _vendor() -> Iterator[Loopback]:
    with serving(Vendor(users).answer) as server:
        at_vendor(Path("all"), ZOOMS, server.url)
        yield server


def planned(root: str, where: Where, batch: int | None = None) -> dict[str, bytes]:
    """What is written of the folder ``all``, by file: the summary, and of each account its plan and its page."""
    words = (f"json={root}/summary.json", f"text={root}/summary.txt", f"markdown={root}/")
    request = Request(
        paths=(Path("all"),),
        names=("all",),
        outputs=fleet_outputs(words, Path(root)),
        look=look(None, verbose=False, color="auto", source=Path("all")),
        where=where,
        batch=batch,
    )
    assert plan_fleet(request) is ExitCode.DONE
    found = files(root)
    return {name: data.replace(root.encode(), b"ROOT") if "summary" in name else data for name, data in found.items()}


def test_every_number_of_processes_and_size_of_batches_gives_the_same_bytes(vendor: Loopback) -> None:
    fleet("one", "two", "three")
    alone = planned("in-one", Where(jobs=1))
    assert len(alone) == 2 + 2 * 7
    for size in (3, 7):
        assert planned(f"by-{size}", Where(jobs=1), size) == alone
    assert planned("in-two", Where(jobs=2), 2) == alone
    assert planned("in-three", Where(jobs=3)) == alone
    assert SECRET.encode() not in b"".join(alone.values())


def test_what_is_lost_with_a_process_is_planned_in_another() -> None:
    killed: list[str] = []

    def answer(asked: Asked) -> Reply:
        if asked.path == "/v2/groups" and not killed:
            killed.append(asked.path)
            for child in multiprocessing.active_children():
                child.kill()
        return Vendor(users).answer(asked)

    with serving(answer) as server:
        at_vendor(Path("all"), ZOOMS, server.url)
        disturbed = planned("disturbed", Where(jobs=2), 2)
        assert killed
        assert planned("calm", Where(jobs=1)) == disturbed


def test_an_account_over_which_processes_die_fails_alone(vendor: Loopback) -> None:
    def answer(_asked: Asked) -> Reply:
        for child in multiprocessing.active_children():
            child.kill()
        return Reply()

    with serving(answer) as deadly:
        at_vendor(Path("all"), ["bad"], deadly.url)
        said = plan("--jobs", "2", "--out", "plans")
    assert said.code is ExitCode.UNREACHABLE
    assert "bad: the process that planned it was lost twice" in said.out
    assert files("plans").keys() == {f"{name}.calplan" for name in ZOOMS}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_interrupted_everything_stops_at_once(number: signal.Signals, vendor: Loopback) -> None:
    vendor.plan(Stall(), times=100)
    child = subprocess.Popen(
        [*PROGRAM, "plan", "all", "--account", "all", "--jobs", "2", "--out", "plans"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=surroundings(),
        start_new_session=True,
    )
    _until(lambda: len(vendor.log) > 1)
    # As a terminal does it for Ctrl-C; a kill is for the one process alone.
    (os.killpg if number is signal.SIGINT else os.kill)(child.pid, number)
    _, said = child.communicate(timeout=LONGEST)
    if number is signal.SIGINT:
        assert child.returncode == 130
        assert said == b"interrupted after 0 of 4 accounts; no plan was written in part\n"
    _until(lambda: not _alive(child.pid))
    assert files("plans") == {}


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
