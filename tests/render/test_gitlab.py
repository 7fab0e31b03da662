"""Findings as a code quality report, and a plan as the Terraform report of GitLab."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given
from jsonschema import Draft202012Validator
from pytest_snapshot.plugin import Snapshot

from calplan.model.diagnostic import Severity
from calplan.render.findings import Finding
from calplan.render.gitlab import gitlab, plan_gitlab_terraform
from tests.render.found import EACH, ERROR, NOTE, ROOT, SOME, WAIVED, WORDS, hostile
from tests.render.make import PRIOR, WANTED, change, plan, some_users, unchanged

TEXT = {"type": "string", "minLength": 1}
FORM = Draft202012Validator(
    {
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": TEXT,
                "check_name": TEXT,
                "fingerprint": TEXT,
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "minLength": 1, "pattern": "^[^/]"},
                        "lines": {"type": "object", "properties": {"begin": {"type": "integer", "minimum": 1}}},
                    },
                },
            },
        },
    }
)


def text_of(findings: Sequence[Finding]) -> str:
    return "".join(gitlab(findings, root=ROOT))


def report_of(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    report: list[dict[str, Any]] = json.loads(text_of(findings))
    return report


def test_every_kind_of_finding_as_gitlab_reads_it(snapshot: Snapshot) -> None:
    snapshot.assert_match(text_of(EACH), "report.json")


def test_nothing_found_is_an_empty_report() -> None:
    assert text_of([]) == "[]\n"


@given(SOME)
def test_every_report_has_the_documented_form_and_no_fingerprint_twice(findings: list[Finding]) -> None:
    report = report_of(findings)
    FORM.validate(report)
    assert len({one["fingerprint"] for one in report}) == len(report) == len(findings)


def test_levels_become_severities_and_what_is_waived_is_information() -> None:
    found = [replace(ERROR, level=level) for level in Severity]
    assert [one["severity"] for one in report_of([*found, WAIVED])] == ["major", "minor", "info", "info"]


def test_a_finding_of_no_file_stands_at_the_root() -> None:
    assert report_of([NOTE])[0]["location"] == {"path": ".", "lines": {"begin": 1}}


def test_too_many_findings_are_left_out_and_the_last_entry_says_how_many() -> None:
    found = [replace(NOTE, message=f"number {number}") for number in range(10)]
    report = json.loads("".join(gitlab([*found, ERROR], root=ROOT, most=5)))
    assert [one["check_name"] for one in report] == ["V01", "V31", "V31", "V31", "calplan-left-out"]
    assert report[-1]["description"] == "7 more findings left out"


@given(WORDS.filter(bool))
def test_hostile_words_stay_words(word: str) -> None:
    text = text_of([hostile(word)])
    assert all(line.isprintable() for line in text.split("\n"))
    FORM.validate(json.loads(text))


def test_the_terraform_report_holds_counts_and_nothing_else() -> None:
    pair = change("privateEvents[a@contoso.com,b@contoso.com]", "hidden", "managed")
    pair["change"]["actions"] = ["delete", "create"]
    made = change("office365.tenantGrant", None, ["Calendars.ReadWrite"])
    made["change"]["actions"] = ["create"]
    updated = change("integration.locked", PRIOR["integration.locked"], WANTED["integration.locked"])
    document = plan(some_users(), changes=[pair, made, updated], steps=[])
    assert "".join(plan_gitlab_terraform(document)) == '{"create":2,"update":1,"delete":1}\n'
    assert "".join(plan_gitlab_terraform(unchanged())) == '{"create":0,"update":0,"delete":0}\n'
