"""What an inventory is held to when it is used: digests of its pages, and one over everything else and these digests.

SQLite finds out that its own structure is broken, and not that a number in it is another one.
"""

import sqlite3
from hashlib import blake2b
from typing import Final

from calplan.impact.roster import Packed

SEAL: Final = "seal"
BYTES: Final = 16
SEALED: Final = (
    "SELECT name, value FROM about WHERE name <> 'seal' ORDER BY name",
    "SELECT * FROM classes ORDER BY id",
    "SELECT * FROM places ORDER BY id",
    "SELECT * FROM kinds ORDER BY id",
    "SELECT id, first, digest FROM pages ORDER BY first",
)


def key_of(email: str) -> bytes:
    """An address as the file sorts it: bytes sort as the signs they stand for."""
    return email.encode("utf-8", "surrogatepass")


def digest_of(page: Packed) -> bytes:
    """The digest of a page's users."""
    found = blake2b(digest_size=BYTES)
    for part in (page.kinds, page.emails, page.mailboxes):
        found.update(len(part).to_bytes(8))
        found.update(part)
    return found.digest()


def seal_of(connection: sqlite3.Connection) -> str:
    """The digest of everything in the file but the users themselves, whose pages have digests of their own."""
    found = blake2b(digest_size=BYTES)
    for query in SEALED:
        for row in connection.execute(query):
            found.update(repr(row).encode("utf-8", "surrogatepass"))
        found.update(b"\n")
    return found.hexdigest()


def check(connection: sqlite3.Connection, stated: str | None) -> None:
    """See whether the file is as it was left.

    Raises:
        DatabaseError: it is not.
    """
    if seal_of(connection) != stated:
        message = "what it holds is not as it was kept"
        raise sqlite3.DatabaseError(message)
