"""What rules know besides the settings once everything was read: users, tenant, evidence, and the account's terms."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from calplan.impact.resolve import Levels
from calplan.model.account import Evidence, TenantFacts
from calplan.model.domain import Domain
from calplan.model.limits import Limits
from calplan.model.settings import Setting
from calplan.model.unknown import Unknown
from calplan.model.user import Status, UserFacts
from calplan.plan.validity.subject import Subject, Verdict, stated_by

if TYPE_CHECKING:
    from calplan.impact.assess import Assessment
    from calplan.impact.outcome import UserOutcome
    from calplan.impact.summary import Impact


class Users(NamedTuple):
    """How many active users share these facts, this login domain, and this membership, by its number."""

    facts: UserFacts
    domain: Domain | None
    membership: int
    size: int


@dataclass(frozen=True, kw_only=True)
class Known:
    """The whole account as a plan sees it; ``tenant`` is as it will be when users have to authorise."""

    before: Levels
    after: Levels
    assessment: "Assessment"
    impact: "Impact"
    tenant: TenantFacts
    limits: Limits
    settings: Evidence

    @cached_property
    def users(self) -> tuple[Users, ...]:
        """All active users."""
        population, cohorts = self.assessment.population, self.assessment.cohorts
        alike: Counter[tuple[int, int, int]] = Counter()
        for kind, cohort in cohorts.of_kind.items():
            alike[*population.kinds[kind][:2], cohort] += population.sizes[kind]
        return tuple(
            Users(population.classes[number], population.domains[domain], cohorts.members[cohort].member, size)
            for (number, domain, cohort), size in alike.items()
            if population.classes[number].status is Status.ACTIVE
        )

    def users_under(self, group: str | None, settings: frozenset[Setting]) -> Iterator[Users]:
        """Active users who have one of these settings from this group, or all of them from the account."""
        levels = self._levels_of(settings)
        return (one for one in self.users if levels[one.membership] == group)

    def outcomes_under(self, group: str | None, settings: frozenset[Setting]) -> "Iterator[tuple[UserOutcome, int]]":
        """The outcomes of such users, with the number who have them."""
        levels, cohorts = self._levels_of(settings), self.assessment.cohorts
        for outcome, cohort, size in zip(self.assessment.outcomes, cohorts.members, cohorts.sizes, strict=True):
            if outcome is not None and levels[cohort.member] == group:
                yield outcome, size

    @cached_property
    def sources(self) -> tuple[str | None, ...]:
        """The group that decides over the integration after the change, ``None`` for the account, by membership."""
        return tuple(self.after.effective(one).source for one in self.assessment.cohorts.memberships)

    def _levels_of(self, settings: frozenset[Setting]) -> tuple[str | None, ...]:
        """Where these settings come from: the group that decides, unless it states none of them; by membership."""
        overrides = self.after.overrides
        if isinstance(overrides, Unknown):
            return (None,) * len(self.sources)
        stating = {group for group, one in overrides.items() if stated_by(one) & settings}
        return tuple(one if one in stating else None for one in self.sources)


LiveRule = Callable[[Subject, Known], Iterator[Verdict]]
"""A rule that needs more than the settings."""
