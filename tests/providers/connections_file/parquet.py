"""Parquet files: good ones, and those of somebody who means harm."""

import io
from collections.abc import Sequence

import pyarrow as pa
from pyarrow import parquet

from tests.providers.connections_file.make import Row

WORDS = pa.string()
LISTS = pa.list_(pa.string())
LIST_COLUMNS = frozenset({"groups", "clients", "own_grant"})


def table(columns: Sequence[str], rows: Sequence[Row]) -> pa.Table:
    schema = pa.schema([(name, LISTS if name in LIST_COLUMNS else WORDS) for name in columns])
    return pa.Table.from_pylist([{name: row[name] for name in columns} for row in rows], schema=schema)


def written(
    contents: pa.Table,
    *,
    compression: str = "snappy",
    dictionary: bool = True,
    version: str = "1.0",
    group: int | None = None,
    page: int | None = None,
    encoding: dict[str, str] | None = None,
) -> bytes:
    """A table as the bytes of a file: ``group`` rows at a time, in pages of at least so many bytes."""
    file = io.BytesIO()
    parquet.write_table(
        contents,
        file,
        compression=compression,
        use_dictionary=dictionary,
        data_page_version=version,
        row_group_size=group,
        data_page_size=page,
        column_encoding=encoding,
    )
    return file.getvalue()


def as_parquet(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    return written(table(columns, rows))


def arrays(**columns: pa.Array) -> bytes:
    """A file of these columns."""
    return written(pa.table(columns))


def emails(number: int) -> pa.Array:
    return pa.array([f"user{place}@corp.example" for place in range(number)])
