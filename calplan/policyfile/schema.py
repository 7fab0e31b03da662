"""The JSON Schemas of the documents: where they lie, whole and self-contained, and what a document breaks of them."""

import json
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import islice
from typing import Final

from jsonschema import Draft202012Validator, TypeChecker
from jsonschema.validators import extend
from referencing import Registry

from calplan.policyfile.breach import Schema, breach_of
from calplan.policyfile.document import Parsed
from calplan.policyfile.finding import Finding
from calplan.policyfile.translate import translated

API_VERSION: Final = "calplan/v1"
SETTINGS: Final = "settings"
GROUPS_FILE: Final = "groups-file"
KINDS: Final = {
    "CalendarPolicy": "calendar-policy",
    "Account": "account",
    "PortalRecord": "portal-record",
    "TenantFacts": "tenant-facts",
    "Guardrails": "guardrails",
    "Scenario": "scenario",
}
"""The kinds of documents, and the names of their schemas."""
OTHER_FILES: Final = (SETTINGS, GROUPS_FILE, "plan", "apply", "drift", "fleet", "why", "check")
"""Schemas of what no folder is searched for."""
MOST_ERRORS: Final = 200
"""Broken rules looked at in one document; nobody reads more, and each costs time to explain."""


def schema_folder() -> Traversable:
    """Where the schema files lie: in the installed package, else at the top of the repository."""
    package = files("calplan")
    installed = package / "schemas"
    return installed if installed.is_dir() else package / ".." / "schemas"


@cache
def raw_schema(name: str) -> Schema:
    """One schema as its file holds it."""
    schema: Schema = json.loads((schema_folder() / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema


@cache
def schema_of(name: str) -> Schema:
    """One schema that needs no other file: what it borrows from others is copied into its own ``$defs``."""
    borrowed: Schema = {}
    whole = _bundled(raw_schema(name), name, borrowed)
    assert isinstance(whole, dict)
    own = whole.get("$defs", {})
    return {**whole, "$defs": {**own, **borrowed}} if own or borrowed else whole


def schema_names() -> tuple[str, ...]:
    """What has a schema: the kinds of documents, then files that are no documents of a folder."""
    return (*KINDS, *(name for name in OTHER_FILES if (schema_folder() / f"{name}.schema.json").is_file()))


def schema_text(name: str) -> str:
    """The schema of a kind or file, as JSON that needs no other file.

    Raises:
        KeyError: it is none of ``schema_names``.
    """
    by_lower = {one.lower(): KINDS.get(one, one) for one in schema_names()}
    return json.dumps(schema_of(by_lower[name.lower()]), indent=2, ensure_ascii=False) + "\n"


def _bundled(part: object, home: str, borrowed: Schema) -> object:
    if isinstance(part, list):
        return [_bundled(item, home, borrowed) for item in part]
    if not isinstance(part, dict):
        return part
    target = part.get("$ref")
    if isinstance(target, str):
        file, _, name = target.partition("#/$defs/")
        other = file.removesuffix(".schema.json") or home
        if name not in borrowed:
            borrowed[name] = {}
            borrowed[name] = _bundled(raw_schema(other)["$defs"][name], other, borrowed)
        return {"$ref": f"#/$defs/{name}"}
    return {key: _bundled(value, home, borrowed) for key, value in part.items()}


def _is_whole(_checker: TypeChecker, value: object) -> bool:
    """Whether a value is an integer; 1.0 is not, because it was not written as one."""
    return isinstance(value, int) and not isinstance(value, bool)


@cache
def _validator(name: str) -> Draft202012Validator:
    make = extend(  # type: ignore[no-untyped-call]
        Draft202012Validator,
        type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole),
    )
    # The empty registry knows no way to fetch anything: a reference that is not local fails instead of going out.
    validator: Draft202012Validator = make(schema_of(name), registry=Registry())
    return validator


def broken_rules(name: str, document: Parsed) -> tuple[Finding, ...]:
    """What the schema of this name finds wrong with a document, in our words."""
    errors = islice(_validator(name).iter_errors(document.value), MOST_ERRORS)
    return translated(tuple(breach_of(error) for error in errors), document, schema_of(name))
