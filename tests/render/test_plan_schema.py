"""The schema of the plan as JSON."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator

from calplan.impact.decide import ROWS
from calplan.impact.outcome import Outcome
from calplan.plan.document import FORMAT_VERSION, PlanDocument
from calplan.plan.kinds import StepKind
from calplan.plan.steps_document import StepDocument
from tests.render import make

Schema = dict[str, Any]
FILE = Path(__file__).parents[2] / "schemas" / "plan.schema.json"
SAME_IN_BOTH_DRAFTS = frozenset(
    {
        *("$schema", "$ref", "$defs", "title", "description", "examples"),
        *("type", "enum", "anyOf", "allOf", "pattern", "minimum"),
        *("properties", "required", "additionalProperties", "items", "minItems", "maxItems"),
    }
)


@pytest.fixture(scope="module")
def schema() -> Schema:
    loaded: Schema = json.loads(FILE.read_text("utf-8"))
    return loaded


def faults(schema: Schema, document: object) -> list[str]:
    """What both drafts find wrong; they must agree."""
    newer = [error.json_path for error in Draft202012Validator(schema).iter_errors(document)]
    older = [error.json_path for error in Draft7Validator(schema).iter_errors(document)]
    assert newer == older
    return newer


def parts(schema: Schema) -> Iterator[Schema]:
    """The schema and every schema below it."""
    yield schema
    below = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    below += [*schema.get("allOf", []), *schema.get("anyOf", [])]
    below += [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    for one in below:
        yield from parts(one)


def plans() -> Iterator[PlanDocument]:
    yield make.plan()
    yield make.unchanged()
    yield make.plan(
        changes=[make.change("office365.tenantGrant", None, ["Contacts.Read"], unknown=True) | {"source": None}],
        steps=[make.step(1, kind.value, "somewhere") for kind in StepKind],
        gates=[make.gate("limit.silent", status) for status in ("pass", "refuse", "overridden")],
        diagnostics=[make.diagnostic(), {**make.diagnostic("V14", "error"), "range": None}],
        sources=[make.evidence(stale=True)],
        assumptions=[
            {"id": "A09", "text": "x", "if_wrong": {"blocked": -1}},
            {"id": "A28", "text": "x", "if_wrong": None},
        ],
        unknown=["integration.locked"],
    )
    widened = make.plan()
    widened["impact"]["without_grant_step"] = {"counts": {outcome.value: 1 for outcome in Outcome}}
    yield widened


def test_it_is_a_schema_and_uses_only_what_both_drafts_read_alike(schema: Schema) -> None:
    Draft202012Validator.check_schema(schema)
    Draft7Validator.check_schema(schema)
    for part in parts(schema):
        assert set(part) <= SAME_IN_BOTH_DRAFTS
        assert "$ref" not in part or len(part) == 1


def test_every_property_is_explained_by_title_description_and_an_example_that_fits(schema: Schema) -> None:
    for part in parts(schema):
        for name, one in part.get("properties", {}).items():
            assert one["title"], name
            assert one["description"].endswith("."), name
            assert one["examples"], name
            for example in one["examples"]:
                assert faults({**one, "$defs": schema["$defs"]}, example) == [], name


@pytest.mark.parametrize("number", range(4))
def test_plans_of_every_kind_fit(schema: Schema, number: int) -> None:
    assert faults(schema, list(plans())[number]) == []


@given(st.lists(st.tuples(st.text(min_size=1), st.sampled_from([*ROWS])), max_size=5), st.text())
def test_plans_with_any_users_and_names_fit(rows: list[tuple[str, str]], name: str) -> None:
    schema = json.loads(FILE.read_text("utf-8"))
    users = make.users(*(make.user(email, rule, groups=[name]) for email, rule in rows if ROWS[rule].outcome))
    document = make.plan(
        users, account=name, sources=[make.evidence(name)], diagnostics=[make.diagnostic(summary=name)]
    )
    assert faults(schema, document) == []


def test_a_key_of_a_newer_minor_version_is_no_fault(schema: Schema) -> None:
    newer: Schema = {**make.plan(), "format_version": "1.7", "something_new": 1}
    newer["steps"] = [{**newer["steps"][0], "also_new": True}]
    assert faults(schema, newer) == []


@pytest.mark.parametrize(
    "key, value",
    [
        ("format_version", "2.0"),
        ("plan_id", "md5:0"),
        ("as_of", "tomorrow"),
        ("errored", "no"),
        ("steps", {}),
        ("gates", [{"id": "limit.silent"}]),
    ],
)
def test_what_is_no_plan_does_not_fit(schema: Schema, key: str, value: object) -> None:
    assert faults(schema, {**make.plan(), key: value}) != []


def test_a_missing_key_does_not_fit(schema: Schema) -> None:
    for key in PlanDocument.__required_keys__:
        broken: Schema = {**copy.deepcopy(make.plan())}
        del broken[key]
        assert faults(schema, broken) != [], key


def test_it_names_exactly_the_keys_of_the_document(schema: Schema) -> None:
    assert set(schema["properties"]) == PlanDocument.__required_keys__ | PlanDocument.__optional_keys__
    assert set(schema["$defs"]["step"]["properties"]) == StepDocument.__required_keys__ | StepDocument.__optional_keys__
    assert list(schema["$defs"]["counts"]["properties"]) == [outcome.value for outcome in Outcome]
    assert schema["properties"]["format_version"]["examples"] == [FORMAT_VERSION]
