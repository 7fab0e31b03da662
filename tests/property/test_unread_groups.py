"""Nobody fares worse than forecast in an account with groups of which something was not read or not stated."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from random import Random
from typing import Final

import pytest

from calplan.impact.outcome import Outcome, UserOutcome
from calplan.impact.resolve import Levels
from calplan.model.levels import GroupModel, Groups
from calplan.model.settings import Setting
from calplan.model.unknown import UNKNOWN
from calplan.model.user import RawFacts
from tests.property.acting import act_out
from tests.property.group_worlds import apart, grouped, seen_levels
from tests.property.truth import Truth, forecast, seeded, worse_than_said
from tests.property.worlds import World, hide, without

CASES: Final = 300
MANY_CASES: Final = 3_000
HIDDEN: Final = 0.2
LOCK: Final[set[Setting]] = {Setting.LOCKED}

Users = tuple[tuple[str, RawFacts], ...]
Unread = Callable[[Random, World], dict[str, UserOutcome]]
"""Hides something of a world, and forecasts from the rest."""


@lru_cache(maxsize=CASES)
def truths_of(seed: int) -> dict[str, Truth]:
    """What becomes of everybody by the direct change of what holds for him."""
    return {email: truth for one in apart(grouped(seed)) for email, truth in act_out(one).truths.items()}


def some_memberships(random: Random, world: World) -> dict[str, UserOutcome]:
    seen = hide(random, world, HIDDEN, membership=True)
    return forecast(*seen_levels(world), seen.users, seen.tenant)


def every_membership(_: Random, world: World) -> dict[str, UserOutcome]:
    return forecast(*seen_levels(world), without_groups(world), world.tenant)


def without_groups(world: World) -> Users:
    return tuple((email, facts._replace(groups=None, primary_group=None)) for email, facts in world.users)


def the_primary_groups(_: Random, world: World) -> dict[str, UserOutcome]:
    users = tuple((email, facts._replace(primary_group=None)) for email, facts in world.users)
    return forecast(*seen_levels(world), users, world.tenant)


def the_model(_: Random, world: World) -> dict[str, UserOutcome]:
    return forecast(*modelled(world, GroupModel()), world.users, world.tenant)


def the_number_of_some_groups(random: Random, world: World) -> dict[str, UserOutcome]:
    order = tuple(word for word in world.model.order if random.random() < 0.6)
    return forecast(*modelled(world, replace(world.model, order=order)), world.users, world.tenant)


def modelled(world: World, model: GroupModel) -> tuple[Levels, Levels]:
    before, after = seen_levels(world)
    model = model if model.kind or not model.order else replace(model, kind="legacy")
    return replace(before, model=model), replace(after, model=model)


def the_overrides(_: Random, world: World) -> dict[str, UserOutcome]:
    """Nobody read what groups state; the policy states it, or leaves groups alone where nothing of theirs changes."""
    before, after = seen_levels(world)
    unread = Groups(known=world.groups, overrides=UNKNOWN)
    left_alone = world.overrides_before == world.overrides_after
    after = replace(after, groups=unread) if left_alone else after
    return forecast(replace(before, groups=unread), after, world.users, world.tenant)


def the_lock_of_the_account(random: Random, world: World) -> dict[str, UserOutcome]:
    return forecast(*with_lock_unread(random, world), world.users, world.tenant)


def the_lock_and_every_membership(random: Random, world: World) -> dict[str, UserOutcome]:
    return forecast(*with_lock_unread(random, world), without_groups(world), world.tenant)


def with_lock_unread(random: Random, world: World) -> tuple[Levels, Levels]:
    """The levels with the account's lock unread, and left alone where it does not change and by chance."""
    before, after = seen_levels(world)
    left_alone = world.before.locked == world.after.locked and random.random() < 0.5
    return (
        replace(before, account=without(world.before, LOCK)),
        replace(after, account=without(world.after, LOCK if left_alone else set())),
    )


@pytest.mark.parametrize(
    "seeds", [range(CASES), pytest.param(range(CASES, MANY_CASES), marks=pytest.mark.slow)], ids=["some", "many"]
)
@pytest.mark.parametrize(
    "unread",
    [
        some_memberships,
        every_membership,
        the_primary_groups,
        the_model,
        the_number_of_some_groups,
        the_overrides,
        the_lock_of_the_account,
        the_lock_and_every_membership,
    ],
)
def test_nobody_fares_worse_than_forecast_though_nobody_read(unread: Unread, seeds: range) -> None:
    users = at_risk = 0
    for seed in seeds:
        said = unread(seeded(-seed), grouped(seed))
        for email, truth in truths_of(seed).items():
            assert not worse_than_said(said[email], truth), (seed, email, said[email], truth)
            at_risk += said[email].outcome is Outcome.AT_RISK
            users += 1
    # Who says that everybody is at risk cannot be wrong, and helps nobody.
    assert at_risk / users < 0.7
