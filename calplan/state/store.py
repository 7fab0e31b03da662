"""Runs, their steps and their overrides, kept in a database through SQLAlchemy Core."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Executable,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    insert,
    select,
    update,
)
from sqlalchemy.engine import Row
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

DEFAULT: Final = Path(".calplan") / "state.db"

METADATA: Final = MetaData()

RUNS: Final = Table(
    "runs",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("account", String(200), nullable=False),
    Column("plan_id", String(80), nullable=False),
    Column("who", String(200), nullable=False),
    Column("path", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    Column("plan", LargeBinary, nullable=False),
)
RECORDS: Final = Table(
    "records",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("run", String(36), ForeignKey("runs.id"), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("content", Text, nullable=False),
)
"""What happened in a run, in order: overrides, intents, outcomes of steps, verifications. ``content`` is JSON."""


class StateError(Exception):
    """The store could not be reached or used; the message says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One apply: whose account, which plan, who ran it, from which documents, and how it stands."""

    id: str
    account: str
    plan_id: str
    who: str
    path: str
    status: str
    started_at: datetime
    plan: bytes


class Store:
    """The store of one working directory. Every method raises ``StateError`` when the database fails."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    @classmethod
    def open(cls, path: Path = DEFAULT) -> Self:
        """The store in a SQLite file, which is made with its folder if there is none."""
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            store = cls(create_engine(f"sqlite:///{path}"), str(path))
            store._make_tables()
        except (OSError, SQLAlchemyError) as error:
            raise StateError(f"{path}: the state cannot be opened: {_reason(error)}") from error
        else:
            return store

    @classmethod
    def look(cls, path: Path = DEFAULT) -> Self | None:
        """The store in a SQLite file, for reading alone, or ``None`` where there is none."""
        if not path.is_file():
            return None
        return cls(create_engine(f"sqlite:///file:{path.absolute().as_posix()}?mode=ro&uri=true"), str(path))

    def _make_tables(self) -> None:
        """Make what is missing; two first runs at once do not get in each other's way."""
        with self._engine.begin() as connection:
            for table in METADATA.sorted_tables:
                connection.execute(CreateTable(table, if_not_exists=True))
                for index in table.indexes:
                    connection.execute(CreateIndex(index, if_not_exists=True))

    def begin(self, run: Mapping[str, object]) -> str:
        """Start a run with ``account``, ``plan_id``, ``who``, ``path`` and ``plan``; gives its id."""
        name = str(uuid.uuid4())
        run = {key: _storable(value) if isinstance(value, str) else value for key, value in run.items()}
        started = {"id": name, "status": "running", "started_at": datetime.now(UTC)}
        self._write(insert(RUNS).values(**run, **started))
        return name

    def record(self, run: str, kind: str, content: Mapping[str, object]) -> None:
        """Add one thing that happened; it is durable when this returns."""
        text = json.dumps(content, sort_keys=True)
        self._write(insert(RECORDS).values(run=run, at=datetime.now(UTC), kind=kind, content=text))

    def finish(self, run: str, status: str) -> None:
        """Say how the run stands at its end."""
        self._write(update(RUNS).where(RUNS.c.id == run).values(status=status, finished_at=datetime.now(UTC)))

    def find(self, run: str) -> Run | None:
        """The run with this id, or with this beginning of an id if there is only one."""
        statement = select(RUNS).where(RUNS.c.id.startswith(_storable(run), autoescape=True)).limit(2)
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(statement).all()
        except SQLAlchemyError as error:
            raise self._failed(error) from error
        return _run(rows[0]) if len(rows) == 1 and run else None

    def last_applied(self, account: str) -> Run | None:
        """The newest run of an account that came to its end."""
        statement = select(RUNS).where(RUNS.c.account == account, RUNS.c.status == "applied")
        try:
            with self._engine.connect() as connection:
                row = connection.execute(statement.order_by(RUNS.c.started_at.desc()).limit(1)).first()
        except SQLAlchemyError as error:
            raise self._failed(error) from error
        return None if row is None else _run(row)

    def records(self, run: str) -> tuple[tuple[str, dict[str, object]], ...]:
        """Kind and content of everything that happened in a run, in order."""
        statement = select(RECORDS.c.kind, RECORDS.c.content).where(RECORDS.c.run == run).order_by(RECORDS.c.sequence)
        try:
            with self._engine.connect() as connection:
                return tuple((kind, json.loads(content)) for kind, content in connection.execute(statement))
        except SQLAlchemyError as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _write(self, statement: Executable) -> None:
        try:
            with self._engine.begin() as connection:
                connection.execute(statement)
        except SQLAlchemyError as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> StateError:
        return StateError(f"{self._name}: the state cannot be used: {_reason(error)}")


def _run(row: Row[tuple[object, ...]]) -> Run:
    fields = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for the row as a mapping
    return Run(
        id=str(fields["id"]),
        account=str(fields["account"]),
        plan_id=str(fields["plan_id"]),
        who=str(fields["who"]),
        path=str(fields["path"]),
        status=str(fields["status"]),
        started_at=fields["started_at"],
        plan=fields["plan"],
    )


def _storable(text: str) -> str:
    """Text that every database takes: the bytes of an argument that were no text are written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _reason(error: Exception) -> str:
    """What the database said, without the statement and its values."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(getattr(error, "orig", None) or error).partition("\n")[0]
