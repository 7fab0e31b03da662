"""How far a long read has come, on stderr: one line that overwrites itself on a terminal, now and then a line in CI.

click has a progress bar, and it is none of these: it leaves its last state behind, prints its label into a pipe, knows
neither a total that comes late nor a pause, and takes its time from the clock of the machine.
"""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock
from types import TracebackType
from typing import Final, Protocol, Self, TextIO, assert_never

from calplan.cli.terminal import columns_of
from calplan.providers.observing import News, Progress, Wait
from calplan.render.cells import fitting
from calplan.render.progress import progress_in_words, wait_in_words
from calplan.render.untrusted import for_terminal

QUICK: Final = 1.0
"""Seconds for which nothing is shown on a terminal: most reads are over by then."""
REDRAWN: Final = 0.1
"""Seconds between two states of the line on a terminal, at least."""
NOW_AND_THEN: Final = 10.0
"""Seconds between two lines in CI."""
NARROWEST: Final = 20
USUAL: Final = 80
ERASE: Final = "\r\x1b[K"
"""To the first column, and everything after it gone."""


class Manner(Protocol):
    """How lines are shown."""

    def due(self, now: float, until: float) -> bool:
        """Whether a line is to be shown ``now`` that stands ``until`` then."""
        ...

    def show(self, text: str, now: float) -> None:
        """Show one line."""
        ...

    def clear(self) -> None:
        """Leave nothing behind."""
        ...


class Overwriting:
    """One line of a terminal, gone at the end. The cursor waits at its start, so that whoever writes writes over it."""

    def __init__(self, stream: TextIO, columns: Callable[[], int], now: float) -> None:
        self._stream = stream
        self._columns = columns
        self._next = now + QUICK
        self._drawn = False

    def due(self, now: float, until: float) -> bool:
        return max(now, until) >= self._next

    def show(self, text: str, now: float) -> None:
        self._write(f"{ERASE}{fitting(text, max(NARROWEST, self._columns() - 1))}\r")
        self._drawn, self._next = True, now + REDRAWN

    def clear(self) -> None:
        if self._drawn:
            self._write(ERASE)
            self._drawn = False

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            self._next = float("inf")  # nobody looks any more


class NowAndThen:
    """A line of its own every ten seconds, which a log keeps."""

    def __init__(self, say: Callable[[str], None], now: float) -> None:
        self._say = say
        self._next = now + NOW_AND_THEN

    def due(self, now: float, until: float) -> bool:
        return max(now, until) >= self._next

    def show(self, text: str, now: float) -> None:
        self._say(text)
        self._next = now + NOW_AND_THEN

    def clear(self) -> None:
        return None


class Silent:
    """Shows nothing."""

    def due(self, _now: float, _until: float) -> bool:
        return False

    def show(self, _text: str, _now: float) -> None:
        return None

    def clear(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class _Begun:
    """A piece of work: what is counted, and how many there were when."""

    source: str
    what: str
    done: int
    at: float

    def rate(self, news: Progress, now: float) -> float | None:
        passed = now - self.at
        return (news.done - self.done) / passed if passed >= QUICK and news.done > self.done else None


class ProgressLine:
    """Hears how far the work has come, from any thread, and shows it; at the end of a ``with`` block nothing is left.

    ``ticks`` is a clock that never jumps, in seconds.
    """

    def __init__(self, manner: Manner, ticks: Callable[[], float] = time.monotonic) -> None:
        self._manner = manner
        self._ticks = ticks
        self._begun: _Begun | None = None
        self._done = 0
        self._guard = RLock()  # a signal may be handled while a line is drawn

    def __call__(self, news: News) -> None:
        with self._guard:
            now = self._ticks()
            match news:
                case Progress():
                    text, until = self._progress(news, now), now
                case Wait(source=source, seconds=seconds, asked=asked):
                    text, until = wait_in_words(source, seconds, asked=asked), now + seconds
                case _:
                    assert_never(news)
            if self._manner.due(now, until):
                self._manner.show(for_terminal(text), now)

    def _progress(self, news: Progress, now: float) -> str:
        begun = self._begun
        if begun is None or (begun.source, begun.what) != (news.source, news.what) or news.done < self._done:
            begun = self._begun = _Begun(news.source, news.what, news.done, now)
        self._done = news.done
        return progress_in_words(news.source, news.what, news.done, news.total, begun.rate(news, now))

    def clear(self) -> None:
        """Leave nothing behind, for now."""
        with self._guard:
            self._manner.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()


def manner_of_stderr(say: Callable[[str], None], *, automated: bool, logging: bool) -> Manner:
    """How progress is shown here. A line that overwrites itself and lines of a log would spoil each other."""
    now = time.monotonic()
    shown = sys.stderr.isatty()
    if automated or (shown and (logging or os.environ.get("TERM") == "dumb")):
        return NowAndThen(say, now)
    if not shown:
        return Silent()
    return Overwriting(sys.stderr, lambda: columns_of(sys.stderr) or USUAL, now)
