"""Thrift's compact protocol, in which Parquet writes its table of contents and the header of each page."""

from collections.abc import Mapping
from typing import Final

DEEPEST: Final = 24
LONGEST_LIST: Final = 200_000
"""Of lists that are kept; a table of contents has one entry for each column of each row group."""
LONGEST_NUMBER: Final = 10
"""Bytes of the largest number."""

Shape = Mapping[int, "Shape"]
"""The fields of a struct that are kept, by number, each with those of the structs in it; all others are passed over."""
Field = int | dict[int, "Field"] | list["Field"] | None


class NotCompactError(Exception):
    """The bytes are nothing that the protocol allows."""


class EndsEarlyError(NotCompactError):
    """The bytes end in the middle of a value."""


class Compact:
    """Reads structs from bytes; numbers, structs and lists are kept, of all else only the length is looked at.

    ``at`` is the place of the next byte.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def struct(self, shape: Shape) -> dict[int, Field]:
        """The fields of a struct that its shape asks for.

        Raises:
            NotCompactError: there is none here.
        """
        return self._struct(shape, 0)

    def _struct(self, shape: Shape | None, depth: int) -> dict[int, Field]:
        if depth > DEEPEST:
            raise NotCompactError
        fields: dict[int, Field] = {}
        number = 0
        while head := self._byte():
            step, kind = head >> 4, head & 0x0F
            number = number + step if step else self._signed()
            kept = None if shape is None else shape.get(number)
            value = None if kind in _BOOLEANS else self._value(kind, kept, depth)
            if kept is not None:
                fields[number] = value
        return fields

    def _value(self, kind: int, shape: Shape | None, depth: int) -> Field:
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
                return self._list(shape, depth + 1)
            case 12:
                return self._struct(shape, depth + 1)
            case _:  # a map, which Parquet never writes, or no kind at all
                raise NotCompactError
        return None

    def _list(self, shape: Shape | None, depth: int) -> list[Field] | None:
        head = self._byte()
        kind, length = head & 0x0F, head >> 4
        if length == _LONG_LIST:
            length = self._unsigned()
        if shape is not None and length > LONGEST_LIST:
            raise NotCompactError
        values = (self._value(kind, shape, depth) for _ in range(length))
        if shape is not None:
            return list(values)
        for _ in values:
            pass
        return None

    def _byte(self) -> int:
        try:
            byte = self._data[self.at]
        except IndexError:
            raise EndsEarlyError from None
        self.at += 1
        return byte

    def _skip(self, length: int) -> None:
        self.at += length
        if self.at > len(self._data):
            raise EndsEarlyError

    def _unsigned(self) -> int:
        number = 0
        for place in range(LONGEST_NUMBER):
            byte = self._byte()
            number |= (byte & 0x7F) << (7 * place)
            if not byte & _MORE:
                return number
        raise NotCompactError

    def _signed(self) -> int:
        number = self._unsigned()
        return (number >> 1) ^ -(number & 1)


_BOOLEANS: Final = (1, 2)
_LONG_LIST: Final = 15
_MORE: Final = 0x80
