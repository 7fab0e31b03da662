"""The platform's log of operations: who changed what in the portal or by its interface, in words of its own.

Accounts that were only ever written directly have no such log, and no table for it.
"""

import sqlite3
from datetime import datetime
from typing import Final, NamedTuple

from calplan.sandbox.account.store import writing

TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS operations (number INTEGER PRIMARY KEY, time TEXT NOT NULL, operator TEXT NOT NULL,"
    " category TEXT NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL)"
)


class Operation(NamedTuple):
    """One row of the log; ``time`` is of UTC, without a fraction of a second."""

    time: str
    operator: str
    category: str
    action: str
    detail: str


def note_operation(connection: sqlite3.Connection, operation: Operation) -> None:
    """Puts one row at the end of the log."""
    with writing(connection):
        connection.execute(TABLE)
        connection.execute("INSERT INTO operations VALUES (NULL, ?, ?, ?, ?, ?)", operation)


def operations_between(connection: sqlite3.Connection, first: datetime, last: datetime) -> tuple[Operation, ...]:
    """The rows of a span of time, the newest first; both ends are of UTC and belong to it."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'operations'").fetchone():
        return ()
    rows = connection.execute(
        "SELECT time, operator, category, action, detail FROM operations"
        " WHERE time BETWEEN ? AND ? ORDER BY number DESC",
        (time_text(first), time_text(last)),
    )
    return tuple(map(Operation._make, rows))


def time_text(time: datetime) -> str:
    """A moment of UTC as the log writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
