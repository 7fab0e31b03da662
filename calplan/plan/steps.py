"""The steps of a plan: its writes in their order, each with who does it, whom it costs, and why it stands there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from calplan.plan.actions import Action
from calplan.plan.kinds import StepKind, why_here
from calplan.plan.order import OrderChoice, Swap

MODE_OF_GROUPS: Final = "groups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One write. ``mode`` says who does it (api or manual), ``expected_lost`` how many lose their connection by it."""

    id: str
    kind: StepKind
    mode: str
    provider: str
    address: str
    action: Action
    depends_on: tuple[str, ...]
    expected_lost: int
    why: str


def steps_of(choice: OrderChoice, modes: Mapping[str, str], provider: str) -> tuple[Step, ...]:
    """The steps of a plan in the chosen order."""
    swaps = {swap.kind: swap for swap in choice.swaps}
    return tuple(
        Step(
            id=f"s{number}",
            kind=write.kind,
            mode=modes.get(write.address.partition("[")[0], "manual"),
            provider=provider,
            address=write.address,
            action=write.action,
            depends_on=() if number == 1 else (f"s{number - 1}",),
            expected_lost=choice.lost[number - 1],
            why=_why(write.kind, choice, swaps.get(write.kind)),
        )
        for number, write in enumerate(choice.writes, start=1)
    )


def _why(kind: StepKind, choice: OrderChoice, swap: Swap | None) -> str:
    """What speaks for the place of a step, with what the walk found if it came one place earlier."""
    reason = why_here(kind, choice.kinds)
    if swap is None:
        return reason
    users = swap.toll.users - choice.toll.users
    events = swap.toll.events - choice.toll.events
    if users <= 0 and events <= 0:
        return reason
    more = f"{users} more users would lose their connection" if users > 0 else ""
    again = f"{events - max(users, 0)} would lose it a second time" if events > max(users, 0) else ""
    return f"{reason}; one place earlier {' and '.join(filter(None, (more, again)))}"
