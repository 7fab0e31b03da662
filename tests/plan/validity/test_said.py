"""How verdicts are told: live values the policy leaves alone, groups, nothing twice, the worst first."""

from dataclasses import replace
from datetime import date

import pytest

from calplan.model.diagnostic import Diagnostic, Severity
from calplan.model.policy import GroupOverride
from calplan.model.settings import AccountSettings, WantedSettings
from calplan.model.unknown import UNKNOWN
from calplan.plan.build import build_plan
from calplan.plan.validity.said import refused_levels, said_of_text, worst_first
from tests import make
from tests.plan.validity.make import at_its_place, plan_said, planned, text_said, with_code

LIVE_REMARK = "which the policy leaves alone"
OFF = date(2026, 10, 1)


def live(**settings: object) -> make.Scene:
    before = make.account()
    for name, value in settings.items():
        before = make.altered(before, name, value)
    return make.Scene(before=before)


# What only a live value causes


@pytest.mark.parametrize(
    "code, stage, setting",
    [
        ("V20", live(allowed_domains=make.domains("gmail.com")), "allowedDomains"),
        ("V19", live(allowed_domains=make.domains("co.uk")), "allowedDomains"),
        ("V08", live(service=make.office365_ews()), "integration.service"),
        ("V07", live(service=make.exchange(make.MICROSOFT_SERVER)), "integration.service"),
        (
            "V13",
            live(service=make.exchange(impersonation=make.impersonation(exchange_version="2010"))),
            "integration.service",
        ),
    ],
)
def test_a_live_value_is_refused_and_said_to_be_one(code: str, stage: make.Scene, setting: str) -> None:
    plan = planned(replace(stage, after=WantedSettings(bidirectional_sync=True)))
    (said,) = with_code(plan.diagnostics, code)
    assert plan.errored
    assert said.severity is Severity.ERROR
    assert said.position is None
    assert said.summary.endswith(f"(live: `{setting}`, {LIVE_REMARK})")


def test_a_value_that_the_policy_states_is_its_own() -> None:
    stage = replace(live(), after=WantedSettings(allowed_domains=make.domains("gmail.com")))
    plan = planned(stage)
    (said,) = with_code(plan.diagnostics, "V20")
    assert plan_said(plan, "V20") == [("V20", "error", "allowedDomains[gmail.com]")]
    assert LIVE_REMARK not in said.summary


def test_what_the_policy_causes_together_with_a_live_value_is_its_own() -> None:
    stage = replace(live(consent_for_account=True), after=WantedSettings(service=make.MAPI))
    plan = planned(stage)
    (said,) = with_code(plan.diagnostics, "V10")
    assert LIVE_REMARK not in said.summary
    assert plan_said(plan, "V10") == [("V10", "error", "integration.service")]


def test_several_live_values_are_all_named() -> None:
    (said,) = with_code(planned(live(bidirectional_sync=True, service=make.google("read"))).diagnostics, "V29")
    assert said.summary.endswith(f"(live: `integration.service` and `bidirectionalSync`, {LIVE_REMARK})")


def test_a_live_value_keeps_nobody_from_turning_the_integration_off() -> None:
    stage = live(allowed_domains=make.domains("gmail.com"))
    off = planned(replace(stage, after=WantedSettings(enabled=False)))
    assert plan_said(off, "V20") == [("V20", "warning", "(allowedDomains[gmail.com])")]
    assert not off.errored
    stated = WantedSettings(enabled=False, allowed_domains=make.domains("gmail.com"))
    assert plan_said(planned(replace(stage, after=stated)), "V20") == [("V20", "error", "allowedDomains[gmail.com]")]


def test_what_nobody_could_read_is_not_spoken_of() -> None:
    unread = AccountSettings(
        enabled=UNKNOWN,
        locked=UNKNOWN,
        service=UNKNOWN,
        allowed_domains=UNKNOWN,
        bidirectional_sync=UNKNOWN,
        consent_for_account=UNKNOWN,
        enforce_oauth=UNKNOWN,
    )
    assert planned(make.Scene(before=unread)).diagnostics == ()


# Nothing twice, the worst first


def test_what_was_said_of_the_text_is_not_said_again() -> None:
    stage = make.Scene(before=make.account(service=make.MAPI), after=WantedSettings(service=make.MAPI, locked=True))
    earlier = said_of_text(stage.policy, stage.as_of)
    assert [one.code for one in earlier] == ["V09"]
    other = replace(earlier[0], address="groups[Other].locked")
    structural = Diagnostic(code="V24", severity=Severity.WARNING, summary="listed twice")
    plan = build_plan(stage.policy, stage.live, stage.terms, (structural, *earlier, other))
    assert [one for one in plan.diagnostics if one.code == "V24"] == [structural]
    (kept, counted) = with_code(plan.diagnostics, "V09")
    assert kept == other
    assert counted.summary.endswith("; 0 lose it")


def test_errors_come_before_warnings_and_warnings_before_notes() -> None:
    said = [
        Diagnostic(code=name, severity=severity, summary=name)
        for name, severity in (
            ("n", Severity.NOTE),
            ("w1", Severity.WARNING),
            ("e", Severity.ERROR),
            ("w2", Severity.WARNING),
        )
    ]
    assert [one.code for one in worst_first(said)] == ["e", "w1", "w2", "n"]


# Groups


def test_a_group_is_held_to_the_rules_with_what_it_inherits() -> None:
    spec = "integration: {service: {type: exchange-mapi}}\ngroups:\n  - {group: Sales, locked: true}"
    (said,) = with_code(text_said(spec), "V09")
    assert said.address == "groups[Sales].locked"
    assert at_its_place(said, spec) == "true}"


def test_what_a_group_inherits_is_said_of_the_account_alone() -> None:
    spec = (
        "integration: {locked: false, service: {type: exchange-mapi}}\nbidirectionalSync: true\n"
        "groups:\n  - {group: Sales, enabled: true}\n  - {group: Staff, inherit: true}"
    )
    said = text_said(spec)
    for code in ("V30", "V31"):
        assert [one.address for one in with_code(said, code)] == ["bidirectionalSync"]
    assert [one.address for one in with_code(said, "V39")] == ["groups[Sales].enabled"]


@pytest.mark.parametrize(
    "code, stated, address, marker",
    [
        (
            "V08",
            "service: {type: office365-ews, ewsUrl: 'https://outlook.office365.com/EWS/Exchange.asmx'}",
            "service.type",
            "office365-ews",
        ),
        (
            "V06",
            "service: {type: exchange-ews, ewsUrl: 'https://mail.contoso.com/'}",
            "service.ewsUrl",
            "'https://mail",
        ),
        (
            "V13",
            (
                "service: {type: exchange-ews, ewsUrl: 'https://mail.contoso.com/EWS/Exchange.asmx',"
                " impersonation: {account: s@contoso.com, exchangeVersion: SE}}"
            ),
            "service.impersonation.exchangeVersion",
            "SE",
        ),
        ("V27", "locked: true, enabled: false", "locked", "true"),
        ("V31", "bidirectionalSync: true", "bidirectionalSync", "true"),
    ],
)
def test_a_group_is_told_at_its_own_place(code: str, stated: str, address: str, marker: str) -> None:
    spec = f"integration: {{locked: false}}\ngroups:\n  - {{group: 'v1.2 Sales', {stated}}}"
    (said,) = with_code(text_said(spec, OFF), code)
    assert said.address == f"groups[v1.2 Sales].{address}"
    assert at_its_place(said, spec).startswith(marker)


@pytest.mark.parametrize("stated, severity", [("true", "warning"), ("false", "error")])
def test_a_group_states_by_itself_that_its_tenant_allows_ews(stated: str, severity: str) -> None:
    ews = "type: office365-ews, ewsUrl: 'https://outlook.office365.com/EWS/Exchange.asmx'"
    spec = (
        f"integration: {{service: {{{ews}, ewsAllowListed: true}}}}\n"
        f"groups: [{{group: A, service: {{{ews}, ewsAllowListed: {stated}}}}}]"
    )
    said = {one.address: one.severity.value for one in with_code(text_said(spec, OFF), "V08")}
    assert said == {"integration.service.type": "warning", "groups[A].service.type": severity}


def test_a_group_is_held_to_the_rules_of_a_change_as_well() -> None:
    stage = make.Scene(
        before=make.account(service=make.graph()), users={"a@corp.example": make.facts("google", "read")}
    )
    ews = (GroupOverride(group="A", service=make.exchange()),)
    assert plan_said(planned(stage, ews), "V33") == [("V33", "warning", "groups[A]")]


# What an export has to leave out


@pytest.mark.parametrize(
    "settings, refused",
    [
        (make.account(), set()),
        (make.account(allowed_domains=make.domains("gmail.com", "corp.example")), {"allowedDomains"}),
        (make.account(service=make.office365_ews()), {"integration.service"}),
        (make.account(service=make.MAPI, consent_for_account=True), {"office365.consentForAccount"}),
        (make.account(service=make.google("read"), bidirectional_sync=True), set()),
    ],
)
def test_settings_that_no_policy_may_state_are_known(settings: AccountSettings, refused: set[str]) -> None:
    assert {one.value for one in refused_levels(settings, None, OFF).settings} == refused


def test_what_may_be_stated_depends_on_the_day() -> None:
    assert refused_levels(make.account(service=make.office365_ews()), None, date(2026, 9, 30)).settings == frozenset()
