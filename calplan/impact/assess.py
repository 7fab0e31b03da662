"""The forecast: an outcome for every cohort, and so for every active user."""

from dataclasses import dataclass

from calplan.diff import Transition
from calplan.impact.decide import decide
from calplan.impact.facts import case_of
from calplan.impact.outcome import UserOutcome
from calplan.impact.population import Cohorts, Population, cohorts_of
from calplan.impact.terms import Terms
from calplan.model.account import TenantFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Outcomes by cohort, parallel to ``cohorts.members``; ``None`` for users who are not active (R00)."""

    population: Population
    cohorts: Cohorts
    outcomes: tuple[UserOutcome | None, ...]
    was_off: bool
    """Whether the integration is known to be off before the change, so that no connection counts."""

    def outcome(self, index: int) -> UserOutcome | None:
        """The outcome of the user at ``index`` of the population."""
        return self.outcomes[self.cohorts.ids[index]]


def assess(move: Transition, population: Population, tenant: TenantFacts) -> Assessment:
    """What one change means for every user, with the tenant as it is when users have to authorise."""
    cohorts = cohorts_of(population, (move.before.allowed_domains, move.after.allowed_domains))
    return Assessment(
        population=population,
        cohorts=cohorts,
        outcomes=forecast(move, cohorts, tenant, last_client_only=population.last_client_only),
        was_off=move.before.enabled is False,
    )


def forecast(
    move: Transition, cohorts: Cohorts, tenant: TenantFacts, *, last_client_only: bool
) -> tuple[UserOutcome | None, ...]:
    """The outcome of each cohort."""
    terms = Terms(move=move)
    return tuple(
        decide(case_of(terms, cohort, tenant), last_client_only=last_client_only) if cohort.active else None
        for cohort in cohorts.members
    )
