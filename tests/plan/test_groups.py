"""Plans for accounts with groups: changes, steps, whom they concern, and what cannot be resolved."""

from dataclasses import replace
from itertools import product

import pytest

from calplan.impact.outcome import Outcome
from calplan.impact.resolve import Levels
from calplan.impact.standing import Problem
from calplan.model.diagnostic import Position, Severity
from calplan.model.levels import Group, GroupModel, Groups
from calplan.model.policy import GroupOverride
from calplan.model.service import Service
from calplan.model.settings import AccountSettings, Setting, WantedSettings
from calplan.model.unknown import UNKNOWN, UNMANAGED, Unknown, Unmanaged
from calplan.model.user import RawFacts
from calplan.plan.actions import SetOverride
from calplan.plan.addresses import group_address
from calplan.plan.kinds import StepKind
from calplan.plan.level_findings import HELP
from calplan.plan.writes import levels_after, writes_between
from tests import make

LEGACY = GroupModel(kind="legacy")
KNOWN = (Group(id="g1", name="Executives"), Group(id="g2", name="Staff"), Group(id="g3", name="Labs"))
LABS = GroupOverride(group="Labs", service=make.graph(), locked=True)
NEW = make.facts("google", "write", "read", groups=("g1",), primary_group="g1")
STAFF = make.facts("google", "write", "read", groups=("Staff",), primary_group="g2")
LAB = make.facts("office365-graph", "write", "read", groups=("g3",), primary_group="Labs")
USERS = {"e1@corp.example": NEW, "e2@corp.example": NEW, "s1@corp.example": STAFF, "l1@corp.example": LAB}
SCENE = make.Scene(users=USERS, groups=Groups(known=KNOWN, overrides=(LABS,)), group_model=LEGACY)


def outcomes(scene: make.Scene) -> dict[str, Outcome]:
    return {row["email"]: Outcome(row["outcome"]) for row in scene.assessed().rows()}


def test_without_a_list_of_groups_live_overrides_stay_and_are_reckoned_with() -> None:
    plan = replace(SCENE, after=make.wanted(make.account(locked=True, service=make.graph("read", "read")))).plan()
    assert [change.address for change in plan.changes] == ["integration.locked", "integration.service"]
    found = outcomes(replace(SCENE, after=make.wanted(make.account(service=make.graph("read", "read")))))
    assert set(found.values()) == {Outcome.UNAFFECTED}
    locked = outcomes(replace(SCENE, after=make.wanted(make.account(locked=True, service=make.graph("read", "read")))))
    # The account's lock ends the exception of the group, whose value was locked before.
    assert locked["l1@corp.example"] is Outcome.DISCONNECTED_PROMPTED


def test_an_override_reaches_the_members_of_its_group_alone() -> None:
    wanted = (LABS, GroupOverride(group="Executives", service=make.graph(), locked=True))
    found = outcomes(replace(SCENE, wanted_groups=wanted))
    assert {email for email, one in found.items() if one is not Outcome.UNAFFECTED} == {
        "e1@corp.example",
        "e2@corp.example",
    }


def test_what_changes_is_listed_by_group_with_its_users() -> None:
    wanted = (GroupOverride(group="Executives", locked=True), GroupOverride(group="g2", bidirectional_sync=True))
    plan = replace(SCENE, wanted_groups=wanted).plan()
    seen = [(one.address, one.actions, one.before, one.after, one.users, one.reversibility) for one in plan.changes]
    labs = {
        "locked": True,
        "service": {"type": "office365-graph", "permissions": {"calendar": "write", "contacts": "read"}},
    }
    assert seen == [
        ("groups[Executives]", ("create",), None, {"locked": True}, 2, "setting-only"),
        ("groups[Labs]", ("delete",), labs, None, 1, "setting-only"),
        ("groups[Staff]", ("create",), None, {"bidirectionalSync": True}, 1, "reversible"),
    ]
    assert all(change.mode == "api" for change in plan.changes)


def test_an_override_that_hides_a_password_cannot_be_set_back() -> None:
    service = make.exchange(impersonation=make.impersonation())
    live = Groups(known=KNOWN, overrides=(GroupOverride(group="Labs", service=service),))
    for wanted, reversibility in (
        ((), "irreversible"),
        ((GroupOverride(group="Labs", service=make.exchange()),), "irreversible"),
        ((GroupOverride(group="Labs", service=service, locked=True),), "setting-only"),
    ):
        (change,) = replace(SCENE, groups=live, wanted_groups=wanted).plan().changes
        assert change.reversibility == reversibility


def test_a_group_is_shown_where_the_policy_names_it_by_id_or_name() -> None:
    place = Position(file="p.yaml", line=7, column=3)
    whole = Position(file="p.yaml", line=5, column=3)
    for word in ("Executives", "g1"):
        scene = replace(SCENE, wanted_groups=(GroupOverride(group=word, locked=True),))
        policy = replace(scene.policy, positions={f"groups[{word}]": place, "groups": whole})
        plan = make.planned(policy, scene)
        assert [change.position for change in plan.changes] == [place, whole]


def test_every_group_write_has_a_kind_an_address_and_comes_after_the_accounts() -> None:
    wanted = (
        GroupOverride(group="Executives", service=make.MAPI, locked=True, enabled=False, bidirectional_sync=True),
        GroupOverride(group="Staff", locked=False, enabled=True),
    )
    scene = replace(SCENE, wanted_groups=wanted, after=make.wanted(make.account(service=make.graph())))
    steps = scene.plan().steps
    assert [(step.kind, step.address) for step in steps] == [
        (StepKind.DISABLE, "groups[Executives].enabled"),
        (StepKind.UNLOCK, "groups[Labs].locked"),
        (StepKind.UNLOCK, "groups[Staff].locked"),
        (StepKind.KEY, "integration.service"),
        (StepKind.KEY, "groups[Executives].service"),
        (StepKind.KEY, "groups[Labs].service"),
        (StepKind.LOCK, "groups[Executives].locked"),
        (StepKind.ENABLE, "groups[Staff].enabled"),
        (StepKind.SYNC, "groups[Executives].bidirectionalSync"),
    ]
    assert steps[1].action == SetOverride(group="g3", setting=Setting.LOCKED, value=UNMANAGED)


Own = tuple[bool | Unmanaged, ...]
INHERITED_OR_OFF: Own = (UNMANAGED, False)
INHERITED_OR_ON: Own = (UNMANAGED, True)
ANY_LOCK: Own = (UNMANAGED, True, False)
SERVICES: tuple[Service | Unmanaged, ...] = (UNMANAGED, make.MAPI, make.graph())
STATES = tuple(
    GroupOverride(group="g1", enabled=enabled, locked=locked, service=service, bidirectional_sync=sync)
    for enabled, locked in product(INHERITED_OR_OFF, ANY_LOCK)
    for service in SERVICES
    for sync in INHERITED_OR_ON
)


def stated_by(levels: Levels) -> dict[str, GroupOverride]:
    """What groups state, without the words they are named by."""
    assert not isinstance(levels.overrides, Unknown)
    return {name: replace(one, group="") for name, one in levels.overrides.items()}


@pytest.mark.parametrize("model", [LEGACY, GroupModel(kind="priority", order=("g1", "g2"))])
def test_the_writes_of_a_group_end_in_the_wanted_state(model: GroupModel) -> None:
    other = GroupOverride(group="Staff", locked=True)
    for before, after in product(STATES, repeat=2):
        start = Levels(account=make.account(), groups=Groups(known=KNOWN, overrides=(before, other)), model=model)
        end = replace(start, groups=Groups(known=KNOWN, overrides=(after, other)))
        levels = start
        for write in writes_between(start, end):
            assert levels_after(write.action, levels).overrides != levels.overrides
            levels = levels_after(write.action, levels)
        assert stated_by(levels) == stated_by(end)


def test_overrides_that_nobody_read_are_neither_written_nor_removed() -> None:
    start = Levels(account=make.account(), groups=Groups(known=KNOWN, overrides=UNKNOWN), model=LEGACY)
    assert writes_between(start, start) == ()
    action = SetOverride(group="g1", setting=Setting.LOCKED, value=True)
    assert levels_after(action, start) == start


def test_two_groups_of_one_name_go_by_their_ids() -> None:
    twins = (Group(id="g1", name="Team"), Group(id="g2", name="Team"), Group(id="g3", name="Labs"))
    levels = Levels(account=make.account(), groups=Groups(known=twins), model=LEGACY)
    assert [group_address(one, levels) for one in ("g1", "g2", "g3", "g9")] == [
        "groups[g1]",
        "groups[g2]",
        "groups[Labs]",
        "groups[g9]",
    ]


def errors(scene: make.Scene) -> list[tuple[str, str]]:
    return [(one.code, one.summary) for one in scene.plan().diagnostics if one.severity is Severity.ERROR]


EXECS = GroupOverride(group="Executives", service=make.graph())
BOTH = make.facts("google", "write", "read", groups=("g1", "g3"), primary_group="g2")


@pytest.mark.parametrize(
    "users, wanted, model, summary",
    [
        (
            {"a@corp.example": make.facts(groups=None), "b@corp.example": make.facts(groups=None, status="pending")},
            (EXECS,),
            LEGACY,
            "the policy of 1 user cannot be resolved: nobody knows their groups",
        ),
        (
            {"a@corp.example": make.facts(groups=("g1",)), "b@corp.example": make.facts(groups=("Executives",))},
            (EXECS,),
            LEGACY,
            "the policy of 2 users cannot be resolved: nobody knows their primary group",
        ),
        (
            USERS,
            (EXECS,),
            GroupModel(),
            "the policy of 2 users cannot be resolved: the Account document does not state the group model",
        ),
        (
            USERS,
            (EXECS,),
            GroupModel(kind="priority", order=("Staff",)),
            "the policy of 2 users cannot be resolved: a group of theirs has no place in the order of priorities",
        ),
        (
            {"a@corp.example": BOTH},
            (GroupOverride(group="g1", locked=True), LABS),
            LEGACY,
            "the policy of 1 user cannot be resolved: two of their groups lock the setting with different values",
        ),
        (
            USERS,
            (GroupOverride(group="Excutives", locked=True),),
            LEGACY,
            "there is no group 'Excutives' in the account",
        ),
        (
            USERS,
            (GroupOverride(group="g1", locked=True), GroupOverride(group="Executives", locked=True)),
            LEGACY,
            "a second override for the group 'Executives', by its other name",
        ),
    ],
)
def test_what_cannot_be_resolved_is_an_error(
    users: dict[str, RawFacts], wanted: tuple[GroupOverride, ...], model: GroupModel, summary: str
) -> None:
    scene = replace(SCENE, users=users, wanted_groups=wanted, group_model=model, groups=Groups(known=KNOWN))
    assert errors(scene) == [("V38", summary)]
    assert scene.plan().errored


def test_a_conflict_of_today_that_the_policy_ends_is_a_warning_and_its_users_are_at_risk() -> None:
    live = Groups(known=KNOWN, overrides=(GroupOverride(group="g1", locked=True), LABS))
    scene = replace(SCENE, users={"a@corp.example": BOTH}, groups=live, wanted_groups=(LABS,))
    plan = scene.plan()
    (said,) = (one for one in plan.diagnostics if one.code.startswith("P-"))
    assert (said.code, said.severity) == ("P-LEVELS", Severity.WARNING)
    assert "1 user:" in said.summary
    # Whether his Google connection was forced away before is not known; that it does not fit Graph is.
    assert outcomes(scene) == {"a@corp.example": Outcome.DISCONNECTED_PROMPTED}
    assert plan.impact.lose.certain == 0
    assert plan.impact.lose.possible == 1


def test_every_problem_says_what_to_do() -> None:
    assert HELP.keys() == set(Problem)


def test_narrowing_is_warned_of_in_a_group_too() -> None:
    wanted = (GroupOverride(group="Staff", service=make.google("read", "read")),)
    plan = replace(SCENE, wanted_groups=wanted, groups=Groups(known=KNOWN)).plan()
    assert [one.summary for one in plan.diagnostics if one.code == "P-NARROWED"] == [
        "lower permissions in groups[Staff] revoke nothing while the settings are not locked"
    ]
    locked = (replace(wanted[0], locked=True),)
    said = replace(SCENE, wanted_groups=locked, groups=Groups(known=KNOWN)).plan().diagnostics
    assert "P-NARROWED" not in {one.code for one in said}


def test_a_groups_own_graph_needs_the_tenant_wide_grant_too() -> None:
    wanted = (GroupOverride(group="Staff", service=make.graph("read", "none"), locked=True),)
    scene = replace(
        SCENE,
        wanted_groups=wanted,
        ensure_tenant_grant=True,
        facts_of_tenant=make.tenant(()),
        groups=Groups(known=KNOWN),
    )
    plan = scene.plan()
    assert plan.changes[0].after == {"Calendars.Read": True}
    assert plan.without_grant is not None
    assert plan.without_grant.counts[Outcome.DISCONNECTED_BLOCKED] == 1
    assert plan.impact.counts[Outcome.DISCONNECTED_PROMPTED] == 1


def account_states() -> tuple[AccountSettings, ...]:
    return (make.account(), make.account(locked=True), make.account(enabled=False))


def test_after_an_apply_nothing_is_left_to_do() -> None:
    wanted = (GroupOverride(group="Executives", locked=True, service=make.MAPI),)
    for account in account_states():
        live = Groups(known=KNOWN, overrides=wanted)
        plan = replace(SCENE, before=account, after=make.wanted(account), groups=live, wanted_groups=wanted).plan()
        assert (plan.changes, plan.steps) == ((), ())
        assert plan.impact.counts[Outcome.UNAFFECTED] == plan.impact.active


IMPERSONATED = make.exchange(impersonation=make.impersonation())
SYNCED = make.facts("exchange-ews", auth="impersonation", groups=("g1",), primary_group="g1")
PINNED = make.facts("google", "write", "read", groups=("g3",), primary_group="g3")
PIN = GroupOverride(group="Labs", locked=True)
ON_THE_WAY = make.Scene(
    before=make.account(),
    after=make.wanted(make.account(service=IMPERSONATED)),
    users={"e1@corp.example": SYNCED, "l1@corp.example": PINNED},
    groups=Groups(known=KNOWN, overrides=(GroupOverride(group="Executives", service=IMPERSONATED), PIN)),
    wanted_groups=(replace(PIN, service=make.google()),),
    group_model=LEGACY,
)
"""One group's exception has to be there before the account moves, another's must stay until it has."""


def test_an_exception_that_keeps_what_a_group_has_is_written_before_the_account() -> None:
    scene = replace(ON_THE_WAY, users={"l1@corp.example": PINNED}, groups=Groups(known=KNOWN, overrides=(PIN,)))
    plan = scene.plan()
    assert outcomes(scene) == {"l1@corp.example": Outcome.UNAFFECTED}
    assert [step.address for step in plan.steps] == ["groups[Labs].service", "integration.service"]
    assert (plan.order.groups_first, plan.order.surplus, plan.order.toll.users) == (True, 0, 0)


def test_who_loses_on_the_way_only_is_warned_of_marked_and_counted_by_the_limits() -> None:
    plan = ON_THE_WAY.plan()
    assert set(outcomes(ON_THE_WAY).values()) == {Outcome.UNAFFECTED}
    assert (plan.order.surplus, sum(step.expected_lost for step in plan.steps)) == (1, 1)
    (said,) = (one for one in plan.diagnostics if one.code == "P-ON-THE-WAY")
    assert said.summary == (
        "1 user loses a connection on the way only, and not by the change as a whole: e1@corp.example"
    )
    rows = {row["email"]: row.get("lost_on_the_way") for row in ON_THE_WAY.assessed().rows()}
    assert rows == {"e1@corp.example": True, "l1@corp.example": None}
    assert '"lost_on_the_way":true' in next(iter(ON_THE_WAY.assessed().lines()))
    figures = {gate.id: gate.actual for gate in plan.gates}
    assert (figures["limit.disconnected"], figures["limit.silent"], figures["limit.blocked"]) == ("1", "1", "0")


def test_with_the_exception_first_in_an_apply_of_its_own_nobody_loses_on_the_way() -> None:
    exception = (GroupOverride(group="Executives", service=IMPERSONATED), replace(PIN, service=make.google()))
    first = replace(ON_THE_WAY, after=WantedSettings(), wanted_groups=exception)
    assert first.plan().order.surplus == 0
    then = replace(ON_THE_WAY, groups=Groups(known=KNOWN, overrides=exception))
    assert then.plan().order.surplus == 0


@pytest.mark.parametrize("locked", [False, True])
def test_groups_that_nobody_read_cannot_be_set(locked: bool) -> None:
    unread = Groups(known=KNOWN, overrides=UNKNOWN)
    account = make.wanted(make.account(locked=locked))
    scene = replace(SCENE, groups=unread, after=account, wanted_groups=(EXECS,))
    assert errors(scene) == [
        ("V38", "nobody read what groups state today, so nobody can tell what has to be written for them")
    ]
    left_alone = [code for code, _ in errors(replace(scene, wanted_groups=None))]
    assert left_alone == ([] if locked else ["V38"])
