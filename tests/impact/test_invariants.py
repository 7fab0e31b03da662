"""The invariants of semantics (f) for one user at a time, over changes and users of a small world."""

from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calplan.diff import Transition
from calplan.impact.outcome import Link, Notice, Outcome, UserOutcome
from calplan.model.account import TenantFacts
from calplan.model.settings import AccountSettings
from calplan.model.unknown import UNKNOWN
from calplan.model.user import RawFacts, text_list
from calplan.plan.writes import settings_after
from tests import make
from tests.impact.oracle import Reading
from tests.impact.ranges import ranges_of
from tests.impact.worlds import (
    CLIENTS,
    HELD,
    MAILBOXES,
    Clients,
    Crowd,
    Someone,
    accounts,
    cohort,
    crowds,
    moves,
    outcome_of,
    outcomes_of,
    people,
    rank,
    someone,
    tenants,
)

DEFAULT = settings.default or settings()
FEW = settings(max_examples=DEFAULT.max_examples)
MANY = settings(max_examples=3 * DEFAULT.max_examples)


@FEW
@given(accounts(), crowds(), tenants())
def test_i02_without_a_change_everybody_is_unaffected_and_only_r01_fires(
    account: AccountSettings, crowd: Crowd, tenant: TenantFacts
) -> None:
    for user, outcome in outcomes_of(Transition(before=account, after=account), crowd, tenant):
        assert (outcome.outcome, outcome.rules) == (Outcome.UNAFFECTED, ("R01",)), user


NOTICE = {
    Outcome.DISCONNECTED_SILENT: Notice.NO_PROMPT,
    Outcome.DISCONNECTED_NOTICE_UNKNOWN: Notice.UNKNOWN,
    Outcome.DISCONNECTED_PROMPTED: Notice.PROMPT,
}
LOST = {Outcome.DISCONNECTED_BLOCKED, *NOTICE}
BARRED = {Outcome.DISCONNECTED_BLOCKED, Outcome.BLOCKED}
CLIENT_ANSWERS = {
    Outcome.DISCONNECTED_PROMPTED: {"yes"},
    Outcome.DISCONNECTED_SILENT: {"no"},
    Outcome.PROMPTED: {"yes", "unknown"},
}


@FEW
@given(moves(), crowds(), tenants())
def test_i03_i04_i14_outcome_and_facets_never_contradict_each_other(
    move: Transition, crowd: Crowd, tenant: TenantFacts
) -> None:
    for user, one in outcomes_of(move, crowd, tenant):
        assert (one.connection is Link.LOST) == (one.outcome in LOST), user
        assert one.connection is not Link.LOST or Reading(move, user, tenant).connected, user
        assert user.clients.prompts in CLIENT_ANSWERS.get(one.outcome, {"yes", "no", "unknown"}), user
        assert one.notice is NOTICE.get(one.outcome, one.notice), user
        if one.outcome in BARRED:
            step = one.next_step.value
            assert step.startswith("blocked:") or step == "tenant_admin_consent", user
        if one.outcome is Outcome.PROMPTED:
            assert (one.connection, one.notice) == (Link.NONE, Notice.PROMPT_POSSIBLE), user
        if one.outcome is Outcome.AUTOMATIC:
            assert (one.connection, one.next_step.value) == (Link.GAINED, "none"), user


@FEW
@given(accounts(), crowds(), tenants())
def test_i06_a_change_that_only_unlocks_leaves_everybody_unaffected(
    account: AccountSettings, crowd: Crowd, tenant: TenantFacts
) -> None:
    move = Transition(before=replace(account, locked=True), after=replace(account, locked=False))
    for user, outcome in outcomes_of(move, crowd, tenant):
        assert outcome.outcome is Outcome.UNAFFECTED, user


LADDER = {
    "win": ("5.1.0(win)", "5.2.44052.0816(win)", "5.2.45108.0831(win)", "5.5.0(win)", "5.11.0(win)", "6.5.3(win)"),
    "mac": ("5.1.0(mac)", "5.2.1(mac)", "5.2.2(mac)", "5.10.9(mac)", "5.11.6602(mac)", "7.0(mac)"),
    "": ("4.6.9", "5.2.0", "5.2.3", "5.9.1", "5.12.2 (9281)", "10.0.0"),
}


def on(user: Someone, version: str) -> Someone:
    return someone_like(user, user.raw._replace(clients=text_list([version])))


def someone_like(user: Someone, raw: RawFacts) -> Someone:
    return Someone(user.email, raw, user.clients)


@MANY
@given(moves(), people(), tenants(), st.sampled_from(sorted(LADDER)))
def test_i07_a_newer_client_is_never_worse(move: Transition, user: Someone, tenant: TenantFacts, platform: str) -> None:
    ranks = [rank(outcome_of(move, on(user, version), tenant).outcome) for version in LADDER[platform]]
    assert ranks == sorted(ranks)


@MANY
@given(
    moves(),
    st.sets(st.sampled_from(("corp.example", "partner.example", "third.example")), min_size=2),
    st.data(),
    crowds(),
    tenants(),
)
def test_i08_taking_a_domain_off_the_list_helps_nobody(
    move: Transition, names: set[str], data: st.DataObject, crowd: Crowd, tenant: TenantFacts
) -> None:
    less = names - {data.draw(st.sampled_from(sorted(names)))}
    longer = Transition(before=move.before, after=replace(move.after, allowed_domains=make.domains(*names)))
    shorter = Transition(before=move.before, after=replace(move.after, allowed_domains=make.domains(*less)))
    if shorter.before == shorter.after:
        return
    for user in crowd.users[::4]:
        was, is_now = outcome_of(longer, user, tenant), outcome_of(shorter, user, tenant)
        assert rank(is_now.outcome) <= rank(was.outcome), user
        assert was.outcome not in BARRED or is_now.outcome in BARRED, user


KNOWN_CLIENTS = tuple(each for each in CLIENTS if "unknown" not in (each.prompts, each.windows))
KNOWN_HELD = tuple(
    raw
    for raw in HELD
    if raw.service != "unknown"
    and "unknown" not in (raw.calendar, raw.contacts)
    and (raw.calendar, raw.contacts) != ("none", "none")  # to hide a level would make a connection of none
    and (not raw.service or raw.auth is not None or raw.service == "exchange-mapi")
    and not (raw.service and raw.service.endswith("ews") and raw.ews_host is None)
)
HIDDEN: dict[str, dict[str, str | None]] = {
    "mailbox": {"mailbox_location": "unknown"},
    "clients": {"clients": "[]"},
    "version": {"clients": '["-"]'},
    "authentication": {"auth": None},
    "connection": {"service": "unknown"},
    "permission": {"calendar": "unknown"},
    "both permissions": {"calendar": None, "contacts": None},
    "server": {"ews_host": None},
    "own grant": {"own_grant": None},
}


@st.composite
def known_people(draw: st.DrawFn) -> Someone:
    return someone(
        draw(st.sampled_from(("ann@corp.example", "bo@partner.example"))),
        draw(st.sampled_from(KNOWN_HELD)),
        draw(st.sampled_from(KNOWN_CLIENTS)),
        draw(st.sampled_from(MAILBOXES[:2])),
        draw(st.sampled_from(((), ("Calendars.ReadWrite", "Contacts.Read")))),
    )


def hide(user: Someone, facts: set[str]) -> Someone:
    """The user with these facts hidden; the platform without the version, the version only with the platform."""
    raw = user.raw
    for name in sorted(facts):
        if name == "platform":
            raw = raw._replace(clients=raw.clients.replace("(win)", "").replace("(mac)", ""))
            continue
        if name == "server" and raw.auth == "impersonation":
            continue  # an impersonated user is on the account's server, whatever is recorded
        if name in ("permission", "both permissions", "connection", "authentication", "server") and not raw.service:
            raw = raw._replace(service="unknown") if name == "connection" else raw
            continue
        raw = raw._replace(**cast("dict[str, Any]", HIDDEN[name]))
    return someone_like(user, raw)


def hide_tenant(tenant: TenantFacts, facts: set[str]) -> TenantFacts:
    return replace(tenant, **dict.fromkeys(facts, UNKNOWN))


hidden_of_users = st.sets(st.sampled_from(("platform", *sorted(HIDDEN))), max_size=4)
hidden_of_tenants = st.sets(st.sampled_from(("grant", "user_consent")))


@MANY
@given(moves(), st.lists(known_people(), min_size=5, max_size=5), tenants(), hidden_of_users, hidden_of_tenants)
def test_i11_learning_a_fact_narrows_every_range(
    move: Transition, users: list[Someone], tenant: TenantFacts, facts: set[str], facts_of_tenant: set[str]
) -> None:
    for user in users:
        wide = ranges_of(outcome_of(move, hide(user, facts), hide_tenant(tenant, facts_of_tenant)))
        assert wide.holds(ranges_of(outcome_of(move, user, tenant))), user


def allows(forecast: UserOutcome, truth: UserOutcome, before: Link, *, may_gain: bool) -> bool:
    """Whether a true result lies in the set that the forecast outcome stands for (semantics (l))."""
    lost, silent = truth.connection is Link.LOST, truth.notice is Notice.NO_PROMPT
    barred = truth.outcome in BARRED
    match forecast.outcome:
        case Outcome.DISCONNECTED_BLOCKED:
            return lost and barred
        case Outcome.DISCONNECTED_SILENT:
            return lost and silent
        case Outcome.DISCONNECTED_NOTICE_UNKNOWN:
            return lost
        case Outcome.DISCONNECTED_PROMPTED:
            return lost and truth.notice is Notice.PROMPT
        case Outcome.BLOCKED:
            return truth.connection is Link.NONE and barred
        case Outcome.AT_RISK:
            return True
        case Outcome.PROMPTED:
            return truth.connection is Link.NONE or (may_gain and truth.connection is Link.GAINED)
        case Outcome.AUTOMATIC:
            return truth.connection is Link.GAINED
        case Outcome.UNAFFECTED:
            return truth.connection is before or (may_gain and truth.connection is Link.GAINED)


@MANY
@given(moves(), st.lists(known_people(), min_size=5, max_size=5), tenants(), hidden_of_users, hidden_of_tenants)
def test_the_truth_lies_in_the_set_that_the_forecast_allows(
    move: Transition, users: list[Someone], tenant: TenantFacts, facts: set[str], facts_of_tenant: set[str]
) -> None:
    for user in users:
        reading = Reading(move, user, tenant)
        before = Link.KEPT if reading.connected else Link.NONE
        forecast = outcome_of(move, hide(user, facts), hide_tenant(tenant, facts_of_tenant))
        truth = outcome_of(move, user, tenant)
        may_gain = reading.newly_impersonated and bool(facts)
        assert allows(forecast, truth, before, may_gain=may_gain), (user, forecast, truth)


@FEW
@given(moves(), crowds(), tenants(), st.integers(0, 9))
def test_i13_the_canonical_order_loses_a_user_if_and_only_if_the_direct_change_does(
    move: Transition, crowd: Crowd, tenant: TenantFacts, offset: int
) -> None:
    if move.before.enabled is True and move.after.enabled is False:
        move = Transition(before=move.before, after=replace(move.before, enabled=False))
    states = [move.before]
    for write in make.direct_writes(move.before, move.after):
        states.append(settings_after(write.action, states[-1]))
    assert states[-1] == move.after
    for user in crowd.users[offset::10]:
        found = make.assess_move(move, make.population({user.email: user.raw}), tenant)
        losses = make.losses_by_state(states, found, tenant)
        direct = outcome_of(move, user, tenant).connection is Link.LOST
        assert sum(losses) == int(direct), (user, losses)


@pytest.mark.parametrize("clients", CLIENTS, ids=lambda each: "+".join(each.versions) or "none")
def test_the_answers_about_the_clients_of_this_world_are_the_ones_the_model_gives(clients: Clients) -> None:
    user = cohort(someone("ann@corp.example", make.facts(), clients, "cloud", ()))
    found = (user.prompts.value, user.windows.value, user.can_impersonate)
    assert found == (clients.prompts, clients.windows, clients.impersonates)
