"""The forecast added up: counts that partition the active users, and ranges from certain to possible."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from calplan.impact.assess import Assessment
from calplan.impact.decide import ROWS
from calplan.impact.outcome import BARRED, DISCONNECTED, HARMED, OUTCOMES, Link, Notice, Outcome, UserOutcome
from calplan.model.unknown import Tri, Unknown

NO_GROUP: Final = "(no group)"
UNKNOWN_GROUPS: Final = "(groups unknown)"
UNREADABLE_DOMAIN: Final = "(not a domain)"

Weighed = list[tuple[UserOutcome, int]]
"""Outcomes of active users with the number of users who have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A number of users, from certain to possible."""

    certain: int
    possible: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """How many users one row decided the outcome of, or took part in."""

    rule: str
    users: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The outcomes of the users of one group or domain."""

    name: str
    counts: dict[Outcome, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Everything a plan says of its users as numbers.

    ``counts`` has every outcome and adds up to ``active``; ``by_group`` counts a user in each of his groups.
    """

    users: int
    active: int
    connected: int
    connection_unknown: int
    counts: dict[Outcome, int]
    lose: Range
    not_told: Range
    cannot_return: Range
    told: int
    unknown_certainty: int
    by_group: tuple[Share, ...]
    by_domain: tuple[Share, ...]
    by_rule: tuple[RuleCount, ...]

    @property
    def excluded(self) -> int:
        """Users who are inactive or pending."""
        return self.users - self.active

    def total(self, outcomes: frozenset[Outcome]) -> int:
        """How many users have one of these outcomes."""
        return sum(self.counts[outcome] for outcome in outcomes)


def summarise(assessment: Assessment) -> Impact:
    """The numbers of an assessment."""
    cohorts, population = assessment.cohorts, assessment.population
    weighed = [
        (outcome, size) for outcome, size in zip(assessment.outcomes, cohorts.sizes, strict=True) if outcome is not None
    ]
    counts = dict.fromkeys(OUTCOMES, 0)
    for outcome, size in weighed:
        counts[outcome.outcome] += size
    return Impact(
        users=len(population),
        active=sum(size for _, size in weighed),
        connected=_connected(assessment, Tri.YES),
        connection_unknown=_connected(assessment, Tri.UNKNOWN),
        counts=counts,
        lose=_range(weighed, _loses, _might_lose),
        not_told=_range(weighed, _untold, _might_be_untold),
        cannot_return=_range(weighed, _barred, _might_be_barred),
        told=sum(size for one, size in weighed if one.told),
        unknown_certainty=sum(size for one, size in weighed if one.certainty.value == "unknown"),
        by_group=_by_group(assessment),
        by_domain=_by_domain(assessment),
        by_rule=_by_rule(weighed),
    )


def harmed(assessment: Assessment) -> Iterator[tuple[str, UserOutcome]]:
    """The address and outcome of every user with outcome 1 to 6, sorted by address."""
    return (
        (email, outcome) for email, outcome in assessment.each() if outcome is not None and outcome.outcome in HARMED
    )


def _connected(assessment: Assessment, known: Tri) -> int:
    """Active users who have a connection that counts, or of whom nobody knows."""
    return sum(
        size
        for number, (outcome, size) in enumerate(zip(assessment.outcomes, assessment.cohorts.sizes, strict=True))
        if outcome is not None and assessment.connected(number) is known
    )


def _loses(one: UserOutcome) -> bool:
    return one.outcome in DISCONNECTED and one.loss_is_certain


def _might_lose(one: UserOutcome) -> bool:
    at_risk = one.outcome is Outcome.AT_RISK and one.connection is not Link.NONE
    return one.outcome in DISCONNECTED or at_risk


def _untold(one: UserOutcome) -> bool:
    return _loses(one) and one.notice is Notice.NO_PROMPT


def _might_be_untold(one: UserOutcome) -> bool:
    lost_untold = one.connection is Link.LOST and one.notice in (Notice.NO_PROMPT, Notice.UNKNOWN)
    return lost_untold or (one.outcome is Outcome.AT_RISK and one.connection is not Link.NONE)


def _barred(one: UserOutcome) -> bool:
    return one.outcome in BARRED and not one.rests_on


def _might_be_barred(one: UserOutcome) -> bool:
    return one.outcome in BARRED or one.outcome is Outcome.AT_RISK or one.return_is_doubtful


def _range(weighed: Weighed, certain: Callable[[UserOutcome], bool], possible: Callable[[UserOutcome], bool]) -> Range:
    return Range(
        certain=sum(size for one, size in weighed if certain(one)),
        possible=sum(size for one, size in weighed if possible(one)),
    )


def _by_rule(weighed: Weighed) -> tuple[RuleCount, ...]:
    users: Counter[str] = Counter()
    for one, size in weighed:
        users.update(dict.fromkeys(one.rules, size))
    return tuple(RuleCount(rule=rule, users=users[rule]) for rule in ROWS if rule in users)


def _by_group(assessment: Assessment) -> tuple[Share, ...]:
    population = assessment.population
    shares: dict[str, dict[Outcome, int]] = {}
    sizes: Counter[tuple[int, int]] = Counter()
    for kind, cohort in assessment.cohorts.of_kind.items():
        sizes[population.kinds[kind].class_id, cohort] += population.sizes[kind]
    for (number, cohort), size in sizes.items():
        groups = population.classes[number].groups
        names = {UNKNOWN_GROUPS} if isinstance(groups, Unknown) else set(map(assessment.groups.name_of, groups))
        for name in names or {NO_GROUP}:
            _add(shares, name, assessment.outcomes[cohort], size)
    return _shares(shares)


def _by_domain(assessment: Assessment) -> tuple[Share, ...]:
    population = assessment.population
    shares: dict[str, dict[Outcome, int]] = {}
    sizes: Counter[tuple[int, int]] = Counter()
    for kind, cohort in assessment.cohorts.of_kind.items():
        sizes[population.kinds[kind].domain_id, cohort] += population.sizes[kind]
    for (number, cohort), size in sizes.items():
        domain = population.domains[number]
        _add(shares, UNREADABLE_DOMAIN if domain is None else domain.name, assessment.outcomes[cohort], size)
    return _shares(shares)


def _add(shares: dict[str, dict[Outcome, int]], name: str, outcome: UserOutcome | None, size: int) -> None:
    if outcome is not None:
        if name not in shares:
            shares[name] = dict.fromkeys(OUTCOMES, 0)
        shares[name][outcome.outcome] += size


def _shares(shares: dict[str, dict[Outcome, int]]) -> tuple[Share, ...]:
    return tuple(Share(name=name, counts=shares[name]) for name in sorted(shares))
