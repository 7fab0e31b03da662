"""The warning about users whom revoking a consent might disconnect though no forecast counts them."""

from calplan.impact.assess import assess
from calplan.impact.population import populate
from calplan.impact.resolve import alone
from calplan.model.diagnostic import Severity
from calplan.model.policy import CalendarPolicy
from calplan.model.proof import Basis
from calplan.model.settings import AccountSettings, WantedSettings
from calplan.model.user import RawFacts, UserBatch
from calplan.plan.actions import Consent
from calplan.plan.findings import revoked_uncounted
from calplan.plan.leftovers import leftovers
from tests import make

ANN, BOB, CYD = "ann@corp.example", "bob@corp.example", "cyd@corp.example"
ON_GOOGLE = make.facts("google", "write", "read")
POLICY = CalendarPolicy(name="corp", account="corp", settings=WantedSettings(), google_revoke_stale=True)


def of_whom_the_plan_speaks(before: AccountSettings, after: AccountSettings, **users: RawFacts) -> tuple[str, ...]:
    """Who is named by the warning, where everybody's consent is seen and left over."""
    people = {f"{name}@corp.example": raw for name, raw in users.items()}
    bases = [Basis.GOOGLE_TOKENS] * len(people)
    batch = UserBatch(emails=[*people], facts=[*people.values()], mailboxes={}, bases=bases)
    found = assess(alone(before), alone(after), populate([batch]), make.tenant())
    left = leftovers(POLICY, alone(before), alone(after), found, {Consent.GOOGLE: frozenset(people)})
    assert {email for one in left if isinstance(one.users, frozenset) for email in one.users} == people.keys()
    said = [*revoked_uncounted(left, found)]
    assert all((one.code, one.severity) == ("P-REVOKES", Severity.WARNING) for one in said)
    return tuple(email for one in said for email in people if email in one.summary)


def test_a_warning_names_whom_revoking_might_disconnect_though_no_rule_does() -> None:
    locked = make.account(service=make.graph(), locked=True)
    unknown, gone = make.facts(None), make.facts("google", "write", "read", status="inactive")
    everybody = {"ann": ON_GOOGLE, "bob": unknown, "cyd": gone, "dan": make.facts("office365-graph", "write", "read")}
    assert of_whom_the_plan_speaks(make.account(), locked, **everybody) == (CYD,), "the others are forecast to lose it"
    assert of_whom_the_plan_speaks(locked, locked, **everybody) == (ANN, BOB, CYD)
    assert of_whom_the_plan_speaks(locked, locked, dan=everybody["dan"]) == ()
