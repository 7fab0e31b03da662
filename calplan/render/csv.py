"""Users as a table: the columns of users files, and the forecast."""

import csv
import re
from collections.abc import Iterator, Mapping
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
PLAIN: Final = re.compile(r"(?:[A-Za-z0-9_.][A-Za-z0-9.@_+-]*+(?:\n|\Z))++")
"""Addresses that need no quotes and are no formulas, as nearly all are. Nothing that was matched is tried again."""
LIST_SEPARATOR: Final = ";"

Fact = str | tuple[str, ...] | None


def users_csv(users: PlanUsers, outcomes: frozenset[str] = AFFECTED) -> Iterator[str]:
    """The header, then a line for each user with one of these outcomes, by address."""
    yield f"{','.join(COLUMNS)}\n"
    tails: dict[int, str] = {}
    for emails, alike, mailboxes in users.columns(outcomes):
        for number, one in dict(zip(map(id, alike), alike, strict=True)).items():
            if number not in tails:
                tails[number] = csv_line([_cell(_fact(one, column), column) for column in COLUMNS[OWN:]]) + "\n"
        ends = map(tails.__getitem__, map(id, alike))
        plain = not mailboxes and PLAIN.fullmatch("\n".join(emails))
        own = [f"{email}," for email in emails] if plain else [_own(email, mailboxes) for email in emails]
        yield "".join([f"{cells},{end}" for cells, end in zip(own, ends, strict=True)])


def _own(email: str, mailboxes: Mapping[str, str]) -> str:
    """The cells that differ from user to user."""
    return csv_line([for_csv(email), for_csv(mailboxes.get(email, ""))])


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
