"""Builders for what is forecast and what is found afterwards."""

from datetime import timedelta
from typing import Final

from calplan.apply.judge import Expected
from calplan.apply.verification_record import Circumstances, Verified
from calplan.apply.verify import Verification, verify
from calplan.impact.outcome import NextStep, Outcome
from calplan.impact.resolve import Levels, alone
from calplan.model.connection import Held
from calplan.model.limits import Tolerance
from calplan.model.settings import AccountSettings
from calplan.model.user import RawFacts, decode
from calplan.plan.users import AssessedUsers
from tests import make

OLD: Final[Held] = decode(make.facts("google", "write", "read")).connection
NEW: Final[Held] = decode(make.facts("office365-graph", "write", "read")).connection
SERVED: Final[Held] = decode(make.facts("exchange-ews", ews_host="mail.corp.example", auth="impersonation")).connection

LOCKED_ON_GRAPH: Final = make.account(locked=True, service=make.graph())


def expected(
    outcome: Outcome,
    had: Held = None,
    *,
    next_step: NextStep = NextStep.NONE,
    on_the_way: bool = False,
    impersonation_comes: bool = False,
    perhaps_for_them: bool = False,
) -> Expected:
    return Expected(
        outcome=outcome,
        next_step=next_step,
        rules=("R01",),
        had=had,
        on_the_way=on_the_way,
        impersonation_comes=impersonation_comes,
        perhaps_for_them=perhaps_for_them,
    )


def held_against(
    users: dict[str, RawFacts],
    observed: dict[str, RawFacts],
    *,
    before: AccountSettings | None = None,
    after: AccountSettings = LOCKED_ON_GRAPH,
    tolerance: Tolerance | None = None,
) -> Verification:
    """The forecast of a change for these users, held against these observations."""
    levels: tuple[Levels, Levels] = (alone(before or make.account()), alone(after))
    rows = AssessedUsers(make.assessment(levels[0].account, after, users)).rows()
    return verify(rows, make.population(observed), tolerance or Tolerance(), levels)


def verified(
    result: Verification, *, complete: bool = True, later_runs: int = 0, settings: tuple[str, ...] = (), days: int = 0
) -> Verified:
    """A verification of a run, made some days after it."""
    return Verified(
        run="run1",
        account="contoso",
        plan_id="sha256:1",
        result=result,
        circumstances=Circumstances(
            at=make.NOW + timedelta(days=days),
            who="admin",
            complete=complete,
            later_runs=later_runs,
            settings=settings,
        ),
    )
