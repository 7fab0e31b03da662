"""The two rules that a person may lift."""

from dataclasses import replace

import pytest

from calplan.model.policy import GroupOverride
from calplan.model.service import Impersonation
from calplan.model.settings import ANY, WantedSettings
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.plan.build import build_plan
from calplan.plan.gates import GATE_IDS, Gate, GateStatus
from calplan.plan.plan import Plan
from tests import make
from tests.plan.validity.make import plan_said, planned

PASS, REFUSE = GateStatus.PASS, GateStatus.REFUSE
UNKNOWN_GRANT = make.tenant(grant=UNKNOWN)
FORCED = make.account(service=make.graph(), locked=True)


def gate(plan: Plan, name: str) -> Gate:
    return next(one for one in plan.gates if one.id == name)


@pytest.mark.parametrize("consent, status", [(False, REFUSE), (UNKNOWN, REFUSE), (True, PASS)])
def test_graph_under_the_lock_is_refused_while_nobody_knows_the_grant(
    consent: bool | Unknown, status: GateStatus
) -> None:
    stage = make.Scene(before=replace(FORCED, consent_for_account=consent), facts_of_tenant=UNKNOWN_GRANT)
    plan = planned(stage)
    assert gate(plan, "rule.V17").status is status
    warned = [] if status is REFUSE else [("V17", "warning", "(integration.locked)")]
    assert plan_said(plan, "V17") == warned
    assert not plan.errored


@pytest.mark.parametrize(
    "stage",
    [
        make.Scene(before=FORCED),
        make.Scene(before=FORCED, facts_of_tenant=make.tenant(grant=())),
        make.Scene(before=make.account(service=make.graph()), facts_of_tenant=UNKNOWN_GRANT),
        make.Scene(before=make.account(locked=True), facts_of_tenant=UNKNOWN_GRANT),
        make.Scene(before=replace(FORCED, enabled=False), facts_of_tenant=UNKNOWN_GRANT),
        make.Scene(before=FORCED, facts_of_tenant=UNKNOWN_GRANT, ensure_tenant_grant=True),
    ],
)
def test_with_proof_or_without_need_the_gate_passes(stage: make.Scene) -> None:
    assert gate(planned(stage), "rule.V17").status is PASS
    consenting = replace(stage, before=replace(stage.before, consent_for_account=True))
    assert plan_said(planned(consenting), "V17") == []


def test_graph_that_only_a_group_locks_is_refused_as_well() -> None:
    stage = make.Scene(before=make.account(service=make.graph()), facts_of_tenant=UNKNOWN_GRANT)
    assert gate(planned(stage, (GroupOverride(group="Sales", locked=True),)), "rule.V17").status is REFUSE
    assert gate(planned(stage, (GroupOverride(group="Sales", locked=False),)), "rule.V17").status is PASS


def listing(*names: str) -> make.Scene:
    return make.Scene(after=WantedSettings(allowed_domains=make.domains(*names)))


@pytest.mark.parametrize(
    "names, by, outside",
    [
        (("corp.example",), None, ""),
        (("corp.example",), "ann@CORP.example", ""),
        (("other.example",), None, "owner@corp.example (the owner)"),
        (("corp.example",), "ann@other.example", "ann@other.example (who applies)"),
        (
            ("x.corp.example",),
            "ann@other.example",
            "ann@other.example (who applies), owner@corp.example (the owner)",
        ),
    ],
)
def test_a_list_without_those_who_run_the_integration_is_refused(
    names: tuple[str, ...], by: str | None, outside: str
) -> None:
    found = gate(planned(listing(*names), by=by), "rule.V25")
    assert found.status is (REFUSE if outside else PASS)
    assert found.actual == (f"outside: {outside}" if outside else "nobody is")


def test_a_login_name_that_is_no_address_is_said_not_to_be_tested() -> None:
    found = gate(planned(listing("corp.example"), by="root"), "rule.V25")
    assert (found.status, found.actual) == (PASS, "nobody is; root is no address, so it was not tested")
    found = gate(planned(listing("other.example"), by="root"), "rule.V25")
    assert found.actual == "outside: owner@corp.example (the owner); root is no address, so it was not tested"


def test_the_impersonation_account_is_not_shut_out_either() -> None:
    for account, status in (("svc@corp.example", PASS), ("svc@other.example", REFUSE)):
        login = Impersonation(account=account, exchange_version="SE")
        after = WantedSettings(service=make.exchange(impersonation=login), allowed_domains=make.domains("corp.example"))
        assert gate(planned(make.Scene(after=after)), "rule.V25").status is status
        group = (GroupOverride(group="A", service=make.exchange(impersonation=login)),)
        assert gate(planned(listing("corp.example"), group), "rule.V25").status is status


@pytest.mark.parametrize("allowed", [ANY, UNKNOWN])
def test_without_a_list_nobody_is_shut_out(allowed: object) -> None:
    stage = make.Scene(before=make.altered(make.account(), "allowed_domains", allowed))
    assert gate(planned(stage, by="x@other.example"), "rule.V25").status is PASS


def test_while_the_integration_is_off_a_live_list_shuts_nobody_out() -> None:
    live = make.account(allowed_domains=make.domains("other.example"))
    assert gate(planned(make.Scene(before=live)), "rule.V25").status is REFUSE
    off = make.Scene(before=live, after=WantedSettings(enabled=False))
    assert gate(planned(off), "rule.V25").status is PASS


def test_a_group_for_which_it_is_on_makes_the_list_of_an_account_that_is_off_count() -> None:
    off = make.account(enabled=False, allowed_domains=make.domains("other.example"))
    for enabled, status in ((True, REFUSE), (False, PASS)):
        group = (GroupOverride(group="A", enabled=enabled),)
        assert gate(planned(make.Scene(before=off), group), "rule.V25").status is status
        live = replace(off, allowed_domains=make.domains("gmail.com"))
        (said,) = plan_said(planned(make.Scene(before=live), group), "V20")
        assert said[1] == ("error" if enabled else "warning")


def test_an_account_without_an_owner_has_nobody_to_shut_out() -> None:
    stage = listing("other.example")
    plan = build_plan(stage.policy, stage.live, replace(stage.terms, owner=""), ())
    assert gate(plan, "rule.V25").status is PASS


def test_both_gates_can_be_lifted_by_name() -> None:
    assert {"rule.V17", "rule.V25"} <= set(GATE_IDS)
    lifted = replace(listing("other.example"), allowed=frozenset({"rule.V25"}))
    assert gate(planned(lifted), "rule.V25").status is GateStatus.OVERRIDDEN
