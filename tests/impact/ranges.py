"""The numbers of semantics (d) for one user, from certain to possible, written a second time."""

from dataclasses import dataclass
from typing import Final

from calplan.impact.outcome import UserOutcome

DOUBT_THE_WAY_BACK: Final = {"R08c1", "R08c2", "R12e", "R15e"}
"""Platform, consent or mailbox are unknown: nobody can tell whether the user can come back by himself."""


@dataclass(frozen=True)
class Ranges:
    """Whether one user certainly or possibly loses the connection, is not told, cannot return alone."""

    lose: tuple[bool, bool]
    not_told: tuple[bool, bool]
    cannot_return: tuple[bool, bool]
    told: bool

    def holds(self, other: "Ranges") -> bool:
        """Whether every range of ``other`` lies within this one's."""
        pairs = ((self.lose, other.lose), (self.not_told, other.not_told), (self.cannot_return, other.cannot_return))
        return all(wide[0] <= narrow[0] and narrow[1] <= wide[1] for wide, narrow in pairs)


def ranges_of(one: UserOutcome) -> Ranges:
    """The ranges of one user; what rests on an unread live setting counts as possible only."""
    lost = one.outcome.value.startswith("disconnected_")
    risk = one.outcome.value == "at_risk"
    surely = lost and one.loss_is_certain
    may_lose = risk and one.connection.value != "none"
    barred = one.outcome.value in ("disconnected_blocked", "blocked")
    doubts = DOUBT_THE_WAY_BACK.intersection(one.rules)
    return Ranges(
        lose=(surely, lost or may_lose),
        not_told=(
            surely and one.notice.value == "no_prompt",
            (lost and one.notice.value in ("no_prompt", "unknown")) or may_lose,
        ),
        cannot_return=(barred and not one.rests_on, barred or risk or bool(doubts) or one.return_is_doubtful),
        told=lost and one.notice.value == "prompt",
    )
