"""How far a long read or write has come, in words for one line of a terminal or a log."""

from math import ceil
from typing import Final

SLOW: Final = 10.0
"""Below so many in a second a tenth of one tells something."""


def progress_in_words(source: str, what: str, done: int, total: int | None, rate: float | None) -> str:
    """One line without its end; ``rate`` is what was done in a second, ``None`` where nobody can tell yet."""
    counted = f"{done:,}" if total is None else f"{done:,} of {total:,}"
    parts = [f"{source}: {counted} {what}"]
    if rate:
        parts.append(f"{rate:,.0f}/s" if rate >= SLOW else f"{rate:.1f}/s")
        if total is not None and total > done:
            parts.append(f"{time_in_words((total - done) / rate)} left")
    return ", ".join(parts)


def wait_in_words(source: str, seconds: float, *, asked: bool) -> str:
    """One line for a pause, without its end."""
    if asked:
        return f"{source} asks to wait {time_in_words(seconds)}"
    return f"{source} does not answer as it should; trying again in {time_in_words(seconds)}"


def time_in_words(seconds: float) -> str:
    """A time to wait as a person reads it, rounded up: ``12 s``, ``3 min 20 s``, ``1 h 05 min``."""
    whole = max(1, ceil(seconds))
    minutes, left = divmod(whole, 60)
    if not minutes:
        return f"{whole} s"
    hours, rest = divmod(minutes, 60)
    if hours:
        return f"{hours} h {rest:02} min"
    return f"{minutes} min {left:02} s"
