"""Clients for tests: a clock that stands still, pauses that are noted, and chance that is decided."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from calplan.providers.endpoints import Endpoint
from calplan.providers.http.answer import Judge, by_status
from calplan.providers.http.retry import Patience, Time
from calplan.providers.http.server import Server
from calplan.providers.http.tokens import Grant
from calplan.providers.redaction import Redactor
from calplan.providers.secret import Secret

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
QUICK = Patience(attempts=4, in_all=60.0, connect=5.0, write=5.0, read=5.0)


@dataclass(slots=True)
class Stopped:
    """Time that passes only while somebody sleeps; ``jumps`` are what the wall clock is off by, look by look."""

    passed: float = 0.0
    pauses: list[float] = field(default_factory=list)
    jumps: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        off = self.jumps.pop(0) if self.jumps else 0.0
        return NOON + timedelta(seconds=self.passed + off)

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.pauses.append(seconds)
        self.passed += seconds

    def time(self, chance: Callable[[], float] = lambda: 0.0) -> Time:
        return Time(now=self.now, ticks=lambda: self.passed, sleep=self.sleep, chance=chance)


def server(
    url: str,
    *,
    stopped: Stopped | None = None,
    patience: Patience = QUICK,
    secret: str | None = None,
    judge: Judge = by_status,
    redactor: Redactor | None = None,
) -> Server:
    """A server at this address; with a secret, tokens come from ``/token`` there."""
    grant = None
    if secret is not None:
        form = {"grant_type": "account_credentials", "account_id": "acc"}
        grant = Grant(endpoint=Endpoint.parse(f"{url}/token"), client="app", secret=Secret(secret), form=form)
    return Server(
        name="The vendor",
        api=Endpoint.parse(f"{url}/v2"),
        grant=grant,
        judge=judge,
        patience=patience,
        time=(stopped or Stopped()).time(),
        redactor=redactor or Redactor(),
    )
