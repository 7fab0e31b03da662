"""When it hangs on a missing fact which level holds for a user, and what is said of the levels then."""

from dataclasses import replace

import pytest

from calplan.impact.resolve import Levels, transition
from calplan.impact.standing import Looked, Membership, Standing
from calplan.model.levels import Groups
from calplan.model.policy import GroupOverride
from calplan.model.unknown import UNKNOWN
from tests import make
from tests.impact.levels import (
    EXECS_LOCK,
    EXECS_LOCK_MAPI,
    EXECS_MAPI,
    LABS_LOCK_WIDE,
    LABS_OFF,
    LABS_SYNC,
    PRIORITY,
    STAFF_MAPI,
    STAFF_SYNC,
    levels,
    member,
)

LOCK_UNREAD = make.account(locked=UNKNOWN)
OVERRIDES_UNREAD = Levels(account=make.account(), groups=Groups(overrides=UNKNOWN))


@pytest.mark.parametrize(
    "found_at, who, doubt",
    [
        (levels(), member("execs"), False),
        (levels(EXECS_MAPI), member("execs", primary="execs"), False),
        (levels(EXECS_MAPI), member("execs"), True),
        (levels(EXECS_LOCK_MAPI, LABS_LOCK_WIDE), member("execs", "labs", primary="execs"), True),
        (levels(LABS_OFF, account=LOCK_UNREAD), member("execs", primary="execs"), False),
        (levels(EXECS_LOCK, account=LOCK_UNREAD), member("execs", primary="execs"), True),
        (levels(EXECS_MAPI, account=LOCK_UNREAD), member("execs"), True),
        (OVERRIDES_UNREAD, member("execs"), True),
        (OVERRIDES_UNREAD, member(), False),
        (replace(OVERRIDES_UNREAD, account=make.account(locked=True)), member("execs"), False),
    ],
)
def test_a_level_is_in_doubt_if_another_might_hold(found_at: Levels, who: Membership, doubt: bool) -> None:
    assert found_at.effective(who).in_doubt is doubt


def test_where_nobody_read_the_lock_of_the_account_both_ways_are_shown() -> None:
    found = levels(EXECS_LOCK, account=LOCK_UNREAD).effective(member("execs", primary="execs"))
    assert found.trace == (
        Looked(group=None, standing=Standing.HOLDS),
        Looked(group="execs", standing=Standing.LOCKED_ABOVE),
        Looked(group="execs", standing=Standing.HOLDS),
        Looked(group=None, standing=Standing.BELOW_A_GROUP),
    )


def test_groups_that_all_have_a_place_in_the_order_leave_no_doubt() -> None:
    everywhere = member("execs", "staff", "labs")
    found = levels(EXECS_MAPI, STAFF_MAPI, LABS_OFF, model=PRIORITY).effective(everywhere)
    assert (found.source, found.problem) == ("execs", None)
    own_sync = GroupOverride(group="execs", bidirectional_sync=False)
    found = levels(own_sync, STAFF_SYNC, LABS_SYNC, model=PRIORITY).effective(everywhere)
    assert (found.sync_source, found.problem) == ("execs", None)


def test_of_unread_overrides_nothing_more_is_shown_than_that_nobody_can_tell() -> None:
    assert OVERRIDES_UNREAD.effective(member("execs")).trace == (Looked(group=None, standing=Standing.UNDECIDED),)


@pytest.mark.parametrize(
    "after, doubt",
    [
        (levels(EXECS_MAPI), False),
        (levels(EXECS_MAPI, account=make.account(bidirectional_sync=True)), False),
        (levels(EXECS_MAPI, account=make.account(enabled=False)), True),
        (levels(EXECS_MAPI, account=make.account(locked=True)), True),
        (levels(EXECS_MAPI, account=make.account(service=make.graph())), True),
        (levels(EXECS_LOCK_MAPI), True),
        (levels(), True),
    ],
)
def test_a_doubt_matters_to_a_change_if_levels_change(after: Levels, doubt: bool) -> None:
    whose_primary_group_nobody_knows = member("execs")
    assert transition(levels(EXECS_MAPI), after, whose_primary_group_nobody_knows).in_doubt is doubt
    assert transition(after, levels(EXECS_MAPI), whose_primary_group_nobody_knows).in_doubt is doubt
