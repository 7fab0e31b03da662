"""Whose consent is left over, and so may be revoked: never one that carries a connection the plan leaves alone."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.impact.assess import Assessment, assess
from calplan.impact.outcome import Link
from calplan.impact.population import populate
from calplan.impact.resolve import Levels, alone
from calplan.model.levels import Group, GroupModel, Groups
from calplan.model.policy import CalendarPolicy, GroupOverride
from calplan.model.proof import Basis
from calplan.model.service import Service
from calplan.model.settings import AccountSettings, WantedSettings
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.model.user import RawFacts, UserBatch
from calplan.plan.actions import Consent
from calplan.plan.leftovers import leftovers, still_left_over
from calplan.plan.tenant import NOTHING_KNOWN
from tests.make import account, exchange, facts, google, graph

ANN, BOB, CYD = (f"{name}@corp.example" for name in ("ann", "bob", "cyd"))
ON_GOOGLE = facts("google", "write", "read")
ON_GRAPH = facts("office365-graph", "write", "read", own_grant=["Calendars.ReadWrite", "Contacts.Read"])


def policy(*, at_google: bool = True, at_microsoft: bool = False) -> CalendarPolicy:
    return CalendarPolicy(
        name="corp",
        account="corp",
        settings=WantedSettings(),
        google_revoke_stale=at_google,
        office365_revoke_stale=at_microsoft,
    )


def assessed(users: Mapping[str, RawFacts], before: AccountSettings, after: AccountSettings) -> Assessment:
    people = populate([UserBatch(emails=[*users], facts=[*users.values()], mailboxes={})])
    return assess(alone(before), alone(after), people, NOTHING_KNOWN)


def stale(
    users: Mapping[str, RawFacts],
    after: AccountSettings,
    *,
    before: AccountSettings | None = None,
    holders: frozenset[str] | Unknown | None = None,
    consent: Consent = Consent.GOOGLE,
) -> set[str] | Unknown | None:
    """Who is to be revoked; ``None`` where nothing is."""
    was = account() if before is None else before
    held = frozenset(users) if holders is None else holders
    asked = policy(at_google=consent is Consent.GOOGLE, at_microsoft=consent is Consent.OFFICE365)
    found = leftovers(asked, alone(was), alone(after), assessed(users, was, after), {consent: held})
    if not found:
        return None
    (one,) = found
    assert one.consent is consent
    return one.users if isinstance(one.users, Unknown) else set(one.users)


def test_under_a_lock_on_another_service_every_consent_is_left_over() -> None:
    users = {ANN: ON_GOOGLE, BOB: facts(""), CYD: facts(None)}
    assert stale(users, account(locked=True, service=graph())) == {ANN, BOB, CYD}
    assert stale(users, account(locked=True, service=graph()), holders=frozenset({BOB})) == {BOB}


def test_without_a_lock_whoever_keeps_his_connection_keeps_his_consent() -> None:
    users = {ANN: ON_GOOGLE, BOB: ON_GRAPH, CYD: facts(None)}
    assert stale(users, account(service=graph())) == {BOB}, "only who is known to be elsewhere"


@pytest.mark.parametrize("service", [google("read", "read"), google()])
def test_a_service_that_stays_is_not_left(service: Service) -> None:
    users = {ANN: ON_GOOGLE, BOB: ON_GRAPH}
    assert stale(users, account(locked=True, service=service)) is None
    assert stale(users, account(locked=True, service=UNKNOWN), before=account(service=UNKNOWN)) is None


def test_a_policy_that_does_not_ask_revokes_nothing() -> None:
    after = account(locked=True, service=graph())
    judged = assessed({ANN: ON_GOOGLE}, account(), after)
    asked = policy(at_google=False)
    assert leftovers(asked, alone(account()), alone(after), judged, {Consent.GOOGLE: frozenset({ANN})}) == ()


def test_turned_off_the_integration_leaves_consents_alone() -> None:
    assert stale({ANN: ON_GOOGLE}, account(enabled=False, locked=True, service=graph())) is None


def test_grants_at_microsoft_are_left_over_once_the_service_is_another() -> None:
    users = {ANN: ON_GRAPH, BOB: facts("office365-ews"), CYD: ON_GOOGLE}
    was = account(service=graph())
    assert stale(users, account(locked=True, service=google()), before=was, consent=Consent.OFFICE365) == {
        ANN,
        BOB,
        CYD,
    }
    assert stale(users, account(locked=True, service=exchange()), before=was, consent=Consent.OFFICE365) is not None


def test_where_nobody_can_tell_who_holds_what_a_person_looks_once_the_service_is_left() -> None:
    after = account(locked=True, service=graph())
    assert stale({ANN: ON_GOOGLE}, after, holders=UNKNOWN) is UNKNOWN
    assert stale({ANN: ON_GOOGLE}, after, before=after, holders=UNKNOWN) is None, "not again with each plan"


def test_a_group_that_keeps_the_service_keeps_its_consents() -> None:
    users = {ANN: facts("google", "write", "read", groups=["Sales"]), BOB: ON_GOOGLE}
    people = populate([UserBatch(emails=[*users], facts=[*users.values()], mailboxes={})])
    known = (Group(id="g1", name="Sales"),)
    keeps = (GroupOverride(group="g1", locked=True, service=google()),)
    model = GroupModel(kind="legacy")
    before = Levels(account=account(), groups=Groups(known=known, overrides=keeps), model=model)
    after = Levels(account=account(service=graph()), groups=Groups(known=known, overrides=keeps), model=model)
    judged = assess(before, after, people, NOTHING_KNOWN)
    found = leftovers(policy(), before, after, judged, {Consent.GOOGLE: frozenset(users)})
    assert found == (), "Sales is locked on Google, and everybody else may keep it"


FACTS = st.sampled_from(
    [ON_GOOGLE, ON_GRAPH, facts("google", "read", "none"), facts(""), facts(None), facts("exchange-ews")]
)
SETTINGS = st.builds(
    account,
    enabled=st.booleans(),
    locked=st.booleans(),
    service=st.sampled_from([google(), graph(), exchange(), google("read", "read")]),
)


@given(st.lists(FACTS, min_size=1, max_size=6), SETTINGS, SETTINGS)
def test_no_revocation_ends_a_connection_that_the_plan_says_is_kept(
    people: list[RawFacts], before: AccountSettings, after: AccountSettings
) -> None:
    users = {f"u{number}@corp.example": one for number, one in enumerate(people)}
    judged = assessed(users, before, after)
    asked = policy(at_google=True, at_microsoft=True)
    holders = dict.fromkeys(Consent, frozenset(users))
    of = {Consent.GOOGLE: ("google",), Consent.OFFICE365: ("office365-graph", "office365-ews")}
    for one in leftovers(asked, alone(before), alone(after), judged, holders):
        assert not isinstance(one.users, Unknown)
        for email in one.users:
            outcome = judged.outcome(email)
            assert outcome is not None
            carried = users[email].service in of[one.consent]
            assert not (carried and outcome.connection is Link.KEPT), (email, outcome)


def test_a_consent_seen_under_a_lock_on_another_service_is_left_over_though_nothing_changes() -> None:
    after = account(locked=True, service=graph())
    seen = UserBatch(emails=[ANN], facts=[ON_GOOGLE], mailboxes={}, bases=[Basis.GOOGLE_TOKENS])
    stated = UserBatch(emails=[ANN], facts=[ON_GOOGLE], mailboxes={})
    for batch, revoked in ((seen, True), (stated, False)):
        judged = assess(alone(after), alone(after), populate([batch]), NOTHING_KNOWN)
        found = leftovers(policy(), alone(after), alone(after), judged, {Consent.GOOGLE: frozenset({ANN})})
        assert bool(found) is revoked


def test_what_is_still_left_over_of_an_account_as_it_stands() -> None:
    people = populate([UserBatch(emails=[ANN], facts=[facts("")], mailboxes={})])
    now = alone(account(locked=True, service=graph()))
    assert still_left_over(policy(), now, people, {Consent.GOOGLE: frozenset({ANN})}) == frozenset(
        {"google.revokeStale"}
    )
    assert still_left_over(policy(), now, people, {Consent.GOOGLE: frozenset()}) == frozenset()
    assert still_left_over(policy(), now, people, {Consent.GOOGLE: UNKNOWN}) is None
