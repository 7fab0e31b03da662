"""Connections to the place of the state: reading sees one moment, writing is all or nothing, and both fail in words.

A SQLite file keeps its rollback journal, and no write-ahead log: that needs two files beside it, which a reader in a
folder of somebody else could not make. ``EXTRA`` syncs the folder too, so that a power failure right after a commit
does not bring the old journal back.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from calplan.state.errors import StateDamagedError, StateError
from calplan.state.place import Place

SECONDS_TO_WAIT: Final = 10
"""How long a writer waits for another one, and a connection for its server."""
WRITES: Final = "calplan_writes"
PRIMARY_CODE: Final = 0xFF
"""The low byte of SQLite's extended error codes."""

DURABLE: Final = f"""
    SELECT set_config('lock_timeout', '{SECONDS_TO_WAIT}s', true),
           set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), true)
"""
"""Said in every transaction, not once for a session: behind a pooler the next transaction may be in another one."""


class Database:
    """One place of the state, connected to on use."""

    def __init__(self, place: Place, engine: Engine, *, read_only: bool = False) -> None:
        self.place = place
        self._writer = engine.execution_options(**{WRITES: True})
        self._reader = engine
        if engine.dialect.name == "postgresql":
            moment = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            self._reader = engine.execution_options(**moment)
            turns = {"isolation_level": "READ COMMITTED", "postgresql_readonly": read_only}
            self._writer = self._writer.execution_options(**turns)

    @classmethod
    def to_write(cls, place: Place) -> Self:
        """The database at a place; a SQLite file is made, with its folder, if there is none."""
        if place.file is None:
            return cls(place, _postgresql(place))
        with failures(place, "opened"):
            _make_private(place.file)
        return cls(place, _sqlite(place.file, "rw"))

    @classmethod
    def to_read(cls, place: Place) -> Self | None:
        """The database at a place, for reading alone; ``None`` where there is no file."""
        if place.file is None:
            return cls(place, _postgresql(place), read_only=True)
        with failures(place, "opened"):
            if not place.file.exists():
                return None
            _settle(place.file)
        return cls(place, _sqlite(place.file, "ro"))

    @contextmanager
    def reading(self, doing: str = "used") -> Iterator[Connection]:
        """A connection that sees one moment from its first statement to its last."""
        with failures(self.place, doing), self._reader.connect() as connection:
            try:
                yield connection
            except (TypeError, ValueError) as error:
                what_to_do = "somebody changed it; go back to a copy of it, or name another place with --state"
                raise StateDamagedError(
                    f"{self.place.name}: the state holds a value of a form that calplan never writes: {what_to_do}"
                ) from error

    @contextmanager
    def writing(self, doing: str = "used") -> Iterator[Connection]:
        """One transaction: durable when it ends, and undone when anything is raised."""
        with failures(self.place, doing), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self._reader.dispose()


@contextmanager
def failures(place: Place, doing: str) -> Iterator[None]:
    """Turns what a database or the operating system raises into a ``StateError`` of one sentence."""
    try:
        yield
    except (OSError, SQLAlchemyError, sqlite3.Error) as error:
        raise StateError(f"{place.name}: the state cannot be {doing}: {_reason(error)}") from error
    except ValueError as error:
        # SQLite keeps whatever it is given, also a time that is none.
        why = "it holds what calplan never writes, so it is damaged or somebody changed it; bring back a copy of it"
        raise StateError(f"{place.name}: the state cannot be {doing}: {why}") from error


def _reason(error: Exception) -> str:
    """What was the matter in one line, without the statement and its values."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    cause = getattr(error, "orig", None) or error
    if getattr(cause, "sqlite_errorcode", 0) & PRIMARY_CODE in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"another process has been writing to it for {SECONDS_TO_WAIT} seconds"
    if getattr(cause, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY_DBMOVED:
        return "its file was moved, removed or replaced while it was in use"
    return " ".join(str(cause).partition("\n")[0].split())


def _make_private(file: Path) -> None:
    """Make the file, for its owner alone. One that exists is left to SQLite: closing it here would drop its locks."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        try:
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            return


def _settle(file: Path) -> None:
    """Undo what a killed writer left half-written, which a reader must not do."""
    connection = _connected(file, "ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
            raise
    else:
        return
    finally:
        connection.close()
    connection = _connected(file, "rw")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    finally:
        connection.close()


def _connected(file: Path, mode: str) -> sqlite3.Connection:
    address = f"{file.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=SECONDS_TO_WAIT, isolation_level=None, check_same_thread=False)


def _sqlite(file: Path, mode: str) -> Engine:
    def connect() -> sqlite3.Connection:
        connection = _connected(file, mode)
        try:
            connection.execute("PRAGMA synchronous = EXTRA")
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, hide_parameters=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Two transactions that read first and write later would each wait for the other.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes(connection) else "BEGIN")

    return engine


def _postgresql(place: Place) -> Engine:
    try:
        import psycopg  # noqa: PLC0415 - an extra, which a state in a file does without
        from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - as above
    except ImportError as error:
        raise StateError(
            f"{place.name}: the state cannot be opened: the driver for PostgreSQL is missing; install calplan[postgres]"
        ) from error
    waits = {"connect_timeout": SECONDS_TO_WAIT, "tcp_user_timeout": 1000 * SECONDS_TO_WAIT}
    parameters: dict[str, Any] = {**waits, **dict(place.parameters)}

    def connect() -> "psycopg.Connection":
        try:
            # Statements prepared on one connection are not known on the next, which a pooler may give us.
            return psycopg.connect(make_conninfo("", **parameters), prepare_threshold=None)
        except psycopg.Error as error:
            # Here, before SQLAlchemy writes it to a log.
            if any(secret in str(error) for secret in place.secrets):
                raise psycopg.OperationalError("the reason is not shown, since it contains the password") from None
            raise

    engine = create_engine("postgresql+psycopg://", creator=connect, hide_parameters=True, pool_pre_ping=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if _writes(connection):
            connection.exec_driver_sql(DURABLE)

    return engine


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(WRITES))
