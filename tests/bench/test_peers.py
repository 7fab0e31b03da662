"""A plan from the inventory beside what other tools take for as many things, each as a whole process."""

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.bench.accounts import kept
from tests.bench.peers import CUSTODIAN, DEEPDIFF, OCTODNS, ROWS, Peers, ninja_file, octodns_files
from tests.bench.processes import CALPLAN, RUNS, cost_of_program, median, turns
from tests.bench.told import OfClasses, OfMany, Tell

FULL = os.environ.get("CALPLAN_TEST_PROFILE") == "full"
COUNTS = {1_000: RUNS, 10_000: RUNS if FULL else 3, 100_000: RUNS}
"""How many users, and how often."""
PATIENCE = 1e9 if FULL else 12.0
"""Whoever takes longer than so many seconds runs once."""
CLASSES = (100, 1_000, 10_000, 100_000)
MANY = 100_000
FULL_LIST = "calplan, full list"
CORE = "octoDNS, records in memory"


def plan(name: str, *words: str) -> tuple[str, ...]:
    return (sys.executable, "-c", CALPLAN, "plan", name, "--inventory", "reuse", *words)


def programs(folder: Path, users: int, peers: Peers) -> dict[str, tuple[str, ...]]:
    """Who is compared, with what was made for each."""
    name = f"of{users}"
    kept(folder, name, users)
    pages, count = str(folder / f"{name}.pages"), str(users)
    config = octodns_files(folder / f"zones{users}", users)
    return {
        FULL_LIST: plan(name, "-o", "ndjson"),
        "calplan, summary": plan(name, "--users", "none"),
        "the users' JSON, read raw": (peers.python, "-c", ROWS, pages, count),
        "ninja -n": (peers.program("ninja"), "-n", "-f", ninja_file(folder / f"files{users}", users)),
        "Cloud Custodian, three filters": (peers.python, "-c", CUSTODIAN, pages, count),
        CORE: (peers.python, "-c", OCTODNS, count),
        "DeepDiff, by id": (peers.python, "-c", DEEPDIFF, pages, count),
        "octoDNS, dry run over YAML": (peers.program("octodns-sync"), "--force", "--config-file", config),
    }


@pytest.mark.bench
def test_a_plan_beside_other_tools(tmp_path: Path, peers: Peers, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ratio = peak = 0.0
    for number, (users, runs) in enumerate(COUNTS.items()):
        compared = programs(tmp_path, users, peers)
        if not number:
            # Once not counted, so that everybody's bytecode is there.
            for program in compared.values():
                cost_of_program(*program)
        costs = turns(compared, runs=runs, patience=PATIENCE)
        for name, each in costs.items():
            tell(OfMany(program=name, users=users, runs=len(each), cost=median(each)))
        ratio = median(costs[CORE]).seconds / median(costs[FULL_LIST]).seconds
        peak = median(costs[FULL_LIST]).peak
    assert peak <= 70
    assert ratio >= 12


@pytest.mark.bench
def test_a_plan_by_the_number_of_classes(tmp_path: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for classes in CLASSES:
        name = f"in{classes}"
        kept(tmp_path, name, MANY, shapes=classes)
        with closing(sqlite3.connect(tmp_path / ".calplan" / "inventory" / f"{name}.db")) as connection:
            (counted,) = connection.execute("SELECT count(*) FROM classes").fetchone()
            (kinds,) = connection.execute("SELECT count(*) FROM kinds").fetchone()
        compared = {"full": plan(name, "-o", "ndjson"), "summary": plan(name, "--users", "none")}
        full, summary = (median(costs) for costs in turns(compared, runs=RUNS, patience=PATIENCE / 3).values())
        tell(OfClasses(classes=counted, with_domains=kinds, users=MANY, full=full, summary=summary))
