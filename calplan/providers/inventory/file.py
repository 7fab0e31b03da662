"""The file of an inventory: its tables, and how it is opened; what goes wrong with it is said in words.

It is a SQLite file with a write-ahead log, so that a plan may read while a read of the account is written. Pages of
users lie in it as bytes: a million users are a thousand rows.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from calplan.model.user import RawFacts
from calplan.providers.errors import UnreachableError

APPLICATION_ID: Final = 0x63616C69
"""``cali``: what tells an inventory from any other SQLite file."""
LAYOUT: Final = 3
SECONDS_TO_WAIT: Final = 30.0
PRIMARY_CODE: Final = 0xFF
"""The low byte of SQLite's extended error codes."""
ANEW: Final = "To make it anew from the account: calplan plan --inventory refresh"
FACTS: Final = ", ".join(f'"{name}"' for name in RawFacts._fields)

TABLES: Final = f"""
PRAGMA page_size = 8192;
PRAGMA journal_mode = WAL;
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS classes (id INTEGER PRIMARY KEY, {FACTS}, basis TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS places (id INTEGER PRIMARY KEY, domain TEXT, mailbox_domain TEXT);
CREATE TABLE IF NOT EXISTS kinds (id INTEGER PRIMARY KEY, users INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pages (
    id INTEGER PRIMARY KEY, first BLOB NOT NULL UNIQUE, digest BLOB NOT NULL,
    kinds BLOB NOT NULL, emails BLOB NOT NULL, mailboxes BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS parts (
    source TEXT, number INTEGER, at TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (source, number)
);
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {LAYOUT};
COMMIT;
"""


class DamagedInventoryError(UnreachableError):
    """The file is an inventory of ours in a state that calplan never leaves it in."""


def make(file: Path) -> None:
    """Make an empty inventory for its owner alone, unless there is a file.

    Raises:
        ProviderError: it cannot be made.
    """
    with failures(file):
        for folder in (file.parent.parent, file.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def opened(file: Path) -> sqlite3.Connection:
    """A connection to the inventory in a file; one that has nothing in it yet gets its tables.

    Raises:
        DamagedInventoryError: it cannot be made out.
        ProviderError: it is another file, or cannot be used.
    """
    with failures(file):
        name = f"{file.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(name, uri=True, timeout=SECONDS_TO_WAIT, isolation_level=None)
        try:
            _recognise(file, connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA journal_size_limit = 0")
        except BaseException:
            connection.close()
            raise
        return connection


def remove(file: Path) -> None:
    """Take an inventory away, with what SQLite keeps beside it.

    Raises:
        ProviderError: it cannot be removed.
    """
    with failures(file):
        for name in (f"{file}-wal", f"{file}-shm", str(file)):
            Path(name).unlink(missing_ok=True)


def _recognise(file: Path, connection: sqlite3.Connection) -> None:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (known,) = connection.execute("PRAGMA application_id").fetchone()
    (layout,) = connection.execute("PRAGMA user_version").fetchone()
    if not tables and known in (0, APPLICATION_ID):
        connection.executescript(TABLES)
        return
    if known != APPLICATION_ID:
        raise UnreachableError(f"{file} is no inventory; move it away, calplan writes there")
    if layout != LAYOUT:
        raise DamagedInventoryError(f"the inventory {file} was written by another version of calplan. {ANEW}")


@contextmanager
def failures(file: Path) -> Iterator[None]:
    """Turns what SQLite or the operating system raises into a sentence.

    Raises:
        ProviderError: in place of what was raised inside.
    """
    try:
        yield
    except OSError as error:
        raise UnreachableError(f"the inventory {file} cannot be used: {error.strerror}") from error
    except sqlite3.Error as error:
        match getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE:
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                why = f"another process has been writing to it for {SECONDS_TO_WAIT:.0f} seconds"
                raise UnreachableError(f"the inventory {file} cannot be used: {why}") from error
            case sqlite3.SQLITE_NOTADB:
                raise UnreachableError(f"{file} is no inventory; move it away, calplan writes there") from error
            case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_ERROR | sqlite3.SQLITE_MISMATCH | 0:
                raise DamagedInventoryError(f"the inventory {file} is damaged: {error}. {ANEW}") from error
            case _:
                raise UnreachableError(f"the inventory {file} cannot be used: {error}") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        why = "it holds what calplan never writes"
        raise DamagedInventoryError(f"the inventory {file} is damaged: {why}. {ANEW}") from error
