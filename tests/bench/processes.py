"""Whole processes, timed: one after the other in turns, so that what else the machine does meets all of them alike."""

import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

RUNS = 5
ROOT = Path(__file__).resolve().parents[2]
CALPLAN = "from calplan.cli.main import main; main()"
CLICK = "import click"

# A small process of its own starts the measured one: a child begins with the memory of whoever forks it.
LAUNCH = """
import os, sys, time
begin = time.perf_counter()
quiet = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
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
    """What a whole process of this code costs."""
    return cost_of_program(sys.executable, "-c", code, *arguments)


def cost_of_program(program: str, *arguments: str) -> Cost:
    """What a whole process of any program costs. Its bytecode is kept, as an installed program's is."""
    environment = {name: value for name, value in os.environ.items() if name not in UNLIKE_INSTALLED}
    environment = {"PYTHONPYCACHEPREFIX": str(BYTECODE), **environment, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", LAUNCH, program, *arguments]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.split()
    assert said[3] == "0", f"{program} {arguments[-3:]} ended with exit code {said[3]}"
    return Cost(float(said[0]), float(said[1]), int(said[2]) / 1024)


def in_turns(commands: Mapping[str, Sequence[str]], *, runs: int = RUNS) -> dict[str, Cost]:
    """The median cost of each command, run in turns after a round that is not counted."""
    for command in commands.values():
        cost_of(*command)
    programs = {name: (sys.executable, "-c", *command) for name, command in commands.items()}
    return {name: median(costs) for name, costs in turns(programs, runs=runs).items()}


def turns(programs: Mapping[str, Sequence[str]], *, runs: int, patience: float = math.inf) -> dict[str, list[Cost]]:
    """What each program cost each time. One that took more seconds than ``patience`` is not run again."""
    costs: dict[str, list[Cost]] = {name: [] for name in programs}
    for _ in range(runs):
        for name, program in programs.items():
            if not costs[name] or costs[name][0].seconds <= patience:
                costs[name].append(cost_of_program(*program))
    return costs


def median(costs: Sequence[Cost]) -> Cost:
    """The cost in the middle, for each of the three on its own."""
    return Cost(*(statistics.median(column) for column in zip(*costs, strict=True)))
