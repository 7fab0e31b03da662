"""The steps of a plan: its writes in their order, each with who does it, whom it costs, and why it stands there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from calplan.model.plural import plural
from calplan.plan.actions import Action
from calplan.plan.kinds import WORDS, StepKind, why_here
from calplan.plan.order import OrderChoice, Swap

MODE_OF_GROUPS: Final = "groups"
MANUAL: Final = "manual"
"""The mode of a step that only a person can take."""
ALONE: Final = frozenset({StepKind.GRANT, StepKind.PRIVATE_EVENTS})
"""Kinds that no other step has to come before: whenever they are done, they harm nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One write. ``mode`` says who does it (api or manual), ``expected_lost`` how many lose their connection by it.

    Of ``expected_at_risk`` more nobody knows whether they do, since a fact is missing.
    ``half`` is what a provider kept of a first part that was done before a crash; the step is then to be finished.
    """

    id: str
    kind: StepKind
    mode: str
    provider: str
    address: str
    action: Action
    depends_on: tuple[str, ...]
    expected_lost: int
    expected_at_risk: int
    why: str
    half: Mapping[str, str] | None = None


def steps_of(
    choice: OrderChoice, modes: Mapping[str, str], provider: str, others: Mapping[str, str] | None = None
) -> tuple[Step, ...]:
    """The steps of a plan in the chosen order; ``others`` names the provider where it is not the platform."""
    first = {write.kind: number for number, write in reversed([*enumerate(choice.writes)])}
    swaps = {first[swap.kind]: swap for swap in choice.swaps}
    return in_turn(
        Step(
            id=f"s{number + 1}",
            kind=write.kind,
            mode=modes.get(write.address.partition("[")[0], MANUAL),
            provider=(others or {}).get(write.address, provider),
            address=write.address,
            action=write.action,
            depends_on=(),
            expected_lost=choice.lost[number],
            expected_at_risk=choice.at_risk[number],
            why=_why(write.kind, choice, swaps.get(number)),
        )
        for number, write in enumerate(choice.writes)
    )


def in_turn(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps, each with those it has to wait for: a setting waits for the step before it that is not a flag.

    That is the setting before it, or the tenant-wide grant, without which users could not authorise what is set.
    """
    found: list[Step] = []
    before: tuple[str, ...] = ()
    for step in steps:
        found.append(replace(step, depends_on=() if step.kind in ALONE else before))
        if step.kind is not StepKind.PRIVATE_EVENTS:
            before = (step.id,)
    return tuple(found)


def _why(kind: StepKind, choice: OrderChoice, swap: Swap | None) -> str:
    """What speaks for the place of a step; beside the first of its kind, what the kind would cost one place earlier."""
    reason = why_here(kind, choice.kinds, to_office365_ews=choice.to_office365_ews)
    if swap is None:
        return reason
    users = max(swap.toll.users - choice.toll.users, 0)
    again = max(swap.toll.events - choice.toll.events - users, 0)
    costs = [f"{plural(users, 'more user')} would lose a connection"] if users else []
    costs += [f"{plural(again, 'user')} would lose it a second time"] if again else []
    return f"{reason}; before {WORDS[swap.with_kind]} {' and '.join(costs)}" if costs else reason
