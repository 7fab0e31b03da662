"""Runs every benchmark and writes ``docs/performance.md``; with words for pytest it only prints the figures."""

import os
import sys
from datetime import UTC, datetime
from typing import cast

import pytest

from tests.bench.processes import ROOT
from tests.bench.report import figures, machine, write
from tests.bench.told import TOLD, Told


class Gathering:
    """Takes down what benchmarks tell."""

    def __init__(self) -> None:
        self.told: list[Told] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.told += [cast("Told", one) for name, one in report.user_properties if name == TOLD]


def main(words: list[str]) -> int:
    """Write the page where all of them ran and none failed."""
    before = os.getloadavg()[0]
    gathering = Gathering()
    folder = str(ROOT / "tests" / "bench")
    code = pytest.main(["--rootdir", str(ROOT), "-q", "-m", "bench", folder, *words], plugins=[gathering])
    where = machine(datetime.now(UTC).date(), before)
    if code is not pytest.ExitCode.OK:
        print("A benchmark failed, so docs/performance.md stays as it was.", file=sys.stderr)
    elif words:
        print(figures(where, gathering.told, "performance"))
    else:
        write(ROOT, where, gathering.told)
        print("Written: docs/performance.md and its drawings.")
    return int(code)


sys.exit(main(sys.argv[1:]))
