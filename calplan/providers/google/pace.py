"""How fast calls may follow each other. Google counts those of all threads together, a minute at a time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from calplan.providers.google.judging import is_throttling
from calplan.providers.http.answer import Answer

DIRECTORY_PER_SECOND: Final = 40.0
"""2,400 queries in a minute for one user of one project: https://developers.google.com/admin-sdk/directory/v1/limits"""
LOG_PER_SECOND: Final = 250 / 60
"""250 filtered queries in a minute: https://developers.google.com/admin-sdk/reports/v1/limits"""
OURS: Final = 0.95
"""The part of a limit that calplan takes: its minute does not begin when Google's does."""
HELD: Final = 1.0
"""The seconds for which nobody asks anything after one was told to slow down."""


@dataclass(slots=True)
class Pace:
    """Sets calls apart, for any number of threads. ``ticks`` is a clock that never jumps, in seconds."""

    per_second: float
    ticks: Callable[[], float]
    _next: float = 0.0
    _guard: Lock = field(default_factory=Lock)

    def pause(self, _method: str, _target: str) -> float:
        """The seconds to let pass before this call; the call counts as made after them."""
        with self._guard:
            now = self.ticks()
            at = max(now, self._next)
            self._next = at + 1.0 / (self.per_second * OURS)
            return at - now

    def heard(self, _method: str, _target: str, answer: Answer) -> None:
        """Hold everybody for a moment where one of them was told to slow down."""
        if answer.status < 400 or not is_throttling(answer):  # noqa: PLR2004 - where refusals begin
            return
        with self._guard:
            self._next = max(self._next, self.ticks() + HELD)
