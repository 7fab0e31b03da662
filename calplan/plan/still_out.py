"""Who lost the connection in a run and has none today: setting a policy back reconnects nobody."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from calplan.impact.outcome import DISCONNECTED
from calplan.impact.population import Population
from calplan.plan.document import UserDocument

LOST: Final = frozenset(outcome.value for outcome in DISCONNECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class StillOut:
    """The users whom a run disconnected by its forecast: how many have no connection now, and of how many nobody knows.

    The others have one again, or are gone.
    """

    lost: int
    without: int
    unknown: int


def still_out(rows: Iterable[UserDocument], now: Population) -> StillOut:
    """The users whom a plan disconnected, held against what is read of them now."""
    lost = without = unknown = 0
    for row in rows:
        if row["outcome"] not in LOST and not row.get("lost_on_the_way"):
            continue
        lost += 1
        number = now.class_of(row["email"])
        if number is not None:
            service = now.raw[number].service
            without += service == ""
            unknown += service in (None, "unknown")
    return StillOut(lost=lost, without=without, unknown=unknown)
