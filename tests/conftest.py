"""What holds for every test: no network, clean environment, empty working directory, known counts."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase

pytest_plugins = (
    "pytester",
    "tests.architecture.guards.garbage",
    "tests.architecture.guards.network",
    "tests.architecture.guards.nothing_skipped",
    "tests.architecture.guards.snapshots",
    "tests.architecture.guards.surroundings",
    "tests.fault.forks",
    "tests.state.postgresql",
)

ROOT = Path(__file__).resolve().parent.parent

# `ci` draws the same examples on every machine, so that a red run is red for everyone. `mutation` draws few of them and
# makes none smaller, since its tests run once for each mutant. `full` explores anew and remembers what failed. A test
# that needs another count multiplies `settings.default.max_examples`.
settings.register_profile(
    "ci",
    max_examples=40,
    derandomize=True,
    deadline=None,
    print_blob=True,
)
settings.register_profile(
    "mutation", parent=settings.get_profile("ci"), max_examples=20, phases=(Phase.explicit, Phase.generate)
)
settings.register_profile(
    "full",
    max_examples=2_500,
    deadline=None,
    print_blob=True,
    database=DirectoryBasedExampleDatabase(ROOT / ".hypothesis" / "examples"),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("CALPLAN_TEST_PROFILE") or "ci")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository; tests start in an empty folder, not here."""
    return ROOT
