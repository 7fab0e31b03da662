"""A Parquet file as batches of rows, within bounds that hold whatever the file says of itself.

Only known columns are read. Text is read as Parquet stores it, a dictionary of words and numbers into it: a word that a
million rows share is held once.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import SEEK_END
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from calplan.policyfile.loader import unreadable
from calplan.policyfile.row_source import PARQUET_MARK, Errors, InvalidFileError
from calplan.policyfile.users_file import COLUMN_SET
from calplan.providers.connections_file.compact import NotCompactError
from calplan.providers.connections_file.pages import Page, chunks, pages

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

INSTALL: Final = "pip install 'calplan[parquet]'"
ENCRYPTED_MARK: Final = b"PARE"
MEBIBYTE: Final = 1024 * 1024
LARGEST_CONTENTS: Final = 8 * MEBIBYTE
"""The table of contents at the end of the file."""
LARGEST_PAGE: Final = 128 * MEBIBYTE
LARGEST_UNPACKED: Final = 1024 * MEBIBYTE
"""All that is read of the file."""
MOST_VALUES: Final = 20_000_000
"""In one column, each item of a list counted."""
MOST_ROWS: Final = 5_000_000
ROWS_IN_A_BATCH: Final = 500
ENCODINGS_OF_TEXT: Final = {0, 2, 8}
"""PLAIN and dictionaries. In another one a value can repeat the one before it at hardly any cost."""
DAMAGED: Final = "this is no whole Parquet file: it is damaged, or its end is missing"
WRITE_IT_AGAIN: Final = "write it again, or write CSV or NDJSON"


@contextmanager
def opened(path: Path, errors: Errors) -> Iterator["ParquetFile"]:
    """The file, open.

    Raises:
        InvalidFileError: it cannot be read, is no whole Parquet file, or is out of bounds.
    """
    try:
        import pyarrow as pa  # noqa: F401, PLC0415 - an extra, which other forms of the file do without
    except ImportError as error:
        message = "this is Parquet, and `pyarrow`, which reads it, is missing"
        advice = f"install it with {INSTALL}, or write CSV or NDJSON"
        raise errors.stop("U-FORMAT", 1, message, advice) from error
    try:
        with path.open("rb") as stream:
            contents = _table_of_contents(stream, errors)
            yield ParquetFile(stream, contents, errors)
    except OSError as error:
        reason = unreadable(path, error.strerror or "the system gives no reason")
        raise InvalidFileError((*errors.found, reason)) from error


class ParquetFile:
    """An open Parquet file; ``fields`` are its columns with their types."""

    def __init__(self, stream: BinaryIO, contents: bytes, errors: Errors) -> None:
        from pyarrow import parquet  # noqa: PLC0415 - see opened

        self._stream = stream
        self._errors = errors
        with self._sound(DAMAGED):
            self._chunks = tuple(chunks(contents))
            self._contents = parquet.read_metadata(stream)
            self.fields: list[tuple[str, pa.DataType]] = [
                (field.name, field.type) for field in self._contents.schema.to_arrow_schema()
            ]

    def batches(self, names: list[str]) -> Iterator[Mapping[str, "pa.Array"]]:
        """Some columns, a few rows at a time. A column of text, or of lists of it, is one of numbers into a dictionary.

        Raises:
            InvalidFileError: the file is damaged, or out of bounds.
        """
        from pyarrow import parquet  # noqa: PLC0415 - see opened

        self._judge_size()
        with self._sound(DAMAGED):
            texts = [leaf.path for leaf in self._leaves() if _is_text(leaf) and _top(leaf) in COLUMN_SET]
            file = parquet.ParquetFile(self._stream, metadata=self._contents, read_dictionary=texts, pre_buffer=False)
        read = 0
        for group in range(self._contents.num_row_groups):
            # One group at a time: the library cannot put together lists whose dictionaries differ.
            source = file.iter_batches(ROWS_IN_A_BATCH, row_groups=[group], columns=names, use_threads=False)
            while (batch := self._next(source, read)) is not None:
                read += batch.num_rows
                if read > MOST_ROWS:
                    raise self._too_large(f"more than {MOST_ROWS:,} rows")
                yield {name: batch.column(name) for name in names}
        if read != self._contents.num_rows:
            raise self._errors.stop("U-FORMAT", 1, DAMAGED, WRITE_IT_AGAIN)

    def _next(self, source: Iterator["pa.RecordBatch"], read: int) -> "pa.RecordBatch | None":
        with self._sound(f"the rows after row {read} cannot be read: the file is damaged"):
            return next(source, None)

    def _leaves(self) -> list["parquet.ColumnSchema"]:
        """The columns that hold values: of a list these are its items."""
        schema = self._contents.schema
        return [schema.column(number) for number in range(len(schema.names))]

    def _judge_size(self) -> None:
        if self._contents.num_rows > MOST_ROWS:
            raise self._too_large(f"{self._contents.num_rows:,} rows")
        values: Counter[str] = Counter()
        unpacked = 0
        with self._sound(DAMAGED):
            for leaf, page in self._pages():
                name = _top(leaf)
                unpacked += page.unpacked
                values[name] += page.values
                if page.unpacked > LARGEST_PAGE:
                    raise self._too_large(f"a page of {page.unpacked:,} bytes in `{name}`")
                if unpacked > LARGEST_UNPACKED:
                    raise self._too_large(f"more than {LARGEST_UNPACKED // MEBIBYTE} MiB when unpacked")
                if values[name] > MOST_VALUES:
                    raise self._too_large(f"more than {MOST_VALUES:,} values in `{name}`")
                if _is_text(leaf) and page.encoding not in ENCODINGS_OF_TEXT:
                    message = f"`{name}` is written in an encoding that has no bounds"
                    raise self._errors.stop("U-FORMAT", 1, message, "write text plain or with a dictionary")

    def _pages(self) -> Iterator[tuple["parquet.ColumnSchema", Page]]:
        """The pages that are read, each with what it is part of."""
        leaves = self._leaves()
        for chunk in self._chunks:
            if chunk.leaf >= len(leaves):
                raise NotCompactError
            leaf = leaves[chunk.leaf]
            if chunk.values and _top(leaf) in COLUMN_SET:
                yield from ((leaf, page) for page in pages(self._stream, chunk))

    def _too_large(self, what: str) -> InvalidFileError:
        advice = "the library would need too much memory for it; write it in smaller pages, or write CSV or NDJSON"
        return self._errors.stop("U-LONG", 1, f"this Parquet file is out of bounds: {what}", advice)

    @contextmanager
    def _sound(self, otherwise: str) -> Iterator[None]:
        """Turns what the library raises inside into an error of our own; its words are not for an admin."""
        from pyarrow import ArrowException  # noqa: PLC0415 - see opened

        try:
            yield
        except (ArrowException, NotCompactError, OSError, ValueError, OverflowError, MemoryError) as error:
            raise self._errors.stop("U-FORMAT", 1, otherwise, WRITE_IT_AGAIN) from error


def _table_of_contents(stream: BinaryIO, errors: Errors) -> bytes:
    """The table of contents as it is written. The marks at both ends, and its size, are looked at before all else."""
    if stream.read(len(PARQUET_MARK)) == ENCRYPTED_MARK:
        raise errors.stop("U-FORMAT", 1, "this Parquet file is encrypted", "write it without encryption")
    tail = 4 + len(PARQUET_MARK)
    size = stream.seek(0, SEEK_END)
    stream.seek(max(0, size - tail))
    end = stream.read(tail)
    length = int.from_bytes(end[:4], "little")
    if not end.endswith(PARQUET_MARK) or length + tail > size:
        raise errors.stop("U-FORMAT", 1, DAMAGED, WRITE_IT_AGAIN)
    if length > LARGEST_CONTENTS:
        limit = f"its table of contents is larger than {LARGEST_CONTENTS // MEBIBYTE} MiB"
        raise errors.stop("U-LONG", 1, f"this Parquet file is out of bounds: {limit}", WRITE_IT_AGAIN)
    stream.seek(size - tail - length)
    return stream.read(length)


def _top(leaf: "parquet.ColumnSchema") -> str:
    """The column that a leaf belongs to."""
    name: str = leaf.path.partition(".")[0]
    return name


def _is_text(leaf: "parquet.ColumnSchema") -> bool:
    return bool(leaf.physical_type == "BYTE_ARRAY")
