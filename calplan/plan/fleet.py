"""Many accounts planned together, as data: a line for each, and what they come to."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, TypedDict

from calplan.plan.document import PlanDocument

FORMAT_VERSION: Final = "1.0"
MANUAL: Final = "manual"
REFUSE: Final = "refuse"
WARNING: Final = "warning"
ERROR: Final = "error"


class Forecast(TypedDict):
    """The plan of one account in numbers.

    ``errors`` are the codes of its errors, ``refused_by`` the gates that refuse to have it applied.
    """

    plan_id: str
    errored: bool
    errors: list[str]
    changes: int
    by_hand: int
    users: int
    active: int
    connected: int
    counts: dict[str, int]
    ranges: dict[str, list[int]]
    warnings: int
    refused_by: list[str]


class FleetAccount(TypedDict):
    """One account: its exit code as it would be alone, and its forecast, or why there is none.

    ``plan`` is the file that its plan was saved to.
    """

    account: str
    exit_code: int
    forecast: Forecast | None
    error: str | None
    plan: str | None


class Totals(TypedDict):
    """What the accounts come to; ``failed`` are those without a forecast, which no other number counts."""

    accounts: int
    planned: int
    failed: int
    errored: int
    with_changes: int
    refused: int
    users: int
    active: int
    connected: int
    counts: dict[str, int]


class FleetDocument(TypedDict):
    """A fleet as ``schemas/fleet.schema.json`` has it.

    ``unread`` are files with errors of which nobody knows which account they are about.
    """

    format_version: str
    calplan_version: str
    exit_code: int
    accounts: list[FleetAccount]
    unread: list[str]
    totals: Totals


def forecast_of(plan: PlanDocument) -> Forecast:
    """A plan in the numbers by which accounts are compared."""
    impact, changes = plan["impact"], plan["resource_changes"]
    return Forecast(
        plan_id=plan["plan_id"],
        errored=plan["errored"],
        errors=sorted({one["code"] for one in plan["diagnostics"] if one["severity"] == ERROR}),
        changes=len(changes),
        by_hand=sum(change["mode"] == MANUAL for change in changes),
        users=impact["population"]["users"],
        active=impact["population"]["active"],
        connected=impact["population"]["connected"],
        counts=impact["counts"],
        ranges=impact["ranges"],
        warnings=sum(one["severity"] == WARNING for one in plan["diagnostics"]),
        refused_by=[gate["id"] for gate in plan["gates"] if changes and gate["status"] == REFUSE],
    )


def fleet_document(
    accounts: Iterable[FleetAccount], *, version: str, exit_code: int, unread: Sequence[str]
) -> FleetDocument:
    """The accounts by name, and their totals."""
    ordered = sorted(accounts, key=lambda one: one["account"])
    return FleetDocument(
        format_version=FORMAT_VERSION,
        calplan_version=version,
        exit_code=exit_code,
        accounts=ordered,
        unread=sorted(unread),
        totals=_totals(ordered),
    )


def _totals(accounts: Sequence[FleetAccount]) -> Totals:
    forecasts = [one["forecast"] for one in accounts if one["forecast"] is not None]
    counts: Counter[str] = Counter()
    for one in forecasts:
        counts.update(one["counts"])
    return Totals(
        accounts=len(accounts),
        planned=len(forecasts),
        failed=len(accounts) - len(forecasts),
        errored=sum(one["errored"] for one in forecasts),
        with_changes=sum(one["changes"] > 0 for one in forecasts),
        refused=sum(bool(one["refused_by"]) for one in forecasts),
        users=sum(one["users"] for one in forecasts),
        active=sum(one["active"] for one in forecasts),
        connected=sum(one["connected"] for one in forecasts),
        counts=dict(counts),
    )
