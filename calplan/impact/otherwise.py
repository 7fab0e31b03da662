"""A forecast made again with one reading taken the other way, for those users alone whom that can concern."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from calplan.impact.assess import Assessment
from calplan.impact.client_readings import ABOUT_CLIENTS, prompts_of
from calplan.impact.decide import decide
from calplan.impact.facts import Cohort, Reach, case_of, reach_of
from calplan.impact.outcome import OUTCOMES, UserOutcome
from calplan.impact.readings import Reading
from calplan.impact.terms import Terms
from calplan.model.account import TenantFacts
from calplan.model.connection import Connection
from calplan.model.domain import Domain
from calplan.model.unknown import Unknown

TOLD: Final = "told"
"""The users whom a prompt tells of their loss, beside the outcomes: some readings move nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Users of one class and one login domain, and the number of their cohort."""

    facts: int
    domain: int
    cohort: int


@dataclass(frozen=True, kw_only=True)
class Basis:
    """A forecast with what it was made from."""

    assessment: Assessment
    tenant: TenantFacts

    def terms(self, *otherwise: Reading) -> tuple[Terms, ...]:
        """The terms of the change for each membership, with these readings taken the other way."""
        read_otherwise = frozenset(otherwise)
        return tuple(Terms(move=move, read_otherwise=read_otherwise) for move in self.assessment.moves)

    def account_terms(self, *otherwise: Reading) -> Terms:
        """Terms for what is the account's alone, such as the list of domains: there all memberships agree."""
        return Terms(move=self.assessment.moves[0], read_otherwise=frozenset(otherwise))

    @property
    def active(self) -> Iterator[tuple[int, Cohort, UserOutcome, int]]:
        """Each cohort of active users: its number, its facts, its outcome and its size."""
        cohorts = self.assessment.cohorts
        columns = zip(cohorts.members, self.assessment.outcomes, cohorts.sizes, strict=True)
        return (
            (number, cohort, outcome, size)
            for number, (cohort, outcome, size) in enumerate(columns)
            if outcome is not None
        )

    @cached_property
    def rows(self) -> frozenset[str]:
        """Every row that fired for somebody."""
        return frozenset().union(*(outcome.rules for _, _, outcome, _ in self.active))

    @cached_property
    def crowds(self) -> tuple[tuple[Crowd, int], ...]:
        """Active users by class and domain, which a cohort no longer tells apart."""
        population = self.assessment.population
        sizes: Counter[tuple[int, int, int]] = Counter()
        for kind, cohort in self.assessment.cohorts.of_kind.items():
            sizes[*population.kinds[kind][:2], cohort] += population.sizes[kind]
        return tuple(
            (Crowd(facts=facts, domain=domain, cohort=cohort), users)
            for (facts, domain, cohort), users in sizes.items()
            if self.assessment.outcomes[cohort] is not None
        )


Concerned = Counter[tuple[int, Cohort]]
"""How many users of the cohort with this number would be in this cohort."""

Concerns = Callable[[Terms, Cohort, UserOutcome], bool]

BY_ROW: Final[dict[Reading, Concerns]] = {
    Reading.A01: lambda _, one, outcome: "R10a" in outcome.rules or _perhaps_equal(one, outcome),
    Reading.A02: lambda terms, one, outcome: (
        _on_the_same_service(terms, one) and (fired(outcome, "R10b") or _perhaps_equal(one, outcome))
    ),
    Reading.A04: lambda _terms, _one, outcome: "R11a" in outcome.rules,
    Reading.A05: lambda terms, _one, outcome: terms.narrowed and "R11a" in outcome.rules,
    Reading.A06: lambda terms, _one, _outcome: locked_all_along(terms),
    Reading.A07: lambda _terms, _one, outcome: "R03a" in outcome.rules,
    Reading.A12: lambda _terms, _one, outcome: "R05b" in outcome.rules,
    Reading.A13: lambda _terms, _one, outcome: "R05b" in outcome.rules,
    Reading.A15: lambda _terms, _one, outcome: "R09a" in outcome.rules,
    Reading.A23: lambda terms, _one, outcome: (
        terms.after.consent_for_account is True and fired(outcome, "R12c", "R12e", "R12f")
    ),
}
"""Whom a reading made in a rule can concern: never fewer than those whose outcome hangs on it."""

BY_PROMPT: Final = ("R05b", "R08a1", "R08b", "R09d", "R10b", "R10c", "R13a")
"""How the rows begin that ask whether a client shows the prompt."""


def shift(basis: Basis, reading: Reading) -> dict[str, int]:
    """By how much the number of users with each outcome, and of those told, moves if the other reading is right."""
    terms, assessment = basis.terms(reading), basis.assessment
    moved: Counter[str] = Counter()
    for (number, cohort), users in concerned(basis, reading).items():
        was = assessment.outcomes[number]
        if was is None:
            continue
        case = case_of(terms[cohort.member], cohort, basis.tenant)
        now = decide(case, last_client_only=assessment.population.last_client_only)
        moved[was.outcome.value] -= users
        moved[now.outcome.value] += users
        moved[TOLD] += users * (now.told - was.told)
    return {name: moved[name] for name in (*(one.value for one in OUTCOMES), TOLD) if moved[name]}


def concerned(basis: Basis, reading: Reading) -> Concerned:
    """The active users whom the other reading can concern, with the cohort they would be in."""
    if reading in ABOUT_CLIENTS:
        return _with_other_clients(basis, reading)
    if reading is Reading.A09:
        return _in_other_domains(basis, Reading.A09, _own_domains(basis))
    if reading is Reading.A11:
        return _in_other_domains(basis, Reading.A11, mailbox_domains(basis))
    terms, concerns = basis.terms(), BY_ROW[reading]
    found: Concerned = Counter()
    for number, cohort, outcome, size in basis.active:
        if concerns(terms[cohort.member], cohort, outcome):
            found[number, cohort] += size
    return found


def fired(outcome: UserOutcome, *beginnings: str) -> bool:
    """Whether a row that begins so fired for the user."""
    return any(rule.startswith(beginnings) for rule in outcome.rules)


def locked_all_along(terms: Terms) -> bool:
    """Whether the lock acts only because what it enforces changes under it."""
    other = Terms(move=terms.move, read_otherwise=frozenset({Reading.A06}))
    return terms.lock_hits.holds is not other.lock_hits.holds


def _perhaps_equal(one: Cohort, outcome: UserOutcome) -> bool:
    """Whether nobody knows if a known connection differs from what the lock enforces."""
    return "R10d" in outcome.rules and isinstance(one.held, Connection)


def _on_the_same_service(terms: Terms, one: Cohort) -> bool:
    key = terms.after.key
    return isinstance(one.held, Connection) and not isinstance(key, Unknown) and one.held.service is key.service


def _with_other_clients(basis: Basis, reading: Reading) -> Concerned:
    population, members = basis.assessment.population, basis.assessment.cohorts.members
    if reading is Reading.A18 and population.last_client_only:
        return Counter()
    otherwise = frozenset({reading})
    answers = {
        number: answer
        for number, facts in enumerate(population.classes)
        if (answer := prompts_of(facts, otherwise)) is not facts.prompt_capable
    }
    asked = {number for number, _, outcome, _ in basis.active if fired(outcome, *BY_PROMPT)} if answers else ()
    found: Concerned = Counter()
    for crowd, users in basis.crowds if asked else ():
        if crowd.facts in answers and crowd.cohort in asked:
            found[crowd.cohort, replace(members[crowd.cohort], prompts=answers[crowd.facts])] += users
    return found


Move = tuple[int, Domain | None, Domain | None]
"""The number of a cohort, the domain that is held against the lists, and the one that would be."""


def _own_domains(basis: Basis) -> Counter[Move]:
    """Active users by login domain, which A09 reads in another way."""
    population = basis.assessment.population
    terms, other = basis.account_terms(), basis.account_terms(Reading.A09)
    moving = {
        number: domain
        for number, domain in enumerate(population.domains)
        if reach_of(domain, terms) != reach_of(domain, other)
    }
    found: Counter[Move] = Counter()
    for crowd, users in basis.crowds if moving else ():
        if crowd.domain in moving:
            domain = moving[crowd.domain]
            found[crowd.cohort, domain, domain] += users
    return found


def mailbox_domains(basis: Basis) -> Counter[Move]:
    """Active users whose mailbox lies in another domain than their login address."""
    population = basis.assessment.population
    found: Counter[Move] = Counter()
    for kind, cohort in basis.assessment.cohorts.of_kind.items():
        _, login, other = population.kinds[kind]
        if login != other and basis.assessment.outcomes[cohort] is not None:
            found[cohort, population.domains[login], population.domains[other]] += population.sizes[kind]
    return found


def _in_other_domains(basis: Basis, reading: Reading, moves: Counter[Move]) -> Concerned:
    """Those whose place towards the lists changes; one domain stands for all that have the same place."""
    terms, other = basis.account_terms(), basis.account_terms(reading)
    members = basis.assessment.cohorts.members
    stand_ins: dict[Reach, Domain | None] = {}
    found: Concerned = Counter()
    for (number, before, after), users in moves.items():
        reach = reach_of(after, other)
        if reach != reach_of(before, terms):
            found[number, replace(members[number], domain=stand_ins.setdefault(reach, after))] += users
    return found
