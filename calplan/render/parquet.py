"""Users as Parquet, for questions asked in SQL: the columns of the CSV, lists as lists, and the account first."""

from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Final

from calplan.plan.document import PlanUsers
from calplan.render.csv import COLUMNS

if TYPE_CHECKING:
    pass

ACCOUNT: Final = "account"
LISTS: Final = frozenset({"groups", "clients", "own_grant", "rules"})
AT_ONCE: Final = 50_000
"""Rows that are written together; so many are held at a time."""


def users_parquet(account: str, users: PlanUsers, outcomes: frozenset[str]) -> Iterator[bytes]:
    """A file with a row for each user with one of these outcomes, by address; a fact nobody states is null.

    Raises:
        ImportError: the library that writes it is not installed.
    """
    import pyarrow as pa  # noqa: PLC0415 - an extra
    from pyarrow import parquet  # noqa: PLC0415 - as above

    kinds = {name: pa.list_(pa.string()) if name in LISTS else pa.string() for name in COLUMNS}
    schema = pa.schema([pa.field(ACCOUNT, pa.string(), nullable=False), *(pa.field(*kind) for kind in kinds.items())])
    written = BytesIO()
    rows = users.rows(outcomes)
    with parquet.ParquetWriter(written, schema, compression="zstd") as writer:
        while some := list(islice(rows, AT_ONCE)):
            columns = [pa.array([account] * len(some), pa.string())]
            columns += [pa.array([row.get(name) for row in some], kind) for name, kind in kinds.items()]
            writer.write_table(pa.table(columns, schema=schema))
            yield _taken(written)
    yield _taken(written)


def _taken(written: BytesIO) -> bytes:
    """What was written since the last time; the writer only ever goes on at the end."""
    data = written.getvalue()
    written.seek(0)
    written.truncate()
    return data
