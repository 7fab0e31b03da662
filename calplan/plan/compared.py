"""What moved between two plans for one account: changes, whom they harm, and what the gates say of them."""

from collections.abc import Iterator
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Final

from calplan.impact.outcome import HARMED
from calplan.plan.document import (
    ChangeBody,
    ChangeComparedDocument,
    ComparedDocument,
    GateComparedDocument,
    OutcomeMoveDocument,
    PlanDocument,
    PlanUsers,
)
from calplan.plan.planfile import SavedPlan

NAMED: Final = 20
"""Users named of each move between two outcomes; the rest is counted."""
HARM: Final = frozenset(outcome.value for outcome in HARMED)
THEN: Final = 0
NOW: Final = 1
Move = tuple[str | None, str | None]


def compared(then: SavedPlan, now: PlanDocument, users: PlanUsers) -> ComparedDocument:
    """A plan held against an earlier one. Users are read one by one, so that none of them is kept."""
    return {
        "plan_id": then.document["plan_id"],
        "created_at": then.created_at.isoformat(timespec="seconds"),
        "counts": dict(then.document["impact"]["counts"]),
        "changes": [*_changes(then.document, now)],
        "users": _moves(then.users, users),
        "gates": [*_gates(then.document, now)],
    }


def _changes(then: PlanDocument, now: PlanDocument) -> Iterator[ChangeComparedDocument]:
    before, after = ({one["address"]: one["change"] for one in plan["resource_changes"]} for plan in (then, now))
    for address in dict.fromkeys((*after, *before)):
        was, is_now = before.get(address), after.get(address)
        if was is None or is_now is None or _ends(was) != _ends(is_now):
            yield {"address": address, "then": was, "now": is_now}


def _ends(body: ChangeBody) -> tuple[object, object, bool]:
    return body["before"], body["after"], body["before_unknown"]


def _moves(then: PlanUsers, now: PlanUsers) -> list[OutcomeMoveDocument]:
    """Who came to harm, and who is spared now, by outcome then and now."""
    found: dict[Move, OutcomeMoveDocument] = {}
    for email, was, is_now in _side_by_side(then, now):
        if was == is_now or not {was, is_now} & HARM:
            continue
        move = found.setdefault((was, is_now), {"from": was, "to": is_now, "users": 0, "emails": []})
        move["users"] += 1
        if is_now is not None and len(move["emails"]) < NAMED:
            move["emails"].append(email)
    return [found[key] for key in sorted(found, key=lambda key: (key[1] or "", key[0] or ""))]


def _side_by_side(then: PlanUsers, now: PlanUsers) -> Iterator[tuple[str, str | None, str | None]]:
    """Every address with its outcome in each plan; both list their users by address."""
    for email, rows in groupby(merge(_of(then, THEN), _of(now, NOW)), key=itemgetter(0)):
        outcome = {side: word for _, side, word in rows}
        yield email, outcome.get(THEN), outcome.get(NOW)


def _of(users: PlanUsers, side: int) -> Iterator[tuple[str, int, str]]:
    return ((row["email"], side, row["outcome"]) for row in users.rows())


def _gates(then: PlanDocument, now: PlanDocument) -> Iterator[GateComparedDocument]:
    before, after = ({one["id"]: one["status"] for one in plan["gates"]} for plan in (then, now))
    for gate in dict.fromkeys((*after, *before)):
        if before.get(gate) != after.get(gate):
            yield {"id": gate, "then": before.get(gate), "now": after.get(gate)}
