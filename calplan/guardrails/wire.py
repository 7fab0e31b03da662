"""Protocol buffers' wire format, as much of it as a compiled expression needs: fields by number."""

from typing import Final, TypeAlias

Message: TypeAlias = dict[int, list[int | bytes]]
MORE: Final = 0x80
"""The bit of a byte that says that the number goes on."""


class WireError(ValueError):
    """The bytes are in another format."""


def message_of(data: bytes) -> Message:
    """The fields of a message by number: varints as numbers, everything else as bytes."""
    found: Message = {}
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        value: int | bytes
        match tag & 7:
            case 0:
                value, at = _varint(data, at)
            case 1:
                value, at = data[at : at + 8], at + 8
            case 2:
                size, at = _varint(data, at)
                value, at = data[at : at + size], at + size
            case 5:
                value, at = data[at : at + 4], at + 4
            case _:
                raise WireError("the compiled expression is in another wire format")
        found.setdefault(tag >> 3, []).append(value)
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        part = data[at]
        value |= (part & (MORE - 1)) << shift
        at, shift = at + 1, shift + 7
        if part < MORE:
            return value, at


def parts(found: Message, number: int) -> tuple[bytes, ...]:
    return tuple(one for one in found.get(number, ()) if isinstance(one, bytes))


def bytes_in(found: Message, number: int) -> bytes:
    return parts(found, number)[-1]


def number_in(found: Message, number: int) -> int:
    value = found.get(number, [0])[-1]
    return value if isinstance(value, int) else 0


def text_in(found: Message, number: int) -> str:
    texts = parts(found, number)
    return texts[-1].decode("utf-8") if texts else ""
