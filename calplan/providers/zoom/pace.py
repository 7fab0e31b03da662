"""How fast calls may follow each other: the vendor counts them by class, for all that use an account together."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from calplan.providers.http.answer import Answer
from calplan.providers.zoom.routes import RateClass, rate_of

UNTIL_TOLD: Final = {RateClass.LIGHT: 30.0, RateClass.MEDIUM: 20.0, RateClass.HEAVY: 10.0}
"""Calls in a second on the Pro plan, the smallest one that has the integration; a higher limit stands in answers."""
OURS: Final = 0.8
"""The part of a limit that calplan takes: people and other applications need the rest."""
A_SECOND: Final = 1.0
LARGEST_LIMIT: Final = 10_000


@dataclass(slots=True)
class Pace:
    """Sets calls of one class apart. ``ticks`` is a clock that never jumps, in seconds."""

    ticks: Callable[[], float]
    _per_second: dict[RateClass, float] = field(default_factory=lambda: dict(UNTIL_TOLD))
    _next: dict[RateClass, float] = field(default_factory=dict)

    def pause(self, method: str, target: str) -> float:
        """The seconds to let pass before this call; the call counts as made after them."""
        rate, now = rate_of(method, target), self.ticks()
        at = max(now, self._next.get(rate, now))
        self._next[rate] = at + 1.0 / (self._per_second[rate] * OURS)
        return at - now

    def heard(self, method: str, target: str, answer: Answer) -> None:
        """Learn the limit of a second; a limit for the day is told by its refusal."""
        rate = rate_of(method, target)
        if answer.headers.get("x-ratelimit-category", rate.value).strip().lower() != rate.value:
            return
        if answer.headers.get("x-ratelimit-type", "qps").strip().lower() != "qps":
            return
        limit = _number(answer, "x-ratelimit-limit")
        if limit is not None and 0 < limit <= LARGEST_LIMIT:
            self._per_second[rate] = float(limit)
        if _number(answer, "x-ratelimit-remaining") == 0:
            self._next[rate] = max(self._next.get(rate, 0.0), self.ticks() + A_SECOND)


def _number(answer: Answer, name: str) -> int | None:
    stated = answer.headers.get(name, "").strip()
    return int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 10 else None  # noqa: PLR2004 - no limit has as many digits
