"""Account and groups before and after a change, and what of a membership can matter."""

from dataclasses import replace

import pytest

from calplan.impact.overlay import manages, overlaid, states_something
from calplan.impact.resolve import ANOTHER_GROUP, Levels, alone, effective, relevant, wanted_levels
from calplan.impact.standing import NO_GROUPS, Looked, Membership, Standing
from calplan.model.levels import Group, GroupModel, Groups
from calplan.model.policy import CalendarPolicy, GroupOverride
from calplan.model.settings import Setting, WantedSettings
from calplan.model.unknown import UNKNOWN, UNMANAGED
from calplan.model.user import decode
from tests import make
from tests.impact.levels import EXECS_LOCK_MAPI, EXECS_MAPI, LABS_OFF, MAPI, STAFF_GRAPH, STAFF_SYNC, levels, member


def test_one_setting_is_asked_for_with_its_lock_its_source_and_the_way_it_was_found() -> None:
    stated = levels(EXECS_LOCK_MAPI, STAFF_SYNC, account=make.account(consent_for_account=True))
    user = decode(make.facts(groups=("execs", "staff"), primary_group="staff"))
    found = {setting: effective(stated, user, setting) for setting in Setting}
    assert {setting.value: (one.value, one.locked, one.source) for setting, one in found.items()} == {
        "integration.enabled": (True, True, "execs"),
        "integration.locked": (True, True, "execs"),
        "integration.service": (MAPI, True, "execs"),
        "allowedDomains": (make.account().allowed_domains, False, None),
        "bidirectionalSync": (True, False, "staff"),
        "office365.consentForAccount": (True, False, None),
        "office365.enforceOAuth": (False, False, None),
    }
    assert all(one.trace[0] == Looked(group="execs", standing=Standing.HOLDS) for one in found.values())


def test_groups_go_by_id_or_by_name_in_policy_order_and_users() -> None:
    known = (Group(id="g1", name="Executives"), Group(id="g2", name="Staff"))
    for word in ("g1", "Executives"):
        for order in (("g1", "g2"), ("Executives", "Staff")):
            stated = Levels(
                account=make.account(),
                groups=Groups(known=known, overrides=(GroupOverride(group=word, service=MAPI),)),
                model=GroupModel(kind="priority", order=order),
            )
            for own in ("g1", "Executives"):
                found = stated.effective(stated.membership(decode(make.facts(groups=(own,)))))
                assert (found.source, found.settings.service) == ("g1", MAPI)


def test_an_id_wins_over_the_name_of_another_group() -> None:
    known = (Group(id="a", name="b"), Group(id="b", name="c"))
    assert [Groups(known=known).id_of(word) for word in ("a", "b", "c", "d")] == ["a", "b", "b", "d"]


def test_unknown_memberships_stay_unknown() -> None:
    found = alone(make.account()).membership(decode(make.facts(groups=None)))
    assert found == Membership(groups=UNKNOWN, primary=UNKNOWN)


@pytest.mark.parametrize(
    "who, kept",
    [
        (member("execs", "a", "b"), member("execs")),
        (member("a", primary="b"), member(primary=ANOTHER_GROUP)),
        (member("a", primary="labs"), member(primary="labs")),
        (member("a"), member()),
        (Membership(groups=UNKNOWN, primary="a"), Membership(groups=UNKNOWN, primary=ANOTHER_GROUP)),
    ],
)
def test_of_a_membership_only_groups_that_state_something_matter(who: Membership, kept: Membership) -> None:
    assert relevant(who, (levels(EXECS_MAPI), levels(LABS_OFF))) == kept
    for one in (levels(EXECS_MAPI), levels(LABS_OFF), levels(EXECS_MAPI, LABS_OFF, account=make.account(locked=True))):
        assert replace(one.effective(kept), trace=()) == replace(one.effective(who), trace=())


def test_without_overrides_all_memberships_are_one() -> None:
    for who in (member("a", primary="b"), member(), Membership(groups=UNKNOWN, primary=UNKNOWN)):
        assert relevant(who, (levels(), levels(GroupOverride(group="a", inherit=True)))) == NO_GROUPS


def test_of_unread_overrides_it_matters_whether_a_user_is_in_any_group() -> None:
    unread = Levels(account=make.account(), groups=Groups(overrides=UNKNOWN))
    assert relevant(member("a", "b"), (unread, levels(EXECS_MAPI))) == member(ANOTHER_GROUP)
    assert relevant(member("a", "execs"), (unread, levels(EXECS_MAPI))) == member(ANOTHER_GROUP, "execs")
    assert relevant(member("execs"), (unread, levels(EXECS_MAPI))) == member("execs")
    assert relevant(member(), (unread, levels())) == member()


def test_an_override_is_laid_over_the_account_key_by_key() -> None:
    account = make.account(enabled=False, locked=True, bidirectional_sync=True)
    assert overlaid(account, GroupOverride(group="a")) == account
    assert overlaid(account, GroupOverride(group="a", enabled=True)) == replace(account, enabled=True)
    assert overlaid(account, GroupOverride(group="a", locked=False)) == replace(account, locked=False)
    assert overlaid(account, GroupOverride(group="a", service=MAPI)) == replace(account, service=MAPI)
    assert overlaid(account, GroupOverride(group="a", bidirectional_sync=False)) == replace(
        account, bidirectional_sync=False
    )


@pytest.mark.parametrize(
    "override, managed, stated",
    [
        (GroupOverride(group="a"), False, False),
        (GroupOverride(group="a", inherit=True), False, False),
        (GroupOverride(group="a", enabled=False), True, True),
        (GroupOverride(group="a", locked=False), True, True),
        (GroupOverride(group="a", service=MAPI), True, True),
        (GroupOverride(group="a", bidirectional_sync=False), False, True),
    ],
)
def test_what_an_override_states(override: GroupOverride, managed: bool, stated: bool) -> None:
    assert (manages(override), states_something(override)) == (managed, stated)
    assert override.service is UNMANAGED or managed


def test_a_policy_without_groups_leaves_live_overrides_alone_and_a_list_replaces_them() -> None:
    live = levels(EXECS_MAPI, STAFF_GRAPH)
    policy = CalendarPolicy(name="a", account="a", settings=WantedSettings(locked=True))
    assert wanted_levels(policy, live).overrides == live.overrides
    assert wanted_levels(policy, live).account == replace(live.account, locked=True)
    listed = wanted_levels(replace(policy, groups=(LABS_OFF, GroupOverride(group="execs", inherit=True))), live)
    assert listed.overrides == {"labs": LABS_OFF}
    assert (listed.model, listed.groups.known) == (live.model, live.groups.known)
