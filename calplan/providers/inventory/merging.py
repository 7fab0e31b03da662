"""Bringing what was read into the file: page by page, and only where something is otherwise than it was."""

import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from calplan.impact.coding import STRIDE, Class, Coded, Coding
from calplan.impact.roster import NUMBERS, USERS_PER_PAGE, Page, mailboxes_of, packed
from calplan.model.proof import Basis
from calplan.model.user import RawFacts
from calplan.providers.inventory.file import FACTS
from calplan.providers.inventory.seal import digest_of, key_of

CLASSES: Final = f"SELECT id, basis, {FACTS} FROM classes"  # noqa: S608 - our own constant
NEW_CLASS: Final = f"INSERT INTO classes VALUES (?, {', '.join('?' for _ in RawFacts._fields)}, ?)"  # noqa: S608 - as above
KINDS: Final = "SELECT id, class, domain, mailbox_domain, users FROM kinds"
PLACES: Final = "SELECT DISTINCT id / ?, domain, mailbox_domain FROM kinds"
PUT_KIND: Final = "INSERT OR REPLACE INTO kinds VALUES (?, ?, ?, ?, ?)"
KEPT: Final = "SELECT first, id, digest FROM pages ORDER BY first"
NEW_PAGE: Final = "INSERT INTO pages (first, digest, kinds, emails, mailboxes) VALUES (?, ?, ?, ?, ?)"
OTHER_PAGE: Final = "UPDATE pages SET digest = ?, kinds = ?, emails = ?, mailboxes = ? WHERE id = ?"
FEWEST: Final = USERS_PER_PAGE // 4
MOST: Final = USERS_PER_PAGE * 2


def read_kinds(connection: sqlite3.Connection) -> tuple[dict[int, Coded], dict[int, int]]:
    """Every kind of users in the file, and how many there are of each.

    Raises:
        ValueError, KeyError: the file holds words that calplan never writes.
    """
    classes = _classes(connection)
    rows = connection.execute(KINDS).fetchall()
    kinds = {row[0]: Coded(*classes[row[1]], row[2], row[3]) for row in rows}
    return kinds, {row[0]: row[4] for row in rows}


def read_coding(connection: sqlite3.Connection) -> Coding:
    """A coding that gives everything that is in the file the numbers it has there.

    Raises:
        ValueError: the file holds words that calplan never writes.
    """
    return Coding(_classes(connection), {row[0]: row[1:] for row in connection.execute(PLACES, (STRIDE,))})


def _classes(connection: sqlite3.Connection) -> dict[int, Class]:
    return {row[0]: (RawFacts._make(row[2:]), Basis(row[1])) for row in connection.execute(CLASSES)}


def write_kinds(connection: sqlite3.Connection, kinds: Mapping[int, Coded], sizes: Mapping[int, int]) -> None:
    """Have the file hold these kinds and no others."""
    rows = {row[0]: row[1:] for row in connection.execute(KINDS)}
    wanted = {
        number: (number % STRIDE, coded.domain, coded.mailbox_domain, sizes[number]) for number, coded in kinds.items()
    }
    connection.executemany(PUT_KIND, [(number, *row) for number, row in wanted.items() if rows.get(number) != row])
    connection.executemany("DELETE FROM kinds WHERE id = ?", [(number,) for number in rows.keys() - wanted.keys()])
    classes = {number % STRIDE: coded for number, coded in kinds.items()}
    kept = {row[0] for row in connection.execute("SELECT id FROM classes")}
    new = [(number, *one.raw, one.basis.value) for number, one in classes.items() if number not in kept]
    connection.executemany(NEW_CLASS, new)
    connection.executemany("DELETE FROM classes WHERE id = ?", [(number,) for number in kept - classes.keys()])


def write_pages(connection: sqlite3.Connection, pages: Iterable[Page]) -> None:
    """Have the file hold these users and no others. A page that is as it was is neither read nor written."""
    kept = {first: (number, digest) for first, number, digest in connection.execute(KEPT)}
    starts = [first.decode("utf-8", "surrogatepass") for first in kept]
    for page in recut(pages, starts):
        one = packed(page)
        first, digest = key_of(one.first), digest_of(one)
        number, before = kept.pop(first, (None, None))
        if number is None:
            connection.execute(NEW_PAGE, (first, digest, one.kinds, one.emails, one.mailboxes))
        elif digest != before:
            connection.execute(OTHER_PAGE, (digest, one.kinds, one.emails, one.mailboxes, number))
    connection.executemany("DELETE FROM pages WHERE id = ?", [(number,) for number, _ in kept.values()])


def clear(connection: sqlite3.Connection) -> None:
    """Have the file hold nobody."""
    for table in ("pages", "kinds", "classes"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own words


def recut(pages: Iterable[Page], starts: Sequence[str]) -> Iterator[Page]:
    """The same users in pages that begin where kept ones did, where that makes them neither too small nor too big."""
    held = Page([], array(NUMBERS), {})
    for page in pages:
        held.emails.extend(page.emails)
        held.kinds.extend(page.kinds)
        held.mailboxes.update(page.mailboxes)
        while (end := _end_of(held.emails, starts)) is not None:
            yield _part(held, 0, end)
            held = _part(held, end, len(held.emails))
    if held.emails:
        yield held


def _end_of(emails: Sequence[str], starts: Sequence[str]) -> int | None:
    """How many of these users make the next page, or ``None`` as long as more have to be seen."""
    if len(emails) > FEWEST:
        at = bisect_left(starts, emails[FEWEST])
        end = bisect_left(emails, starts[at]) if at < len(starts) else len(emails)
        if end < len(emails) and end <= MOST:
            return end
    return USERS_PER_PAGE if len(emails) >= MOST else None


def _part(page: Page, start: int, end: int) -> Page:
    emails = page.emails[start:end]
    return Page(emails, page.kinds[start:end], mailboxes_of(emails, page.mailboxes))
