"""The pages of a Parquet file: what reading each will cost, known before any is unpacked.

The library unpacks a page as large as the page's own header says, whatever the table of contents says of it. So it is
the headers that have to be within bounds. The table of contents is read here as well: asking the library where a column
begins ends the process where that table is damaged.
"""

from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from calplan.providers.connections_file.compact import Compact, EndsEarlyError, Field, NotCompactError, Shape

FIRST_LOOK: Final = 4096
LONGEST_HEADER: Final = 1024 * 1024
"""A header may hold the least and the greatest value of its page."""

ROW_GROUPS: Final = 4
COLUMNS: Final = 1
ABOUT_COLUMN: Final = 3
VALUES_IN_CHUNK: Final = 5
PACKED_CHUNK: Final = 7
FIRST_DATA: Final = 9
DICTIONARY: Final = 11
WANTED: Final[Shape] = {VALUES_IN_CHUNK: {}, PACKED_CHUNK: {}, FIRST_DATA: {}, DICTIONARY: {}}
CONTENTS: Final[Shape] = {ROW_GROUPS: {COLUMNS: {ABOUT_COLUMN: WANTED}}}

UNPACKED: Final = 2
PACKED: Final = 3
VALUES: Final = 1
KINDS_OF_PAGE: Final = {5: 2, 7: 2, 8: 4}
"""Where a header speaks of a data page, a dictionary page or a data page of version 2, and there of the encoding."""
HEADER: Final[Shape] = {
    UNPACKED: {},
    PACKED: {},
    **{kind: {VALUES: {}, encoding: {}} for kind, encoding in KINDS_OF_PAGE.items()},
}


class Page(NamedTuple):
    """What one page holds: bytes when unpacked, how many values, and the number of their encoding."""

    unpacked: int
    values: int
    encoding: int


class Chunk(NamedTuple):
    """The pages of one column in one row group; ``leaf`` is the column's place among all that hold values.

    Where there are no values nothing is read, and ``start`` may lie anywhere.
    """

    leaf: int
    values: int
    start: int
    size: int


def chunks(contents: bytes) -> Iterator[Chunk]:
    """The chunks that a table of contents names.

    Raises:
        NotCompactError: it is none.
    """
    for group in _entries(Compact(contents).struct(CONTENTS), ROW_GROUPS):
        for leaf, column in enumerate(_entries(group, COLUMNS)):
            about = column.get(ABOUT_COLUMN)
            if not isinstance(about, dict):
                raise NotCompactError
            start, dictionary = _size(about, FIRST_DATA), _size(about, DICTIONARY, absent=0)
            start = dictionary if 0 < dictionary < start else start
            yield Chunk(leaf, _size(about, VALUES_IN_CHUNK), start, _size(about, PACKED_CHUNK))


def pages(stream: BinaryIO, chunk: Chunk) -> Iterator[Page]:
    """The pages of a chunk, in order.

    Raises:
        NotCompactError: it is no row of pages.
    """
    place, end = chunk.start, chunk.start + chunk.size
    while place < end:
        length, fields = _header(stream, place)
        yield _page(fields)
        place += length + _size(fields, PACKED)


def _header(stream: BinaryIO, place: int) -> tuple[int, dict[int, Field]]:
    look = FIRST_LOOK
    while True:
        stream.seek(place)
        data = stream.read(look)
        reader = Compact(data)
        try:
            fields = reader.struct(HEADER)
        except EndsEarlyError:
            if len(data) < look or look >= LONGEST_HEADER:
                raise
            look *= 16
        else:
            return reader.at, fields


def _page(fields: dict[int, Field]) -> Page:
    for kind, encoding in KINDS_OF_PAGE.items():
        about = fields.get(kind)
        if isinstance(about, dict):
            return Page(_size(fields, UNPACKED), _size(about, VALUES), _size(about, encoding))
    return Page(_size(fields, UNPACKED), 0, 0)  # an index page, which nobody reads


def _entries(fields: dict[int, Field], number: int) -> Iterator[dict[int, Field]]:
    entries = fields.get(number)
    if not isinstance(entries, list):
        raise NotCompactError
    for entry in entries:
        if not isinstance(entry, dict):
            raise NotCompactError
        yield entry


def _size(fields: dict[int, Field], number: int, absent: int = -1) -> int:
    size = fields.get(number, absent)
    if not isinstance(size, int) or size < 0:
        raise NotCompactError
    return size
