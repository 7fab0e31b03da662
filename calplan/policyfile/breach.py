"""A broken rule of a JSON Schema as a plain value, taken from the validator's exception at this one place."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from jsonschema import ValidationError

from calplan.policyfile.finding import Pointer

Schema: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """The keyword that is broken and what it says, the value that breaks it and where that stands.

    ``inner`` are the breaches of every shape of a ``oneOf``, each with the index of its shape.
    """

    keyword: str
    bound: Any
    value: Any
    schema: Schema
    path: Pointer
    inner: tuple[tuple[int, "Breach"], ...] = ()


def breach_of(error: ValidationError) -> Breach:
    """The value that stands for a validator's error. The depth is that of the schema."""
    schema = error.schema
    assert isinstance(schema, dict)
    return Breach(
        keyword=str(error.validator),
        bound=error.validator_value,
        value=error.instance,
        schema=schema,
        path=tuple(error.absolute_path),
        inner=tuple((_branch(inner), breach_of(inner)) for inner in error.context or ()),
    )


def _branch(error: ValidationError) -> int:
    first = error.schema_path[0]
    assert isinstance(first, int)
    return first
