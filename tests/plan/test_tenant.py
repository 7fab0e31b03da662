"""What is known of the Microsoft tenant, and the step that widens its grant."""

from dataclasses import replace
from datetime import datetime, timedelta

from calplan.impact.outcome import Outcome
from calplan.impact.resolve import alone
from calplan.model.account import Observed, TenantFacts
from calplan.model.unknown import UNKNOWN
from calplan.plan.as_document import as_json
from calplan.plan.tenant import NOTHING_KNOWN, lacks, needed_scopes, put_together, with_grant
from tests import make

EARLIER = make.NOW - timedelta(days=1)
NEEDED = frozenset({"Calendars.ReadWrite", "Contacts.Read"})


def source(name: str, facts: TenantFacts, as_of: datetime | None) -> Observed[TenantFacts]:
    return Observed(value=facts, evidence=make.evidence(name, "tenant", as_of))


GRANTED, REFUSED = make.tenant(NEEDED, ("x",), hybrid=True), make.tenant((), ("x",), hybrid=UNKNOWN)


def test_without_a_source_nothing_is_known() -> None:
    found = put_together(())
    assert (found.facts, found.evidence, found.conflicts) == (NOTHING_KNOWN, (), ())


def test_one_source_is_taken_as_it_is() -> None:
    found = put_together((source("file", GRANTED, make.NOW),))
    assert (found.facts, found.conflicts) == (GRANTED, ())


def test_the_fresher_source_wins_whatever_the_order_and_the_conflict_names_the_older() -> None:
    fresh, old = source("microsoft", REFUSED, make.NOW), source("file", GRANTED, EARLIER)
    for both in ((fresh, old), (old, fresh)):
        found = put_together(both)
        assert found.facts == make.tenant((), ("x",), hybrid=True)
        (conflict,) = found.conflicts
        assert "tenantGrant" in conflict.summary
        assert "file says otherwise" in conflict.why
        assert [one.source for one in found.evidence] == ["microsoft", "file"]


def test_what_the_fresher_source_does_not_know_comes_from_the_older_one() -> None:
    fresh = source("microsoft", make.tenant(UNKNOWN, ("x",), hybrid=UNKNOWN), make.NOW)
    found = put_together((source("file", GRANTED, EARLIER), fresh))
    assert (found.facts, found.conflicts) == (GRANTED, ())


def test_a_source_of_unknown_age_is_the_oldest() -> None:
    undated = source("file", GRANTED, None)
    assert put_together((undated, source("microsoft", REFUSED, EARLIER))).facts.grant == frozenset()


def test_equal_facts_are_no_conflict() -> None:
    assert put_together((source("a", GRANTED, make.NOW), source("b", GRANTED, EARLIER))).conflicts == ()


def test_only_graph_needs_scopes() -> None:
    assert needed_scopes(alone(make.account(service=make.graph()))) == NEEDED
    for service in (make.google(), make.office365_ews(), make.exchange(), make.MAPI, UNKNOWN):
        assert needed_scopes(alone(make.account(service=service))) == frozenset()


def test_a_grant_is_widened_and_keeps_foreign_scopes() -> None:
    held = make.tenant(("Mail.Read", "Contacts.Read"))
    assert with_grant(held, NEEDED).grant == NEEDED | {"Mail.Read"}
    assert with_grant(make.tenant(UNKNOWN), NEEDED).grant == NEEDED


def test_a_grant_lacks_what_it_does_not_hold_or_nobody_read() -> None:
    assert lacks(make.tenant(()), NEEDED)
    assert lacks(make.tenant(UNKNOWN), NEEDED)
    assert not lacks(make.tenant(), NEEDED)
    assert not lacks(make.tenant(UNKNOWN), frozenset())


SCENE = make.Scene(
    after=make.wanted(make.account(service=make.graph(), locked=True)),
    users={"ann@corp.example": make.facts("google", "write", "read")},
    facts_of_tenant=make.tenant(()),
)


def test_without_the_grant_step_the_user_is_blocked_and_with_it_prompted_and_both_are_shown() -> None:
    plain, ensured = SCENE.plan(), replace(SCENE, ensure_tenant_grant=True).plan()
    assert plain.impact.counts[Outcome.DISCONNECTED_BLOCKED] == 1
    assert plain.without_grant is None
    assert ensured.impact.counts[Outcome.DISCONNECTED_PROMPTED] == 1
    assert ensured.without_grant is not None
    assert ensured.without_grant.counts[Outcome.DISCONNECTED_BLOCKED] == 1
    document = replace(SCENE, ensure_tenant_grant=True).parts().document
    assert document["impact"]["without_grant_step"]["counts"]["disconnected_blocked"] == 1


def test_a_grant_that_is_there_already_needs_no_step() -> None:
    plan = replace(SCENE, ensure_tenant_grant=True, facts_of_tenant=make.tenant()).plan()
    assert "office365.tenantGrant" not in {step.address for step in plan.steps}
    assert plan.without_grant is None


def test_a_grant_is_not_ensured_for_another_service() -> None:
    scene = replace(SCENE, ensure_tenant_grant=True, after=make.wanted(make.account(locked=True)))
    assert "office365.tenantGrant" not in {step.address for step in scene.plan().steps}


def test_the_change_of_a_grant_is_a_list_on_both_sides() -> None:
    for held, before, actions in (
        (make.tenant(()), [], ["create"]),
        (make.tenant(("Mail.Read",)), ["Mail.Read"], ["update"]),
        (make.tenant(UNKNOWN), None, ["update"]),
    ):
        document = replace(SCENE, ensure_tenant_grant=True, facts_of_tenant=held).parts().document
        change = document["resource_changes"][0]
        assert change["address"] == "office365.tenantGrant"
        assert (change["change"]["before"], change["change"]["actions"]) == (before, actions)
        assert change["change"]["before_unknown"] is (held.grant is UNKNOWN)


def test_a_set_is_written_as_a_sorted_list() -> None:
    assert as_json("allowedDomains", {"b.example": True, "a.example": True}) == ["a.example", "b.example"]
    assert as_json("integration.service", {"type": "exchange-mapi"}) == {"type": "exchange-mapi"}
    assert as_json("allowedDomains", UNKNOWN) is None


def test_what_was_asked_in_this_run_beats_a_document_that_claims_the_future() -> None:
    later = replace(make.evidence("document"), as_of=make.NOW + timedelta(days=365_000))
    asked = replace(make.evidence("account"), live=True)
    told, seen = make.tenant(["Contacts.Read"]), make.tenant([])
    tenant = put_together((Observed(value=told, evidence=later), Observed(value=seen, evidence=asked)))
    assert tenant.facts == seen
    assert tenant.evidence == (asked,)
    assert len(tenant.conflicts) == 1
