"""What rules know besides the settings once everything was read: users, tenant, evidence, and the account's terms."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from calplan.impact.assess import Assessment
from calplan.impact.outcome import UserOutcome
from calplan.impact.summary import Impact
from calplan.model.account import Evidence, TenantFacts
from calplan.model.domain import Domain
from calplan.model.limits import Limits
from calplan.model.user import Status, UserFacts
from calplan.plan.validity.subject import Subject, Verdict


@dataclass(frozen=True, kw_only=True)
class Known:
    """The whole account as a plan sees it; ``tenant`` is as it will be when users have to authorise."""

    assessment: Assessment
    impact: Impact
    tenant: TenantFacts
    limits: Limits
    settings: Evidence

    @cached_property
    def users(self) -> tuple[tuple[UserFacts, Domain | None, int], ...]:
        """Facts and login domain of all active users, with the number who share them."""
        population = self.assessment.population
        pairs = Counter(zip(population.class_ids, population.domain_ids, strict=True))
        return tuple(
            (population.classes[number], population.domains[domain], size)
            for (number, domain), size in pairs.items()
            if population.classes[number].status is Status.ACTIVE
        )

    def outcomes(self) -> Iterator[tuple[UserOutcome, int]]:
        """Every outcome of active users, with the number who have it."""
        for outcome, size in zip(self.assessment.outcomes, self.assessment.cohorts.sizes, strict=True):
            if outcome is not None:
                yield outcome, size


LiveRule = Callable[[Subject, Known], Iterator[Verdict]]
"""A rule that needs more than the settings."""
