"""The schema files: they mean the same to every reader, explain themselves, bound everything and reach nowhere."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator
from referencing import Registry

from calplan.policyfile.schema import (
    GROUPS_FILE,
    KINDS,
    SETTINGS,
    raw_schema,
    schema_folder,
    schema_names,
    schema_of,
    schema_text,
)

Schema = dict[str, Any]
NAMES = [*KINDS.values(), SETTINGS, GROUPS_FILE]
SAME_IN_BOTH_DRAFTS = {
    *("$schema", "$defs", "$ref", "title", "description", "examples", "default", "type", "const", "enum", "oneOf"),
    *("allOf", "properties", "required", "additionalProperties", "items", "pattern", "minimum", "maximum"),
    *("minLength", "maxLength", "minItems", "maxItems", "maxProperties", "if", "then"),
}


def parts(schema: Schema) -> Iterator[Schema]:
    """The schema and every schema in it."""
    yield schema
    for key in ("properties", "$defs"):
        for inner in schema.get(key, {}).values():
            yield from parts(inner)
    for key in ("oneOf", "allOf"):
        for inner in schema.get(key, []):
            yield from parts(inner)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from parts(schema[key])


def properties(schema: Schema) -> Iterator[tuple[str, Schema]]:
    for part in parts(schema):
        yield from part.get("properties", {}).items()


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_valid_in_both_drafts(name: str) -> None:
    assert raw_schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(raw_schema(name))
    Draft7Validator.check_schema(raw_schema(name))


@pytest.mark.parametrize("name", NAMES)
def test_only_keywords_are_used_that_mean_the_same_in_both_drafts(name: str) -> None:
    for part in parts(raw_schema(name)):
        assert set(part) <= SAME_IN_BOTH_DRAFTS
        # An older draft looks at nothing beside a reference.
        assert "$ref" not in part or set(part) == {"$ref"}


@pytest.mark.parametrize("name", NAMES)
def test_every_property_says_what_it_is_and_gives_an_example(name: str) -> None:
    for key, part in properties(raw_schema(name)):
        assert part["title"], key
        assert part["description"].endswith((".", "`")), key
        assert part["examples"], key


@pytest.mark.parametrize("name", NAMES)
def test_every_example_is_valid_in_both_drafts(name: str) -> None:
    whole = schema_of(name)
    registry: Registry[bool | Mapping[str, Any]] = Registry()
    for part in parts(whole):
        for make in (Draft202012Validator, Draft7Validator):
            validator = make({**part, "$defs": whole.get("$defs", {})}, registry=registry)
            for example in part.get("examples", []):
                assert list(validator.iter_errors(example)) == []


@pytest.mark.parametrize("name", NAMES)
def test_everything_has_a_bound(name: str) -> None:
    for part in parts(raw_schema(name)):
        match part.get("type"):
            case "string":
                assert "maxLength" in part or "enum" in part
            case "array":
                assert "maxItems" in part
            case "object":
                assert part["additionalProperties"] is False or "maxProperties" in part
            case "integer":
                assert {"minimum", "maximum"} <= set(part)
            case _:
                pass


@pytest.mark.parametrize("name", NAMES)
def test_no_pattern_accepts_a_line_end(name: str) -> None:
    for part in parts(raw_schema(name)):
        if "pattern" in part:
            assert part["pattern"].startswith("^")
            assert part["pattern"].endswith("$(?!\\n)")


@pytest.mark.parametrize("name", NAMES)
def test_shapes_are_told_apart_by_a_constant_or_their_type(name: str) -> None:
    whole = schema_of(name)
    for part in parts(whole):
        shapes = [whole["$defs"][one["$ref"][8:]] if "$ref" in one else one for one in part.get("oneOf", [])]
        objects = [one for one in shapes if one.get("type") == "object"]
        constants = [{key for key, inner in one["properties"].items() if "const" in inner} for one in objects]
        one_key_each = len({key for one in objects for key in one["properties"]}) == len(objects)
        assert len(objects) < 2 or one_key_each or set.intersection(*constants)


def test_a_name_of_a_shared_part_stands_for_one_thing() -> None:
    names = [name for file in NAMES for name in raw_schema(file).get("$defs", {})]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", schema_names())
def test_a_schema_that_is_printed_needs_no_other_file(name: str) -> None:
    text = schema_text(name)
    assert text == schema_text(name.lower())
    references = [part["$ref"] for part in parts(json.loads(text)) if "$ref" in part]
    assert all(one.startswith("#/") for one in references)


def test_every_file_is_a_schema_that_can_be_printed() -> None:
    files = {one.name.removesuffix(".schema.json") for one in schema_folder().iterdir()}
    assert files == {KINDS.get(name, name) for name in schema_names()}
