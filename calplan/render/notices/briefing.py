"""The page for the help desk: who calls, what they see, what to answer, and how many calls are to be expected."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor

from calplan.impact.outcome import NextStep
from calplan.render.notices.audience import TOLD
from calplan.render.notices.words import ALL_OF_THEM, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShare:
    """How many of those with one outcome have this next step."""

    next_step: str
    users: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeShare:
    """Everybody who is told one thing: how many, by next step, and how many calls that may make.

    ``share_low`` and ``share_high`` are of 100 users, as text.
    """

    about: str
    users: int
    steps: tuple[StepShare, ...]
    share_low: str
    share_high: str
    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What comes to the help desk, by outcome, worst first."""

    outcomes: tuple[OutcomeShare, ...]

    @property
    def low(self) -> int:
        return sum(one.low for one in self.outcomes)

    @property
    def high(self) -> int:
        return sum(one.high for one in self.outcomes)


def expected(counts: Mapping[tuple[str, str], int], tickets: Mapping[str, Share]) -> Expected:
    """What is to be expected of so many users, counted by what they are told and their next step."""
    users = Counter[str]()
    for (about, _step), number in counts.items():
        users[about] += number
    return Expected(
        outcomes=tuple(_outcome(about, users[about], counts, tickets[about]) for about in TOLD if users[about])
    )


def _outcome(about: str, users: int, counts: Mapping[tuple[str, str], int], share: Share) -> OutcomeShare:
    steps = tuple(
        StepShare(next_step=step.value, users=counts[about, step.value])
        for step in NextStep
        if counts.get((about, step.value))
    )
    return OutcomeShare(
        about=about,
        users=users,
        steps=steps,
        share_low=f"{share.low:g}",
        share_high=f"{share.high:g}",
        low=floor(users * share.low / ALL_OF_THEM),
        high=ceil(users * share.high / ALL_OF_THEM),
    )
