"""What an order of writes costs in the simulated account, at once and with users who come back in between."""

from typing import Final

import pytest

from calplan.model.user import RawFacts
from calplan.plan.kinds import PERMUTED, StepKind
from calplan.plan.writes import Write
from tests.make import NEW_MAC, OLD_WINDOWS, account, domains, facts, graph, tenant
from tests.property.acting import Harm, act_out, every_order, writes_of
from tests.property.group_worlds import with_groups
from tests.property.truth import Became, seeded
from tests.property.worlds import World, draw_world

GOOGLE: Final = facts("google", "write", "read")
USERS: Final[tuple[tuple[str, str, int, RawFacts], ...]] = (
    ("told", "corp.example", 8, GOOGLE),
    ("silent", "corp.example", 2, facts("google", "write", "read", clients=(OLD_WINDOWS,))),
    ("without client", "emea.corp.example", 1, facts("google", "write", "read", clients=())),
    ("same", "corp.example", 5, facts("office365-graph", "write", "read", clients=(NEW_MAC,))),
    ("narrower", "corp.example", 2, facts("office365-graph", "read", "read")),
    ("partner", "partner.example", 2, GOOGLE),
    ("nothing", "corp.example", 3, facts()),
    ("partner without", "partner.example", 1, facts()),
    ("unknown", "corp.example", 1, facts(None)),
    ("gone", "corp.example", 1, facts("google", "write", "read", status="inactive")),
)
EXAMPLE: Final = World(
    before=account(),
    after=account(service=graph(), locked=True, allowed_domains=domains("corp.example", "emea.corp.example")),
    users=tuple(
        (f"{name.replace(' ', '-')}{number}@{domain}", user)
        for name, domain, count, user in USERS
        for number in range(count)
    ),
    tenant=tenant(grant=("Calendars.ReadWrite", "Contacts.Read")),
    edits_work=True,
)
"""From Google without a lock to Graph under one, with a list of domains: the worked example of the specification."""

D, K, L = StepKind.DOMAINS, StepKind.KEY, StepKind.LOCK
COSTS: Final[dict[tuple[StepKind, ...], tuple[int, tuple[int, ...], tuple[int, ...]]]] = {
    (D, K, L): (15, (2, 0, 13), (2, 0, 13)),
    (K, D, L): (15, (0, 2, 13), (0, 2, 13)),
    (K, L, D): (15, (0, 15, 0), (0, 15, 2)),
    (D, L, K): (20, (2, 7, 11), (2, 7, 18)),
    (L, D, K): (20, (7, 2, 11), (7, 2, 18)),
    (L, K, D): (20, (7, 13, 0), (7, 20, 2)),
}
"""Of each order: who loses at least once, the losses of each write at once, and with patience."""


def in_order(world: World, kinds: tuple[StepKind, ...]) -> tuple[Write, ...]:
    return tuple(sorted(writes_of(world), key=lambda write: kinds.index(write.kind)))


@pytest.mark.parametrize("kinds", COSTS, ids=lambda kinds: " ".join(kind.value for kind in kinds))
def test_the_worked_example_costs_what_the_specification_says(kinds: tuple[StepKind, ...]) -> None:
    lost, at_once, patient = COSTS[kinds]
    order = in_order(EXAMPLE, kinds)
    hasty, slow = act_out(EXAMPLE, order).harm, act_out(EXAMPLE, order, patient=True).harm
    assert (len(hasty.lost), hasty.losses) == (lost, at_once)
    assert (len(slow.lost), slow.losses) == (lost, patient)
    assert slow.events - len(slow.lost) == sum(patient) - lost


def test_the_plans_order_of_the_worked_example_hurts_fewest() -> None:
    costs: dict[tuple[StepKind, ...], Harm] = {}
    for order in every_order(writes_of(EXAMPLE)):
        costs[tuple(write.kind for write in order)] = act_out(EXAMPLE, order, patient=True).harm
    assert costs.keys() == COSTS.keys()
    assert [write.kind for write in writes_of(EXAMPLE)] == [D, K, L]
    best = costs[D, K, L]
    assert all((len(best.lost), best.events) <= (len(one.lost), one.events) for one in costs.values())
    # Two on an old client, and the one of whose client nothing is known: to the platform he shows no prompt.
    assert best.untold == 3


def test_a_lock_before_its_default_disconnects_twice() -> None:
    acted = act_out(EXAMPLE, in_order(EXAMPLE, (D, L, K)), patient=True)
    assert acted.harm.events - len(acted.harm.lost) == 7
    assert all(acted.truths[f"same{number}@corp.example"].became is Became.AS_BEFORE for number in range(5))


@pytest.mark.parametrize("grouped", [False, True])
def test_every_order_ends_in_the_same_settings_and_patience_spares_nobody_the_first_loss(grouped: bool) -> None:
    seen = 0
    for seed in range(30):
        random = seeded(seed)
        world = with_groups(random, draw_world(random)) if grouped else draw_world(random)
        orders = [*every_order(writes_of(world))]
        seen += len(orders) > 1
        for order in random.sample(orders, min(6, len(orders))):
            hasty, slow = act_out(world, order), act_out(world, order, patient=True)
            assert hasty.harm.lost == slow.harm.lost
            assert len(hasty.harm.losses) == len(writes_of(world))
    assert seen > 10


def permuted(order: tuple[Write, ...]) -> tuple[Write, ...]:
    return tuple(write for write in order if write.kind in PERMUTED)


def test_orders_are_all_permutations_of_what_may_be_permuted() -> None:
    for seed in range(60):
        world = draw_world(seeded(seed))
        writes = writes_of(world)
        orders = [*every_order(writes)]
        assert len({*orders}) == len(orders)
        assert permuted(writes) in map(permuted, orders)
        for order in orders:
            kinds = [write.kind for write in order]
            assert sorted(write.address for write in order) == sorted(write.address for write in writes)
            assert StepKind.DISABLE not in kinds[1:]
            if {StepKind.LOCK, StepKind.UNLOCK} <= {*kinds}:
                assert kinds.index(StepKind.UNLOCK) < kinds.index(StepKind.LOCK)
