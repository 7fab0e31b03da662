"""Bringing what was read into the file: page by page, and only where something is otherwise than it was."""

import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from calplan.impact.coding import Coded
from calplan.impact.roster import USERS_PER_PAGE, Packed, Page, packed
from calplan.model.proof import Basis
from calplan.model.user import RawFacts
from calplan.providers.inventory.file import FACTS
from calplan.providers.inventory.seal import digest_of, key_of

CLASSES: Final = f"SELECT id, basis, {FACTS} FROM classes"  # noqa: S608 - our own constant
NEW_CLASS: Final = f"INSERT INTO classes VALUES (?, {', '.join('?' for _ in RawFacts._fields)}, ?)"  # noqa: S608 - as above
KINDS: Final = "SELECT id, class, domain, mailbox_domain, users FROM kinds"
PUT_KIND: Final = "INSERT OR REPLACE INTO kinds VALUES (?, ?, ?, ?, ?)"
KEPT: Final = "SELECT id, digest, kinds, emails, mailboxes FROM pages WHERE first = ?"
NEW_PAGE: Final = "INSERT INTO pages (first, digest, kinds, emails, mailboxes) VALUES (?, ?, ?, ?, ?)"
OTHER_PAGE: Final = "UPDATE pages SET digest = ?, kinds = ?, emails = ?, mailboxes = ? WHERE id = ?"
FEWEST: Final = USERS_PER_PAGE // 4
MOST: Final = USERS_PER_PAGE * 2


def read_kinds(connection: sqlite3.Connection) -> tuple[dict[int, Coded], dict[int, int]]:
    """Every kind of users in the file, and how many there are of each.

    Raises:
        ValueError, KeyError: the file holds words that calplan never writes.
    """
    classes = {row[0]: (RawFacts._make(row[2:]), Basis(row[1])) for row in connection.execute(CLASSES)}
    kinds: dict[int, Coded] = {}
    sizes: dict[int, int] = {}
    for number, class_id, domain, mailbox_domain, users in connection.execute(KINDS):
        kinds[number] = Coded(*classes[class_id], domain, mailbox_domain)
        sizes[number] = users
    return kinds, sizes


class Numbers:
    """The numbers of kinds in the file: those that are there keep theirs, others get new ones."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rows = {row[0]: row[1:] for row in connection.execute(KINDS)}
        kinds, _ = read_kinds(connection)
        self._known = {coded: number for number, coded in kinds.items()}
        self._classes = {(kinds[number].raw, kinds[number].basis): row[0] for number, row in self._rows.items()}
        self._next = max(self._rows, default=-1) + 1

    def of(self, kinds: Mapping[int, Coded]) -> dict[int, int]:
        """The number in the file of each kind that was met, by the number it was met under."""
        found: dict[int, int] = {}
        for number, coded in kinds.items():
            if coded not in self._known:
                self._known[coded] = self._next
                self._next += 1
            found[number] = self._known[coded]
        return found

    def keep(self, kinds: Mapping[int, Coded], sizes: Mapping[int, int]) -> None:
        """Have the file hold these kinds, by its own numbers, and no others."""
        wanted = {number: self._row(coded, sizes[number]) for number, coded in kinds.items()}
        changed = [(number, *row) for number, row in wanted.items() if self._rows.get(number) != row]
        self._connection.executemany(PUT_KIND, changed)
        gone = [(number,) for number in self._rows.keys() - wanted.keys()]
        self._connection.executemany("DELETE FROM kinds WHERE id = ?", gone)
        if gone:
            self._connection.execute("DELETE FROM classes WHERE id NOT IN (SELECT class FROM kinds)")

    def _row(self, coded: Coded, users: int) -> tuple[int, str | None, str | None, int]:
        key = (coded.raw, coded.basis)
        if key not in self._classes:
            self._classes[key] = number = max(self._classes.values(), default=0) + 1
            self._connection.execute(NEW_CLASS, (number, *coded.raw, coded.basis.value))
        return self._classes[key], coded.domain, coded.mailbox_domain, users


def write_pages(connection: sqlite3.Connection, pages: Iterable[Page], numbers: Mapping[int, int]) -> None:
    """Have the file hold these users and no others. A page that is as it was is not written."""
    firsts = [row[0] for row in connection.execute("SELECT first FROM pages ORDER BY first")]
    written: set[bytes] = set()
    starts = [first.decode("utf-8", "surrogatepass") for first in firsts]
    same = all(number == other for number, other in numbers.items())
    for page in recut(pages, starts):
        kinds = page.kinds if same else array("I", map(numbers.__getitem__, page.kinds))
        one = packed(Page(page.emails, kinds, page.mailboxes))
        first = key_of(one.first)
        written.add(first)
        _write(connection, first, one)
    connection.executemany("DELETE FROM pages WHERE first = ?", [(one,) for one in firsts if one not in written])


def _write(connection: sqlite3.Connection, first: bytes, one: Packed) -> None:
    content = (digest_of(one), one.kinds, one.emails, one.mailboxes)
    kept = connection.execute(KEPT, (first,)).fetchone()
    if kept is None:
        connection.execute(NEW_PAGE, (first, *content))
    elif kept[1:] != content:
        connection.execute(OTHER_PAGE, (*content, kept[0]))


def recut(pages: Iterable[Page], starts: Sequence[str]) -> Iterator[Page]:
    """The same users in pages that begin where kept ones did, where that makes them neither too small nor too big."""
    held = Page([], array("I"), {})
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
    boxes = page.mailboxes
    kept = {one: boxes[one] for one in emails if one in boxes} if boxes else {}
    return Page(emails, page.kinds[start:end], kept)
