"""A page for one schema: every field with what it may be, its default, what it says, and an example."""

import json
from collections.abc import Iterator
from typing import Any, Final

from calplan.policyfile.schema import schema_of
from tests.reference.markdown import anchor, bullet, code, paragraphs, safe

Schema = dict[str, Any]
LONGEST_EXAMPLE: Final = 300
TYPES: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true` or `false`",
    "array": "list",
    "object": "mapping",
    "null": "`null`",
}


def schema_page(name: str, title: str, *introduction: str) -> Iterator[str]:
    """The lines of the page of a schema."""
    whole = schema_of(name)
    parts: dict[str, Schema] = whole.get("$defs", {})
    yield from paragraphs(f"# {title}", safe(whole["description"]), *introduction)
    yield from _fields(whole, parts, 0)
    yield ""
    for key, part in sorted(parts.items(), key=lambda one: heading(*one)):
        yield from paragraphs(f"## {heading(key, part)}")
        yield from paragraphs(safe(part["description"])) if "description" in part else ()
        yield from _kinds(part, parts)
        yield from _fields(part, parts, 0)
        yield ""


def heading(key: str, part: Schema) -> str:
    """How a shared part is called on a page; the key says which of several with one title it is."""
    title = part.get("title", key)
    return f"{title} (`{key}`)" if title.replace(" ", "").lower() != key.lower() else title


def _kinds(part: Schema, parts: dict[str, Schema]) -> Iterator[str]:
    """What a part is that is not a mapping with fields of its own."""
    if "properties" not in part and "oneOf" not in part and "items" not in part:
        yield from paragraphs(f"It is {_kind(part, parts)}.")


def _fields(schema: Schema, parts: dict[str, Schema], depth: int) -> Iterator[str]:
    for field, part in schema.get("properties", {}).items():
        yield from _field(f"`{field}`", part, parts, depth, required=field in schema.get("required", ()))
    for shape in () if _plain(schema) else schema.get("oneOf", ()):
        title = _link(shape, parts) if "$ref" in shape else shape.get("title") or _kind(shape, parts)
        yield from _field(f"either: {title}", shape, parts, depth, required=False)
    match schema.get("items"):
        case {"$ref": str()} | None:
            pass
        case dict() as items if "properties" in items or "oneOf" in items:
            yield from _field("each of them", items, parts, depth, required=False)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _field("each value", schema["additionalProperties"], parts, depth, required=False)


def _plain(schema: Schema) -> bool:
    """Whether every shape is a single value, so that a word for each says it all."""
    return all(one.get("type") in ("string", "integer") or "const" in one for one in schema.get("oneOf", ()))


def _field(name: str, part: Schema, parts: dict[str, Schema], depth: int, *, required: bool) -> Iterator[str]:
    kind = _kind(part, parts)
    facts = ["" if name.endswith(kind) else kind, *(["required"] if required else ())]
    facts += [f"default {code(_value(part['default']))}"] if "default" in part else []
    told = ", ".join(one for one in facts if one)
    said = f"**{name}** ({told})" if told else f"**{name}**"
    said += f": {safe(part['description'])}" if "description" in part else ""
    yield from bullet(said + _example(part), depth)
    yield from _fields(part, parts, depth + 1)


def _example(part: Schema) -> str:
    """The first example that says more than the field itself and is short enough to be read in a line."""
    inner = "properties" in part or "const" in part or "enum" in part or part.get("type") == "boolean"
    shown = [code(_value(one)) for one in part.get("examples", ()) if not inner]
    short = [one for one in shown if len(one) <= LONGEST_EXAMPLE]
    return f" Example: {short[0]}" if short else ""


def _kind(part: Schema, parts: dict[str, Schema]) -> str:
    """What a value may be, in a few words."""
    match part:
        case {"$ref": _}:
            return _link(part, parts)
        case {"allOf": [{"$ref": _} as only]}:
            return _link(only, parts)
        case {"const": value}:
            return f"always {code(_value(value))}"
        case {"enum": values}:
            return " or ".join(code(_value(value)) for value in values)
        case {"oneOf": shapes} if not _plain(part):
            return f"one of {len(shapes)} shapes"
        case {"oneOf": shapes} | {"anyOf": shapes}:
            return " or ".join(_kind(one, parts) for one in shapes)
        case {"type": kinds}:
            return " or ".join(_of_type(kind, part, parts) for kind in (kinds if isinstance(kinds, list) else [kinds]))
        case _:
            return ""


def _of_type(kind: str, part: Schema, parts: dict[str, Schema]) -> str:
    match kind, part.get("items"):
        case "array", {"type": "string"}:
            return "list of texts"
        case "array", dict() as items if "properties" not in items and "oneOf" not in items:
            return f"list of {_kind(items, parts)}"
        case "integer", _:
            return f"{TYPES[kind]}{_range(part)}"
        case _:
            return TYPES[kind]


def _range(part: Schema) -> str:
    match part:
        case {"minimum": low, "maximum": high}:
            return f" from {low} to {high}"
        case {"minimum": low}:
            return f" from {low} up"
        case _:
            return ""


def _link(reference: Schema, parts: dict[str, Schema]) -> str:
    key = reference["$ref"].removeprefix("#/$defs/")
    title = heading(key, parts[key])
    return f"[{parts[key].get('title', key)}](#{anchor(title)})"


def _value(value: object) -> str:
    """A value as it would be written in YAML's flow style, which is JSON."""
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
