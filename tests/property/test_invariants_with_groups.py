"""The invariants of semantics (f) in accounts with groups; those of orders are in `test_orders_with_groups`."""

import json
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Final

import pytest

from calplan.impact.outcome import HARMED, Link, NextStep, Notice, Outcome, UserOutcome
from calplan.impact.resolve import Levels
from calplan.impact.summary import Range, harmed, summarise
from calplan.model.connection import Connection
from calplan.model.domain import Domain
from calplan.model.levels import GroupModel, Groups
from calplan.model.policy import GroupOverride
from calplan.model.settings import Setting
from calplan.model.unknown import UNKNOWN, UNMANAGED, Tri, Unknown
from calplan.model.user import RawFacts, decode, text_list
from tests import make
from tests.impact.ranges import ranges_of
from tests.impact.worlds import rank
from tests.property.acting import left_by
from tests.property.group_worlds import NAMES, ends, grouped, seen_levels, stating
from tests.property.truth import assessed, forecast, seeded
from tests.property.worlds import DOMAINS, Seen, World, draw_user, hide, without

CASES: Final = 300
MANY_CASES: Final = 3_000
HIDDEN: Final = 0.2
SEEDS: Final = pytest.mark.parametrize(
    "seeds", [range(CASES), pytest.param(range(CASES, MANY_CASES), marks=pytest.mark.slow)], ids=["some", "many"]
)


def shown(seed: int, world: World, *, membership: bool) -> Seen:
    """The world with some facts hidden, in every third case none."""
    return hide(seeded(-seed), world, HIDDEN if seed % 3 else 0.0, membership=membership)


def unchanged(world: World) -> World:
    """The world in which the account is to stay as it is."""
    return replace(world, after=world.before, overrides_after=world.overrides_before)


# --- I01 --------------------------------------------------------------------------------------------------------------


@SEEDS
def test_i01_counts_partition_the_active_users_and_add_up_what_is_said_of_each(seeds: range) -> None:
    for seed in seeds:
        random, world = seeded(seed + 1), grouped(seed)
        seen = shown(seed, world, membership=True)
        users = tuple(
            (email, facts._replace(status=random.choice(("active", "active", "active", "inactive", "pending"))))
            for email, facts in seen.users
        )
        found = assessed(*seen_levels(world), users, seen.tenant)
        impact = summarise(found)
        said = dict(found.each())
        active = {email for email, facts in users if facts.status == "active"}
        assert {email for email, one in said.items() if one is not None} == active, seed
        assert {email for email, _ in harmed(found)} <= active, seed
        assert sum(impact.counts.values()) == impact.active == len(active), seed
        each = [ranges_of(one) for one in said.values() if one is not None]
        for name, total in (
            ("lose", impact.lose),
            ("not_told", impact.not_told),
            ("cannot_return", impact.cannot_return),
        ):
            pairs = [getattr(one, name) for one in each]
            assert total == Range(certain=sum(low for low, _ in pairs), possible=sum(high for _, high in pairs)), seed
        assert impact.told == sum(one.told for one in each)


# --- I02 --------------------------------------------------------------------------------------------------------------


def only_r01(before: Levels, after: Levels, seen: Seen) -> bool:
    said = forecast(before, after, seen.users, seen.tenant)
    return {(one.outcome, one.rules) for one in said.values()} == {(Outcome.UNAFFECTED, ("R01",))}


@SEEDS
def test_i02_without_a_change_everybody_is_unaffected_whatever_is_unread(seeds: range) -> None:
    for seed in seeds:
        random, world = seeded(seed + 2), unchanged(grouped(seed))
        before, _ = seen_levels(world)
        unread: set[Setting] = {one for one in Setting if random.random() < 0.1}
        before = replace(before, account=without(world.before, unread))
        if random.random() < 0.1:
            before = replace(before, groups=Groups(known=world.groups, overrides=UNKNOWN))
        if random.random() < 0.2:
            before = replace(before, model=GroupModel())
        assert only_r01(before, before, shown(seed, world, membership=True)), seed


def respelt(random: Random, world: World, *, inheriting: bool) -> Groups:
    """What groups state, each by its id or its name; ``inheriting``: some say in words that they state nothing."""
    stated = list(world.overrides_before)
    silent = {*NAMES} - {one.group for one in stated}
    if inheriting:
        stated += [GroupOverride(group=group, inherit=True) for group in sorted(silent) if random.random() < 0.5]
    words = [replace(one, group=random.choice((one.group, NAMES[one.group]))) for one in stated]
    return Groups(known=world.groups, overrides=tuple(words))


@SEEDS
def test_i02_a_policy_that_only_spells_its_groups_otherwise_changes_nothing(seeds: range) -> None:
    for seed in seeds:
        random, world = seeded(seed + 2), unchanged(grouped(seed))
        before, after = (
            replace(levels, groups=respelt(random, world, inheriting=wanted))
            for levels, wanted in zip(seen_levels(world), (False, True), strict=True)
        )
        if random.random() < 0.2:
            before, after = (replace(levels, model=GroupModel()) for levels in (before, after))
        assert only_r01(before, after, shown(seed, world, membership=True)), seed


# --- I03, I04, I14 ----------------------------------------------------------------------------------------------------

NOTICES: Final = {
    Outcome.DISCONNECTED_SILENT: Notice.NO_PROMPT,
    Outcome.DISCONNECTED_NOTICE_UNKNOWN: Notice.UNKNOWN,
    Outcome.DISCONNECTED_PROMPTED: Notice.PROMPT,
}
LOST: Final = {Outcome.DISCONNECTED_BLOCKED, *NOTICES}
BARRED: Final = {Outcome.DISCONNECTED_BLOCKED, Outcome.BLOCKED}
PROMPTS: Final = {
    Outcome.DISCONNECTED_PROMPTED: {Tri.YES},
    Outcome.DISCONNECTED_SILENT: {Tri.NO},
    Outcome.PROMPTED: {Tri.YES, Tri.UNKNOWN},
}


def contradictions(one: UserOutcome, facts: RawFacts, *, was_off: bool) -> Iterator[str]:
    """What an outcome and its facets say against each other or against what is known of the user."""
    user = decode(facts)
    if (one.connection is Link.LOST) != (one.outcome in LOST):
        yield "a loss and no outcome of one, or the reverse"
    if one.connection is Link.LOST and (was_off or not isinstance(user.connection, Connection)):
        yield "lost without a connection"
    if user.prompt_capable not in PROMPTS.get(one.outcome, set(Tri)):
        yield "his clients do otherwise"
    if one.notice is not NOTICES.get(one.outcome, one.notice):
        yield "another notice"
    if one.outcome in BARRED and not (
        one.next_step.value.startswith("blocked:") or one.next_step is NextStep.TENANT_ADMIN_CONSENT
    ):
        yield "barred by nothing"
    if one.outcome is Outcome.PROMPTED and (one.connection, one.notice) != (Link.NONE, Notice.PROMPT_POSSIBLE):
        yield "prompted otherwise"
    if one.outcome is Outcome.AUTOMATIC and (one.connection, one.next_step) != (Link.GAINED, NextStep.NONE):
        yield "synced otherwise"


@SEEDS
@pytest.mark.parametrize("membership", [False, True], ids=["groups known", "groups hidden"])
def test_i03_i04_i14_outcome_and_facets_never_contradict_each_other(membership: bool, seeds: range) -> None:
    for seed in seeds:
        world = grouped(seed)
        was, _ = ends(world)
        seen = shown(seed, world, membership=membership)
        said = forecast(*seen_levels(world), seen.users, seen.tenant)
        for email, facts in seen.users:
            known = {"groups", "primary_group"}.isdisjoint(seen.hidden[email])
            was_off = known and was.situation_of(facts.groups, facts.primary_group).settings.enabled is False
            assert not [*contradictions(said[email], facts, was_off=was_off)], (seed, email, said[email])


# --- I05 --------------------------------------------------------------------------------------------------------------


@SEEDS
def test_i05_after_the_writes_another_plan_changes_nothing_and_lists_nobody(seeds: range) -> None:
    for seed in seeds:
        world, left = grouped(seed), left_by(grouped(seed))
        before, _ = seen_levels(left)
        plan = make.Scene(
            before=left.before,
            after=make.wanted(world.after),
            users=dict(left.users),
            facts_of_tenant=left.tenant,
            groups=Groups(known=left.groups, overrides=left.overrides_before),
            wanted_groups=world.overrides_after,
            group_model=before.model,
        ).plan()
        assert (plan.changes, plan.steps, plan.order.surplus) == ((), (), 0), seed
        assert plan.impact.counts[Outcome.UNAFFECTED] == plan.impact.active == len(left.users), seed
        assert not plan.impact.total(HARMED)


# --- I06 --------------------------------------------------------------------------------------------------------------


def only_unlocked(random: Random, world: World) -> World:
    """The world in which some locks come off, with the users for whom nothing else changes by that."""
    before = replace(world.before, locked=True) if random.random() < 0.3 else world.before
    overrides = {one.group: one for one in world.overrides_before}
    for group, one in overrides.items():
        if one.locked is True and random.random() < 0.7:
            overrides[group] = replace(one, locked=random.choice((False, UNMANAGED)))
    after = replace(before, locked=False) if random.random() < 0.5 else before
    world = replace(world, before=before, after=after, overrides_after=stating(overrides))
    was, now = ends(world)
    kept = []
    for email, facts in world.users:
        then, later = (levels.situation_of(facts.groups, facts.primary_group).settings for levels in (was, now))
        if later in (then, replace(then, locked=False)):
            kept.append((email, facts))
    return replace(world, users=tuple(kept))


@SEEDS
def test_i06_whoever_is_only_unlocked_is_unaffected(seeds: range) -> None:
    unlocked = 0
    for seed in seeds:
        world = only_unlocked(seeded(seed + 6), grouped(seed))
        seen = shown(seed, world, membership=False)
        for email, one in forecast(*seen_levels(world), seen.users, seen.tenant).items():
            assert one.outcome is Outcome.UNAFFECTED, (seed, email, one)
            unlocked += "R11c" in one.rules
    assert unlocked > len(seeds)


# --- I07, I08 ---------------------------------------------------------------------------------------------------------

LADDERS: Final = (
    ("5.1.0(win)", "5.2.44052.0816(win)", "5.2.45108.0831(win)", "5.11.0(win)"),
    ("5.1.0(mac)", "5.2.1(mac)", "5.2.2(mac)", "5.11.6602(mac)"),
    ("4.6.9", "5.2.0", "5.2.3", "5.12.2 (9281)"),
)


@SEEDS
def test_i07_a_newer_client_is_never_worse(seeds: range) -> None:
    for seed in seeds:
        world = grouped(seed)
        seen = shown(seed, world, membership=True)
        rungs = []
        for version in LADDERS[seed % len(LADDERS)]:
            users = tuple((email, facts._replace(clients=text_list([version]))) for email, facts in seen.users)
            rungs.append(forecast(*seen_levels(world), users, seen.tenant))
        for email, _ in seen.users:
            ranks = [rank(said[email].outcome) for said in rungs]
            assert ranks == sorted(ranks), (seed, email, [said[email] for said in rungs])


@SEEDS
def test_i08_taking_a_domain_off_the_list_helps_nobody_but_whom_nothing_changes_for_then(seeds: range) -> None:
    for seed in seeds:
        random, world = seeded(seed + 8), grouped(seed)
        names = random.sample(DOMAINS, random.choice((2, 3)))
        longer, shorter = (
            replace(world, after=replace(world.after, allowed_domains=make.domains(*some)))
            for some in (names, names[1:])
        )
        seen = shown(seed, world, membership=False)
        before, after = ends(shorter)
        was, is_now = (forecast(*seen_levels(one), seen.users, seen.tenant) for one in (longer, shorter))
        for email, facts in seen.users:
            states = [one.situation_of(facts.groups, facts.primary_group).settings for one in (before, after)]
            if states[0] != states[1]:
                assert rank(is_now[email].outcome) <= rank(was[email].outcome), (seed, email)
                assert was[email].outcome not in BARRED or is_now[email].outcome in BARRED, (seed, email)


# --- I09, I10 ---------------------------------------------------------------------------------------------------------


def shuffled(random: Random, levels: Levels) -> Levels:
    """The same levels, listed in another order and with domains in other letters."""
    overrides = levels.groups.overrides
    assert not isinstance(overrides, Unknown)
    groups = Groups(
        known=tuple(random.sample(levels.groups.known, len(levels.groups.known))),
        overrides=tuple(random.sample(overrides, len(overrides))),
    )
    allowed = levels.account.allowed_domains
    if isinstance(allowed, frozenset):
        allowed = frozenset(Domain.parse(one.name.upper() + ".") for one in allowed)
    return replace(levels, account=replace(levels.account, allowed_domains=allowed), groups=groups)


def jumbled(random: Random, words: str | None) -> str | None:
    """A list of words in another order, with one of them twice."""
    listed = json.loads(words or "[]")
    return None if words is None else json.dumps(random.sample(listed, len(listed)) + listed[:1])


@SEEDS
def test_i09_no_order_matters_of_users_groups_overrides_clients_or_group_words_nor_the_case_of_domains(
    seeds: range,
) -> None:
    for seed in seeds:
        random, world = seeded(seed + 9), grouped(seed)
        before, after = seen_levels(world)
        seen = shown(seed, world, membership=True)
        users = tuple(
            (
                email.partition("@")[0] + "@" + email.partition("@")[2].title(),
                facts._replace(
                    groups=jumbled(random, facts.groups), clients=jumbled(random, facts.clients) or facts.clients
                ),
            )
            for email, facts in random.sample(seen.users, len(seen.users))
        )
        said = forecast(before, after, seen.users, seen.tenant)
        others = forecast(shuffled(random, before), shuffled(random, after), users, seen.tenant)
        assert {email.lower(): one for email, one in others.items()} == said, seed


@SEEDS
def test_i10_one_user_more_changes_nobody_else(seeds: range) -> None:
    for seed in seeds:
        random, world = seeded(seed + 10), grouped(seed)
        seen = shown(seed, world, membership=True)
        words = text_list([group for group in (*NAMES, *NAMES.values()) if random.random() < 0.3])
        facts = draw_user(random, world.before)._replace(
            groups=words if random.random() < 0.8 else None, primary_group=random.choice((None, *NAMES))
        )
        newcomer = (f"{random.choice('tv')}99@{random.choice((*DOMAINS, 'new.example'))}", facts)
        alone = forecast(*seen_levels(world), seen.users, seen.tenant)
        joined = forecast(*seen_levels(world), (newcomer, *seen.users), seen.tenant)
        assert alone.items() <= joined.items(), seed
        assert joined.keys() - alone.keys() == {newcomer[0]}


# --- I11 --------------------------------------------------------------------------------------------------------------


def learnt(random: Random, seen: Seen, world: World) -> Seen:
    """The world once some of what was hidden of each user, and of the tenant, is known."""
    users, hidden = [], {}
    for (email, facts), (_, true) in zip(seen.users, world.users, strict=True):
        still = frozenset(name for name in sorted(seen.hidden[email]) if random.random() < 0.5)
        users.append((email, relearnt(facts, true, seen.hidden[email] - still)))
        hidden[email] = still
    tenant = replace(
        seen.tenant,
        grant=random.choice((seen.tenant.grant, world.tenant.grant)),
        user_consent=random.choice((seen.tenant.user_consent, world.tenant.user_consent)),
    )
    return Seen(users=tuple(users), tenant=tenant, hidden=hidden)


def relearnt(facts: RawFacts, true: RawFacts, names: frozenset[str]) -> RawFacts:
    """The facts with these known; of a connection that is known again, all of it."""
    connection = {"service", "ews_host", "calendar", "contacts", "auth"}
    fields = {*names} | (connection if "connection" in names else set())
    known = {name: value for name, value in true._asdict().items() if name in fields}
    return facts._replace(**known)


@SEEDS
@pytest.mark.parametrize("membership", [False, True], ids=["groups known", "groups hidden"])
def test_i11_learning_a_fact_narrows_every_range(membership: bool, seeds: range) -> None:
    for seed in seeds:
        random, world = seeded(seed + 11), grouped(seed)
        seen = hide(seeded(-seed), world, 0.3, membership=membership)
        more = learnt(random, seen, world)
        wide, narrower, narrow = (
            forecast(*seen_levels(world), users, tenant)
            for users, tenant in ((seen.users, seen.tenant), (more.users, more.tenant), (world.users, world.tenant))
        )
        for email in narrow:
            assert ranges_of(wide[email]).holds(ranges_of(narrower[email])), (seed, email, seen.hidden[email])
            assert ranges_of(narrower[email]).holds(ranges_of(narrow[email])), (seed, email, more.hidden[email])
