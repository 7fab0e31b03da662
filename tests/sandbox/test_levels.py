"""Which of several levels applies to a user, by the rules of both group models."""

from dataclasses import replace
from typing import NamedTuple

import pytest

from calplan.model.levels import Group, GroupModel, Groups
from calplan.model.policy import GroupOverride
from calplan.model.settings import AccountSettings
from calplan.model.user import text_list
from calplan.sandbox.account.behaviour.levels import Levels
from calplan.sandbox.account.behaviour.person import Situation
from tests.make import MAPI, account, exchange, google, graph

ACCOUNT = account(service=google(), bidirectional_sync=False)
LOCKED = replace(ACCOUNT, locked=True)
LEGACY = GroupModel(kind="legacy")
STAFF, SALES, LEGAL = (
    Group(id=number, name=name) for number, name in (("g1", "Staff"), ("g2", "Sales"), ("g3", "Legal"))
)


class Case(NamedTuple):
    """Who a user is, what stands at each level, and what applies to him."""

    overrides: tuple[GroupOverride, ...]
    groups: tuple[str, ...]
    primary: str | None
    expected: AccountSettings
    settings: AccountSettings = ACCOUNT


def applying(case: Case, model: GroupModel) -> AccountSettings:
    levels = Levels.of(
        Situation(settings=case.settings, tenant=None),
        Groups(known=(STAFF, SALES, LEGAL), overrides=tuple(sorted(case.overrides, key=lambda one: one.group))),
        model,
    )
    return levels.situation_of(text_list([*case.groups]), case.primary).settings


def by(group: str, **stated: object) -> GroupOverride:
    return replace(GroupOverride(group=group), **stated)  # type: ignore[arg-type]  # the names of fields


STAFF_GRAPH = by("g1", service=graph())
SALES_MAPI = by("g2", service=MAPI)
SALES_LOCKED = by("g2", locked=True, service=MAPI)
ON_GRAPH = replace(ACCOUNT, service=graph())
ON_MAPI = replace(ACCOUNT, service=MAPI)
FORCED_MAPI = replace(LOCKED, service=MAPI)

EITHER_MODEL = {
    "no group": Case((STAFF_GRAPH, SALES_LOCKED), (), None, ACCOUNT),
    "a group that states nothing": Case((STAFF_GRAPH,), ("g3",), "g3", ACCOUNT),
    "the account's lock stands above a group": Case((STAFF_GRAPH,), ("g1",), "g1", LOCKED, LOCKED),
    "the account's lock stands above a lock": Case((SALES_LOCKED,), ("g2",), "g2", LOCKED, LOCKED),
    "no group can take the account's lock off": Case((by("g1", locked=False),), ("g1",), "g1", LOCKED, LOCKED),
    "the account's lock is none of the sync": Case(
        (by("g1", bidirectional_sync=True),), ("g1",), "g1", replace(LOCKED, bidirectional_sync=True), LOCKED
    ),
    "a primary group": Case((STAFF_GRAPH,), ("g1",), "g1", ON_GRAPH),
    "a primary group that is not listed": Case((STAFF_GRAPH,), (), "g1", ON_GRAPH),
    "a group by its name": Case((STAFF_GRAPH,), ("Staff",), "Staff", ON_GRAPH),
    "a group nobody knows": Case((STAFF_GRAPH,), ("g9",), "g9", ACCOUNT),
    "a lock alone forces the account's default": Case((by("g1", locked=True),), ("g1",), "g1", LOCKED),
    "a switch alone": Case((by("g1", enabled=False),), ("g1",), "g1", replace(ACCOUNT, enabled=False)),
    "a switch that is on where the account is off": Case(
        (by("g1", enabled=True),), ("g1",), "g1", ACCOUNT, replace(ACCOUNT, enabled=False)
    ),
    "the sync alone leaves the integration alone": Case(
        (by("g1", bidirectional_sync=True),), ("g1",), "g1", replace(ACCOUNT, bidirectional_sync=True)
    ),
    "what no group can state is the account's": Case(
        (STAFF_GRAPH,), ("g1",), "g1", replace(ON_GRAPH, enforce_oauth=True), replace(ACCOUNT, enforce_oauth=True)
    ),
}


@pytest.mark.parametrize("name", EITHER_MODEL)
@pytest.mark.parametrize(
    "model",
    [GroupModel(), LEGACY, GroupModel(kind="priority", order=("g1", "Sales", "g3"))],
    ids=["not stated", "legacy", "priority"],
)
def test_where_one_group_speaks_both_models_agree(name: str, model: GroupModel) -> None:
    assert applying(EITHER_MODEL[name], model) == EITHER_MODEL[name].expected


BY_LOCK = {
    "a lock of any group wins over the primary group": Case(
        (STAFF_GRAPH, SALES_LOCKED), ("g1", "g2"), "g1", FORCED_MAPI
    ),
    "a lock of the primary group wins": Case((STAFF_GRAPH, SALES_LOCKED), ("g1", "g2"), "g2", FORCED_MAPI),
    "a lock wins where the primary group is not known": Case((SALES_LOCKED,), ("g2",), None, FORCED_MAPI),
    "a lock of a group he is not in is none of his": Case((STAFF_GRAPH, SALES_LOCKED), ("g1",), "g1", ON_GRAPH),
    "without a lock only the primary group speaks": Case((STAFF_GRAPH, SALES_MAPI), ("g1", "g2"), "g2", ON_MAPI),
    "a silent primary group leaves it to the account": Case((STAFF_GRAPH, SALES_MAPI), ("g1", "g2"), "g3", ACCOUNT),
    "no primary group leaves it to the account": Case((STAFF_GRAPH,), ("g1",), None, ACCOUNT),
    "locks that agree": Case((SALES_LOCKED, by("g3", locked=True, service=MAPI)), ("g2", "g3"), "g1", FORCED_MAPI),
    "locks that disagree: the smaller id": Case(
        (by("g1", locked=True, service=graph()), SALES_LOCKED), ("g1", "g2"), "g2", replace(LOCKED, service=graph())
    ),
    "a lock decides the sync of nobody": Case(
        (STAFF_GRAPH, replace(SALES_LOCKED, bidirectional_sync=True)), ("g1", "g2"), "g1", FORCED_MAPI
    ),
    "a group that locks may also turn off": Case(
        (by("g2", locked=True, enabled=False),), ("g1", "g2"), "g1", replace(LOCKED, enabled=False)
    ),
}


@pytest.mark.parametrize("name", BY_LOCK)
def test_in_the_older_model_a_lock_wins_and_else_the_primary_group_speaks(name: str) -> None:
    assert applying(BY_LOCK[name], LEGACY) == BY_LOCK[name].expected


BY_NUMBER = {
    "the first group wins, lock or not": Case((STAFF_GRAPH, SALES_LOCKED), ("g1", "g2"), "g2", ON_GRAPH),
    "a group he is not in is passed over": Case((STAFF_GRAPH, SALES_LOCKED), ("g2", "g3"), "g3", FORCED_MAPI),
    "a group that states only the sync is passed over": Case(
        (by("g1", bidirectional_sync=True), SALES_MAPI), ("g1", "g2"), None, replace(ON_MAPI, bidirectional_sync=True)
    ),
    "the sync is decided by itself": Case(
        (STAFF_GRAPH, replace(SALES_MAPI, bidirectional_sync=True)),
        ("g1", "g2"),
        None,
        replace(ON_GRAPH, bidirectional_sync=True),
    ),
    "a group that says it does not lock": Case((by("g1", locked=False), SALES_LOCKED), ("g1", "g2"), "g2", ACCOUNT),
    "a group without a number says nothing": Case((by("g3", locked=True),), ("g3",), "g3", ACCOUNT),
    "the primary group counts as one of his": Case((SALES_LOCKED,), (), "g2", FORCED_MAPI),
}


@pytest.mark.parametrize("name", BY_NUMBER)
def test_among_numbered_groups_the_first_gives_value_and_lock(name: str) -> None:
    model = GroupModel(kind="priority", order=("Staff", "g2"))
    assert applying(BY_NUMBER[name], model) == BY_NUMBER[name].expected


def test_a_service_is_overridden_whole() -> None:
    case = Case((by("g1", service=exchange()),), ("g1",), "g1", replace(ACCOUNT, service=exchange()))
    assert applying(case, LEGACY) == case.expected
