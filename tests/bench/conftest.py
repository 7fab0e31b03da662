"""What benchmarks share: programs of others, and a way to tell a figure."""

from collections.abc import Callable

import pytest

from tests.bench.peers import Peers, had
from tests.bench.told import TOLD, Tell, Told, line


@pytest.fixture(scope="session")
def peers(request: pytest.FixtureRequest) -> Peers:
    """Other people's programs, kept with pytest's cache from one run to the next."""
    cache = request.config.cache
    assert cache is not None
    return had(cache.mkdir("peers"))


@pytest.fixture
def tell(record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]) -> Tell:
    """Prints a figure, and keeps it for the page."""

    def told(one: Told) -> None:
        record_property(TOLD, one)
        with capsys.disabled():
            print("\n  " + line(one), end="")

    return told
