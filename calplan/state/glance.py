"""The runs of a state at a glance, for whoever types the id of one: read with SQLite's own library, which is quick.

Nothing is made, mended or waited for: where that would be needed, there is nothing to see.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

SECONDS_TO_WAIT: Final = 0.2
MOST: Final = 50
RUNS: Final = "SELECT id, account, status, who FROM runs ORDER BY first_record DESC, id LIMIT ?"
LOCKS: Final = "SELECT id, account, operation, owner FROM locks WHERE held LIMIT ?"


class Glance(NamedTuple):
    """One row: an id, the account it is of, and words that tell it from others."""

    id: str
    account: str
    what: str
    who: str


def runs_in(file: Path) -> tuple[Glance, ...]:
    """The newest runs that a SQLite file keeps, newest first; none where it is no state."""
    return _rows(file, RUNS)


def held_locks_in(file: Path) -> tuple[Glance, ...]:
    """The run locks that are held."""
    return _rows(file, LOCKS)


def _rows(file: Path, statement: str) -> tuple[Glance, ...]:
    try:
        address = f"{file.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=SECONDS_TO_WAIT)) as connection:
            return tuple(Glance(*map(str, row)) for row in connection.execute(statement, (MOST,)))
    except (sqlite3.Error, OSError, ValueError):
        return ()
