"""Worlds with groups: decided by the rules at every step, and forecast as if a user's settings were the account's."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

import pytest

from calplan.model.policy import GroupOverride
from calplan.model.settings import AccountSettings
from calplan.model.unknown import Unknown, Unmanaged
from calplan.plan.writes import Write
from calplan.providers.local.writing import written
from calplan.sandbox.account.account import Account
from calplan.sandbox.account.classes import groups_in
from tests.property.acting import act_out, contents_of, every_order, writes_of
from tests.property.group_worlds import NAMES, apart, grouped, levels_after, levels_before, seen_levels
from tests.property.truth import allows, forecast, seeded
from tests.property.worlds import World, hide

CASES: Final = 300
CHUNKS: Final = 3
ORDERS: Final = 4
"""Orders looked at in one world."""
IDS: Final = {**{name: number for number, name in NAMES.items()}, **{number: number for number in NAMES}}


def chunk(number: int) -> range:
    return range(number * CASES // CHUNKS, (number + 1) * CASES // CHUNKS)


def states_on_the_way(world: World, order: tuple[Write, ...]) -> Iterator[tuple[AccountSettings, list[GroupOverride]]]:
    """What stands at every level before, between and after the writes."""
    with Account.in_memory(contents_of(world), world.model) as account:
        for write in (None, *order):
            if write is not None:
                assert written(account, write.action).changed, write
            overrides = account.groups().overrides
            assert not isinstance(overrides, Unknown)
            yield account.settings(), [*overrides]


def undecided(world: World, settings: AccountSettings, overrides: list[GroupOverride]) -> list[str]:
    """Users whose groups lock different values, or of whom nobody knows which group would speak."""
    if settings.locked is True or world.model.kind == "priority":
        return []
    found = []
    for email, facts in world.users:
        ids = {IDS[word] for word in groups_in(facts)}
        his = [one for one in overrides if one.group in ids]
        locked = {
            (
                settings.enabled if isinstance(one.enabled, Unmanaged) else one.enabled,
                settings.service if isinstance(one.service, Unmanaged) else one.service,
            )
            for one in his
            if one.locked is True
        }
        if len(locked) > 1 or facts.primary_group is None:
            found.append(email)
    return found


@pytest.mark.parametrize("number", range(CHUNKS))
def test_every_drawn_world_is_decided_before_after_and_at_every_step_of_any_order(number: int) -> None:
    for seed in chunk(number):
        world, random = grouped(seed), seeded(-seed)
        orders = [*every_order(writes_of(world))]
        for order in random.sample(orders, min(ORDERS, len(orders))):
            for settings, overrides in states_on_the_way(world, order):
                assert undecided(world, settings, overrides) == [], (seed, settings, overrides)
        if world.model.kind == "priority":
            assert {IDS[word] for word in world.model.order} == {*NAMES}


@pytest.mark.parametrize("number", range(CHUNKS))
def test_the_direct_change_of_what_applies_to_a_user_is_forecast(number: int) -> None:
    for seed in chunk(number):
        for world in apart(grouped(seed)):
            said = forecast(*seen_levels(world), world.users, world.tenant)
            for email, truth in act_out(world).truths.items():
                assert allows(said[email], truth), (seed, email, said[email], truth)


def test_few_users_meet_more_on_the_way_than_the_direct_change() -> None:
    users = more = 0
    for seed in range(CASES):
        world = grouped(seed)
        truths = act_out(world).truths
        direct = {email: truth for one in apart(world) for email, truth in act_out(one).truths.items()}
        users += len(truths)
        more += sum(truths[email].became is not direct[email].became for email in truths)
        assert truths.keys() == direct.keys()
    assert 0 < more / users < 0.02


def test_drawn_groups_speak_in_every_way() -> None:
    seen: Counter[str] = Counter()
    for seed in range(CASES):
        world = grouped(seed)
        before, after = levels_before(world), levels_after(world)
        seen[f"model {world.model.kind}"] += 1
        for _, facts in world.users:
            was, now = (one.situation_of(facts.groups, facts.primary_group).settings for one in (before, after))
            seen["speaks before"] += was != world.before
            seen["speaks after"] += now != world.after
            seen["changes though the account does not"] += was != now and world.before == world.after
            seen["is unlocked by a group"] += was.locked is True and now.locked is not True and not world.before.locked
            seen["is turned off by a group"] += (
                was.enabled is True and now.enabled is False and bool(world.after.enabled)
            )
            seen["is locked by a group"] += now.locked is True and world.after.locked is not True
            seen["has groups by both words"] += bool(facts.groups) and len({*groups_in(facts)} & {*NAMES}) == 1
    assert min(seen.values()) >= CASES // 20, seen
    assert {"model legacy", "model None", "model priority"} <= seen.keys()


def test_membership_is_hidden_on_demand_only() -> None:
    world = grouped(1)
    shown, masked = hide(seeded(1), world, 1.0), hide(seeded(1), world, 1.0, membership=True)
    for (_, facts), (_, known), (_, unknown) in zip(world.users, shown.users, masked.users, strict=True):
        assert (known.groups, known.primary_group) == (facts.groups, facts.primary_group)
        assert (unknown.groups, unknown.primary_group) == (None, None)
