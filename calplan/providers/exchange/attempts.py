"""Trying again where a server is busy: as often and as long as patience allows, and never for another reason."""

from collections.abc import Callable
from typing import Final, TypeVar

from calplan.providers.exchange.outcomes import Failure, Outcome
from calplan.providers.http.retry import Patience, Time

T = TypeVar("T")
PATIENCE: Final = Patience(attempts=4, in_all=60.0, connect=10.0, read=30.0, pause=2.0, longest_pause=15.0)
"""A probe is made while somebody waits for a change. Two at a time would be throttled sooner, so there is one."""


class Attempts:
    """The tries of one probe, which share their time."""

    def __init__(self, patience: Patience, time: Time) -> None:
        self._patience = patience
        self._time = time
        self._end = time.ticks() + patience.in_all

    def until_not_busy(self, step: Callable[[], T | Failure]) -> T | Failure:
        """What a step gives once the server is not busy, or its last failure."""
        for attempt in range(1, self._patience.attempts + 1):
            given = step()
            if not isinstance(given, Failure) or given.outcome is not Outcome.BUSY:
                return given
            wait = given.wait
            if wait is None:
                wait = self._patience.pause_before(attempt + 1, self._time.chance())
            if attempt == self._patience.attempts or self._time.ticks() + wait > self._end:
                return given
            self._time.sleep(wait)
        raise AssertionError("there is always a last attempt")
