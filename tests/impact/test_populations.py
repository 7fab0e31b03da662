"""Many users at once: the invariants of semantics (f) that are about populations, and the numbers (d)."""

from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calplan.diff import Transition
from calplan.impact.assess import Assessment, assess
from calplan.impact.outcome import HARMED, Outcome, UserOutcome
from calplan.impact.population import Population, populate
from calplan.impact.resolve import alone
from calplan.impact.summary import NO_GROUP, UNKNOWN_GROUPS, UNREADABLE_DOMAIN, Range, harmed, summarise
from calplan.model.account import TenantFacts
from calplan.model.policy import GroupOverride
from calplan.model.unknown import UNKNOWN
from calplan.model.user import RawFacts, UserBatch
from tests import make
from tests.impact.levels import LABS_OFF, levels
from tests.impact.oracle import Reading
from tests.impact.ranges import ranges_of
from tests.impact.worlds import LISTS, Someone, moves, outcome_of, people, tenants

DEFAULT = settings.default or settings()
FEW = settings(max_examples=DEFAULT.max_examples)

crews = st.lists(
    st.tuples(people(), st.sampled_from(("active", "active", "active", "inactive", "pending"))), max_size=12
)
Crew = list[tuple[Someone, str]]


def everybody(crew: Crew) -> dict[str, RawFacts]:
    """The crew with addresses of their own."""
    return {own(number, one): one.raw._replace(status=status) for number, (one, status) in enumerate(crew)}


def own(number: int, one: Someone) -> str:
    """The address of a member of the crew."""
    return f"u{number}{one.email[one.email.index('@') :]}"


def by_email(assessment: Assessment) -> dict[str, UserOutcome | None]:
    return dict(assessment.each())


@FEW
@given(moves(), crews, tenants())
def test_i01_counts_partition_the_active_users(move: Transition, crew: Crew, tenant: TenantFacts) -> None:
    found = make.assess_move(move, make.population(everybody(crew)), tenant)
    impact = summarise(found)
    active = sum(status == "active" for _, status in crew)
    assert sum(impact.counts.values()) == impact.active == active
    assert impact.users == len(crew) == impact.active + impact.excluded
    for email, outcome in by_email(found).items():
        assert (outcome is not None) == (crew[int(email[1 : email.index("@")])][1] == "active")


@FEW
@given(moves(), crews, tenants())
def test_a_user_among_others_has_the_outcome_he_has_alone(move: Transition, crew: Crew, tenant: TenantFacts) -> None:
    outcomes = by_email(make.assess_move(move, make.population(everybody(crew)), tenant))
    for number, (one, status) in enumerate(crew):
        assert outcomes[own(number, one)] == (outcome_of(move, one, tenant) if status == "active" else None)


@FEW
@given(moves(), crews, tenants())
def test_the_ranges_are_the_sums_of_what_is_said_of_each_user(
    move: Transition, crew: Crew, tenant: TenantFacts
) -> None:
    found = make.assess_move(move, make.population(everybody(crew)), tenant)
    impact = summarise(found)
    each = [ranges_of(one) for one in by_email(found).values() if one is not None]
    for name, total in (("lose", impact.lose), ("not_told", impact.not_told), ("cannot_return", impact.cannot_return)):
        pairs = [getattr(one, name) for one in each]
        assert total == Range(certain=sum(low for low, _ in pairs), possible=sum(high for _, high in pairs)), name
    assert impact.told == sum(one.told for one in each)
    connected = [Reading(move, one, tenant).connected for one, status in crew if status == "active"]
    assert impact.connected == sum(connected)


@FEW
@given(moves(), crews, tenants(), st.integers(1, 5))
def test_i09_the_order_of_users_groups_clients_and_the_size_of_pages_are_irrelevant(
    move: Transition, crew: Crew, tenant: TenantFacts, size: int
) -> None:
    users = everybody(crew)
    backwards = [*users.items()][::-1]
    pages = [backwards[start : start + size] for start in range(0, len(backwards), size)]
    batches = [UserBatch(emails=[e for e, _ in page], facts=[f for _, f in page], mailboxes={}) for page in pages]
    one, other = (
        make.assess_move(move, make.population(users), tenant),
        make.assess_move(move, populate(batches), tenant),
    )
    assert by_email(one) == by_email(other)
    assert summarise(one) == summarise(other)


def test_i09_the_order_of_clients_and_groups_and_the_case_of_a_domain_are_irrelevant() -> None:
    left = make.facts(clients=("1.0(win)", "6.0(mac)"), groups=("a", "b"))
    right = make.facts(clients=("6.0(mac)", "1.0(win)", "6.0(mac)"), groups=("b", "a"))
    assert left == right
    listed = make.account(allowed_domains=make.domains("CORP.example.", "corp.EXAMPLE"))
    for email in ("ann@corp.example", "ann@Corp.Example", "ann@corp\N{IDEOGRAPHIC FULL STOP}example"):
        one = make.forecast(make.account(), listed, left, email=email)
        assert one is not None
        assert one.rules == ("R06",)


@FEW
@given(moves(), crews, people(), tenants())
def test_i10_one_user_more_changes_nobody_else(
    move: Transition, crew: Crew, newcomer: Someone, tenant: TenantFacts
) -> None:
    users = everybody(crew)
    before = by_email(make.assess_move(move, make.population(users), tenant))
    after = by_email(
        assess(
            alone(move.before),
            alone(move.after),
            make.population({"0new" + newcomer.email: newcomer.raw, **users}),
            tenant,
        )
    )
    assert before.items() <= after.items()


@FEW
@given(moves(), crews, tenants())
def test_i05_after_the_change_another_look_lists_nobody(move: Transition, crew: Crew, tenant: TenantFacts) -> None:
    scene = make.Scene(before=move.after, after=make.wanted(move.after), users=everybody(crew), facts_of_tenant=tenant)
    plan = scene.plan()
    assert (plan.changes, plan.steps) == ((), ())
    assert plan.impact.counts[Outcome.UNAFFECTED] == plan.impact.active
    assert not plan.impact.total(HARMED)


@FEW
@given(moves(), crews, tenants())
def test_who_is_harmed_is_listed_by_address(move: Transition, crew: Crew, tenant: TenantFacts) -> None:
    found = make.assess_move(move, make.population(everybody(crew)), tenant)
    listed = [email for email, _ in harmed(found)]
    outcomes = by_email(found)
    assert listed == sorted(email for email, one in outcomes.items() if one is not None and one.outcome in HARMED)


def test_groups_and_domains_are_counted_and_named_where_there_is_none() -> None:
    users = {
        "a@corp.example": make.facts(groups=("Sales", "Staff")),
        "b@corp.example": make.facts(groups=("Staff",)),
        "c@corp.example": make.facts(groups=()),
        "d@Corp.Example.": make.facts(groups=None),
        "e@not a domain": make.facts(groups=("Sales",), status="inactive"),
        "f@not a domain": make.facts(groups=("Sales",)),
    }
    impact = summarise(make.assessment(make.account(), make.account(locked=True), users))
    groups = {share.name: sum(share.counts.values()) for share in impact.by_group}
    assert groups == {NO_GROUP: 1, UNKNOWN_GROUPS: 1, "Sales": 2, "Staff": 2}
    domains = {share.name: sum(share.counts.values()) for share in impact.by_domain}
    assert domains == {UNREADABLE_DOMAIN: 1, "corp.example": 4}
    assert [share.name for share in impact.by_domain] == sorted(domains)


def test_equal_facts_are_one_class_and_cohorts_are_fewer_than_classes() -> None:
    users = {f"u{number}@d{number % 7}.example": make.facts(groups=(f"g{number % 5}",)) for number in range(500)}
    people_: Population = make.population(users)
    assert (len(people_), len(people_.classes), len(people_.domains)) == (500, 5, 7)
    listed = make.account(allowed_domains=make.domains("d1.example", "d2.example"))
    found = assess(alone(make.account()), alone(listed), people_, make.tenant())
    assert len(found.cohorts.members) == 2
    numbers: Counter[int] = Counter()
    for page in people_.roster.pages():
        numbers.update(found.cohorts.of_kind[kind] for kind in page.kinds)
    assert numbers == dict(enumerate(found.cohorts.sizes))


@pytest.mark.parametrize("off", [True, False])
def test_nobody_counts_as_connected_while_the_integration_is_off(off: bool) -> None:
    before = replace(make.account(), enabled=not off)
    users = {"a@corp.example": make.facts("google", "write", "read"), "b@corp.example": make.facts()}
    impact = summarise(make.assessment(before, make.account(locked=True), users))
    assert impact.connected == (0 if off else 1)


def test_domains_stand_in_for_each_other_only_where_both_lists_treat_them_alike() -> None:
    domains = ("corp.example", "partner.example", "elsewhere.example", "nowhere.example", "not a domain")
    users = {f"u{number}@{domain}": make.facts("google", "write", "read") for number, domain in enumerate(domains * 2)}
    for before, after in product((*LISTS, UNKNOWN), repeat=2):
        left, right = make.account(allowed_domains=before), make.account(allowed_domains=after, bidirectional_sync=True)
        found = by_email(make.assessment(left, right, users))
        for email, raw in users.items():
            assert found[email] == make.forecast(left, right, raw, email=email), (before, after, email)


def test_a_user_without_a_connection_has_none_to_lose() -> None:
    """Nobody knows whether he has Windows, and MAPI is locked: at risk, but not of losing anything."""
    after = make.account(locked=True, service=make.MAPI)
    impact = summarise(make.assessment(make.account(), after, {"a@corp.example": make.facts(clients=())}))
    assert impact.counts[Outcome.AT_RISK] == 1
    assert (impact.lose, impact.not_told) == (Range(certain=0, possible=0), Range(certain=0, possible=0))
    assert impact.cannot_return == Range(certain=0, possible=1)


def test_an_empty_account_has_a_forecast_too() -> None:
    impact = summarise(make.assessment(make.account(), make.account(locked=True), {}))
    assert (impact.users, impact.active, sum(impact.counts.values()), impact.by_domain) == (0, 0, 0, ())


def test_every_client_of_a_user_is_known_unless_the_source_knows_the_last_alone() -> None:
    assert not populate([]).last_client_only
    assert populate([], last_client_only=True).last_client_only


@pytest.mark.parametrize("now, later", [((), (LABS_OFF,)), ((LABS_OFF,), ())])
def test_a_group_counts_if_it_states_something_before_or_after_the_change(
    now: tuple[GroupOverride, ...], later: tuple[GroupOverride, ...]
) -> None:
    users = {"ann@corp.example": make.facts(groups=("labs",)), "ben@corp.example": make.facts(groups=("staff",))}
    found = assess(levels(*now), levels(*later), make.population(users), make.tenant())
    assert found.outcome("ann@corp.example") != found.outcome("ben@corp.example")
    assert len(found.cohorts.memberships) == 2


def test_whose_connection_nobody_knows_is_counted_apart_from_who_has_one_and_who_has_none() -> None:
    everybody = {
        "has@corp.example": make.facts("google", "write", "read"),
        "perhaps@corp.example": make.facts(None),
        "none@corp.example": make.facts(),
    }
    on, off = make.account(), make.account(enabled=False)
    counted = [summarise(make.assessment(before, on, everybody)) for before in (on, off)]
    assert [(one.active, one.connected, one.connection_unknown) for one in counted] == [(3, 1, 1), (3, 0, 0)]
