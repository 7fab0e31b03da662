"""One JSON object per line and user: for programs, and fast for many users."""

import json
from collections.abc import Iterator
from typing import Final

from calplan.plan.document import PlanUsers
from calplan.render.plan_json import canonical_json, harmless
from calplan.render.wording import AFFECTED_NAMES

AFFECTED: Final = frozenset(AFFECTED_NAMES)
_TEXT: Final = json.JSONEncoder(ensure_ascii=False).encode

Constant = tuple[str, str, str, str, str, tuple[str, ...], tuple[str, ...] | None]
"""Everything a line says but the address: few distinct ones, however many users."""


def users_ndjson(users: PlanUsers, outcomes: frozenset[str] = AFFECTED) -> Iterator[str]:
    """A line for each user with one of these outcomes, by address; ``groups`` is null where unknown."""
    tails: dict[Constant, str] = {}
    for user in users.rows(outcomes):
        groups = user.get("groups")
        constant = (
            user["outcome"],
            user["connection"],
            user["notice"],
            user["next_step"],
            user["certainty"],
            tuple(user["rules"]),
            None if groups is None else tuple(groups),
        )
        tail = tails.get(constant)
        if tail is None:
            tail = tails[constant] = _tail(constant)
        email = _TEXT(user["email"])
        yield f'{{"email":{email if email.isascii() and email.isprintable() else harmless(email)}{tail}\n'


def _tail(constant: Constant) -> str:
    outcome, connection, notice, next_step, certainty, rules, groups = constant
    fields = {
        "outcome": outcome,
        "connection": connection,
        "notice": notice,
        "next_step": next_step,
        "certainty": certainty,
        "rules": rules,
        "groups": groups,
    }
    return "," + harmless(json.dumps(fields, ensure_ascii=False, separators=(",", ":")))[1:]


def facts_ndjson(users: PlanUsers, outcomes: frozenset[str] = AFFECTED) -> Iterator[str]:
    """A line for each user with one of these outcomes: the facts in the words of users files, and the forecast.

    A fact nobody states has no key.
    """
    return (f"{canonical_json(user, indent=None)}\n" for user in users.rows(outcomes))
