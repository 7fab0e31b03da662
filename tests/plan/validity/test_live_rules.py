"""Rules that need users, tenant or evidence: at each threshold and beside it."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from calplan.model.limits import Limit, Limits
from calplan.model.service import Service
from calplan.model.settings import ANY, AccountSettings, WantedSettings
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.model.user import RawFacts, text_list
from calplan.plan.build import build_plan
from tests import make
from tests.plan.validity.make import plan_said, planned

ON_GOOGLE = make.facts("google", "write", "read")
ON_MAPI = make.facts("exchange-mapi")


def people(
    count: int, facts: RawFacts = ON_GOOGLE, domain: str = "corp.example", name: str = "user"
) -> dict[str, RawFacts]:
    return {f"{name}{number}@{domain}": facts for number in range(count)}


def scene(
    before: AccountSettings,
    after: WantedSettings,
    users: Mapping[str, RawFacts] | None = None,
    limit: str = "100%",
) -> make.Scene:
    limits = replace(make.NO_LIMITS, disconnected=Limit.parse(limit))
    return make.Scene(before=before, after=after, users=users or {}, limits=limits)


# V09


def mapi_lock(users: Mapping[str, RawFacts]) -> str:
    before = make.account(service=make.MAPI)
    (said,) = [
        one for one in planned(scene(before, WantedSettings(locked=True), users)).diagnostics if one.code == "V09"
    ]
    return said.summary


def test_mapi_under_the_lock_counts_who_loses_it_and_who_perhaps_does() -> None:
    base = "MAPI under the lock: only users on Windows keep the integration; "
    on_mac = replace_clients(ON_MAPI, make.NEW_MAC)
    nobody_knows = replace_clients(ON_MAPI)
    assert mapi_lock(people(2, ON_MAPI)) == base + "0 lose it"
    assert mapi_lock({**people(2, ON_MAPI), **people(1, on_mac, name="mac")}) == base + "1 loses it"
    assert (
        mapi_lock({**people(2, on_mac), **people(3, nobody_knows, name="any")})
        == base + "2 lose it, and perhaps 3 more"
    )
    assert mapi_lock(people(1, replace_clients(make.facts(), make.NEW_MAC))) == base + "0 lose it"
    assert mapi_lock(people(1, replace_clients(make.facts()))) == base + "0 lose it"
    assert (
        mapi_lock(people(1, replace_clients(make.facts(None), make.NEW_MAC))) == base + "0 lose it, and perhaps 1 more"
    )


def replace_clients(facts: RawFacts, *clients: str) -> RawFacts:
    return facts._replace(clients=text_list([*clients]))


def test_mapi_under_the_lock_is_said_once_and_at_the_lock() -> None:
    before = make.account(service=make.MAPI)
    assert plan_said(planned(scene(before, WantedSettings(locked=True))), "V09") == [
        ("V09", "warning", "integration.locked")
    ]
    assert plan_said(planned(scene(before, WantedSettings(locked=False))), "V09") == []
    assert plan_said(planned(scene(make.account(), WantedSettings(locked=True))), "V09") == []


# V14


@pytest.mark.parametrize(
    "hybrid, mailbox, severity",
    [
        (False, "cloud", None),
        (UNKNOWN, "cloud", None),
        (False, "on-premises", "warning"),
        (False, "unknown", "warning"),
        (UNKNOWN, "unknown", "warning"),
        (True, "cloud", "error"),
        (True, "on-premises", "error"),
    ],
)
def test_graph_with_hybrid_mailboxes_is_warned_of_and_a_hybrid_tenant_is_refused(
    hybrid: bool | Unknown, mailbox: str, severity: str | None
) -> None:
    users = people(2, make.facts(mailbox_location=mailbox))
    stage = scene(make.account(), WantedSettings(service=make.graph()), users)
    plan = planned(replace(stage, facts_of_tenant=make.tenant(hybrid=hybrid)))
    expected = [] if severity is None else [("V14", severity, "integration.service.type")]
    assert plan_said(plan, "V14") == expected
    assert plan.errored is (severity == "error")
    to_google = replace(
        stage, after=WantedSettings(service=make.google("read")), facts_of_tenant=make.tenant(hybrid=hybrid)
    )
    assert plan_said(planned(to_google), "V14") == []


def test_mailboxes_are_counted_by_where_they_lie_and_inactive_users_are_not() -> None:
    users = {
        **people(3, make.facts(mailbox_location="on-premises"), name="house"),
        **people(2, make.facts(mailbox_location="unknown"), name="any"),
        **people(1, make.facts(), name="cloud"),
        **people(1, make.facts(mailbox_location="unknown", status="inactive"), name="gone"),
    }
    plan = planned(scene(make.account(), WantedSettings(service=make.graph()), users))
    (said,) = [one for one in plan.diagnostics if one.code == "V14"]
    assert said.summary == "Graph does not support hybrid Office 365: 3 mailboxes on premises, 2 unknown"
    gone = people(1, make.facts(mailbox_location="unknown", status="inactive"))
    assert plan_said(planned(scene(make.account(), WantedSettings(service=make.graph()), gone)), "V14") == []


# V23


def below(names: tuple[str, ...], emails: tuple[str, ...], status: str = "active") -> list[str]:
    users = {email: make.facts(status=status) for email in emails}
    plan = planned(scene(make.account(), WantedSettings(allowed_domains=make.domains(*names)), users))
    assert {one[1:] for one in plan_said(plan, "V23")} <= {("warning", f"allowedDomains[{name}]") for name in names}
    return [one.summary for one in plan.diagnostics if one.code == "V23"]


def test_users_below_a_listed_domain_are_counted_at_the_nearest_one() -> None:
    corp = ("corp.example",)
    assert below(corp, ("a@x.corp.example",)) == [
        "1 user at x.corp.example is outside: `corp.example` does not stand for what lies below it"
    ]
    assert below(corp, ("a@x.corp.example", "b@y.x.corp.example", "c@x.corp.example")) == [
        "3 users at x.corp.example, y.x.corp.example are outside: `corp.example` does not stand for what lies below it"
    ]
    four = tuple(f"a@{letter}.corp.example" for letter in "abcd")
    assert "a.corp.example, b.corp.example, c.corp.example and 1 more are" in below(corp, four)[0]
    assert "and" not in below(corp, four[:3])[0].partition(" are ")[0]
    (nearest,) = below(("corp.example", "x.corp.example"), ("a@y.x.corp.example",))
    assert "`x.corp.example` does not stand" in nearest


def test_users_elsewhere_are_not_below_a_listed_domain() -> None:
    corp = ("corp.example",)
    assert below(corp, ("a@corp.example", "b@notcorp.example", "c@example", "d@other.example", "e@ bad")) == []
    assert below(("corp.example", "x.corp.example"), ("a@x.corp.example",)) == []
    assert below(corp, ("a@x.corp.example",), status="pending") == []
    any_domain = scene(make.account(), WantedSettings(allowed_domains=ANY), people(1, domain="x.corp.example"))
    assert plan_said(planned(any_domain), "V23") == []


# V26


@pytest.mark.parametrize(
    "limit, outside, speaks", [("2", 2, False), ("2", 3, True), ("20%", 2, False), ("20%", 3, True)]
)
def test_a_list_that_excludes_more_connected_users_than_the_limit_is_warned_of(
    limit: str, outside: int, speaks: bool
) -> None:
    users = {
        **people(10 - outside),
        **people(outside, domain="other.example"),
        **people(5, make.facts(), domain="other.example", name="unconnected"),
        **people(5, ON_GOOGLE._replace(status="inactive"), domain="other.example", name="gone"),
    }
    stage = scene(make.account(), WantedSettings(allowed_domains=make.domains("corp.example")), users, limit)
    said = [one for one in planned(stage).diagnostics if one.code == "V26"]
    assert bool(said) is speaks
    assert plan_said(planned(stage), "V26") == ([("V26", "warning", "allowedDomains")] if speaks else [])
    if speaks:
        words = f"30 % of connected users fall outside the list: 3 of 10, limit {limit}"
        assert said[0].summary == words
    off = replace(stage, before=make.account(enabled=False), after=replace(stage.after, enabled=True))
    assert plan_said(planned(off), "V26") == []


# V28


@pytest.mark.parametrize(
    "change",
    [
        WantedSettings(locked=True),
        WantedSettings(service=make.graph()),
        WantedSettings(allowed_domains=make.domains("corp.example")),
        WantedSettings(bidirectional_sync=True),
        WantedSettings(consent_for_account=True),
        WantedSettings(enforce_oauth=True),
    ],
)
def test_nothing_else_changes_while_the_integration_is_off(change: WantedSettings) -> None:
    refused = [("V28", "error", "integration.enabled")]
    flags_alone = WantedSettings(
        bidirectional_sync=change.bidirectional_sync, consent_for_account=change.consent_for_account
    )
    for was in (True, False):
        off = scene(make.account(enabled=was), replace(change, enabled=False))
        # While it stays off, a switch that harms nobody hides nothing.
        said = [] if change == flags_alone and not was else refused
        assert plan_said(planned(off), "V28") == said
        assert planned(off).errored is bool(said)
    on = scene(make.account(enabled=False), replace(change, enabled=True))
    assert plan_said(planned(on), "V28") == []


def test_turning_off_alone_is_never_refused_and_an_unread_setting_counts_as_changed() -> None:
    alone = scene(make.account(), replace(make.wanted(make.account()), enabled=False))
    assert plan_said(planned(alone), "V28") == []
    unread = scene(make.account(locked=UNKNOWN), WantedSettings(enabled=False, locked=False))
    (said,) = [one for one in planned(unread).diagnostics if one.code == "V28"]
    assert said.summary == "the integration is off, and other settings change as well: `integration.locked`"


# V33


@pytest.mark.parametrize(
    "before, after, speaks",
    [
        (make.graph(), make.exchange(), True),
        (make.graph(), make.office365_ews(), True),
        (make.google(), make.exchange(), False),
        (make.graph(), make.google(), False),
        (make.exchange(), make.graph(), False),
        (make.office365_ews(), make.exchange(), False),
    ],
)
def test_the_change_from_graph_to_ews_is_warned_of(before: Service, after: Service, speaks: bool) -> None:
    plan = planned(scene(make.account(service=before), WantedSettings(service=after)))
    assert plan_said(plan, "V33") == ([("V33", "warning", "integration.service.type")] if speaks else [])


# V36


@pytest.mark.parametrize(
    "limit, users, speaks", [("2", 2, False), ("2", 3, True), ("50%", 4, True), ("100%", 4, False)]
)
def test_a_new_service_with_the_lock_is_warned_of_above_the_limit(limit: str, users: int, speaks: bool) -> None:
    both = WantedSettings(service=make.graph(), locked=True)
    stage = scene(make.account(), both, people(users), limit)
    assert plan_said(planned(stage), "V36") == ([("V36", "warning", "integration.locked")] if speaks else [])
    for before in (make.account(locked=True), make.account(service=make.graph())):
        assert plan_said(planned(replace(stage, before=before)), "V36") == []
    unlocked = replace(stage, before=make.account(locked=True), after=replace(both, locked=False))
    assert plan_said(planned(unlocked), "V36") == []


def test_the_limit_that_is_not_stated_holds_too() -> None:
    both = WantedSettings(service=make.graph(), locked=True)
    for users, speaks in ((5, False), (6, True)):
        stage = replace(scene(make.account(), both, people(users)), limits=Limits())
        assert bool(plan_said(planned(stage), "V36")) is speaks


# V40


@pytest.mark.parametrize(
    "account, by_admin, reasons",
    [
        (UNKNOWN, UNKNOWN, 0),
        ("contoso", True, 0),
        ("fabrikam", UNKNOWN, 1),
        (UNKNOWN, False, 1),
        ("fabrikam", False, 2),
    ],
)
def test_evidence_of_another_account_or_without_the_role_is_refused(
    account: str | Unknown, by_admin: bool | Unknown, reasons: int
) -> None:
    stage = make.Scene()
    live = stage.live
    evidence = replace(live.settings.evidence, account=account, by_admin=by_admin)
    plan = build_plan(stage.policy, replace(live, settings=replace(live.settings, evidence=evidence)), stage.terms, ())
    assert plan_said(plan, "V40") == [("V40", "error", "(metadata.account)")] * reasons
    assert plan.errored is bool(reasons)
