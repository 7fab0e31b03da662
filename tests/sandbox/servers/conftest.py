"""The servers of a sandbox, for tests that look at them and for tests that change them."""

from collections.abc import Iterator

import pytest

from tests.sandbox.servers.stage import Client, Stage, serving


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One server for the tests that leave it as it is."""
    with (
        pytest.MonkeyPatch.context() as patch,
        serving(patch, folder=tmp_path_factory.mktemp("servers") / "corp") as stage,
    ):
        yield stage


@pytest.fixture(scope="module")
def client(stage: Stage) -> Client:
    return stage.client()


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A server of its own, for a test that changes something."""
    with serving(monkeypatch) as stage:
        yield stage
