"""Which accounts are planned in one place, one after the other: those that share a credential, and a few more."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from calplan.cli.fleet.order import Order
from calplan.providers.credentials import credentials_of

MOST: Final = 8
"""Accounts of a batch, unless they share a credential: what is lost with a worker is read again."""
ROUNDS: Final = 4
"""Batches that each place is given at least, where there are enough accounts: none waits long for the slowest."""

Batch: TypeAlias = tuple[Order, ...]


def batches_of(orders: Sequence[Order], places: int, size: int | None = None) -> tuple[Batch, ...]:
    """The orders in batches for a number of places; accounts that share a credential are never in two of them.

    So nobody has to count calls across processes or machines to keep a vendor's limit.
    """
    most = size or max(1, min(MOST, len(orders) // (places * ROUNDS)))
    found: list[Batch] = []
    held: Batch = ()
    for group in sorted(groups_of(orders), key=len, reverse=True):
        if held and len(held) + len(group) > most:
            found.append(held)
            held = ()
        held += group
    return (*found, held) if held else tuple(found)


def groups_of(orders: Sequence[Order]) -> tuple[Batch, ...]:
    """The orders by shared credentials; whoever shares one with a second and another with a third ties all three."""
    home: dict[str, list[Order]] = {}
    groups: list[list[Order]] = []
    for order in orders:
        names = credentials_of(order.chosen.account)
        tied = {id(home[name]): home[name] for name in sorted(names) if name in home}
        group, *others = tied.values() or ([],)
        for other in others:
            group += other
            home |= {name: group for one in other for name in credentials_of(one.chosen.account)}
            other.clear()
        if not group:
            groups.append(group)
        group.append(order)
        home |= dict.fromkeys(names, group)
    return tuple(tuple(group) for group in groups if group)
