"""Runs every benchmark and writes ``docs/performance.md``; with words for pytest it only prints the figures."""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

import pytest

from tests.bench.processes import ROOT
from tests.bench.report import figures, machine, write
from tests.bench.told import TOLD, Told


class Gathering:
    """Takes down what benchmarks tell, and which of them failed; one that runs again takes its own place."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self._told: dict[str, list[Told]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)
        if report.when == "call":
            self._told[report.nodeid] = [cast("Told", one) for name, one in report.user_properties if name == TOLD]

    def told(self) -> list[Told]:
        return [one for each in self._told.values() for one in each]

    def run(self, *words: str) -> int:
        self.failed = []
        return pytest.main(["--rootdir", str(ROOT), "-q", "-m", "bench", *words], plugins=[self])


def main(words: Sequence[str]) -> int:
    """Write the page where all of them ran and none failed."""
    os.chdir(ROOT)
    before = os.getloadavg()[0]
    gathering = Gathering()
    code = gathering.run("tests/bench", *words)
    if gathering.failed:
        print("Once more what failed: it may be that somebody else needed the machine.", file=sys.stderr)
        code = gathering.run(*gathering.failed)
    where = machine(datetime.now(UTC).date(), before)
    if code != pytest.ExitCode.OK:
        print("A benchmark failed, so docs/performance.md stays as it was.", file=sys.stderr)
    if code != pytest.ExitCode.OK or words:
        print(figures(where, gathering.told(), "performance"))
    else:
        write(ROOT, where, gathering.told())
        print("Written: docs/performance.md and its drawings.")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
