"""Bringing what was read into the file: page by page, and only where something is otherwise than it was."""

import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from calplan.impact.coding import STRIDE, Coded, Coding
from calplan.impact.roster import NUMBERS, USERS_PER_PAGE, Page, mailboxes_of, packed
from calplan.model.proof import Basis
from calplan.model.user import RawFacts
from calplan.providers.inventory.file import FACTS
from calplan.providers.inventory.seal import digest_of, key_of

CLASSES: Final = f"SELECT id, basis, {FACTS} FROM classes"  # noqa: S608 - our own constant
NEW_CLASS: Final = f"INSERT INTO classes VALUES (?, {', '.join('?' for _ in RawFacts._fields)}, ?)"  # noqa: S608 - as above
KINDS: Final = "SELECT id, users FROM kinds"
PLACES: Final = "SELECT id, domain, mailbox_domain FROM places"
PUT_KIND: Final = "INSERT OR REPLACE INTO kinds VALUES (?, ?)"
NEW_PLACE: Final = "INSERT INTO places VALUES (?, ?, ?)"
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
    coding = read_coding(connection)
    sizes = dict(connection.execute(KINDS).fetchall())
    return coding.of(sizes), sizes


def read_coding(connection: sqlite3.Connection) -> Coding:
    """A coding that gives everything that is in the file the numbers it has there.

    Raises:
        ValueError: the file holds words that calplan never writes.
    """
    classes = {row[0]: (RawFacts._make(row[2:]), Basis(row[1])) for row in connection.execute(CLASSES)}
    return Coding(classes, {row[0]: row[1:] for row in connection.execute(PLACES)})


def write_kinds(connection: sqlite3.Connection, kinds: Mapping[int, Coded], sizes: Mapping[int, int]) -> None:
    """Have the file hold these kinds and no others."""
    before = dict(connection.execute(KINDS).fetchall())
    connection.executemany(PUT_KIND, [one for one in sizes.items() if before.get(one[0]) != one[1]])
    connection.executemany("DELETE FROM kinds WHERE id = ?", [(number,) for number in before.keys() - sizes.keys()])
    classes = {number % STRIDE: (*one.raw, one.basis.value) for number, one in kinds.items()}
    _write_rows(connection, "classes", NEW_CLASS, classes)
    places = {number // STRIDE: (one.domain, one.mailbox_domain) for number, one in kinds.items()}
    _write_rows(connection, "places", NEW_PLACE, places)


def _write_rows(
    connection: sqlite3.Connection, table: str, insert: str, rows: Mapping[int, tuple[str | None, ...]]
) -> None:
    """Have a table hold these rows, which never change, and no others."""
    kept = {row[0] for row in connection.execute(f"SELECT id FROM {table}")}  # noqa: S608 - our own words
    connection.executemany(insert, [(number, *row) for number, row in rows.items() if number not in kept])
    gone = [(number,) for number in kept - rows.keys()]
    connection.executemany(f"DELETE FROM {table} WHERE id = ?", gone)  # noqa: S608 - as above


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
    for table in ("pages", "kinds", "classes", "places"):
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
