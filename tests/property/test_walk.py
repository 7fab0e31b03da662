"""The planner's walk of every order of steps, held against the simulated account that is driven through each."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import pytest

from calplan.impact.assess import Assessment
from calplan.impact.outcome import Link
from calplan.plan.findings import users_in
from calplan.plan.kinds import PERMUTED, Order, StepKind
from calplan.plan.order import OrderChoice, Walks, choose_order
from calplan.plan.walk import Toll, Walker
from calplan.plan.writes import Write, writes_between
from tests.property.acting import act_out, every_order, writes_of
from tests.property.group_worlds import draw, seen_levels
from tests.property.truth import assessed, seeded
from tests.property.worlds import World

CASES: Final = 60
CHUNKS: Final = 4
MANY_CASES: Final = 2_000


def drawn(seed: int) -> World:
    """A world in which an edited login goes on working, as the walk takes it."""
    return replace(draw(seeded(seed)), edits_work=True)


def tolls_said(world: World) -> Mapping[Order, Toll]:
    """What the planner says of every order of the permuted kinds."""
    before, after = seen_levels(world)
    writes: dict[StepKind, list[Write]] = {}
    for write in writes_between(before, after):
        writes.setdefault(write.kind, []).append(write)
    walker = Walker((before, after), assessed(before, after, world.users, world.tenant), world.tenant)
    return Walks(walker=walker, writes=writes, before=before).tolls()


def orders_misjudged(seed: int) -> Iterator[str]:
    """The orders of one world that cost something else in the simulated account than the planner says."""
    world = drawn(seed)
    said = tolls_said(world)
    for order in every_order(writes_of(world)):
        kinds = tuple(dict.fromkeys(write.kind for write in order if write.kind in PERMUTED))
        harm = act_out(world, order, patient=True).harm
        if said[kinds].rank != (len(harm.lost), harm.events, harm.untold):
            yield f"case {seed}: {[kind.value for kind in kinds]}: said {said[kinds]}, was {harm}"


@pytest.mark.parametrize("number", range(CHUNKS))
def test_every_order_costs_what_the_simulated_account_says(number: int) -> None:
    wrong = [line for seed in range(number, CASES, CHUNKS) for line in orders_misjudged(seed)]
    assert not wrong, "\n".join(wrong[:3])
    assert sum(len([*every_order(writes_of(drawn(seed)))]) > 1 for seed in range(CASES)) > CASES // 3


def chosen(world: World) -> tuple[OrderChoice, Assessment]:
    before, after = seen_levels(world)
    found = assessed(before, after, world.users, world.tenant)
    return choose_order(writes_between(before, after), before, after, found, world.tenant), found


def on_the_way(world: World) -> tuple[set[str], set[str]]:
    """Who truly loses by the chosen order though nobody said so, and who is reported as losing on the way only."""
    choice, found = chosen(world)
    harm = act_out(world, choice.writes).harm
    assert choice.lost == harm.losses
    said = {
        email
        for email, outcome in found.each()
        if outcome is not None and outcome.connection in (Link.LOST, Link.AT_RISK)
    }
    return {*harm.lost} - said, set(users_in(choice.surplus_cohorts, found))


def test_whoever_loses_on_the_way_and_not_by_the_change_is_reported_and_nobody_else() -> None:
    for seed in range(CASES * 4):
        true, reported = on_the_way(drawn(seed))
        assert true == reported, seed


@pytest.mark.slow
@pytest.mark.parametrize("number", range(CHUNKS))
def test_many_more_orders(number: int) -> None:
    for seed in range(number, MANY_CASES, CHUNKS):
        wrong = [*orders_misjudged(seed)]
        assert not wrong, "\n".join(wrong)
        true, reported = on_the_way(drawn(seed))
        assert true == reported, seed
