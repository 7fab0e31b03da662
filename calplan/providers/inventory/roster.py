"""Users in the file of an inventory, as they stood when it was opened."""

import sqlite3
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from weakref import finalize

from calplan.impact.roster import NUMBERS, Found, Packed, Page, Roster, found_in, has_any, unpacked
from calplan.providers.inventory.file import failures
from calplan.providers.inventory.seal import digest_of, key_of

EVERY: Final = "SELECT digest, kinds, emails, mailboxes FROM pages ORDER BY first"
KINDS: Final = "SELECT id, kinds FROM pages ORDER BY first"
ONE: Final = "SELECT digest, kinds, emails, mailboxes FROM pages WHERE id = ?"
BEFORE: Final = "SELECT id FROM pages WHERE first <= ? ORDER BY first DESC LIMIT 1"
NO_PAGE: Final = Page([], array(NUMBERS), {})


class StoredRoster(Roster):
    """Pages read when they are asked for. The connection sees one moment, whoever writes meanwhile."""

    def __init__(self, file: Path, connection: sqlite3.Connection) -> None:
        self._file = file
        self._connection = connection
        finalize(self, connection.close)
        self._seen: tuple[int | None, Page] = (None, NO_PAGE)

    def pages(self, kinds: frozenset[int] | None = None) -> Iterator[Page]:
        with failures(self._file):
            if kinds is None:
                for row in self._connection.execute(EVERY):
                    yield _page_of(*row)
                return
            for number, numbers in self._connection.execute(KINDS):
                if has_any(Packed("", "", b"", numbers, b""), kinds):
                    yield self._page(number)

    def find(self, email: str) -> Found | None:
        with failures(self._file):
            row = self._connection.execute(BEFORE, (key_of(email),)).fetchone()
            if row is None:
                return None
            if row[0] != self._seen[0]:
                # Whoever looks many up does so in their order.
                self._seen = (row[0], self._page(row[0]))
            return found_in(self._seen[1], email)

    def _page(self, number: int) -> Page:
        return _page_of(*self._connection.execute(ONE, (number,)).fetchone())


def _page_of(digest: bytes, kinds: bytes, emails: bytes, mailboxes: bytes) -> Page:
    page = Packed("", "", emails, kinds, mailboxes)
    if digest_of(page) != digest:
        message = "users in it are not as they were kept"
        raise sqlite3.DatabaseError(message)
    return unpacked(page)
