"""A snapshot file that no test compares any more fails the run.

pytest-snapshot writes ``snapshots/<module>/<test>[/<parameters>]/<name>`` beside a test and never says when
one is left behind. Here each comparison is written down, across xdist workers too, and at the end of a run
that collected all tests the files are counted. Files of tests that were deselected, or did not pass, are left
in peace.
"""

from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Final

import pytest
from pytest_snapshot.plugin import Snapshot, _get_default_snapshot_dir

SENT: Final = "snapshots"  # the key under which a worker hands its part to the controller
LEDGER: Final = pytest.StashKey["Ledger"]()
ORPHANS: Final = pytest.StashKey[list[Path]]()


class Ledger:
    """What a run learned about snapshots: the files it compared, and the folders it cannot speak for."""

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.excused: set[str] = set()

    def packed(self) -> dict[str, list[str]]:
        return {"used": sorted(self.used), "excused": sorted(self.excused)}

    def add(self, packed: dict[str, list[str]]) -> None:
        self.used.update(packed["used"])
        self.excused.update(packed["excused"])

    def orphans(self, files: Iterable[Path]) -> list[Path]:
        """The files that were not compared and that no excused test may own."""
        return [
            path
            for path in files
            if str(path) not in self.used and self.excused.isdisjoint(str(parent) for parent in path.parents)
        ]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEDGER] = Ledger()


@pytest.fixture(autouse=True)
def _snapshots_are_written_down(request: pytest.FixtureRequest) -> Iterator[None]:
    """Note each file a test compares, whether or not the comparison holds."""
    if "snapshot" not in request.fixturenames:
        yield
        return
    used = request.config.stash[LEDGER].used
    find = Snapshot._snapshot_path

    def find_and_note(self: Snapshot, name: str | Path) -> Path:
        path: Path = find(self, name)
        used.add(str(path))
        return path

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Snapshot, "_snapshot_path", find_and_note)
        yield


def excuse(config: pytest.Config, items: Iterable[pytest.Item]) -> None:
    config.stash[LEDGER].excused.update(str(_get_default_snapshot_dir(item)) for item in items)


def pytest_deselected(items: list[pytest.Item]) -> None:
    if items:
        excuse(items[0].config, items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Excuse a test that did not come to its comparisons."""
    report = yield
    if not report.passed:
        excuse(item.config, [item])
    return report


def collected_everything(config: pytest.Config) -> bool:
    """Whether the run was asked for all tests and not for some of them."""
    tests = config.rootpath / "tests"
    asked = {(config.invocation_params.dir / argument).resolve() for argument in config.args}
    narrowed = config.getoption("lf", default=False) or config.getoption("ignore") or config.getoption("deselect")
    return bool(asked & {tests, config.rootpath}) and not narrowed


def files_below(tests: Path) -> list[Path]:
    return sorted(path for folder in tests.rglob("snapshots") for path in folder.rglob("*") if path.is_file())


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Take in what one worker wrote down."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]  # xdist ships no types
    packed = getattr(node, "workeroutput", {}).get(SENT)
    if packed is not None:
        config.stash[LEDGER].add(packed)


def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput[SENT] = config.stash[LEDGER].packed()
        return
    cut_short = session.shouldfail or session.shouldstop
    if session.exitstatus not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED} or cut_short:
        return
    if not collected_everything(config) or config.getoption("collectonly"):
        return
    orphans = config.stash[LEDGER].orphans(files_below(config.rootpath / "tests"))
    config.stash[ORPHANS] = orphans
    if orphans:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    orphans = config.stash.get(ORPHANS, [])
    if orphans:
        terminalreporter.section("orphan snapshots", red=True)
        for path in orphans:
            terminalreporter.line(f"no test compares {path.relative_to(config.rootpath)}: delete it")
