"""Which of the things a plan changed are not as it planned them."""

from collections.abc import Mapping
from typing import Any

from calplan.apply.as_planned import Found, changed_grant, changed_pairs, not_as_planned
from calplan.impact.resolve import Levels
from calplan.model.account import AssistantPair, PrivateAccess, PrivateEvents, TenantFacts
from calplan.model.levels import Group, GroupModel, Groups
from calplan.model.policy import GroupOverride
from calplan.model.settings import AccountSettings, WantedSettings
from calplan.model.unknown import UNKNOWN
from calplan.plan.document import PlanDocument
from tests import make

PAIR = AssistantPair(user="ceo@corp.example", assistant="pa@corp.example")
ADDRESS = "privateEvents[ceo@corp.example,pa@corp.example]"
STAFF = Group(id="g1", name="Staff")


def planned(scene: make.Scene) -> PlanDocument:
    return scene.parts().document


def found(
    settings: AccountSettings,
    groups: Groups | None = None,
    *,
    tenant: TenantFacts | None = None,
    assistants: Mapping[AssistantPair, PrivateAccess] | None = None,
) -> Found:
    levels = Levels(account=settings, groups=groups or Groups(), model=GroupModel(kind="legacy"))
    return Found(levels=levels, tenant=tenant, assistants=assistants)


def test_a_setting_that_is_another_or_cannot_be_read_is_not_as_planned() -> None:
    document = planned(make.Scene(after=WantedSettings(locked=True, allowed_domains=make.domains("corp.example"))))
    as_it_should = make.account(locked=True, allowed_domains=make.domains("corp.example"))
    assert not_as_planned(document, found(as_it_should)) == ()
    for value in (False, UNKNOWN):
        other = make.altered(as_it_should, "locked", value)
        assert not_as_planned(document, found(other)) == ("integration.locked",)


def test_what_the_plan_did_not_change_may_be_anything() -> None:
    document = planned(make.Scene(after=WantedSettings(locked=True)))
    assert not_as_planned(document, found(make.account(locked=True, enforce_oauth=True))) == ()


def group_plan() -> PlanDocument:
    wanted = (GroupOverride(group="Staff", locked=True),)
    groups = Groups(known=(STAFF,), overrides=())
    return planned(make.Scene(groups=groups, wanted_groups=wanted, group_model=GroupModel(kind="legacy")))


def test_a_group_that_states_something_else_or_cannot_be_read_is_not_as_planned() -> None:
    document = group_plan()
    states: Mapping[tuple[str, ...], Any] = {
        (): (GroupOverride(group="g1", locked=True),),
        ("groups[Staff]",): (),
        ("groups[Staff]", "unread"): UNKNOWN,
    }
    for differing, overrides in states.items():
        live = found(make.account(), Groups(known=(STAFF,), overrides=overrides))
        assert not_as_planned(document, live) == differing[:1]


def test_a_grant_may_hold_more_than_was_asked_for_but_not_less() -> None:
    document = planned(
        make.Scene(
            after=WantedSettings(service=make.graph()), ensure_tenant_grant=True, facts_of_tenant=make.tenant(grant=())
        )
    )
    assert changed_grant(document)
    on_graph = make.account(service=make.graph())
    for grant, differing in (
        (make.EVERY_SCOPE, ()),
        ((), ("office365.tenantGrant",)),
        (UNKNOWN, ("office365.tenantGrant",)),
    ):
        assert not_as_planned(document, found(on_graph, tenant=make.tenant(grant=grant))) == differing
    assert not_as_planned(document, found(on_graph)) == ("office365.tenantGrant",)


def test_a_privilege_that_is_another_or_gone_is_not_as_planned() -> None:
    document = planned(
        make.Scene(
            private_events=PrivateEvents(default=PrivateAccess.HIDDEN, exceptions=()),
            assistants={PAIR: PrivateAccess.MANAGED},
        )
    )
    assert changed_pairs(document)
    assert not_as_planned(document, found(make.account(), assistants={PAIR: PrivateAccess.HIDDEN})) == ()
    for assistants in ({PAIR: PrivateAccess.MANAGED}, {}, None):
        assert not_as_planned(document, found(make.account(), assistants=assistants)) == (ADDRESS,)


def test_a_plan_that_changes_neither_asks_for_neither() -> None:
    document = planned(make.Scene(after=WantedSettings(locked=True)))
    assert not changed_grant(document)
    assert not changed_pairs(document)
