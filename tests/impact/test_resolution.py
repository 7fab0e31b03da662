"""Which level holds for a user in both group models, and how that is found."""

from dataclasses import dataclass, replace
from itertools import permutations

import pytest

from calplan.impact.resolve import Levels
from calplan.impact.standing import Effective, Looked, Membership, Problem, Standing
from calplan.model.levels import GroupModel, Groups
from calplan.model.policy import GroupOverride
from calplan.model.service import type_of
from calplan.model.unknown import UNKNOWN, Unknown
from tests import make
from tests.impact.levels import (
    EXECS_LOCK,
    EXECS_LOCK_MAPI,
    EXECS_MAPI,
    GRAPH,
    LABS_LOCK_MAPI,
    LABS_LOCK_WIDE,
    LABS_OFF,
    LABS_SYNC,
    PRIORITY,
    STAFF_GRAPH,
    STAFF_MAPI,
    STAFF_SYNC,
    levels,
    member,
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """``holds`` is whether it is on, locked, and the service's type; ``source`` names the level, ``-`` the account."""

    says: str
    levels: Levels
    member: Membership
    holds: str
    source: str = "-"
    problem: Problem | None = None

    def __str__(self) -> str:
        return self.says


def in_words(found: Effective) -> str:
    settings = found.settings
    service = "unknown" if isinstance(settings.service, Unknown) else type_of(settings.service).value
    flags = [
        word if value is True else f"not {word}" if value is False else f"perhaps {word}"
        for value, word in ((settings.enabled, "on"), (settings.locked, "locked"))
    ]
    return " ".join([*flags, service])


CASES = (
    Case(
        says="without overrides the account holds",
        levels=levels(),
        member=member("staff"),
        holds="on not locked google",
    ),
    Case(
        says="an override that states nothing is none",
        levels=levels(GroupOverride(group="staff", inherit=True)),
        member=member("staff", primary="staff"),
        holds="on not locked google",
    ),
    Case(
        says="a locked account holds over every group",
        levels=levels(EXECS_LOCK_MAPI, LABS_OFF, account=make.account(locked=True)),
        member=member("execs", "labs", primary="labs"),
        holds="on locked google",
    ),
    Case(
        says="a locked account holds in the other model too",
        levels=levels(EXECS_LOCK_MAPI, model=PRIORITY, account=make.account(locked=True)),
        member=member("execs"),
        holds="on locked google",
    ),
    Case(
        says="a locked account needs no model and no known groups",
        levels=levels(EXECS_MAPI, model=GroupModel(), account=make.account(locked=True)),
        member=Membership(groups=UNKNOWN, primary=UNKNOWN),
        holds="on locked google",
    ),
    Case(
        says="the primary group's value holds, unlocked",
        levels=levels(STAFF_GRAPH, EXECS_MAPI),
        member=member("execs", "staff", primary="staff"),
        holds="on not locked office365-graph",
        source="staff",
    ),
    Case(
        says="the primary group counts though it is not among the groups",
        levels=levels(STAFF_GRAPH),
        member=member("others", primary="staff"),
        holds="on not locked office365-graph",
        source="staff",
    ),
    Case(
        says="a group that is not the primary one decides nothing without a lock",
        levels=levels(EXECS_MAPI),
        member=member("execs", "staff", primary="staff"),
        holds="on not locked google",
    ),
    Case(
        says="any group's lock holds",
        levels=levels(STAFF_GRAPH, EXECS_LOCK_MAPI),
        member=member("execs", "staff", primary="staff"),
        holds="on locked exchange-mapi",
        source="execs",
    ),
    Case(
        says="a lock without a service of its own locks the account's",
        levels=levels(EXECS_LOCK),
        member=member("execs", "staff", primary="staff"),
        holds="on locked google",
        source="execs",
    ),
    Case(
        says="the primary group's lock holds too",
        levels=levels(EXECS_LOCK_MAPI),
        member=member(primary="execs"),
        holds="on locked exchange-mapi",
        source="execs",
    ),
    Case(
        says="a lock needs no known primary group",
        levels=levels(STAFF_GRAPH, EXECS_LOCK_MAPI),
        member=member("execs", "staff"),
        holds="on locked exchange-mapi",
        source="execs",
    ),
    Case(
        says="two locks with one value are one lock, named by the first id",
        levels=levels(LABS_LOCK_MAPI, EXECS_LOCK_MAPI),
        member=member("labs", "execs"),
        holds="on locked exchange-mapi",
        source="execs",
    ),
    Case(
        says="two locks with different services decide nothing but the lock",
        levels=levels(EXECS_LOCK_MAPI, LABS_LOCK_WIDE),
        member=member("labs", "execs", primary="labs"),
        holds="on locked unknown",
        problem=Problem.CONFLICTING_LOCKS,
    ),
    Case(
        says="two locks that differ in whether it is on at all",
        levels=levels(EXECS_LOCK, GroupOverride(group="labs", locked=True, enabled=False)),
        member=member("labs", "execs"),
        holds="perhaps on locked google",
        problem=Problem.CONFLICTING_LOCKS,
    ),
    Case(
        says="an unknown primary group leaves open what the account and the group disagree about",
        levels=levels(STAFF_GRAPH),
        member=member("staff", "others"),
        holds="on not locked unknown",
        problem=Problem.PRIMARY_UNKNOWN,
    ),
    Case(
        says="an unknown primary group is no matter where no group of his states anything",
        levels=levels(STAFF_GRAPH),
        member=member("others"),
        holds="on not locked google",
    ),
    Case(
        says="a group that states what the account has is still a doubt",
        levels=levels(GroupOverride(group="staff", service=make.google())),
        member=member("staff"),
        holds="on not locked google",
        problem=Problem.PRIMARY_UNKNOWN,
    ),
    Case(
        says="unknown groups leave open what any override says",
        levels=levels(EXECS_LOCK_MAPI, LABS_OFF),
        member=Membership(groups=UNKNOWN, primary="staff"),
        holds="perhaps on perhaps locked unknown",
        problem=Problem.GROUPS_UNKNOWN,
    ),
    Case(
        says="groups turn the integration off for their members",
        levels=levels(LABS_OFF),
        member=member("labs", primary="labs"),
        holds="not on not locked google",
        source="labs",
    ),
    Case(
        says="a model that is not stated decides nothing",
        levels=levels(STAFF_GRAPH, model=GroupModel()),
        member=member("staff", primary="staff"),
        holds="on not locked unknown",
        problem=Problem.MODEL_NOT_STATED,
    ),
    Case(
        says="a model that is not stated is no matter to those in other groups",
        levels=levels(STAFF_GRAPH, model=GroupModel()),
        member=member("labs", primary="labs"),
        holds="on not locked google",
    ),
    Case(
        says="the first group of the order gives value and lock",
        levels=levels(STAFF_GRAPH, LABS_LOCK_MAPI, model=PRIORITY),
        member=member("labs", "staff"),
        holds="on not locked office365-graph",
        source="staff",
    ),
    Case(
        says="a lower group decides where no higher one states anything",
        levels=levels(STAFF_SYNC, LABS_LOCK_MAPI, model=PRIORITY),
        member=member("labs", "staff"),
        holds="on locked exchange-mapi",
        source="labs",
    ),
    Case(
        says="the lock of the first group holds",
        levels=levels(STAFF_GRAPH, LABS_LOCK_MAPI, model=PRIORITY),
        member=member("labs", primary="others"),
        holds="on locked exchange-mapi",
        source="labs",
    ),
    Case(
        says="a higher group that states only the lock takes the service from the account",
        levels=levels(STAFF_GRAPH, EXECS_LOCK, model=PRIORITY),
        member=member("execs", "staff"),
        holds="on locked google",
        source="execs",
    ),
    Case(
        says="an explicit unlock of a higher group wins over the lock of a lower one",
        levels=levels(GroupOverride(group="execs", locked=False), LABS_LOCK_MAPI, model=PRIORITY),
        member=member("execs", "labs"),
        holds="on not locked google",
        source="execs",
    ),
    Case(
        says="a group without a place in the order decides nothing",
        levels=levels(GroupOverride(group="new", service=GRAPH), STAFF_MAPI, model=PRIORITY),
        member=member("new", "staff"),
        holds="on not locked unknown",
        problem=Problem.NO_PRIORITY,
    ),
    # a lock of the account that nobody read
    Case(
        says="an unread lock leaves open whether the group or the account holds",
        levels=levels(EXECS_LOCK_MAPI, account=make.account(locked=UNKNOWN)),
        member=member("execs"),
        holds="on locked unknown",
    ),
    Case(
        says="an unread lock over a group without one",
        levels=levels(STAFF_GRAPH, account=make.account(locked=UNKNOWN)),
        member=member("staff", primary="staff"),
        holds="on perhaps locked unknown",
    ),
    Case(
        says="an unread lock does not hide another problem",
        levels=levels(STAFF_GRAPH, account=make.account(locked=UNKNOWN)),
        member=member("staff"),
        holds="on perhaps locked unknown",
        problem=Problem.PRIMARY_UNKNOWN,
    ),
    Case(
        says="an unread lock over nothing of a group's own is an unread lock",
        levels=levels(EXECS_MAPI, account=make.account(locked=UNKNOWN)),
        member=member("others"),
        holds="on perhaps locked google",
    ),
    # overrides that nobody read
    Case(
        says="unread overrides can be anything",
        levels=Levels(account=make.account(), groups=Groups(overrides=UNKNOWN)),
        member=member("staff"),
        holds="perhaps on perhaps locked unknown",
        problem=Problem.OVERRIDES_UNREAD,
    ),
    Case(
        says="unread overrides are no matter under a locked account",
        levels=Levels(account=make.account(locked=True), groups=Groups(overrides=UNKNOWN)),
        member=member("staff"),
        holds="on locked google",
    ),
    Case(
        says="unread overrides are no matter to a user without groups",
        levels=Levels(account=make.account(), groups=Groups(overrides=UNKNOWN)),
        member=member(),
        holds="on not locked google",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_holds_at_which_level(case: Case) -> None:
    found = case.levels.effective(case.member)
    assert (in_words(found), found.source or "-", found.problem) == (case.holds, case.source, case.problem)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_holds_does_not_depend_on_the_order_of_overrides(case: Case) -> None:
    stated = case.levels.groups.overrides
    if not isinstance(stated, Unknown):
        for order in permutations(stated):
            other = replace(case.levels, groups=Groups(overrides=order))
            assert other.effective(case.member) == case.levels.effective(case.member)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_trace_names_every_level_once_and_the_one_that_holds(case: Case) -> None:
    found = case.levels.effective(case.member)
    if case.problem is None and not isinstance(case.levels.account.locked, Unknown):
        names = [one.group for one in found.trace]
        assert len(names) == len(set(names))
        assert None in names
        assert [one.group for one in found.trace if one.standing is Standing.HOLDS] == [found.source]


@pytest.mark.parametrize(
    "found, trace",
    [
        (levels(STAFF_GRAPH).effective(member("labs")), (("labs", Standing.STATES_NOTHING), (None, Standing.HOLDS))),
        (
            levels(STAFF_GRAPH, EXECS_MAPI).effective(member("staff", "execs", primary="staff")),
            (("staff", Standing.HOLDS), ("execs", Standing.NOT_PRIMARY), (None, Standing.BELOW_A_GROUP)),
        ),
        (
            levels(EXECS_MAPI).effective(member("execs", primary="labs")),
            (("execs", Standing.NOT_PRIMARY), ("labs", Standing.STATES_NOTHING), (None, Standing.HOLDS)),
        ),
        (
            levels(STAFF_GRAPH, EXECS_LOCK).effective(member("staff", "execs", primary="staff")),
            (("execs", Standing.HOLDS), ("staff", Standing.NOT_LOCKED), (None, Standing.BELOW_A_GROUP)),
        ),
        (
            levels(STAFF_GRAPH, LABS_LOCK_MAPI, model=PRIORITY).effective(member("staff", "labs")),
            (("staff", Standing.HOLDS), ("labs", Standing.OUTRANKED), (None, Standing.BELOW_A_GROUP)),
        ),
        (
            levels(EXECS_LOCK, account=make.account(locked=True)).effective(member("execs", "labs")),
            ((None, Standing.HOLDS), ("execs", Standing.LOCKED_ABOVE)),
        ),
        (
            levels(STAFF_GRAPH).effective(member("staff")),
            (("staff", Standing.UNDECIDED), (None, Standing.UNDECIDED)),
        ),
        (
            levels(EXECS_LOCK_MAPI, LABS_LOCK_WIDE).effective(member("execs", "labs")),
            (("execs", Standing.UNDECIDED), ("labs", Standing.UNDECIDED), (None, Standing.UNDECIDED)),
        ),
    ],
)
def test_the_trace_says_what_became_of_each_level(
    found: Effective, trace: tuple[tuple[str | None, Standing], ...]
) -> None:
    assert found.trace == tuple(Looked(group=group, standing=standing) for group, standing in trace)


@pytest.mark.parametrize(
    "stated, who, value, source, problem",
    [
        (levels(STAFF_GRAPH), member("staff", primary="staff"), False, None, None),
        (levels(STAFF_SYNC), member("staff", primary="staff"), True, "staff", None),
        (levels(STAFF_SYNC), member("staff", primary="labs"), False, None, None),
        (levels(STAFF_SYNC), member("staff"), UNKNOWN, None, Problem.PRIMARY_UNKNOWN),
        (levels(STAFF_SYNC), Membership(groups=UNKNOWN, primary="staff"), UNKNOWN, None, Problem.GROUPS_UNKNOWN),
        (levels(STAFF_SYNC, model=GroupModel()), member("staff"), UNKNOWN, None, Problem.MODEL_NOT_STATED),
        (
            levels(GroupOverride(group="staff", bidirectional_sync=False), LABS_SYNC, model=PRIORITY),
            member("staff", "labs"),
            False,
            "staff",
            None,
        ),
        (levels(STAFF_GRAPH, LABS_SYNC, model=PRIORITY), member("staff", "labs"), True, "labs", None),
        (
            levels(GroupOverride(group="new", bidirectional_sync=True), model=PRIORITY),
            member("new"),
            UNKNOWN,
            None,
            Problem.NO_PRIORITY,
        ),
        (levels(LABS_SYNC, account=make.account(locked=True)), member("labs", primary="labs"), True, "labs", None),
        (
            levels(LABS_SYNC, account=make.account(bidirectional_sync=True)),
            member("labs"),
            True,
            None,
            Problem.PRIMARY_UNKNOWN,
        ),
    ],
)
def test_sync_resolves_the_same_way_without_a_lock_of_its_own(
    stated: Levels, who: Membership, value: object, source: str | None, problem: Problem | None
) -> None:
    found = stated.effective(who)
    assert (found.settings.bidirectional_sync, found.sync_source, found.problem) == (value, source, problem)
