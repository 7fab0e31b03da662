"""Findings as SARIF."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from pytest_snapshot.plugin import Snapshot

from calplan.cli.findings import explained
from calplan.model.diagnostic import Severity
from calplan.render.findings import Finding
from calplan.render.sarif import MOST_RESULTS, MOST_RESULTS_SHOWN, sarif
from tests.render.found import EACH, ERROR, NOTE, ROOT, WAIVED, WORDS, at, hostile


def text_of(findings: Sequence[Finding], most_bytes: int = 10_000_000) -> str:
    return "".join(
        sarif(findings, root=ROOT, explained=explained, command="check", version="1.2.3", most_bytes=most_bytes)
    )


def run_of(findings: Sequence[Finding], most_bytes: int = 10_000_000) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(text_of(findings, most_bytes))["runs"][0]
    return run


def test_every_kind_of_finding_as_code_scanning_reads_it(snapshot: Snapshot) -> None:
    snapshot.assert_match(text_of(EACH), "log.sarif")


def test_nothing_found_is_a_run_without_results() -> None:
    assert (run_of([])["results"], run_of([])["tool"]["driver"]["rules"]) == ([], [])


def test_the_span_ends_in_the_column_after_its_last_character() -> None:
    location = run_of([replace(ERROR, position=at(3, 5, 4))])["results"][0]["locations"][0]["physicalLocation"]
    assert location["region"] == {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 9}
    assert location["artifactLocation"] == {"uri": "corp/contoso.yaml", "uriBaseId": "%SRCROOT%"}


def test_what_belongs_to_no_file_has_the_name_of_its_subject_or_no_location() -> None:
    named, unnamed = (run_of([one])["results"][0] for one in (replace(NOTE, subject="a.b"), NOTE))
    assert named["locations"] == [{"logicalLocations": [{"fullyQualifiedName": "a.b"}]}]
    assert "locations" not in unnamed


def test_a_rule_is_told_as_explain_tells_it_and_a_guardrail_by_its_message() -> None:
    rules = {one["id"]: one for one in run_of(EACH)["tool"]["driver"]["rules"]}
    text = explained("V01")
    assert text is not None
    assert rules["V01"]["help"]["text"] == text.rstrip("\n")
    assert rules["V01"]["shortDescription"]["text"] == text.split("\n")[0]
    assert rules[WAIVED.rule]["fullDescription"]["text"] == WAIVED.message
    assert rules[WAIVED.rule]["properties"] == {"baselines": list(WAIVED.baselines), "tags": list(WAIVED.baselines)}


def test_each_result_points_to_its_rule() -> None:
    run = run_of(EACH)
    ids = [one["id"] for one in run["tool"]["driver"]["rules"]]
    assert ids == sorted(ids)
    assert [ids[one["ruleIndex"]] for one in run["results"]] == [one["ruleId"] for one in run["results"]]


def test_a_rule_has_no_more_tags_than_code_scanning_takes_and_keeps_every_baseline() -> None:
    rule = run_of([replace(WAIVED, baselines=tuple(f"B {n:02}" for n in range(30)))])["tool"]["driver"]["rules"][0]
    assert len(rule["properties"]["tags"]) == 20
    assert len(rule["properties"]["baselines"]) == 30


def test_a_waived_finding_is_suppressed_with_its_reason() -> None:
    expected = [{"kind": "external", "status": "accepted", "justification": WAIVED.suppressed}]
    results = run_of([WAIVED, ERROR])["results"]
    assert [one.get("suppressions") for one in results] == [None, expected]
    assert [one["level"] for one in results] == ["error", "note"]


def test_more_results_than_code_scanning_takes_are_left_out_the_worst_kept_and_both_limits_told() -> None:
    many = [replace(NOTE, message=f"number {number}") for number in range(MOST_RESULTS + 2)]
    run = run_of([*many, ERROR])
    assert len(run["results"]) == MOST_RESULTS
    assert run["results"][0]["ruleId"] == "V01"
    assert [one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"]] == [
        "3 more findings left out, since code scanning rejects a file with them.",
        f"Code scanning shows the {MOST_RESULTS_SHOWN} gravest of {MOST_RESULTS} findings.",
    ]


@pytest.mark.parametrize("most_bytes, kept", [(10_000_000, {64}), (3_000, {32, 16}), (100, {0})])
def test_a_file_too_large_even_packed_loses_its_lesser_half_until_it_fits(most_bytes: int, kept: set[int]) -> None:
    run = run_of([replace(ERROR, message=f"{number:x}") for number in range(64)], most_bytes)
    number, notes = len(run["results"]), run["invocations"][0]["toolExecutionNotifications"]
    assert number in kept
    assert [one["message"]["text"].split(" ")[0] for one in notes] == ([] if number == 64 else [str(64 - number)])


@given(WORDS)
@example("[click](https://evil.example) \x1b[2J {0}")
def test_hostile_words_stay_words(word: str) -> None:
    text = text_of([hostile(word)])
    assert all(line.isprintable() for line in text.split("\n"))
    run = json.loads(text)["runs"][0]
    (result,), (rule,) = run["results"], run["tool"]["driver"]["rules"]
    assert "](" not in result["message"]["text"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].isascii()
    assert "<" not in rule["help"]["markdown"]
    assert "](" not in rule["help"]["markdown"].replace("\\]", "")


def test_levels_are_those_of_the_findings_and_a_rule_has_its_gravest() -> None:
    run = run_of([replace(ERROR, level=level) for level in Severity])
    assert [one["level"] for one in run["results"]] == ["error", "warning", "note"]
    assert run["tool"]["driver"]["rules"][0]["defaultConfiguration"] == {"level": "error"}
