"""The real adapter, pointed at a simulated account, with pauses that take no time."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from calplan.model.policy import Attested
from calplan.policyfile.documents import AccountDocument
from calplan.policyfile.reader import read
from calplan.providers.http.retry import Time
from calplan.providers.trust import Trust
from calplan.providers.zoom.opening import read_zoom
from calplan.providers.zoom.platform import ZoomPlatform
from calplan.providers.zoom.writing import WritableZoomPlatform, write_zoom
from tests.sandbox.servers.stage import Stage

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(slots=True)
class Passing:
    """Time that runs on and that pauses move along without anybody waiting."""

    passed: float = 0.0
    pauses: list[float] = field(default_factory=list)
    along: Stage | None = None
    """Servers whose clock goes along."""

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.passed += seconds
        if self.along is not None:
            self.along.pass_time(seconds=seconds)

    def time(self) -> Time:
        return Time(
            now=lambda: datetime.now(UTC) + timedelta(seconds=self.passed),
            ticks=lambda: time.monotonic() + self.passed,
            sleep=self.sleep,
            chance=lambda: 0.5,
        )


def document(stage: Stage, attested: Attested | None = None) -> AccountDocument:
    """The Account document that leads to a stage; what its folder attests, unless something else is given."""
    (found,) = read([stage.folder], NOON.date()).accounts
    if attested is None:
        return found
    return AccountDocument(name=found.name, platform=found.platform, attested=attested, file=found.file)


def reading(stage: Stage, attested: Attested | None = None, passing: Passing | None = None) -> ZoomPlatform:
    """The account as a plan sees it."""
    time = (passing or Passing()).time()
    platform = read_zoom(document(stage, attested), Trust(), lambda: NOON, time)
    assert isinstance(platform, ZoomPlatform)
    return platform


def writing(stage: Stage, passing: Passing | None = None) -> WritableZoomPlatform:
    """The account as an apply sees it."""
    platform = write_zoom(document(stage), Trust(), lambda: NOON, (passing or Passing()).time())
    assert isinstance(platform, WritableZoomPlatform)
    return platform
