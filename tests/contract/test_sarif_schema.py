"""Whatever calplan finds in a document is SARIF by the standard, as far as calplan uses it.

The schema beside this file is written by hand after SARIF 2.1.0 with errata 01 (OASIS): only the keys that are written,
each as strict as the standard or as GitHub's code scanning. Every wrong document of the reader's tests runs through it,
and it is shown to reject.
"""

import json
from copy import deepcopy
from functools import reduce
from pathlib import Path, PurePosixPath
from typing import Any, Final

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator, ValidationError

from calplan.cli.findings import explained
from calplan.model.diagnostic import Severity
from calplan.render.findings import Finding, findings_of
from calplan.render.sarif import sarif
from calplan.render.source_root import SourceRoot
from tests.policyfile.cases import RULES, SCHEMA, YAML
from tests.policyfile.make import judged
from tests.render.found import EACH, SOME, WORDS, hostile

WRITTEN: Final = Path(__file__).with_name("sarif") / "sarif.json"
FORM: Final = Draft202012Validator(json.loads(WRITTEN.read_text("utf-8")))
ROOT: Final = SourceRoot(folder=PurePosixPath("/repo"), start=PurePosixPath("/repo"))
CASES: Final[dict[str, str | bytes]] = {**YAML, **SCHEMA, **RULES}


def log_of(findings: tuple[Finding, ...]) -> dict[str, Any]:
    parts = sarif(findings, root=ROOT, explained=explained, command="validate", version="0.1.0")
    log: dict[str, Any] = json.loads("".join(parts))
    return log


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(FORM.schema)


@pytest.mark.parametrize("case", CASES)
def test_what_is_found_in_a_document_is_sarif(case: str) -> None:
    diagnostics = judged(CASES[case]).diagnostics
    log = log_of(findings_of(diagnostics))
    FORM.validate(log)
    (run,) = log["runs"]
    assert len(run["results"]) == len(diagnostics)
    regions = {
        (region["startLine"], region["startColumn"])
        for result in run["results"]
        for location in result["locations"]
        for region in [location["physicalLocation"]["region"]]
    }
    assert regions == {(one.position.line, one.position.column) for one in diagnostics if one.position is not None}
    files = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]}
    assert files == ({"policy.yaml"} if diagnostics else set())


@pytest.mark.parametrize("case", CASES)
def test_each_finding_of_a_document_has_a_fingerprint_of_its_own(case: str) -> None:
    results = log_of(findings_of(judged(CASES[case]).diagnostics))["runs"][0]["results"]
    prints = [one["partialFingerprints"]["primaryLocationLineHash"] for one in results]
    assert len(set(prints)) == len(prints)


@given(SOME)
def test_findings_of_every_kind_are_sarif(findings: list[Finding]) -> None:
    FORM.validate(log_of(tuple(findings)))


@given(WORDS.filter(bool))
def test_hostile_words_are_sarif(word: str) -> None:
    FORM.validate(log_of((hostile(word),)))


BROKEN: Final[dict[str, tuple[tuple[str | int, ...], object]]] = {
    "version": (("version",), "2.0.0"),
    "absolute path": (
        ("runs", 0, "results", 0, "locations", 0, "physicalLocation", "artifactLocation", "uri"),
        "/repo/a.yaml",
    ),
    "unencoded path": (
        ("runs", 0, "results", 0, "locations", 0, "physicalLocation", "artifactLocation", "uri"),
        "a b.yaml",
    ),
    "line before the first": (
        ("runs", 0, "results", 0, "locations", 0, "physicalLocation", "region", "startLine"),
        0,
    ),
    "no such level": (("runs", 0, "results", 0, "level"), "fatal"),
    "empty message": (("runs", 0, "results", 0, "message", "text"), ""),
    "description too long": (("runs", 0, "tool", "driver", "rules", 0, "shortDescription", "text"), "x" * 1_025),
    "unknown key": (("runs", 0, "results", 0, "colour"), "red"),
    "no such kind of suppression": (("runs", 0, "results", -1, "suppressions", 0, "kind"), "waiver"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_schema_rejects_what_is_broken(name: str) -> None:
    path, value = BROKEN[name]
    log = deepcopy(log_of(EACH))
    FORM.validate(log)
    reduce(lambda node, key: node[key], path[:-1], log)[path[-1]] = value  # type: ignore[index]  # keys of JSON
    with pytest.raises(ValidationError):
        FORM.validate(log)


def test_severities_are_the_levels_of_sarif() -> None:
    assert {one.value for one in Severity} == {"error", "warning", "note"}
