"""The revision of the tables: recognised when the state is opened, and brought up to date by alembic.

alembic is imported only where there is something to do: its import would be felt in every command.
"""

from typing import Final

from sqlalchemy import Connection, inspect, select, text

from calplan.state.database import Database
from calplan.state.errors import StateError
from calplan.state.tables import METADATA, VERSION

REVISION: Final = "0002"
"""The newest revision in ``migrations/versions``, and so the one this version of calplan reads and writes."""
EARLIER: Final = frozenset({"0001"})
"""Revisions that can be brought up to date."""
TURNS: Final = 4_027_177_001
"""The number of the advisory lock under which PostgreSQL lets one opening at a time make the tables."""


def bring_up_to_date(database: Database) -> None:
    """Make the tables, or change them into those of this version.

    Raises:
        StateError: they are of a newer version, or not calplan's.
    """
    with database.reading("opened") as connection:
        if found(database, connection) == REVISION:
            return
    with database.writing("opened") as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:turns)"), {"turns": TURNS})
        if found(database, connection) != REVISION:  # another opening may have come first
            _migrate(connection)


def found(database: Database, connection: Connection) -> str | None:
    """The revision of the tables, or ``None`` where there are none.

    Raises:
        StateError: they are of a newer version, or not calplan's.
    """
    name = database.place.name
    tables = set(inspect(connection).get_table_names())
    if VERSION.name not in tables:
        # A database of PostgreSQL may be shared with other programs; a file is ours or somebody else's.
        foreign = tables if connection.dialect.name == "sqlite" else tables & set(METADATA.tables)
        if foreign:
            of = "another program, or by calplan before its first release"
            what_to_do = "move it away, or name another place with --state"
            raise StateError(f"{name}: the state cannot be opened: it holds tables made by {of}; {what_to_do}")
        return None
    revision = connection.execute(select(VERSION.c.version_num)).scalar()
    if revision is None or revision == REVISION or revision in EARLIER:
        return revision
    raise StateError(f"{name}: the state was made by a newer calplan (revision {revision}); update calplan to use it")


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - imported when there is something to do, see above
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", "calplan.state:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
