"""How often each rule was right, over all runs that were verified."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from calplan.apply.verification_record import Recorded
from calplan.apply.verify import RuleCount

THOUSAND: Final = 1000
SOON: Final = timedelta(days=1)
"""Until then a verification says what the change did; later ones say more and more who came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedRun:
    """A run that came to its end, with everything that was found when it was verified."""

    ended_at: datetime
    verifications: tuple[Recorded, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """How the users of all runs came out for whom one rule fired."""

    rule: str
    runs: int
    count: RuleCount

    @property
    def share(self) -> Fraction | None:
        """The share of those it can be judged by for whom it was right; ``None`` where there are none."""
        return Fraction(self.count.hits, self.count.observed) if self.count.observed else None

    @property
    def percent(self) -> str | None:
        """The share in percent with one decimal, rounded down, so that only what was always right has 100."""
        if self.share is None:
            return None
        tenths = int(self.share * THOUSAND)
        return f"{tenths // 10}.{tenths % 10}%"


def precision(runs: Iterable[VerifiedRun]) -> tuple[Precision, ...]:
    """The measured precision of every rule that fired in a verified run, by the rule's id.

    Each run counts once for each rule: by the least flattering of the verifications that tell what the change did.
    """
    found: dict[str, list[RuleCount]] = {}
    for run in runs:
        telling = _telling(run)
        for rule in {rule for one in telling for rule in one.by_rule}:
            counts = [one.by_rule[rule] for one in telling if rule in one.by_rule]
            found.setdefault(rule, []).append(min(counts, key=_flattery))
    return tuple(Precision(rule=rule, runs=len(counts), count=_sum(counts)) for rule, counts in sorted(found.items()))


def _telling(run: VerifiedRun) -> Sequence[Recorded]:
    """The verifications within a day, else the first one; none where the account was not as the forecast supposes."""
    sound = [one for one in run.verifications if one.circumstances.as_forecast]
    sound.sort(key=lambda one: one.circumstances.at)
    soon = [one for one in sound if one.circumstances.at - run.ended_at <= SOON]
    return soon or sound[:1]


def _flattery(count: RuleCount) -> tuple[Fraction, int]:
    """What nobody was observed by says nothing, and so flatters most; of two equal shares more users say more."""
    return (Fraction(count.hits, count.observed) if count.observed else Fraction(2), -count.observed)


def _sum(counts: Sequence[RuleCount]) -> RuleCount:
    return RuleCount(
        hits=sum(one.hits for one in counts),
        surprises=sum(one.surprises for one in counts),
        false_alarms=sum(one.false_alarms for one in counts),
        not_observable=sum(one.not_observable for one in counts),
        undecided=sum(one.undecided for one in counts),
    )
