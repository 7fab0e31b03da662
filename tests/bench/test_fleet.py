"""How long 200 accounts take that are read over HTTP from a vendor who needs 20 ms for each answer."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.told import Ratio, Tell
from tests.cli.fleet.make import SECRET, at_vendor, files
from tests.cli.make import ROOT, start

ACCOUNTS = 200
LATENCY = 0.02
FASTER = 1.5
SERVE = f"from tests.cli.fleet.make import slow; slow({LATENCY}, 'url')"


@pytest.fixture(name="url")
def _url() -> Iterator[str]:
    """The vendor's server, in a process of its own."""
    child = subprocess.Popen(
        [sys.executable, "-c", SERVE], stdin=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    while not Path("url").exists() or not Path("url").read_text(encoding="utf-8"):
        assert child.poll() is None
        time.sleep(0.05)
    yield Path("url").read_text(encoding="utf-8")
    child.communicate()  # the end of its input is the end of its work


@pytest.mark.bench
def test_two_processes_plan_a_fleet_at_least_half_as_fast_again_as_one(url: str, tell: Tell) -> None:
    at_vendor(Path("all"), [f"corp{number:03}" for number in range(ACCOUNTS)], url)
    seconds: dict[int, float] = {}
    written: dict[int, dict[str, bytes]] = {}
    # Taken in turns, so that whatever else the machine does meets both.
    for jobs in (1, 2, 1, 2):
        begin = time.perf_counter()
        said = start(
            *("plan", "all", "--account", "all", "--jobs", str(jobs), "--out", "plans", "-o", "json=plans.json"),
            CALPLAN_SECRET_ZOOM=SECRET,
            SOURCE_DATE_EPOCH="1795000000",
        )
        seconds[jobs] = min(time.perf_counter() - begin, seconds.get(jobs, float("inf")))
        assert said.returncode == 0, said.stderr[-2000:]
        written[jobs] = {**files("plans"), "": Path("plans.json").read_bytes()}
    tell(
        Ratio(
            what=f"{ACCOUNTS} accounts, {LATENCY * 1000:.0f} ms for each answer",
            figure=f"two processes {seconds[2]:.1f} s",
            beside=f"one process {seconds[1]:.1f} s",
            ratio=seconds[1] / seconds[2],
            bound=f"below {FASTER}",
        )
    )
    assert written[1] == written[2]
    assert len(written[1]) == ACCOUNTS + 1
    assert seconds[1] / seconds[2] >= FASTER
