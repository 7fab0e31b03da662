"""The headers of the pages of a Parquet file: what reading a page will cost, known before it is unpacked.

The library unpacks each page as large as the page's header says, whatever the table of contents at the end of the file
says of it. So the headers are what has to be within bounds. They are structs in Thrift's compact protocol.
"""

from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

FIRST_LOOK: Final = 4096
LONGEST_HEADER: Final = 1024 * 1024
"""A header may hold the least and the greatest value of its page."""
DEEPEST: Final = 8
LONGEST_NUMBER: Final = 10
"""Bytes of the largest number."""

SIZE_UNPACKED: Final = 2
SIZE_PACKED: Final = 3
KINDS_OF_PAGE: Final = {5: 2, 7: 2, 8: 4}
"""Field with the header of a data page, a dictionary page, a data page of version 2; and the field of its encoding."""
VALUES: Final = 1

Field = int | dict[int, "Field"] | None


class DamagedPageError(Exception):
    """There is no page header where one has to be."""


class Page(NamedTuple):
    """What one page holds: bytes when unpacked, how many values, and the number of their encoding."""

    unpacked: int
    values: int
    encoding: int


def pages(stream: BinaryIO, start: int, size: int) -> Iterator[Page]:
    """The pages of one column chunk, in order.

    Raises:
        DamagedPageError: the chunk is no row of pages.
    """
    end = start + size
    while start < end:
        length, fields = _header(stream, start)
        packed = fields.get(SIZE_PACKED)
        if not isinstance(packed, int) or packed < 0:
            raise DamagedPageError
        yield _page(fields)
        start += length + packed


def _header(stream: BinaryIO, start: int) -> tuple[int, dict[int, Field]]:
    look = FIRST_LOOK
    while True:
        stream.seek(start)
        data = stream.read(look)
        reader = _Compact(data)
        try:
            fields = reader.struct()
        except IndexError:
            if len(data) < look or look >= LONGEST_HEADER:
                raise DamagedPageError from None
            look *= 16
        else:
            return reader.at, fields


def _page(fields: dict[int, Field]) -> Page:
    unpacked = fields.get(SIZE_UNPACKED)
    if not isinstance(unpacked, int) or unpacked < 0:
        raise DamagedPageError
    for kind, encoding_field in KINDS_OF_PAGE.items():
        header = fields.get(kind)
        if isinstance(header, dict):
            values, encoding = header.get(VALUES), header.get(encoding_field)
            if not isinstance(values, int) or values < 0 or not isinstance(encoding, int):
                raise DamagedPageError
            return Page(unpacked, values, encoding)
    return Page(unpacked, 0, 0)  # an index page, which nobody reads


class _Compact:
    """Structs in Thrift's compact protocol; of all else than numbers and structs only the length is read.

    Raises ``IndexError`` where the data ends too early.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def struct(self, depth: int = 0) -> dict[int, Field]:
        if depth > DEEPEST:
            raise DamagedPageError
        fields: dict[int, Field] = {}
        number = 0
        while head := self._byte():
            step, kind = head >> 4, head & 0x0F
            number = number + step if step else self._signed()
            fields[number] = None if kind in _BOOLEANS else self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Field:
        match kind:
            case 1 | 2 | 3:  # true, false (a byte each, in a list) and a byte
                self._skip(1)
            case 4 | 5 | 6:
                return self._signed()
            case 7:
                self._skip(8)
            case 8:
                self._skip(self._unsigned())
            case 9 | 10:
                self._list(depth + 1)
            case 12:
                return self.struct(depth + 1)
            case _:  # a map, which no page header has, or no kind at all
                raise DamagedPageError
        return None

    def _list(self, depth: int) -> None:
        head = self._byte()
        length = head >> 4
        for _ in range(self._unsigned() if length == _LONG_LIST else length):
            self._value(head & 0x0F, depth)

    def _byte(self) -> int:
        byte = self._data[self.at]
        self.at += 1
        return byte

    def _skip(self, length: int) -> None:
        self.at += length
        if self.at > len(self._data):
            raise IndexError

    def _unsigned(self) -> int:
        number = 0
        for place in range(LONGEST_NUMBER):
            byte = self._byte()
            number |= (byte & 0x7F) << (7 * place)
            if not byte & _MORE:
                return number
        raise DamagedPageError

    def _signed(self) -> int:
        number = self._unsigned()
        return (number >> 1) ^ -(number & 1)


_BOOLEANS: Final = (1, 2)
_LONG_LIST: Final = 15
_MORE: Final = 0x80
