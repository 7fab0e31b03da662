"""Whose consents are left over."""

import pytest

from calplan.impact.assess import assess
from calplan.impact.resolve import Levels
from calplan.model.levels import Group, GroupModel, Groups
from calplan.model.policy import CalendarPolicy, GroupOverride
from calplan.model.settings import AccountSettings, WantedSettings
from calplan.plan.actions import Consent
from calplan.plan.leftovers import leftovers
from tests import make

ANN, BOB, CYD = "ann@corp.example", "bob@corp.example", "cyd@corp.example"
EVERYBODY = frozenset({ANN, BOB, CYD})
LABS = Group(id="g1", name="Labs")
ON_GOOGLE = make.facts("google", "write", "read")
IN_LABS = make.facts("google", "write", "read", groups=("Labs",), primary_group="Labs")
POLICY = CalendarPolicy(name="corp", account="corp", settings=WantedSettings(), google_revoke_stale=True)
GRAPH = make.account(locked=True, service=make.graph())


def levels(account: AccountSettings, *overrides: GroupOverride) -> Levels:
    groups = Groups(known=(LABS,), overrides=overrides)
    return Levels(account=account, groups=groups, model=GroupModel(kind="legacy"))


def stale(before: Levels, after: Levels, member: str) -> frozenset[str]:
    """Whose consent at Google is left over, where one user alone is in the Labs."""
    users = {email: IN_LABS if email == member else ON_GOOGLE for email in sorted(EVERYBODY)}
    found = assess(before, after, make.population(users), make.tenant())
    left = leftovers(POLICY, before, after, found, {Consent.GOOGLE: EVERYBODY})
    return frozenset(email for one in left if isinstance(one.users, frozenset) for email in one.users)


@pytest.mark.parametrize("member", sorted(EVERYBODY))
def test_the_account_decides_whether_a_service_was_left_whoever_comes_first(member: str) -> None:
    before = levels(make.account())
    on_graph = GroupOverride(group="Labs", service=make.graph(), locked=True)
    assert stale(before, levels(make.account(), on_graph), member) == frozenset(), "the account keeps Google"
    assert stale(before, levels(make.account(service=make.graph()), on_graph), member) == {member}


@pytest.mark.parametrize("member", sorted(EVERYBODY))
def test_a_group_that_keeps_the_service_keeps_its_consents(member: str) -> None:
    before = levels(make.account())
    keeps = GroupOverride(group="Labs", service=make.google(), locked=True)
    assert stale(before, levels(make.account(service=make.graph()), keeps), member) == frozenset()
    assert stale(before, levels(GRAPH, keeps), member) == EVERYBODY, "a locked account makes no exception"
