"""How often the vendor lets its API be asked: a limit by label, by the second and by the day, for the whole account."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from calplan.sandbox.account.operations import time_text
from calplan.sandbox.servers.answer import TOO_MANY, Answer
from calplan.sandbox.servers.world import Clock


class Label(Enum):
    """How costly the vendor takes an endpoint to be."""

    LIGHT = "Light"
    MEDIUM = "Medium"
    HEAVY = "Heavy"


class RatePlan(Enum):
    """What the account has bought; ``none`` asks no account about its limits."""

    FREE = "free"
    PRO = "pro"
    BUSINESS = "business"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Requests of one label in a second and, where there is one, in a day."""

    second: int
    day: int | None = None


LIMITS: Final[Mapping[RatePlan, Mapping[Label, Limit]]] = {
    RatePlan.FREE: {
        Label.LIGHT: Limit(second=4, day=6_000),
        Label.MEDIUM: Limit(second=2, day=2_000),
        Label.HEAVY: Limit(second=1, day=1_000),
    },
    RatePlan.PRO: {
        Label.LIGHT: Limit(second=30),
        Label.MEDIUM: Limit(second=20),
        Label.HEAVY: Limit(second=10, day=30_000),
    },
    RatePlan.BUSINESS: {
        Label.LIGHT: Limit(second=80),
        Label.MEDIUM: Limit(second=60),
        Label.HEAVY: Limit(second=40, day=60_000),
    },
    RatePlan.NONE: {},
}


@dataclass(slots=True)
class Rates:
    """How often the account was asked, by label."""

    plan: RatePlan
    clock: Clock
    _second: int = 0
    _day: int = 0
    _in_second: Counter[Label] = field(default_factory=Counter)
    _in_day: Counter[Label] = field(default_factory=Counter)

    def take(self, label: Label) -> Answer | Mapping[str, str]:
        """The headers that tell how much is left, or the answer to one request too many."""
        limit = LIMITS[self.plan].get(label)
        if limit is None:
            return {}
        now = self.clock()
        self._turn(int(now.timestamp()), now.toordinal())
        if limit.day is not None and self._in_day[label] >= limit.day:
            return daily(label, limit.day, now)
        if self._in_second[label] >= limit.second:
            return by_the_second(label, limit.second, self._second + 1)
        self._in_second[label] += 1
        self._in_day[label] += 1
        return _headers(label, "QPS", limit.second, limit.second - self._in_second[label])

    def _turn(self, second: int, day: int) -> None:
        if second != self._second:
            self._second = second
            self._in_second.clear()
        if day != self._day:
            self._day = day
            self._in_day.clear()


def by_the_second(label: Label, limit: int, reset: int) -> Answer:
    """The answer to one request too many in a second; ``reset`` is in seconds since 1970."""
    message = "You have reached the maximum per-second rate limit for this API. Try again later."
    headers = {**_headers(label, "QPS", limit, 0), "X-RateLimit-Reset": str(reset)}
    return Answer(status=TOO_MANY, body={"code": TOO_MANY, "message": message}, headers=headers)


def daily(label: Label, limit: int, now: datetime) -> Answer:
    """The answer to one request too many in a day; when to ask again is a time, and no number of seconds."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    message = (
        f"You have reached the daily rate limit ({limit}) for this API. This limit will be reset at GMT 00:00. Please"
        " refer to the response header for details on when you can make another request."
    )
    headers = {**_headers(label, "Daily-limit", limit, 0), "Retry-After": time_text(midnight)}
    return Answer(status=TOO_MANY, body={"code": TOO_MANY, "message": message}, headers=headers)


def _headers(label: Label, kind: str, limit: int, remaining: int) -> dict[str, str]:
    return {
        "X-RateLimit-Category": label.value,
        "X-RateLimit-Type": kind,
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
    }
