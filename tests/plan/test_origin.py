"""Where a change comes from: this commit, the account, both, or nobody knows."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from calplan.model.account import AssistantPair, PrivateAccess, PrivateEvents
from calplan.model.levels import Group, Groups
from calplan.model.policy import GroupOverride
from calplan.model.settings import WantedSettings
from calplan.model.unknown import UNKNOWN, Tri, Unknown
from calplan.plan.as_document import as_document
from calplan.plan.document import Json, PlanDocument
from calplan.plan.fingerprint import canonical_policy, canonical_text, digest
from calplan.plan.origin import Base, BaseKind, same
from calplan.plan.users import users_of
from tests import make
from tests.make import Scene

PAIR = AssistantPair(user="ceo@corp.example", assistant="pa@corp.example")
SALES = Group(id="g1", name="Sales")


def base_of(scene: Scene) -> Base:
    """What a scene's plan left the account at."""
    parts = scene.parts()
    return Base(since="run 1be8f0ab", document=parts.document, policy=parts.policy)


def document_of(scene: Scene, base: Base | None) -> PlanDocument:
    plan = scene.plan()
    policy = canonical_policy(scene.policy)
    hashes = {"users_hash": users_of(plan).digest(), "policy_hash": digest(canonical_text(policy))}
    return as_document(plan, version="1", base=base, users_hash=hashes["users_hash"], policy_hash=hashes["policy_hash"])


def origins(then: Scene | None, now: Scene) -> Mapping[str, str]:
    document = document_of(now, None if then is None else base_of(then))
    return {change["address"]: change["origin"] for change in document["resource_changes"]}


LEFT = Scene(before=make.account(locked=False), after=WantedSettings(locked=True))
"""The plan that was applied: it left the account locked."""


@pytest.mark.parametrize(
    "live, wanted, origin",
    [
        (True, False, "commit"),
        (False, True, "drift"),
        (UNKNOWN, True, "unknown"),
        (UNKNOWN, False, "unknown"),
    ],
)
def test_a_flag_moved_in_the_policy_or_in_the_account(live: bool | Unknown, wanted: bool, origin: str) -> None:
    now = Scene(before=make.account(locked=live), after=WantedSettings(locked=wanted))
    assert origins(LEFT, now) == {"integration.locked": origin}


def test_without_a_base_nobody_knows() -> None:
    assert origins(None, Scene(after=WantedSettings(locked=True))) == {"integration.locked": "unknown"}


def test_a_service_that_moved_here_and_there_came_from_both() -> None:
    left = Scene(after=WantedSettings(service=make.graph("write", "read")))
    now = Scene(before=make.account(service=make.google()), after=WantedSettings(service=make.graph("read", "none")))
    assert origins(left, now) == {"integration.service": "both"}


def test_a_setting_that_nobody_knew_then_has_an_unknown_origin() -> None:
    left = Scene(before=make.account(locked=UNKNOWN), after=WantedSettings(bidirectional_sync=True))
    now = Scene(before=make.account(locked=False), after=WantedSettings(locked=True))
    assert origins(left, now) == {"integration.locked": "unknown"}


def test_a_known_part_that_differs_decides_whatever_is_unknown_beside_it() -> None:
    login = make.impersonation(password_version=UNKNOWN)
    left = Scene(after=WantedSettings(service=make.exchange(impersonation=make.impersonation())))
    live = make.account(service=make.exchange("https://other.example/EWS/Exchange.asmx", login))
    now = Scene(before=live, after=WantedSettings(service=make.exchange(impersonation=make.impersonation())))
    assert origins(left, now) == {"integration.service": "drift"}
    only_version = make.account(service=make.exchange(impersonation=login))
    assert origins(left, replace(now, before=only_version)) == {"integration.service": "unknown"}


@pytest.mark.parametrize(
    "live, wanted, origin",
    [
        ((), (GroupOverride(group="Sales", locked=True),), "drift"),
        ((GroupOverride(group="g1", locked=True),), (), "commit"),
        ((GroupOverride(group="g1", locked=False),), (), "both"),
        ((GroupOverride(group="g1", locked=False),), (GroupOverride(group="g1", locked=True),), "drift"),
    ],
)
def test_a_group_is_compared_with_what_it_was_left_stating(
    live: tuple[GroupOverride, ...], wanted: tuple[GroupOverride, ...], origin: str
) -> None:
    left = Scene(groups=Groups(known=(SALES,)), wanted_groups=(GroupOverride(group="Sales", locked=True),))
    now = Scene(groups=Groups(known=(SALES,), overrides=live), wanted_groups=wanted)
    assert origins(left, now) == {"groups[Sales]": origin}


def test_a_grant_that_somebody_took_back_is_drift_and_one_the_policy_needs_anew_is_not() -> None:
    wanted = WantedSettings(service=make.graph("read", "read"))
    left = Scene(after=wanted, ensure_tenant_grant=True, facts_of_tenant=make.tenant(()))
    taken = Scene(
        before=make.account(service=make.graph("read", "read")),
        after=wanted,
        ensure_tenant_grant=True,
        facts_of_tenant=make.tenant(()),
    )
    assert origins(left, taken) == {"office365.tenantGrant": "drift"}
    granted = make.tenant(("Calendars.Read", "Contacts.Read"))
    more = replace(taken, after=WantedSettings(service=make.graph("write", "read")), facts_of_tenant=granted)
    assert origins(left, more)["office365.tenantGrant"] == "commit"
    assert origins(replace(left, facts_of_tenant=None, ensure_tenant_grant=False), taken) == {
        "office365.tenantGrant": "unknown"
    }


def test_a_grant_that_lost_what_the_policy_needs_and_won_what_it_does_not_is_drift() -> None:
    wanted, held = WantedSettings(service=make.graph("read", "read")), make.account(service=make.graph("read", "read"))
    left = Scene(before=held, after=wanted, ensure_tenant_grant=True, facts_of_tenant=make.tenant(()))
    now = replace(left, facts_of_tenant=make.tenant(("Contacts.ReadWrite",)))
    assert origins(left, now) == {"office365.tenantGrant": "drift"}
    more = replace(now, after=WantedSettings(service=make.graph("write", "read")))
    assert origins(left, more)["office365.tenantGrant"] == "both"


def test_a_privilege_is_compared_with_what_the_policy_of_the_run_wanted_of_it() -> None:
    hidden = PrivateEvents(default=PrivateAccess.HIDDEN, exceptions=())
    left = Scene(private_events=hidden, assistants={PAIR: PrivateAccess.HIDDEN})
    now = replace(left, assistants={PAIR: PrivateAccess.MANAGED})
    address = "privateEvents[ceo@corp.example,pa@corp.example]"
    assert origins(left, now) == {address: "drift"}
    managed = replace(left, private_events=PrivateEvents(default=None, exceptions=((PAIR, PrivateAccess.MANAGED),)))
    assert origins(managed, replace(now, assistants={PAIR: PrivateAccess.UNKNOWN})) == {address: "unknown"}
    assert origins(managed, now) == {address: "commit"}
    assert origins(replace(left, private_events=None), now) == {address: "unknown"}


def test_what_this_machine_remembers_changes_no_id() -> None:
    now = Scene(after=WantedSettings(locked=True))
    documents = [document_of(now, base) for base in (None, base_of(LEFT), base_of(Scene()))]
    assert len({document["plan_id"] for document in documents}) == 1
    assert {document["resource_changes"][0]["origin"] for document in documents} == {"unknown", "drift", "commit"}
    assert [document.get("origin_since") for document in documents] == [None, "run 1be8f0ab", "run 1be8f0ab"]


@pytest.mark.parametrize(
    "left, right, answer",
    [
        (None, None, Tri.YES),
        (None, {}, Tri.NO),
        (UNKNOWN, None, Tri.UNKNOWN),
        ({"a": "unknown", "b": 1}, {"a": 1, "b": 2}, Tri.NO),
        ({"a": "unknown", "b": 1}, {"a": 1, "b": 1}, Tri.UNKNOWN),
        ({"a": {"b": "unknown"}}, {"a": {"b": True}}, Tri.UNKNOWN),
        (["a"], ["a"], Tri.YES),
        (["a"], "any", Tri.NO),
    ],
)
def test_values_are_the_same_another_or_nobody_can_tell(left: Json, right: Json, answer: Tri) -> None:
    assert same(left, right) is same(right, left) is answer


MANAGED = PrivateEvents(default=PrivateAccess.MANAGED, exceptions=())
HIDDEN = Scene(private_events=MANAGED, assistants={PAIR: PrivateAccess.HIDDEN})
GRANT = Scene(
    before=make.account(service=make.graph("read", "read")),
    after=WantedSettings(service=make.graph("read", "read")),
    ensure_tenant_grant=True,
    facts_of_tenant=make.tenant(()),
)
IN_A_GROUP = Scene(groups=Groups(known=(SALES,)), wanted_groups=(GroupOverride(group="Sales", locked=True),))


@pytest.mark.parametrize("scene", [LEFT, HIDDEN, GRANT, IN_A_GROUP], ids=["setting", "pair", "grant", "group"])
def test_of_a_plan_that_nobody_may_have_applied_what_stands_as_it_found_it_came_from_nobody(scene: Scene) -> None:
    compared = replace(base_of(scene), kind=BaseKind.COMPARED)
    known, unknown = document_of(scene, base_of(scene)), document_of(scene, compared)
    assert {change["origin"] for change in known["resource_changes"]} == {"drift"}
    assert {change["origin"] for change in unknown["resource_changes"]} == {"unknown"}


def test_what_stands_otherwise_than_such_a_plan_found_it_has_moved() -> None:
    compared = replace(base_of(Scene(after=WantedSettings(service=make.graph()))), kind=BaseKind.COMPARED)
    now = Scene(before=make.account(service=make.MAPI), after=WantedSettings(service=make.graph()))
    assert [change["origin"] for change in document_of(now, compared)["resource_changes"]] == ["drift"]
