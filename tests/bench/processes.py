"""Whole processes, timed: one after the other in turns, so that what else the machine does meets all of them alike."""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

RUNS = 5
ROOT = Path(__file__).resolve().parents[2]
CALPLAN = "from calplan.cli.main import main; main()"
CLICK = "import click"

# A small process of its own starts the measured one: a child begins with the memory of whoever forks it.
LAUNCH = """
import os, sys, time
begin = time.perf_counter()
quiet = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
process = os.posix_spawn(sys.executable, [sys.executable, '-c', *sys.argv[1:]], os.environ, file_actions=quiet)
_, status, usage = os.wait4(process, 0)
print(time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
"""
UNLIKE_INSTALLED = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")
BYTECODE = Path(tempfile.gettempdir()) / "calplan-bench-bytecode"


class Cost(NamedTuple):
    """Seconds on the clock, seconds of processor, and MiB at the peak."""

    seconds: float
    processor: float
    peak: float


def cost_of(code: str, *arguments: str) -> Cost:
    """What one whole process costs. Its bytecode is kept, as an installed program's is."""
    environment = {name: value for name, value in os.environ.items() if name not in UNLIKE_INSTALLED}
    environment = {"PYTHONPYCACHEPREFIX": str(BYTECODE), **environment, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", LAUNCH, code, *arguments]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.split()
    assert said[3] == "0", f"{arguments} ended with exit code {said[3]}"
    return Cost(float(said[0]), float(said[1]), int(said[2]) / 1024)


def in_turns(commands: Mapping[str, Sequence[str]], *, runs: int = RUNS) -> dict[str, Cost]:
    """The median cost of each command, run in turns after a round that is not counted."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            cost = cost_of(*command)
            if number:
                costs[name].append(cost)
    return {
        name: Cost(*(statistics.median(column) for column in zip(*each, strict=True))) for name, each in costs.items()
    }


def installed(folder: Path, *peers: str) -> Path:
    """A folder with other people's programs to compare with. The product never needs them, so they are had here."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), *peers]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"a peer to compare with could not be had: {' '.join(command)}\n{done.stderr[-2000:]}")
    return folder
