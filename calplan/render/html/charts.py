"""Bars drawn as SVG: shares of users by outcome, in whole numbers, so that equal plans are drawn equally."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from calplan.render.wording import OUTCOME_NAMES

WHOLE: Final = 10_000
"""The width of a whole bar; its style says how wide that is on the screen."""
GAP: Final = 12
"""What parts two segments; it is taken from the right one, unless that is hardly wider itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One outcome's part of a bar: where it begins, and how wide it is."""

    outcome: str
    users: int
    x: int
    width: int


def stacked(counts: Mapping[str, int], whole: int) -> tuple[Segment, ...]:
    """A bar of the outcomes that somebody has, worst first; ``whole`` is how many users would fill its width."""
    segments = []
    before = 0
    for name in OUTCOME_NAMES:
        users = counts.get(name, 0)
        if not users:
            continue
        start, end = (WHOLE * sum_ // max(whole, 1) for sum_ in (before, before + users))
        gap = GAP if before and end - start > 2 * GAP else 0
        segments.append(Segment(outcome=name, users=users, x=start + gap, width=max(end - start - gap, 1)))
        before += users
    return tuple(segments)


def share(users: int, most: int) -> int:
    """How wide a bar of so many users is where the longest has ``most``; never invisible."""
    return max(WHOLE * users // max(most, 1), 1) if users else 0
