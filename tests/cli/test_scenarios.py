"""`calplan test`: exit codes, what is said of a failure, and the formats."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import LIVE, LOCKED, Said, calplan, folder, user, write

ANN: Final = "ann@corp.example"
GIVEN: Final = {"settings": LIVE, "users": [user(ANN), user("off@corp.example", status="inactive")]}
HOSTILE: Final = 'a <b> & "c" \x1b[31m \u202e ]]> \ud7ff \ue000'


def scenario(
    then: Mapping[str, Any],
    *,
    given: Mapping[str, Any] = GIVEN,
    policy: Any = LOCKED,  # noqa: ANN401 - a path or a spec
    name: str = "locked",
    file: str = "s.yaml",
) -> None:
    """Write a Scenario that moves everybody to Office 365 under the lock."""
    write(Path(file), "Scenario", {"name": name}, {"given": given, "when": {"policy": policy}, "then": then})


def ran(*words: str) -> Said:
    return calplan("test", *(words or (".",)))


def test_a_scenario_that_holds_passes() -> None:
    expected = {
        "outcome": "disconnected_prompted",
        "connection": "lost",
        "notice": "prompt",
        "rules": ["R12e", "R10b1"],
    }
    scenario({"outcomes": {ANN: "disconnected_prompted"}, "users": {ANN: expected}, "counts": {"blocked": 0}})
    said = ran()
    assert said.code is ExitCode.DONE
    assert said.out.splitlines() == ["passed: locked  [s.yaml:5]", "Scenarios: 1 passed, 0 failed, of 1."]
    assert said.err == ""


def test_a_failure_says_where_what_was_expected_what_came_out_and_which_rows_fired() -> None:
    scenario({"users": {ANN: {"outcome": "unaffected"}}})
    said = ran()
    assert said.code is ExitCode.FAULT
    head, what, why, last = said.out.splitlines()
    line = next(n for n, text in enumerate(Path("s.yaml").read_text().splitlines(), 1) if "unaffected" in text)
    assert head == "failed: locked  [s.yaml:5]"
    assert what == (
        f"  s.yaml:{line}: {ANN} was expected to have the outcome unaffected, and has disconnected_prompted"
    )
    assert why == "    rows that fired: R10b1, R12e"
    assert last == "Scenarios: 0 passed, 1 failed, of 1."


@pytest.mark.parametrize(
    "facet, wrong",
    [
        ("outcome", "blocked"),
        ("connection", "kept"),
        ("notice", "none"),
        ("next_step", "none"),
        ("certainty", "unknown"),
        ("rules", ["R10b1"]),
    ],
)
def test_every_facet_is_compared(facet: str, wrong: object) -> None:
    scenario({"users": {ANN: {facet: wrong}}})
    said = ran()
    assert said.code is ExitCode.FAULT
    assert "rows that fired: R10b1, R12e" in said.out


def test_a_count_that_differs_names_the_users() -> None:
    scenario({"counts": {"disconnected_prompted": 2, "blocked": 1}})
    said = ran()
    assert said.code is ExitCode.FAULT
    assert "2 users with the outcome disconnected_prompted expected, 1 found" in said.out
    assert f"found: {ANN}" in said.out
    assert "1 user with the outcome blocked expected, 0 found" in said.out


def test_who_is_not_active_has_no_outcome_and_that_is_said() -> None:
    scenario({"outcomes": {"off@corp.example": "unaffected"}})
    said = ran()
    assert said.code is ExitCode.FAULT
    assert "off@corp.example was expected to have the outcome unaffected, and has no forecast at all" in said.out
    assert "the user is inactive, and only active users are forecast (R00)" in said.out


def test_an_address_of_nobody_is_an_error_in_the_document() -> None:
    scenario({"outcomes": {"anm@corp.example": "unaffected"}})
    said = ran()
    assert said.code is ExitCode.INVALID
    assert said.out == ""
    assert f"did you mean `{ANN}`?" in said.err
    assert calplan("validate", ".").code is ExitCode.INVALID


def test_a_scenario_that_expects_nothing_is_an_error_in_the_document() -> None:
    scenario({"counts": {}})
    said = ran()
    assert said.code is ExitCode.INVALID
    assert "S-NOTHING" in said.err


def test_no_scenario_is_no_success() -> None:
    folder(Path("corp"))
    said = ran("corp")
    assert said.code is ExitCode.INVALID
    assert said.err == "error: there is no Scenario in corp, so nothing was tested\n"
    assert ran("nowhere").code is ExitCode.USAGE


def test_a_policy_that_validate_refuses_runs_no_scenario() -> None:
    scenario({"counts": {"blocked": 0}}, policy={"allowedDomains": []})
    said = ran()
    assert said.code is ExitCode.INVALID
    assert "V18" in said.err
    scenario({"counts": {"blocked": 0}}, policy="gone.yaml")
    said = ran()
    assert said.code is ExitCode.INVALID
    assert "there is no file `gone.yaml`" in said.err
    assert calplan("validate", ".").code is ExitCode.INVALID


def test_a_policy_that_is_refused_once_it_is_planned_fails_its_scenario_with_the_code() -> None:
    scenario({"counts": {"blocked": 0}}, policy={"integration": {"enabled": False, "locked": True}})
    said = ran()
    assert said.code is ExitCode.FAULT
    assert "the policy is refused: V28, " in said.out
    failure = json.loads(ran(".", "-o", "json").out)["scenarios"][0]["failures"][0]
    assert failure["code"] == "V28"


def test_the_policy_of_an_account_can_be_tried_from_beside_it() -> None:
    folder(Path("corp"))
    Path("tests").mkdir()
    scenario({"outcomes": {ANN: "disconnected_prompted"}}, policy="../corp/policy.yaml", file="tests/s.yaml")
    assert ran("tests").code is ExitCode.DONE
    assert calplan("plan", "corp").code is ExitCode.DONE


def test_other_commands_pass_over_scenarios_in_silence() -> None:
    folder(Path("corp"))
    scenario({"outcomes": {ANN: "unaffected"}}, file="corp/s.yaml")
    said = calplan("plan", "corp")
    assert said.code is ExitCode.DONE
    assert "Scenario" not in said.err
    assert calplan("validate", "corp").code is ExitCode.DONE


def test_the_results_as_json_name_every_place() -> None:
    scenario({"outcomes": {ANN: "unaffected"}, "counts": {"blocked": 1}})
    said = ran(".", "-o", "json")
    assert said.code is ExitCode.FAULT
    report = json.loads(said.out)
    assert (report["passed"], report["failed"], report["not_judged"]) == (0, 1, 0)
    first, second = report["scenarios"][0]["failures"]
    assert (first["email"], first["what"], first["expected"]) == (ANN, "outcome", "unaffected")
    assert (first["actual"], first["rules"]) == ("disconnected_prompted", ["R10b1", "R12e"])
    assert (second["what"], second["expected"], second["actual"], second["users"]) == ("blocked", 1, 0, [])
    assert first["file"] == "s.yaml"
    assert second["line"] > first["line"]


def test_junit_is_valid_xml_beside_the_text_whatever_names_hold() -> None:
    scenario({"outcomes": {ANN: "unaffected"}}, name=HOSTILE)
    scenario({"counts": {"blocked": 0}}, name="good", file="t.yaml")
    said = ran(".", "--junit", "results.xml")
    assert said.code is ExitCode.FAULT
    assert said.last == "Scenarios: 1 passed, 1 failed, of 2."
    report = ET.fromstring(Path("results.xml").read_bytes())  # noqa: S314 - we wrote it
    numbers = {key: report.attrib[key] for key in ("tests", "failures", "errors", "skipped")}
    assert numbers == {"tests": "2", "failures": "1", "errors": "0", "skipped": "0"}
    cases = {one.attrib["name"]: one for one in report.iter("testcase")}
    hostile = (
        HOSTILE.replace("\x1b", "\\x1b")
        .replace("\u202e", "\\u202e")
        .replace("\ud7ff", "\\ud7ff")
        .replace("\ue000", "\\ue000")
    )
    assert set(cases) == {hostile, "good"}
    assert [suite.attrib["name"] for suite in report.iter("testsuite")] == ["s.yaml", "t.yaml"]
    failure = cases[hostile].find("failure")
    assert failure is not None
    assert "and has disconnected_prompted" in failure.attrib["message"]
    assert "rows that fired: R10b1, R12e" in (failure.text or "")
    assert list(cases["good"]) == []


def test_the_same_results_are_the_same_bytes() -> None:
    scenario({"outcomes": {ANN: "unaffected"}})
    ran(".", "--junit", "one.xml")
    ran(".", "--junit", "two.xml")
    assert Path("one.xml").read_bytes() == Path("two.xml").read_bytes()


def test_two_outputs_for_one_place_are_refused() -> None:
    scenario({"outcomes": {ANN: "unaffected"}})
    assert ran(".", "--junit", "x", "-o", "json=x").code is ExitCode.USAGE
