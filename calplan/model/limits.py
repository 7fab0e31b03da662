"""How much harm an account's owner puts up with, and how old evidence may be."""

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, Self

FORM: Final = re.compile(r"(?:(?P<percent>[0-9]{1,3})%(?: or (?P<floor>[0-9]{1,9}))?|(?P<count>[0-9]{1,9}))", re.ASCII)
AGE_FORM: Final = re.compile(r"(?P<number>[0-9]{1,6})(?P<unit>[smhd])", re.ASCII)
SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
WHOLE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A count, a percentage, or a percentage with a floor: the larger of the two holds.

    ``beside`` is another limit that has to hold as well: of the two the smaller one does.
    """

    count: int = 0
    percent: int | None = None
    beside: Self | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """The limit that ``5``, ``5%`` or ``5% or 10`` names.

        Raises:
            ValueError: the text has none of these forms, or more than 100 percent.
        """
        form = FORM.fullmatch(text)
        if form is None or int(form["percent"] or 0) > WHOLE:
            raise ValueError("a limit is a count, a percentage up to 100%, or `P% or N`")
        if form["count"] is not None:
            return cls(count=int(form["count"]))
        return cls(percent=int(form["percent"]), count=int(form["floor"] or 0))

    def largest(self, population: int) -> int:
        """The largest number of users that still passes, of ``population``; percentages are rounded down."""
        own = max(self.count, 0 if self.percent is None else population * self.percent // WHOLE)
        return own if self.beside is None else min(own, self.beside.largest(population))

    def holding(self, population: int) -> Self:
        """The limit that holds for a population, where others have to as well."""
        if self.beside is None:
            return self
        alone = replace(self, beside=None)
        other = self.beside.holding(population)
        return alone if alone.largest(population) <= other.largest(population) else other

    def never_below(self, other: Self) -> bool:
        """Whether this limit lets through at least as much as another one, for every population.

        What holds beside either is not looked at.
        """
        return self.count >= other.count and (self.percent or 0) >= (other.percent or 0)

    def ever_above(self, other: Self) -> bool:
        """Whether this limit lets more users through than another one, of some population that has so many."""
        return (other.percent or 0) < WHOLE and not other.never_below(self)

    def and_also(self, other: Self) -> Self:
        """The limit that holds where both have to; only one of them where it is the smaller one for everybody."""
        if self.beside is not None:
            return replace(self, beside=self.beside.and_also(other))
        if other.beside is not None:
            return other.and_also(self)
        if self.never_below(other):
            return other
        return self if other.never_below(self) else replace(self, beside=other)

    def __str__(self) -> str:
        if self.beside is not None:
            return f"{replace(self, beside=None)}, and no more than {self.beside}"
        if self.percent is None:
            return str(self.count)
        return f"{self.percent}% or {self.count}" if self.count else f"{self.percent}%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one account; the defaults hold where an Account document is silent.

    ``disconnected`` and ``silent`` are of connected users, ``blocked`` and ``unknown`` of active ones.
    """

    disconnected: Limit = field(default_factory=lambda: Limit(percent=5, count=5))
    silent: Limit = field(default_factory=Limit)
    blocked: Limit = field(default_factory=Limit)
    unknown: Limit = field(default_factory=lambda: Limit(percent=1))
    pairs: Limit = field(default_factory=lambda: Limit(count=50))


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxEvidenceAge:
    """How old evidence may be before apply refuses, by what it is about."""

    users: timedelta = timedelta(hours=24)
    portal: timedelta = timedelta(days=30)
    tenant: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far an outcome may differ from the forecast; false alarms in percent of forecast losses when ``percent``."""

    surprises: Limit = field(default_factory=Limit)
    false_alarms: Limit = field(default_factory=lambda: Limit(percent=5))


def parse_age(text: str) -> timedelta:
    """The time that ``90s``, ``30m``, ``24h`` or ``7d`` names.

    Raises:
        ValueError: the text has another form.
    """
    form = AGE_FORM.fullmatch(text)
    if form is None:
        raise ValueError("an age is a whole number with s, m, h or d, such as 24h")
    return timedelta(seconds=int(form["number"]) * SECONDS[form["unit"]])
