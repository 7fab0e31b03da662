"""A simulated Exchange server for the probe's tests, as it was made before each."""

from collections.abc import Iterator

import pytest

from calplan.sandbox.servers.exchange.vendor import Exchange
from tests.providers.exchange.make import SECRET
from tests.sandbox.servers.exchange_stage import PASSWORD, as_made, exchange_serving
from tests.sandbox.servers.stage import Stage


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Exchange]]:
    with (
        pytest.MonkeyPatch.context() as patch,
        exchange_serving(patch, folder=tmp_path_factory.mktemp("exchange") / "corp") as made,
    ):
        yield made


@pytest.fixture
def stage(served: tuple[Stage, Exchange]) -> Stage:
    served[0].access_log.clear()
    return served[0]


@pytest.fixture
def exchange(served: tuple[Stage, Exchange], monkeypatch: pytest.MonkeyPatch) -> Exchange:
    as_made(served[1])
    monkeypatch.setenv(SECRET, PASSWORD)
    return served[1]
