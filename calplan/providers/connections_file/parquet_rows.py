"""Rows of a Parquet file as fields by name: text, and lists of text."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from calplan.policyfile.json_rows import Value
from calplan.policyfile.row_source import Errors, said
from calplan.policyfile.user_words import LISTS
from calplan.policyfile.users_file import COLUMN_SET, MOST_UNKNOWN_NAMES
from calplan.providers.connections_file.parquet_file import WRITE_IT_AGAIN, ParquetFile, opened

if TYPE_CHECKING:
    import pyarrow as pa

AS_OF: Final = "as_of"
REQUIRED: Final = "email"
UNITS: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
"""Units of times, as parts of a second."""
SECONDS_IN_A_DAY: Final = 24 * 60 * 60
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
NO_TIME: Final = "a time beyond the calendar"
"""Stands for a time that no date can be made of; as text it is refused like every other that names none."""

Read = Callable[["pa.Array"], list[Value]]


def parquet_rows(path: Path, errors: Errors) -> Iterator[tuple[int, Mapping[str, Value]]]:
    """Each row with its number, counted from 1. Columns that are not known stand in the first row alone, unread.

    Raises:
        InvalidFileError: the file cannot be read, or a column is of a type that its words cannot have.
    """
    with opened(path, errors) as file:
        readers = _readers(file, errors)
        unknown: dict[str, Value] = dict.fromkeys(_unknown(file))
        number = 0
        for batch in file.batches(list(readers)):
            columns = [_values(name, batch[name], read, number, errors) for name, read in readers.items()]
            for cells in zip(*columns, strict=True):
                number += 1
                yield number, {**unknown, **dict(zip(readers, cells, strict=True))}
                unknown = {}


def _unknown(file: ParquetFile) -> list[str]:
    return [name for name, _ in file.fields if name not in COLUMN_SET][:MOST_UNKNOWN_NAMES]


def _readers(file: ParquetFile, errors: Errors) -> dict[str, Read]:
    """How the cells of each known column are read."""
    readers: dict[str, Read] = {}
    wrong = list(errors.found)
    for name, kind in file.fields:
        if name not in COLUMN_SET:
            continue
        if name in readers:
            raise errors.stop("U-COLUMN", 1, f"the column `{name}` stands in the file twice")
        read = _reader(name, kind)
        if read is None:
            advice = f"write {_wanted(name)}; a column that says nothing can be left out"
            wrong.append(said(errors.name, "U-TYPE", 1, f"the column `{name}` holds {_named(kind)}", advice))
        readers[name] = read or _nothing
    errors.found[:] = wrong
    if REQUIRED not in readers:
        raise errors.stop("U-COLUMN", 1, f"there is no column `{REQUIRED}`", "columns have the names of users files")
    errors.raise_if_any()
    return readers


def _reader(name: str, kind: "pa.DataType") -> Read | None:
    """How a column of this type is read, or ``None`` where its cells cannot be what they have to be."""
    from pyarrow import types  # noqa: PLC0415 - an extra; whoever gets here has it

    if types.is_null(kind):
        return _nothing
    if _is_text(kind):
        return _texts
    if name in LISTS and _is_list(kind) and (_is_text(kind.value_type) or types.is_null(kind.value_type)):
        return _lists
    if name == AS_OF and types.is_timestamp(kind):
        return _times(UNITS[kind.unit])
    if name == AS_OF and types.is_date32(kind):
        return _dates
    if name == AS_OF and types.is_date64(kind):
        return _times(UNITS["ms"])
    return None


def _is_text(kind: "pa.DataType") -> bool:
    from pyarrow import types  # noqa: PLC0415 - as above

    if types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _is_list(kind: "pa.DataType") -> bool:
    from pyarrow import types  # noqa: PLC0415 - as above

    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def _wanted(name: str) -> str:
    if name == AS_OF:
        return "times, or text such as `2026-11-22T09:00:00Z`"
    return "lists of text" if name in LISTS else "text"


def _named(kind: "pa.DataType") -> str:
    """The type in words: the library's name of it may hold names of a stranger."""
    from pyarrow import types  # noqa: PLC0415 - as above

    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return f"lists of {_named(kind.value_type)}"
    names = (
        (_is_text, "text"),
        (types.is_boolean, "true or false"),
        (types.is_integer, "numbers"),
        (types.is_floating, "numbers"),
        (types.is_decimal, "numbers"),
        (types.is_temporal, "times"),
        (types.is_binary, "bytes that are not marked as text"),
        (types.is_large_binary, "bytes that are not marked as text"),
        (types.is_struct, "objects"),
        (types.is_map, "objects"),
    )
    return next((said for holds, said in names if holds(kind)), "values of a type that has no place here")


def _values(name: str, column: "pa.Array", read: Read, before: int, errors: Errors) -> list[Value]:
    """The cells of a column, of which the first stands in the row after ``before``.

    Raises:
        InvalidFileError: one of them cannot be read.
    """
    from pyarrow import ArrowException  # noqa: PLC0415 - as above

    try:
        return read(column)
    except (ArrowException, UnicodeDecodeError) as error:
        for place in range(len(column) if len(column) > 1 else 0):
            _values(name, column.slice(place, 1), read, before + place, errors)  # whichever fails is the one to name
        row = before + 1
        if isinstance(error, UnicodeDecodeError):
            message, advice = f"row {row}: `{name}` holds bytes that are not UTF-8", "write text as UTF-8"
            raise errors.stop("U-ENCODING", row, message, advice) from None
        raise errors.stop("U-FORMAT", row, f"row {row}: `{name}` is damaged", WRITE_IT_AGAIN) from error


def _nothing(column: "pa.Array") -> list[Value]:
    return [None] * len(column)


def _texts(column: "pa.Array") -> list[Value]:
    """Text of a dictionary; equal words are one object."""
    used = column.indices.unique()
    words: dict[int | None, str | None] = dict(
        zip(used.to_pylist(), column.dictionary.take(used).to_pylist(), strict=True)
    )
    return [words[number] for number in column.indices.to_pylist()]


def _lists(column: "pa.Array") -> list[Value]:
    from pyarrow import compute, types  # noqa: PLC0415 - as above

    flat = column.flatten()
    words = iter(_nothing(flat) if types.is_null(flat.type) else _texts(flat))
    lengths = compute.list_value_length(column).to_pylist()
    return [None if length is None else list(islice(words, length)) for length in lengths]


def _times(parts: int) -> Read:
    """Reads times of a unit. One with a zone counts from the same moment as one without, which is taken for UTC."""

    def read(column: "pa.Array") -> list[Value]:
        return [_moment(number, parts) for number in _numbers(column)]

    return read


def _dates(column: "pa.Array") -> list[Value]:
    return [None if days is None else _moment(days * SECONDS_IN_A_DAY, 1) for days in _numbers(column)]


def _numbers(column: "pa.Array") -> list[int | None]:
    """What times are stored as: the library fails on those that its own calendar does not have."""
    import pyarrow as pa  # noqa: PLC0415 - as above

    width = pa.int32() if column.type.bit_width == pa.int32().bit_width else pa.int64()
    numbers: list[int | None] = column.view(width).to_pylist()
    return numbers


def _moment(number: int | None, parts: int) -> str | None:
    if number is None:
        return None
    try:
        return (EPOCH + timedelta(microseconds=number * 10**6 // parts)).isoformat()
    except OverflowError:
        return NO_TIME
