"""The order a plan chooses for an account with groups: what it truly does to each user, step by step."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import pytest

from calplan.impact.outcome import Link, Outcome, UserOutcome
from calplan.plan.findings import users_in
from calplan.plan.order import OrderChoice, choose_order
from calplan.plan.writes import writes_between
from tests.property.acting import Acted, act_out, turns_off_among_others, writes_of
from tests.property.group_worlds import grouped, seen_levels
from tests.property.truth import Became, Truth, allows, assessed, worse_than_said

CASES: Final = 300
CHUNKS: Final = 3
MANY_CASES: Final = 3_000
SEEDS: Final = pytest.mark.parametrize(
    "seeds",
    [
        *(range(number * CASES // CHUNKS, (number + 1) * CASES // CHUNKS) for number in range(CHUNKS)),
        pytest.param(range(CASES, MANY_CASES), marks=pytest.mark.slow),
    ],
    ids=lambda seeds: f"{seeds.start}..{seeds.stop}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A change as planned and as it truly went: what was said of each user, and who was said to lose on the way."""

    choice: OrderChoice
    said: dict[str, UserOutcome]
    surplus: frozenset[str]
    acted: Acted


@lru_cache(maxsize=CASES)
def way_of(seed: int) -> Way:
    """The order that is chosen, and the account driven through it; an edited login goes on working, as it takes it."""
    world = replace(grouped(seed), edits_work=True)
    before, after = seen_levels(world)
    found = assessed(before, after, world.users, world.tenant)
    choice = choose_order(writes_between(before, after), before, after, found, world.tenant)
    said = dict(found.each())
    return Way(
        choice=choice,
        said={email: one for email, one in said.items() if one is not None},
        surplus=frozenset(users_in(choice.surplus_cohorts, found)),
        acted=act_out(world, choice.writes),
    )


def plannable(seeds: range) -> Iterator[int]:
    """The worlds that a plan may change in one go."""
    return (seed for seed in seeds if not turns_off_among_others(writes_of(grouped(seed))))


@SEEDS
def test_i13_the_order_loses_whom_the_direct_change_loses_and_else_the_surplus(seeds: range) -> None:
    canonical = 0
    for seed in plannable(seeds):
        way = way_of(seed)
        lost = way.acted.harm.lost
        for email, one in way.said.items():
            if one.connection is not Link.AT_RISK:
                expected = one.connection is Link.LOST or email in way.surplus
                assert (email in lost) == expected, (seed, email, one)
        assert way.surplus <= lost, seed
        assert way.choice.surplus == len(way.surplus), seed
        canonical += way.choice.kinds == way.choice.canonical
    # The order is the canonical one but where groups let another spare somebody.
    assert canonical > 0.9 * len(seeds)


def is_about_sync(said: UserOutcome, truth: Truth) -> bool:
    """Whether a user is served by impersonation and was not said to be, or the reverse."""
    return (truth.became is Became.GAINED) != (said.outcome is Outcome.AUTOMATIC)


@SEEDS
def test_what_happens_on_the_way_is_what_was_said_but_for_the_surplus_and_a_few_who_are_synced(seeds: range) -> None:
    users = fell_out = 0
    for seed in plannable(seeds):
        way = way_of(seed)
        for email, one in way.said.items():
            users += 1
            truth = way.acted.truths[email]
            if email in way.surplus or allows(one, truth):
                continue
            # A state on the way may switch impersonation on for whom it is off before and after, or too early.
            assert is_about_sync(one, truth), (seed, email, one, truth)
            assert not worse_than_said(one, truth), (seed, email, one, truth)
            fell_out += 1
    assert fell_out / users < 0.002
