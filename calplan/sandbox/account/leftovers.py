"""Tokens at Google that outlive the connection they were given for, until somebody revokes them."""

import sqlite3
from typing import Final, NamedTuple

from calplan.model.user import RawFacts

GOOGLE: Final = "google"
TABLE: Final = """
CREATE TABLE IF NOT EXISTS google_tokens (email TEXT PRIMARY KEY, calendar TEXT, contacts TEXT) WITHOUT ROWID
"""
"""Tokens of users whom the platform let go of; it is made when the first of them comes."""


class Token(NamedTuple):
    """What one user let the vendor's application do at Google, in the words of ``Permission``."""

    email: str
    calendar: str
    contacts: str


def loses_google(before: RawFacts, after: RawFacts) -> bool:
    """Whether a connection through Google ends."""
    return before.service == GOOGLE and after.service != GOOGLE


def leave_over(connection: sqlite3.Connection, truth: int, facts: RawFacts, domain: int) -> None:
    """Keeps the tokens of users who are about to lose a connection through Google."""
    connection.execute(TABLE)
    connection.execute(
        "INSERT OR REPLACE INTO google_tokens SELECT email, ?, ? FROM users WHERE truth = ? AND domain = ?",
        (facts.calendar or "none", facts.contacts or "none", truth, domain),
    )


def left_over(connection: sqlite3.Connection) -> dict[str, Token]:
    """The tokens that are left over, by address."""
    if not _any(connection):
        return {}
    return {row[0]: Token(*row) for row in connection.execute("SELECT email, calendar, contacts FROM google_tokens")}


def left_over_of(connection: sqlite3.Connection, email: str) -> Token | None:
    """The token of one user that is left over, if there is one."""
    if not _any(connection):
        return None
    query = "SELECT email, calendar, contacts FROM google_tokens WHERE email = ?"
    row = connection.execute(query, (email,)).fetchone()
    return None if row is None else Token(*row)


def forget(connection: sqlite3.Connection, email: str) -> bool:
    """Takes a token away that is left over; whether there was one."""
    return _any(connection) and connection.execute("DELETE FROM google_tokens WHERE email = ?", (email,)).rowcount > 0


def _any(connection: sqlite3.Connection) -> bool:
    query = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'google_tokens'"
    return bool(connection.execute(query).fetchone() != (0,))
