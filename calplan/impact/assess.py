"""The forecast: an outcome for every cohort, and so for every active user."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from calplan.diff import Transition
from calplan.impact.decide import decide
from calplan.impact.facts import case_of
from calplan.impact.outcome import UserOutcome
from calplan.impact.population import Cohorts, Population, cohorts_of
from calplan.impact.resolve import Levels, transition
from calplan.impact.terms import Terms
from calplan.model.account import TenantFacts
from calplan.model.connection import Connection
from calplan.model.levels import Groups
from calplan.model.unknown import Tri


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Outcomes by cohort, parallel to ``cohorts.members``; ``None`` for users who are not active (R00)."""

    population: Population
    cohorts: Cohorts
    moves: tuple[Transition, ...]
    """What changes for the users of each membership, parallel to ``cohorts.memberships``."""
    outcomes: tuple[UserOutcome | None, ...]
    groups: Groups = field(default_factory=Groups)
    """The groups of the account, to call them by one name each."""

    def outcome(self, email: str) -> UserOutcome | None:
        """The outcome of the user with this address; ``None`` for one who is not active or not there."""
        found = self.population.roster.find(email)
        return None if found is None else self.outcomes[self.cohorts.of_kind[found.kind]]

    def each(self) -> Iterator[tuple[str, UserOutcome | None]]:
        """The address and outcome of everybody, sorted by address."""
        of_kind = {kind: self.outcomes[cohort] for kind, cohort in self.cohorts.of_kind.items()}
        for page in self.population.roster.pages():
            yield from zip(page.emails, map(of_kind.__getitem__, page.kinds), strict=True)

    def connected(self, number: int) -> Tri:
        """Whether a cohort is connected; while the integration is off no connection counts."""
        cohort = self.cohorts.members[number]
        if cohort.held is None or self.moves[cohort.member].before.enabled is False:
            return Tri.NO
        return Tri.YES if isinstance(cohort.held, Connection) else Tri.UNKNOWN


def assess(before: Levels, after: Levels, population: Population, tenant: TenantFacts) -> Assessment:
    """What one change means for every user, with the tenant as it is when users have to authorise."""
    cohorts = cohorts_of(population, before, after)
    moves = moves_of(before, after, cohorts)
    return Assessment(
        population=population,
        cohorts=cohorts,
        moves=moves,
        outcomes=forecast(moves, cohorts, tenant, last_client_only=population.last_client_only),
        groups=after.groups,
    )


def moves_of(before: Levels, after: Levels, cohorts: Cohorts) -> tuple[Transition, ...]:
    """What changes for the users of each membership."""
    return tuple(transition(before, after, one) for one in cohorts.memberships)


def forecast(
    moves: tuple[Transition, ...], cohorts: Cohorts, tenant: TenantFacts, *, last_client_only: bool
) -> tuple[UserOutcome | None, ...]:
    """The outcome of each cohort."""
    terms = [Terms(move=move) for move in moves]
    return tuple(
        decide(case_of(terms[cohort.member], cohort, tenant), last_client_only=last_client_only)
        if cohort.active
        else None
        for cohort in cohorts.members
    )
