"""When a call is made again, after how long, and when it is given up."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST_NAMED: Final = timedelta(days=366)
"""A moment further away than this is a slip of the server; nobody is told to wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one call may take, in seconds; ``attempts`` is a number, ``in_all`` bounds tries and pauses together.

    The pause before the second try is drawn between 0 and ``pause``; the bound doubles with each try up to
    ``longest_pause``.
    """

    attempts: int = 6
    in_all: float = 120.0
    connect: float = 10.0
    write: float = 30.0
    read: float = 60.0
    pause: float = 1.0
    longest_pause: float = 30.0

    def pause_before(self, attempt: int, chance: float) -> float:
        """The pause before the try of this number (2, 3 ...), ``chance`` lying between 0 and 1."""
        return chance * min(self.longest_pause, self.pause * 2.0 ** (attempt - 2))


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """What passes and what is drawn. ``ticks`` never jumps and is all that waiting rests on; ``now`` may."""

    now: Callable[[], datetime] = _now
    ticks: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = field(default_factory=lambda: random.SystemRandom().random)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds a server asks to wait, never negative, or ``None`` where it names none that can be understood.

    ``Retry-After`` is taken as seconds, as an HTTP date, or as an ISO 8601 moment. A date is held against the server's
    own ``Date`` where there is one, so that a wrong clock on either side does no harm.
    """
    stated = headers.get("retry-after", "").strip()
    if not stated:
        return None
    if stated.isascii() and stated.replace(".", "", 1).isdigit():
        return min(float(stated), LONGEST_NAMED.total_seconds())
    moment = _moment(stated)
    if moment is None:
        return None
    return until(moment, headers, now)


def until(moment: datetime, headers: Mapping[str, str], now: datetime) -> float:
    """The seconds until a moment that a server named, by the server's own clock where its answer shows one."""
    since = server_time(headers) or now
    return min(max(0.0, (moment - since).total_seconds()), LONGEST_NAMED.total_seconds())


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """What the clock of a server showed when it answered, or ``None`` where it does not say."""
    return _moment(headers.get("date", ""))


def _moment(text: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text.strip())
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
        return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    return None


def in_words(seconds: float, now: datetime) -> str:
    """A wait as a person reads it: when it is over, to the minute, rounded up."""
    end = now.astimezone(UTC) + timedelta(seconds=seconds) + timedelta(seconds=59)
    return f"{end:%Y-%m-%d %H:%M} UTC"
