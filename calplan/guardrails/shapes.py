"""The shapes of the values that rules read: which fields there are, and of what kind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from calplan.plan.document import Json


class Kind(Enum):
    """What a single value is, where it is not null."""

    TEXT = "text"
    NUMBER = "a number"
    BOOLEAN = "true or false"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A single value, or null. ``words`` are all the texts it can be, none where any can."""

    kind: Kind
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A value with fields. It is never null: where nothing is known, its fields are."""

    fields: Mapping[str, "Shape"]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list, or null; or, where it says so, one of ``words`` instead."""

    item: "Shape"
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Anything:
    """A value of which nothing is promised."""


Shape: TypeAlias = Leaf | Record | ListOf | Anything


def completed(shape: Shape, value: Json) -> Json:
    """A value with every field of its shape: what is not stated is null; what the shape does not know is dropped."""
    match shape:
        case Record(fields=fields):
            stated = value if isinstance(value, dict) else {}
            return {name: completed(one, stated.get(name)) for name, one in fields.items()}
        case ListOf(item=item) if isinstance(value, list):
            return [completed(item, one) for one in value]
        case _:
            return value


def kinds_of(shape: Shape, head: str) -> Iterator[tuple[str, str]]:
    """Every path below a name with what is found there, in words; items of lists with ``[]``."""
    match shape:
        case Record(fields=fields):
            for name, one in fields.items():
                yield from kinds_of(one, f"{head}.{name}")
        case ListOf(item=Leaf() as item):
            yield head, _either(f"a list of {_in_words(item)}", shape.words)
        case ListOf(item=item):
            yield head, _either("a list", shape.words)
            yield from kinds_of(item, f"{head}[]")
        case Leaf():
            yield head, _in_words(shape)
        case Anything():
            yield head, "any value"


def paths_of(shape: Shape, head: str) -> tuple[str, ...]:
    """Every path below a name: all that a rule can ask for."""
    return tuple(path for path, _ in kinds_of(shape, head))


def _in_words(leaf: Leaf) -> str:
    return " | ".join(f"'{word}'" for word in leaf.words) or leaf.kind.value


def _either(kind: str, words: tuple[str, ...]) -> str:
    return " | ".join([kind, *(f"'{word}'" for word in words)])
