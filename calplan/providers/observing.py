"""What an adapter tells of a long read or write while it lasts; whoever asked for it decides what to show."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many of something were read or written by now, ``total`` being ``None`` where nobody says how many there are.

    The first that is told of a piece of work says where it begins, which need not be at 0.
    """

    source: str
    what: str
    done: int
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A pause before a call is made again; ``asked``: the source asks for it, else it did not answer as it should."""

    source: str
    seconds: float
    asked: bool


News = Progress | Wait
Observe = Callable[[News], None]
"""Hears how far the work has come, from any thread. It must be quick and raise nothing."""


def unobserved(_news: News) -> None:
    """Nobody hears it."""
