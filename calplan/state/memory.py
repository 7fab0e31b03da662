"""What took long to read of an account, kept part by part, so that a read that was killed goes on where it was.

It stands beside the account's chain of records and is no record: whoever reads afresh throws it away.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from calplan.state import rows, schema
from calplan.state.database import Database
from calplan.state.tables import READINGS


class Part(NamedTuple):
    """A part of what was read: when it was kept, and its content as whoever kept it wrote it."""

    number: int
    at: datetime
    content: bytes


class StateMemory:
    """The readings of one account. Whatever a method writes is durable when it returns; a part is kept whole or not.

    Every method raises ``StateError`` when the database fails.
    """

    def __init__(self, database: Database, account: str, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._account = rows.storable(account)
        self._clock = clock

    def parts(self, source: str) -> tuple[Part, ...]:
        """The parts that are kept of a source, by number; none where the state is of before it kept any."""
        with self._database.reading() as connection:
            if schema.found(self._database, connection) in schema.EARLIER:
                return ()
            columns = READINGS.c.part, READINGS.c.at, READINGS.c.content
            kept = select(*columns).where(*self._of(source)).order_by(READINGS.c.part)
            return tuple(Part(row.part, row.at, bytes(row.content)) for row in connection.execute(kept))

    def keep(self, source: str, number: int, content: bytes) -> None:
        """Keep one part, in place of the one with this number; it is as old as this moment."""
        key: dict[str, object] = {"account": self._account, "source": rows.storable(source), "part": number}
        with self._database.writing() as connection:
            add = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            values: dict[str, object] = {"at": self._clock(), "content": content}
            one = add(READINGS).values(key | values)
            connection.execute(one.on_conflict_do_update(index_elements=list(key), set_=values))

    def forget(self, source: str) -> None:
        """Let go of every part of a source."""
        with self._database.writing() as connection:
            connection.execute(delete(READINGS).where(*self._of(source)))

    def _of(self, source: str) -> tuple[ColumnElement[bool], ...]:
        return READINGS.c.account == self._account, READINGS.c.source == rows.storable(source)
