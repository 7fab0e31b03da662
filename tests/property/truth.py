"""What a drawn world turned out to be, and whether a forecast allows it."""

from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Final

from calplan.impact.assess import Assessment, assess
from calplan.impact.outcome import Outcome, UserOutcome
from calplan.impact.population import populate
from calplan.impact.resolve import Levels
from calplan.model.account import TenantFacts
from calplan.model.user import RawFacts, UserBatch


class Became(Enum):
    """What truly became of a connection."""

    LOST = "lost"
    GAINED = "gained"
    AS_BEFORE = "as before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What truly happened to one user."""

    had: bool
    became: Became
    told: bool
    could_set_up: bool
    can_set_up: bool

    @property
    def rank(self) -> int:
        """The number of the outcome this is, the best where several would do; 7 stands for 7 to 9."""
        if self.became is Became.LOST:
            return 1 if not self.can_set_up else 4 if self.told else 2
        return 5 if not self.had and self.could_set_up and not self.can_set_up else 7


def forecast(
    before: Levels, after: Levels, users: tuple[tuple[str, RawFacts], ...], tenant: TenantFacts
) -> dict[str, UserOutcome]:
    """What calplan says of each of these users."""
    return dict(_outcomes(assessed(before, after, users, tenant)))


def assessed(before: Levels, after: Levels, users: tuple[tuple[str, RawFacts], ...], tenant: TenantFacts) -> Assessment:
    """The forecast of all of these users."""
    emails, facts = [email for email, _ in users], [one for _, one in users]
    return assess(before, after, populate([UserBatch(emails=emails, facts=facts, mailboxes={})]), tenant)


def _outcomes(assessment: Assessment) -> list[tuple[str, UserOutcome]]:
    found = list(assessment.each())
    return [(email, outcome) for email, outcome in found if outcome is not None]


def allows(said: UserOutcome, truth: Truth, *, sync_may_come: bool = False) -> bool:
    """Whether what happened lies in the set that the outcome allows.

    ``sync_may_come``: impersonation is switched on and a fact that decides whom it serves was hidden.
    """
    lost, none = truth.became is Became.LOST, truth.became is Became.AS_BEFORE and not truth.had
    gained = truth.became is Became.GAINED
    match said.outcome:
        case Outcome.DISCONNECTED_SILENT:
            return lost and not truth.told
        case Outcome.DISCONNECTED_PROMPTED:
            return lost and truth.told
        case Outcome.DISCONNECTED_NOTICE_UNKNOWN:
            return lost
        case Outcome.DISCONNECTED_BLOCKED:
            return lost and not truth.can_set_up
        case Outcome.BLOCKED:
            return none and not truth.can_set_up
        case Outcome.PROMPTED:
            return none or (gained and sync_may_come)
        case Outcome.AUTOMATIC:
            return gained
        case Outcome.UNAFFECTED:
            return truth.became is Became.AS_BEFORE or (gained and sync_may_come)
        case Outcome.AT_RISK:
            return True


RANKS: Final = {outcome: number for number, outcome in enumerate(Outcome, start=1)}


def worse_than_said(said: UserOutcome, truth: Truth) -> bool:
    """Whether a user fared worse than his forecast, though nothing in it says that he is at risk."""
    rank = min(RANKS[said.outcome], 7)
    at_risk = any(rule in AT_RISK_ROWS for rule in said.rules)
    return truth.rank < rank and not at_risk and not allows(said, truth)


AT_RISK_ROWS: Final = frozenset({"R03c", "R05d", "R08a3", "R08c1", "R08c2", "R09d3", "R09e", "R10d", "R13c"})


def seeded(seed: int) -> Random:
    """The generator of one case."""
    return Random(f"calplan {seed}")
