"""One JSON object per line and user: for programs, and fast for many users."""

import json
from collections.abc import Iterator
from typing import Final, cast

from calplan.plan.document import PlanUsers, UserDocument
from calplan.render.plan_json import canonical_json, harmless
from calplan.render.wording import AFFECTED_NAMES

AFFECTED: Final = frozenset(AFFECTED_NAMES)
_TEXT: Final = json.JSONEncoder(ensure_ascii=False).encode

HEAD: Final = '{"email":"'
PLAIN: Final = bytes(range(0x21, 0x7F)).translate(None, b'"\\')
"""The signs that are written in JSON as they are, and of which nearly all addresses are."""


def users_ndjson(users: PlanUsers, outcomes: frozenset[str] = AFFECTED) -> Iterator[str]:
    """A line for each user with one of these outcomes, by address, some at a time; ``groups`` is null where unknown."""
    tails: dict[int, str] = {}
    # A line's tail goes on to the next line's head, so that a page is put together from no more parts than it has.
    for emails, alike, _ in users.columns(outcomes):
        ends = list(map(tails.get, map(id, alike)))
        if None in ends:
            tails |= {id(one): _tail(one) + HEAD for one in alike if id(one) not in tails}
            ends = list(map(tails.get, map(id, alike)))
        parts = [HEAD] * (2 * len(emails) + 1)
        parts[1::2] = emails if _are_plain("".join(emails)) else map(_within_quotes, emails)
        parts[2::2] = cast("list[str]", ends)
        parts[-1] = parts[-1].removesuffix(HEAD)
        yield "".join(parts)


def _are_plain(text: str) -> bool:
    return text.isascii() and not text.encode().translate(None, PLAIN)


def _within_quotes(email: str) -> str:
    return harmless(_TEXT(email))[1:-1]


def _tail(user: UserDocument) -> str:
    """Everything a line says after the address, which is the same for many."""
    fields = {
        "outcome": user["outcome"],
        "connection": user["connection"],
        "notice": user["notice"],
        "next_step": user["next_step"],
        "certainty": user["certainty"],
        "rules": user["rules"],
        "groups": user.get("groups"),
    }
    return '",' + harmless(json.dumps(fields, ensure_ascii=False, separators=(",", ":")))[1:] + "\n"


def facts_ndjson(users: PlanUsers, outcomes: frozenset[str] = AFFECTED) -> Iterator[str]:
    """A line for each user with one of these outcomes: the facts in the words of users files, and the forecast.

    A fact nobody states has no key.
    """
    return (f"{canonical_json(user, indent=None)}\n" for user in users.rows(outcomes))
