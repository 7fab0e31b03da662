"""An expression as a tree, read from the form in which CEL's library hands out what it compiled.

That form is a ``CheckedExpr`` of the published protocol (``cel/expr/checked.proto``, ``syntax.proto``), in the wire
format of protocol buffers. Reading the few fields that matter here takes less than a library that reads all of them.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from calplan.guardrails.wire import Message, bytes_in, message_of, number_in, parts, text_in

DEEPEST: Final = 200
"""Levels of an expression; more is nothing a person wrote, and Python's own stack is bounded."""

LITERAL, NAME, SELECT, CALL, LIST, MAP, LOOP = 3, 4, 5, 6, 7, 8, 9
"""The fields of an ``Expr``, of which exactly one is there."""
BOOL, INT, UINT, DOUBLE, TEXT, BYTES = 2, 3, 4, 5, 6, 7
"""The fields of a ``Constant``; none of them is there for null."""
LARGEST: Final = 2**63
"""Numbers from here on stand for negative ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A variable. ``at`` is where it stands, in characters from the beginning; so for every node."""

    name: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a value; ``at`` is the place of the dot. ``asks``: only whether it is there (``has``)."""

    of: "Node"
    name: str
    asks: bool
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function or an operator with what it is given, the value it is called on first."""

    function: str
    args: tuple["Node", ...]
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """A value that stands in the expression itself; bytes stand for what is neither text, number, boolean nor null."""

    value: str | int | float | bool | bytes | None
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A list, or the keys and values of a map, that stand in the expression."""

    items: tuple["Node", ...]
    at: int
    is_map: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """What ``all``, ``exists``, ``filter`` and their like become: a walk over a list or the keys of a map.

    ``second`` names the variable for values in the form with two; ``inner`` are the parts that see both variables and
    the accumulator ``result``.
    """

    over: "Node"
    first: str
    second: str
    result: str
    start: "Node"
    inner: tuple["Node", ...]
    at: int


Node: TypeAlias = Name | Field | Call | Literal | Listed | Loop


class TreeError(ValueError):
    """The bytes are no expression in the published form, or one nested too deeply."""


def tree_of(serialized: bytes) -> Node:
    """The tree of a compiled expression.

    Raises:
        TreeError: the form is another one, or nested too deeply.
    """
    try:
        checked = message_of(bytes_in(message_of(serialized), 2))
        places = dict(_places(message_of(bytes_in(checked, 5))))
        return _Reader(places).node(bytes_in(checked, 4), 0)
    except TreeError:
        raise
    except (IndexError, ValueError, struct.error) as error:
        raise TreeError("the compiled expression does not have the form that was expected") from error


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below one."""
    match node:
        case Field(of=of):
            return (of,)
        case Call(args=parts) | Listed(items=parts):
            return parts
        case Loop():
            return (node.over, node.start, *node.inner)
        case Name() | Literal():
            return ()


class _Reader:
    def __init__(self, places: dict[int, int]) -> None:
        self._places = places

    def node(self, data: bytes, depth: int) -> Node:
        if depth > DEEPEST:
            raise TreeError("the expression is nested too deeply")
        found = message_of(data)
        at = self._places.get(number_in(found, 2), 0)
        if NAME in found:
            return Name(name=text_in(message_of(bytes_in(found, NAME)), 1), at=at)
        if SELECT in found:
            return self._field(message_of(bytes_in(found, SELECT)), at, depth + 1)
        if CALL in found:
            return self._call(message_of(bytes_in(found, CALL)), at, depth + 1)
        if LIST in found:
            items = parts(message_of(bytes_in(found, LIST)), 1)
            return Listed(items=tuple(self.node(one, depth + 1) for one in items), at=at)
        if MAP in found:
            return Listed(items=tuple(self._entries(message_of(bytes_in(found, MAP)), depth + 1)), at=at, is_map=True)
        if LOOP in found:
            return self._loop(message_of(bytes_in(found, LOOP)), at, depth + 1)
        return Literal(value=_literal(message_of(bytes_in(found, LITERAL))), at=at)

    def _field(self, found: Message, at: int, depth: int) -> Field:
        of = self.node(bytes_in(found, 1), depth)
        return Field(of=of, name=text_in(found, 2), asks=bool(number_in(found, 3)), at=at)

    def _call(self, found: Message, at: int, depth: int) -> Call:
        args = (*parts(found, 1), *parts(found, 3))
        return Call(function=text_in(found, 2), args=tuple(self.node(one, depth) for one in args), at=at)

    def _entries(self, found: Message, depth: int) -> Iterator[Node]:
        for data in parts(found, 2):
            entry = message_of(data)
            for part in (*parts(entry, 3), *parts(entry, 4)):
                yield self.node(part, depth)

    def _loop(self, found: Message, at: int, depth: int) -> Loop:
        return Loop(
            over=self.node(bytes_in(found, 2), depth),
            first=text_in(found, 1),
            second=text_in(found, 8),
            result=text_in(found, 3),
            start=self.node(bytes_in(found, 4), depth),
            inner=tuple(self.node(bytes_in(found, number), depth) for number in (5, 6, 7)),
            at=at,
        )


def _literal(found: Message) -> str | int | float | bool | bytes | None:
    if BOOL in found:
        return bool(number_in(found, BOOL))
    if INT in found:
        number = number_in(found, INT)
        return number - 2 * LARGEST if number >= LARGEST else number
    if UINT in found:
        return number_in(found, UINT)
    if DOUBLE in found:
        value: float = struct.unpack("<d", bytes_in(found, DOUBLE))[0]
        return value
    if TEXT in found:
        return text_in(found, TEXT)
    return bytes_in(found, BYTES) if BYTES in found else None


def _places(source: Message) -> Iterator[tuple[int, int]]:
    for data in parts(source, 4):
        entry = message_of(data)
        yield number_in(entry, 1), number_in(entry, 2)
