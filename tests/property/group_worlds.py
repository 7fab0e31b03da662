"""Draws the groups of a true world: what they state before and after, who is in them, and how the platform chooses.

Only worlds that the rules decide are drawn, and that in every order of writes: in the older model nobody is in two
groups of which both lock at some time, unless the two state the same and neither changes; everybody has a primary
group; and among numbered groups each has a number.
"""

from dataclasses import replace
from functools import lru_cache
from random import Random
from typing import Final, TypeVar

from calplan.impact import resolve as seen
from calplan.model.levels import Group, GroupModel, Groups
from calplan.model.policy import GroupOverride
from calplan.model.settings import AccountSettings
from calplan.model.unknown import UNMANAGED, Unknown, Unmanaged
from calplan.model.user import RawFacts, text_list
from calplan.sandbox.account.behaviour.levels import Levels
from calplan.sandbox.account.behaviour.person import Held, Person, Situation, offer_of
from calplan.sandbox.account.classes import without_connection
from tests.property.truth import seeded
from tests.property.worlds import World, draw_service, draw_user, draw_world

T = TypeVar("T")
Overrides = dict[str, GroupOverride]

SHARE: Final = 0.5
"""How many of the worlds have groups."""
SPEAKING: Final = ("g1", "g2", "g3")
SILENT: Final = "g4"
"""A group that never states anything."""
GROUPS: Final = tuple(
    Group(id=number, name=name)
    for number, name in zip((*SPEAKING, SILENT), ("Staff", "Sales", "Legal", "Everybody"), strict=True)
)
NAMES: Final = {group.id: group.name for group in GROUPS}


def draw(random: Random) -> World:
    """A world without unknown facts, with groups or without."""
    world = draw_world(random)
    return with_groups(random, world) if random.random() < SHARE else world


@lru_cache(maxsize=300)
def grouped(seed: int) -> World:
    """A world with groups; kept, since many tests look at the same cases."""
    random = seeded(seed)
    return with_groups(random, draw_world(random))


def seen_levels(world: World) -> tuple[seen.Levels, seen.Levels]:
    """Account and groups before and after as calplan sees them; a platform without numbers has the older model."""
    model = GroupModel(kind=world.model.kind or "legacy", order=world.model.order)
    before, after = (
        seen.Levels(account=account, groups=Groups(known=world.groups, overrides=overrides), model=model)
        for account, overrides in ((world.before, world.overrides_before), (world.after, world.overrides_after))
    )
    return before, after


def with_groups(random: Random, world: World) -> World:
    """The world with groups, and with other users, who are in them."""
    before = {group: draw_override(random, group, world) for group in SPEAKING}
    model = draw_model(random)
    twins = model.kind != "priority" and random.random() < 0.2
    if twins:
        before["g2"] = replace(before["g1"], group="g2")
    world = replace(world, after=world.before) if random.random() < 0.15 else world
    world, after = _changed(random, world, before)
    if twins:
        after |= {"g1": before["g1"], "g2": before["g2"]}
    grouped = replace(
        world, groups=GROUPS, overrides_before=stating(before), overrides_after=stating(after), model=model
    )
    users = tuple((email, _member(random, grouped)) for email, _ in world.users)
    return replace(grouped, users=users)


def draw_model(random: Random) -> GroupModel:
    if random.random() < 0.5:
        return GroupModel(kind=random.choice(("legacy", None)))
    order = [_word(random, group) for group in NAMES]
    random.shuffle(order)
    return GroupModel(kind="priority", order=tuple(order))


def draw_override(random: Random, group: str, world: World) -> GroupOverride:
    """What a group states; often the service that the account has or will have."""
    if random.random() < 0.3:
        return GroupOverride(group=group)
    services = (world.before.service, world.after.service, draw_service(random), draw_service(random))
    service = random.choice(services)
    assert not isinstance(service, Unknown)
    return GroupOverride(
        group=group,
        enabled=_perhaps(random, 0.3, random.random() < 0.7),
        locked=_perhaps(random, 0.5, random.random() < 0.7),
        service=_perhaps(random, 0.6, service),
        bidirectional_sync=_perhaps(random, 0.3, random.random() < 0.5),
    )


def _changed(random: Random, world: World, before: Overrides) -> tuple[World, Overrides]:
    """What is wanted; turning something off stands alone, as every plan demands."""
    if world.before.enabled is True and world.after.enabled is False:
        return world, {**before}
    if random.random() < 0.08:
        group = random.choice(SPEAKING)
        return replace(world, after=world.before), {**before, group: replace(before[group], enabled=False)}
    after = {**before}
    for group in SPEAKING:
        if random.random() < 0.55:
            drawn = draw_override(random, group, world)
            newly_off = drawn.enabled is False and before[group].enabled is not False
            after[group] = replace(drawn, enabled=before[group].enabled) if newly_off else drawn
    return world, after


def stating(overrides: Overrides) -> tuple[GroupOverride, ...]:
    """The overrides of the groups that state something, as an account shows them."""
    return tuple(overrides[group] for group in sorted(overrides) if overrides[group] != GroupOverride(group=group))


def _member(random: Random, world: World) -> RawFacts:
    """A user in groups, who holds nothing that a lock over him would have taken."""
    groups = _decidable(random, world, [group for group in NAMES if random.random() < 0.45])
    if world.model.kind != "priority" and not groups:
        groups = [SILENT]
    primary = random.choice(groups) if groups else None
    if world.model.kind == "priority" and random.random() < 0.3:
        primary = None
    words = text_list([_word(random, group) for group in groups])
    primary_word = None if primary is None else _word(random, primary)
    settings = levels_before(world).situation_of(words, primary_word).settings
    facts = draw_user(random, settings)._replace(groups=words, primary_group=primary_word)
    person = Person(facts=facts, domain=None)
    assert not isinstance(settings.service, Unknown)
    forced_away = settings.locked is True and person.holds(offer_of(settings.service)) is Held.DIFFERENT
    return without_connection(facts) if forced_away else facts


def _decidable(random: Random, world: World, groups: list[str]) -> list[str]:
    """The groups without those that make two locks of his differ at some step."""
    before = {one.group: one for one in world.overrides_before}
    after = {one.group: one for one in world.overrides_after}
    locking = [group for group in groups if any(_locks(states.get(group)) for states in (before, after))]
    if world.model.kind == "priority" or len(locking) < 2:
        return groups
    stated = {
        replace(states[group], group="") if group in states else None for states in (before, after) for group in locking
    }
    if len(stated) == 1:
        return groups
    kept = random.choice(locking)
    return [group for group in groups if group == kept or group not in locking]


def _locks(override: GroupOverride | None) -> bool:
    return override is not None and override.locked is True


def ends(world: World) -> tuple[Levels, Levels]:
    """What stands at every level before and after the change."""
    return levels_before(world), levels_after(world)


def levels_before(world: World) -> Levels:
    """What stands at every level before the change."""
    return _levels(world, world.before, world.overrides_before)


def levels_after(world: World) -> Levels:
    """What stands at every level after the change."""
    return _levels(world, world.after, world.overrides_after)


def _levels(world: World, settings: AccountSettings, overrides: tuple[GroupOverride, ...]) -> Levels:
    situation = Situation(settings=settings, tenant=world.tenant, edits_work=world.edits_work)
    return Levels.of(situation, Groups(known=world.groups, overrides=overrides), world.model)


def apart(world: World) -> tuple[World, ...]:
    """Worlds without groups: in each of them what applies to some of the users changes for the whole account.

    There they meet the direct change of their settings. In their own world they may meet more: the writes of several
    levels pass states that are neither a user's before nor his after.
    """
    was, now = levels_before(world), levels_after(world)
    found: dict[tuple[AccountSettings, AccountSettings], list[tuple[str, RawFacts]]] = {}
    for email, facts in world.users:
        ends = tuple(levels.situation_of(facts.groups, facts.primary_group).settings for levels in (was, now))
        found.setdefault((ends[0], ends[1]), []).append((email, facts))
    return tuple(
        World(before=before, after=after, users=tuple(users), tenant=world.tenant, edits_work=world.edits_work)
        for (before, after), users in found.items()
    )


def _perhaps(random: Random, share: float, value: T) -> T | Unmanaged:
    return value if random.random() < share else UNMANAGED


def _word(random: Random, group: str) -> str:
    """A group by its id or name."""
    return group if random.random() < 0.5 else NAMES[group]
