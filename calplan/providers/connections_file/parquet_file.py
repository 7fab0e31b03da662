"""A Parquet file as batches of rows, within bounds that hold whatever the file says of itself.

Only known columns are read. Text is read as Parquet stores it, a dictionary of words and numbers into it: a word that a
million rows share is held once.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from calplan.policyfile.loader import unreadable
from calplan.policyfile.row_source import PARQUET_MARK, Errors, InvalidFileError
from calplan.policyfile.users_file import COLUMN_SET
from calplan.providers.connections_file.page_headers import DamagedPageError, Page, pages

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

INSTALL: Final = "pip install 'calplan[parquet]'"
ENCRYPTED_MARK: Final = b"PARE"
MEBIBYTE: Final = 1024 * 1024
LARGEST_CONTENTS: Final = 16 * MEBIBYTE
"""The table of contents at the end of the file."""
LARGEST_PAGE: Final = 128 * MEBIBYTE
LARGEST_CHAINED_PAGE: Final = MEBIBYTE
LARGEST_UNPACKED: Final = 1024 * MEBIBYTE
"""All that is read of the file."""
MOST_VALUES: Final = 20_000_000
"""In one column, each item of a list counted."""
MOST_ROWS: Final = 5_000_000
ROWS_IN_A_BATCH: Final = 500
CHAINED: Final = 7
"""The number of the encoding in which a value may repeat the one before it at hardly any cost (DELTA_BYTE_ARRAY)."""
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
            _judge_ends(stream, errors)
            yield ParquetFile(stream, errors)
    except OSError as error:
        reason = unreadable(path, error.strerror or "the system gives no reason")
        raise InvalidFileError((*errors.found, reason)) from error


class ParquetFile:
    """An open Parquet file; ``fields`` are its columns with their types."""

    def __init__(self, stream: BinaryIO, errors: Errors) -> None:
        from pyarrow import parquet  # noqa: PLC0415 - see opened

        self._stream = stream
        self._errors = errors
        with self._sound(DAMAGED):
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
        read = 0
        with self._sound(DAMAGED):
            file = parquet.ParquetFile(
                self._stream, metadata=self._contents, read_dictionary=self._texts(), pre_buffer=False
            )
            source = file.iter_batches(batch_size=ROWS_IN_A_BATCH, columns=names, use_threads=False)
        while True:
            with self._sound(f"the rows after row {read} cannot be read: the file is damaged"):
                batch = next(source, None)
            if batch is None:
                break
            read += batch.num_rows
            if read > MOST_ROWS:
                raise self._too_large(f"more than {MOST_ROWS:,} rows")
            yield {name: batch.column(name) for name in names}
        if read != self._contents.num_rows:
            raise self._errors.stop("U-FORMAT", 1, DAMAGED, WRITE_IT_AGAIN)

    def _chunks(self) -> Iterator["parquet.ColumnChunkMetaData"]:
        """The column chunks that are read of each row group."""
        for group in map(self._contents.row_group, range(self._contents.num_row_groups)):
            for column in map(group.column, range(group.num_columns)):
                if _top(column.path_in_schema) in COLUMN_SET:
                    yield column

    def _texts(self) -> list[str]:
        schema = self._contents.schema
        leaves = map(schema.column, range(len(schema.names)))
        return [one.path for one in leaves if one.physical_type == "BYTE_ARRAY" and _top(one.path) in COLUMN_SET]

    def _judge_size(self) -> None:
        if self._contents.num_rows > MOST_ROWS:
            raise self._too_large(f"{self._contents.num_rows:,} rows")
        values: dict[str, int] = {}
        unpacked = 0
        with self._sound(DAMAGED):
            for chunk in self._chunks():
                for page in self._pages(chunk):
                    unpacked += page.unpacked
                    name = _top(chunk.path_in_schema)
                    values[name] = values.get(name, 0) + page.values
                    if page.unpacked > (LARGEST_CHAINED_PAGE if page.encoding == CHAINED else LARGEST_PAGE):
                        raise self._too_large(f"a page of {page.unpacked:,} bytes in `{name}`")
                    if unpacked > LARGEST_UNPACKED:
                        raise self._too_large(f"more than {LARGEST_UNPACKED // MEBIBYTE} MiB when unpacked")
                    if values[name] > MOST_VALUES:
                        raise self._too_large(f"more than {MOST_VALUES:,} values in `{name}`")

    def _pages(self, chunk: "parquet.ColumnChunkMetaData") -> Iterator[Page]:
        start: int = chunk.data_page_offset
        if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < start:
            start = chunk.dictionary_page_offset
        return pages(self._stream, start, chunk.total_compressed_size)

    def _too_large(self, what: str) -> InvalidFileError:
        advice = "the library would need too much memory for it; write it in smaller pages, or write CSV or NDJSON"
        return self._errors.stop("U-LONG", 1, f"this Parquet file is out of bounds: {what}", advice)

    @contextmanager
    def _sound(self, otherwise: str) -> Iterator[None]:
        """Turns what the library raises inside into an error of our own; its words are not for an admin."""
        from pyarrow import ArrowException  # noqa: PLC0415 - see opened

        try:
            yield
        except (ArrowException, DamagedPageError, OSError, ValueError, OverflowError, MemoryError) as error:
            raise self._errors.stop("U-FORMAT", 1, otherwise, WRITE_IT_AGAIN) from error


def _judge_ends(stream: BinaryIO, errors: Errors) -> None:
    """Look at the marks at both ends and at the size of the table of contents, before the library does."""
    if stream.read(len(PARQUET_MARK)) == ENCRYPTED_MARK:
        raise errors.stop("U-FORMAT", 1, "this Parquet file is encrypted", "write it without encryption")
    tail = 4 + len(PARQUET_MARK)
    size = stream.seek(0, 2)
    stream.seek(max(0, size - tail))
    end = stream.read(tail)
    contents = int.from_bytes(end[:4], "little")
    if not end.endswith(PARQUET_MARK) or contents + tail > size:
        raise errors.stop("U-FORMAT", 1, DAMAGED, WRITE_IT_AGAIN)
    if contents > LARGEST_CONTENTS:
        limit = f"its table of contents is larger than {LARGEST_CONTENTS // MEBIBYTE} MiB"
        raise errors.stop("U-LONG", 1, f"this Parquet file is out of bounds: {limit}", WRITE_IT_AGAIN)
    stream.seek(0)


def _top(path: str) -> str:
    """The column that a path leads into."""
    return path.partition(".")[0]
