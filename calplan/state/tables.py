"""The tables of the state. ``migrations`` makes them; a test holds the two to each other."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

METADATA: Final = MetaData()


class Moment(TypeDecorator[datetime]):
    """A time in UTC, on databases that keep the zone and on those that do not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - theirs
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - theirs
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


VERSION: Final = Table("calplan_version", MetaData(), Column("version_num", String(32), primary_key=True))
"""The revision of the tables, kept by alembic: under a name of ours, since a database may be shared."""

ACCOUNTS: Final = Table(
    "accounts",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("head_number", Integer, nullable=False),
    Column("head_digest", String(64), nullable=False),
    Column("fence", Integer, nullable=False),
)
"""Each account with the end of its chain of records. Writers of one account take turns at its row."""

LOCKS: Final = Table(
    "locks",
    METADATA,
    Column("account", Text, ForeignKey("accounts.name"), primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("operation", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("link", Text),
    Column("run", String(36)),
    Column("fence", Integer, nullable=False),
    Column("taken_at", Moment, nullable=False),
    Column("heard_at", Moment, nullable=False),
    Column("held", Boolean, nullable=False),
)
"""The last run lock of each account, held or released."""

RUNS: Final = Table(
    "runs",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("account", Text, ForeignKey("accounts.name"), nullable=False, index=True),
    Column("plan_id", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("plan_created_at", Moment),
    Column("first_record", Integer, nullable=False),
    Column("last_status", Integer, nullable=False),
    Column("plan", LargeBinary, nullable=False),
)
"""``first_record`` and ``last_status`` are numbers of records: they order runs whatever the clocks of machines say."""

RECORDS: Final = Table(
    "records",
    METADATA,
    Column("account", Text, ForeignKey("accounts.name"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("run", String(36), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("content", Text, nullable=False),
    Column("digest", String(64), nullable=False),
)
"""What happened, in one chain for each account; ``content`` is canonical JSON."""

READINGS: Final = Table(
    "readings",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
"""What took long to read, by part; of an account that may have no row of its own yet."""
