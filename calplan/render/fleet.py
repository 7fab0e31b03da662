"""A fleet on a terminal and as JSON: the worst account first, then what all come to."""

from collections.abc import Callable, Iterator
from typing import Final

from calplan.model.plural import plural
from calplan.plan.fleet import FleetAccount, FleetDocument, Forecast
from calplan.render.counts import users_in_words
from calplan.render.plan_json import canonical_json
from calplan.render.table import columns
from calplan.render.untrusted import for_terminal

HEAD: Final = ("ACCOUNT", "EXIT", "CHANGE", "BY HAND", "ACTIVE", "LOSE", "NOT TOLD", "WARNINGS", "REFUSED BY")
NUMBERS: Final = frozenset(range(1, 8))
NONE: Final = "-"

Rank = Callable[[int], int]
"""How bad an exit code is: the smaller, the worse."""


def fleet_json(document: FleetDocument) -> Iterator[str]:
    """The fleet as ``schemas/fleet.schema.json`` has it; equal documents give equal bytes."""
    yield f"{canonical_json(document)}\n"


def fleet_text(document: FleetDocument, rank: Rank, plans: str | None) -> Iterator[str]:
    """A line for each account, then whatever is wrong with single ones; ``plans`` is the folder of their plans.

    The last line is the greppable one.
    """
    accounts = sorted(document["accounts"], key=lambda one: _worst_first(one, rank))
    yield from (f"{line}\n" for line in columns([HEAD, *map(_row, accounts)], right=NUMBERS))
    failed = [one for one in accounts if one["error"] is not None]
    if failed or document["unread"]:
        yield "\nNot planned\n"
    for one in failed:
        lines = (one["error"] or "").splitlines()
        yield from (f"{for_terminal(f'  {line}')}\n" for line in (f"{one['account']}: {lines[0]}", *lines[1:]))
    for file in document["unread"]:
        yield f"{for_terminal(f'  {file}: has errors, and nobody knows about which account')}\n"
    yield "\n"
    if plans is not None:
        saved = plural(sum(one["plan"] is not None for one in accounts), "plan")
        yield f"{for_terminal(f'{saved} saved to {plans}, each good for 24 hours')}\n"
    yield f"{fleet_line(document)}\n"


def fleet_line(document: FleetDocument) -> str:
    """The last line: accounts, and users of all that were planned."""
    totals = document["totals"]
    return (
        f"Fleet: {plural(totals['accounts'], 'account')}, {totals['failed']} not planned, "
        f"{totals['errored']} with errors, {totals['with_changes']} to change, {totals['refused']} refused by gates. "
        f"Users: {users_in_words(totals['counts'])}."
    )


def _worst_first(one: FleetAccount, rank: Rank) -> tuple[int, bool, int, bool, str]:
    forecast = one["forecast"]
    if forecast is None:
        return rank(one["exit_code"]), False, 0, False, one["account"]
    loses = forecast["ranges"]["lose"][-1]
    return rank(one["exit_code"]), not forecast["refused_by"], -loses, not forecast["changes"], one["account"]


def _row(one: FleetAccount) -> tuple[str, ...]:
    forecast = one["forecast"]
    if forecast is None:
        return (one["account"], str(one["exit_code"]), *(NONE for _ in HEAD[2:-1]), "not planned")
    return (
        one["account"],
        str(one["exit_code"]),
        str(forecast["changes"]),
        str(forecast["by_hand"]),
        str(forecast["active"]),
        _range(forecast, "lose"),
        _range(forecast, "not_told"),
        str(forecast["warnings"]),
        f"errors: {', '.join(forecast['errors'])}"
        if forecast["errored"]
        else ", ".join(forecast["refused_by"]) or NONE,
    )


def _range(forecast: Forecast, name: str) -> str:
    """From certain to possible: ``9..38``."""
    certain, possible = forecast["ranges"][name]
    return str(certain) if certain == possible else f"{certain}..{possible}"
