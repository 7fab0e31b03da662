"""Whether the policy of every user can be resolved (V38)."""

from collections.abc import Iterator, Mapping
from typing import Final

from calplan.model.diagnostic import Diagnostic, Position, Severity
from calplan.model.levels import GroupModel
from calplan.model.policy import CalendarPolicy
from calplan.plan.validity.subject import stated_by

Places = Mapping[str, Position]

ORDER: Final = "groups.order"


def v38_equal_priorities(model: GroupModel, places: Places) -> Iterator[Diagnostic]:
    """Of the order that an Account document states."""
    for name in sorted({one for one in model.order if model.order.count(one) > 1}):
        yield _unresolved(
            f"group `{name}` stands in `order` twice, so its priority is not clear",
            "keep one of the two",
            places.get(ORDER),
            ORDER,
        )


def v38_declared(policy: CalendarPolicy, model: GroupModel) -> Iterator[Diagnostic]:
    """Of a policy with overrides, where its account states no model.

    Whether each group has its place in ``order`` is known only when the groups were read, by id and name.
    """
    if model.kind is None and any(map(stated_by, policy.groups or ())):
        yield _unresolved(
            "the policy overrides settings for groups, and the Account document states no model",
            "write `groups: {model: legacy}` into the Account, or `model: priority` with its `order`",
            policy.positions.get("groups"),
            "groups",
        )


def _unresolved(summary: str, advice: str, position: Position | None, address: str) -> Diagnostic:
    return Diagnostic(
        code="V38",
        severity=Severity.ERROR,
        summary=summary,
        why="nobody could tell which settings a user of these groups has",
        help=advice,
        position=position,
        address=address,
    )
