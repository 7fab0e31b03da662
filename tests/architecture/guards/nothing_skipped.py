"""In CI a skipped test is a failure, and snapshots are compared, never written.

Deselected tests are no matter here: the big counts are chosen by marker, in the open.
"""

import os

import pytest


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() not in {"", "0", "false", "no"}


def pytest_configure(config: pytest.Config) -> None:
    if in_ci() and config.getoption("--snapshot-update", default=False):
        raise pytest.UsageError("--snapshot-update is refused in CI: look at the difference, then commit it")


def skipped_in(config: pytest.Config) -> list[str]:
    """Node ids of what was skipped: tests, and modules that gave up while they were collected."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return [] if reporter is None else [report.nodeid for report in reporter.stats.get("skipped", ())]


def pytest_sessionfinish(session: pytest.Session) -> None:
    if in_ci() and session.exitstatus == pytest.ExitCode.OK and skipped_in(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if in_ci() and (skipped := skipped_in(config)):
        terminalreporter.section("skipped in CI", red=True)
        for nodeid in skipped:
            terminalreporter.line(f"SKIPPED, which CI does not accept: {nodeid}")
