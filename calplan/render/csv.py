"""Users as a table: the columns of users files, and the forecast."""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from typing import Final

from calplan.plan.document import PlanUsers, UserDocument
from calplan.render.untrusted import for_csv
from calplan.render.wording import AFFECTED_NAMES

COLUMNS: Final = (
    "email",
    "mailbox",
    "status",
    "groups",
    "primary_group",
    "clients",
    "service",
    "ews_host",
    "calendar",
    "contacts",
    "auth",
    "mailbox_location",
    "own_grant",
    "evidence",
    "outcome",
    "connection",
    "notice",
    "next_step",
    "certainty",
    "rules",
)
"""The first two differ from user to user; the rest repeats, which the writer makes use of."""
OWN: Final = 2
UNKNOWN_IF_MISSING: Final = frozenset(
    {"groups", "service", "calendar", "contacts", "auth", "mailbox_location", "own_grant"}
)
"""Facts whose empty cell would say something else than that nobody knows them."""
AFFECTED: Final = frozenset(AFFECTED_NAMES)
PLAIN: Final = re.compile(r"[A-Za-z0-9.@_+-]+")
"""An address that needs no quotes, as nearly all are."""
LIST_SEPARATOR: Final = ";"

Fact = str | tuple[str, ...] | None


def users_csv(users: PlanUsers, outcomes: frozenset[str] = AFFECTED) -> Iterator[str]:
    """The header, then a line for each user with one of these outcomes, by address."""
    yield f"{','.join(COLUMNS)}\n"
    tails: dict[tuple[Fact, ...], str] = {}
    for user in users.rows(outcomes):
        constant = tuple(_fact(user, column) for column in COLUMNS[OWN:])
        tail = tails.get(constant)
        if tail is None:
            cells = [_cell(fact, column) for fact, column in zip(constant, COLUMNS[OWN:], strict=True)]
            tail = tails[constant] = csv_line(cells)
        email, mailbox = for_csv(user["email"]), for_csv(user.get("mailbox", ""))
        own = f"{email}," if not mailbox and PLAIN.fullmatch(email) else csv_line([email, mailbox])
        yield f"{own},{tail}\n"


def csv_line(cells: list[str]) -> str:
    """Cells as one line without its end; quoted where they need it."""
    line = StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def _fact(user: UserDocument, column: str) -> Fact:
    value = user.get(column)
    return tuple(value) if isinstance(value, list) else None if value is None else str(value)


def _cell(fact: Fact, column: str) -> str:
    if fact is None:
        return "unknown" if column in UNKNOWN_IF_MISSING else ""
    if isinstance(fact, tuple):
        return for_csv(LIST_SEPARATOR.join(item.replace(LIST_SEPARATOR, ",") for item in fact))
    return for_csv(fact)
