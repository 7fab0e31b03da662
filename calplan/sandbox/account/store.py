"""Opening an account's file, and transactions on it.

The file keeps SQLite's rollback journal on purpose. A write-ahead log would let readers and a writer overlap, but it
needs two files beside the account, and a reader must be able to create them: a plan over a read-only folder could not
open the account at all. Here a reader takes milliseconds and a writer waits for it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from calplan.sandbox.account.errors import (
    AccountError,
    BusyAccountError,
    CorruptAccountError,
    ForbiddenAccountError,
    ForeignFileError,
    MissingAccountError,
    NewerAccountError,
)
from calplan.sandbox.account.schema import APPLICATION_ID, LAYOUT

SECONDS_TO_WAIT: Final = 10.0
PRIMARY_CODE: Final = 0xFF
"""The low byte of SQLite's extended error codes."""


def open_read_only(path: Path, wait: float = SECONDS_TO_WAIT, *, any_thread: bool = False) -> sqlite3.Connection:
    """A connection that SQLite itself keeps from writing.

    With ``any_thread`` it may be used in another thread than this one; whoever asks for that sees to it that no two
    threads use it at once.

    Raises:
        AccountError: there is no account, it is not one, or it cannot be read.
    """
    with account_errors(path):
        try:
            return _open(path, "ro", wait, any_thread=any_thread)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
                raise
        # A write was killed half-way. Undoing it needs a writer, and gives back what was true before it.
        open_writable(path, wait).close()
        return _open(path, "ro", wait, any_thread=any_thread)


def open_writable(path: Path, wait: float = SECONDS_TO_WAIT) -> sqlite3.Connection:
    """A connection that may write; it never makes a file.

    Raises:
        AccountError: there is no account, it is not one, or it cannot be read.
    """
    with account_errors(path):
        return _open(path, "rw", wait)


def _open(path: Path, mode: str, wait: float, *, any_thread: bool = False) -> sqlite3.Connection:
    # SQLite alone touches the file: closing it through another handle would drop this process's locks on it.
    if not path.exists():
        raise MissingAccountError(path)
    if not path.is_file():
        raise ForeignFileError(path)
    name = f"{path.resolve().as_uri()}?mode={mode}"
    connection = sqlite3.connect(name, uri=True, timeout=wait, isolation_level=None, check_same_thread=not any_thread)
    try:
        _recognise(path, connection)
        connection.execute("PRAGMA temp_store = MEMORY")
        if mode == "ro":
            connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _recognise(path: Path, connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
        raise ForeignFileError(path)
    (layout,) = connection.execute("PRAGMA user_version").fetchone()
    if layout > LAYOUT:
        raise NewerAccountError(path, layout)
    if layout != LAYOUT:
        raise CorruptAccountError(f"{path} has layout {layout}, which no calplan ever made")
    connection.execute("SELECT count(*) FROM settings").fetchone()


@contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[None]:
    """One consistent view of the file from the first statement to the last."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction: all of it, or nothing. The right to write is taken at once: no two writers interleave."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def account_errors(path: Path) -> Iterator[None]:
    """Turns SQLite's errors and the operating system's into ours.

    Raises:
        AccountError: in place of what was raised inside.
    """
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise translated(path, error) from error


def translated(path: Path, error: sqlite3.Error | OSError) -> AccountError:
    """Our word for an error met at ``path``."""
    if isinstance(error, PermissionError):
        return ForbiddenAccountError(f"no permission to use {path}")
    if isinstance(error, OSError):
        return AccountError(f"{path} cannot be used: {error.strerror}")
    match (error.sqlite_errorcode if hasattr(error, "sqlite_errorcode") else 0) & PRIMARY_CODE:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return BusyAccountError(path)
        case sqlite3.SQLITE_NOTADB:
            return ForeignFileError(path)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_AUTH:
            return ForbiddenAccountError(f"no permission to use {path}: {error}")
        case sqlite3.SQLITE_FULL:
            return AccountError(f"no room left to write {path}; nothing was written")
        case sqlite3.SQLITE_IOERR:
            return AccountError(f"{path} could not be read or written: {error}", outcome_unknown=True)
        case _:
            return CorruptAccountError(f"{path} is damaged: {error}")
