"""Which shape of several a value was meant to have.

A schema offers shapes with ``oneOf``. The shape is told by the JSON type, then by a key that names it (``type``,
``kind``, ``model``), then by the one key it needs; only that shape's errors are worth reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from calplan.policyfile.breach import Breach, Schema

JSON_TYPES: Final[dict[type, str]] = {
    str: "string", bool: "boolean", int: "integer", float: "number", dict: "object", list: "array", type(None): "null",
}  # fmt: skip
EVERYTHING: Final = frozenset(JSON_TYPES.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One shape: its place among the offered ones, what it says, and the JSON types it takes."""

    index: int
    schema: Schema
    types: frozenset[str]

    @property
    def words(self) -> tuple[str, ...]:
        """The only values it takes, if it lists them."""
        return words_of(self.schema)

    def breaches(self, choice: Breach) -> list[Breach]:
        """What this shape finds wrong, out of everything every shape finds wrong."""
        return [inner for index, inner in choice.inner if index == self.index]


def words_of(schema: Schema) -> tuple[str, ...]:
    """The words a schema allows by ``const`` or ``enum``."""
    listed = [schema["const"]] if "const" in schema else schema.get("enum", ())
    return tuple(word for word in listed if isinstance(word, str))


def resolved(schema: Schema, root: Schema) -> Schema:
    """A schema, or what its local reference leads to."""
    target = schema.get("$ref")
    found: Schema = root["$defs"][target.rpartition("/")[2]] if isinstance(target, str) else schema
    return found


def branches_of(schema: Schema, root: Schema) -> tuple[Branch, ...]:
    """The shapes that a ``oneOf`` offers."""
    shapes = (resolved(one, root) for one in schema["oneOf"])
    return tuple(Branch(index=index, schema=one, types=_types(one, root)) for index, one in enumerate(shapes))


def fitting(branches: Sequence[Branch], value: object) -> tuple[Branch, ...]:
    """The shapes that take values of this JSON type."""
    kind = JSON_TYPES[type(value)]
    return tuple(one for one in branches if kind in one.types)


def discriminator(branches: Sequence[Branch]) -> str | None:
    """The key that names each of these shapes, if they have one."""
    named = [{key for key, inner in one.schema.get("properties", {}).items() if "const" in inner} for one in branches]
    common = set.intersection(*named) if named else set()
    return next((key for key in ("type", "kind", "model") if key in common), None)


def const_of(branch: Branch, key: str) -> str:
    """The word by which a shape is named under ``key``."""
    return str(branch.schema["properties"][key]["const"])


def _types(schema: Schema, root: Schema) -> frozenset[str]:
    if "type" in schema:
        return frozenset({schema["type"]})
    if "const" in schema or "enum" in schema:
        values = [schema["const"]] if "const" in schema else schema["enum"]
        return frozenset(JSON_TYPES[type(value)] for value in values)
    if "oneOf" in schema:
        return frozenset().union(*(_types(resolved(one, root), root) for one in schema["oneOf"]))
    return EVERYTHING
