"""Findings as JUnit XML."""

from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from pytest_snapshot.plugin import Snapshot

from calplan.render.findings import Finding
from calplan.render.junit import findings_junit
from tests.render.found import EACH, ERROR, NOTE, ROOT, SOME, WAIVED, WORDS, at, hostile


def xml_of(findings: Sequence[Finding], most: int = 500_000) -> ET.Element:
    return ET.fromstring(findings_junit(findings, root=ROOT, command="check", most=most).encode())  # noqa: S314 - ours


def names(report: ET.Element) -> list[str]:
    return [case.attrib["name"] for case in report.iter("testcase")]


def test_every_kind_of_finding_as_a_case(snapshot: Snapshot) -> None:
    snapshot.assert_match(findings_junit(EACH, root=ROOT, command="check"), "report.xml")


def test_nothing_found_is_one_case_that_passes() -> None:
    report = xml_of([])
    assert names(report) == ["nothing was found"]
    assert (report.attrib["tests"], report.attrib["failures"]) == ("1", "0")


def test_an_error_fails_a_waived_one_is_skipped_and_the_rest_passes_and_is_told() -> None:
    cases = {case.attrib["name"].split(":")[0]: case for case in xml_of(EACH).iter("testcase")}
    assert {name: [child.tag for child in case] for name, case in cases.items()} == {
        "V31": ["system-out"],
        "V01": ["failure"],
        "V09": ["system-out"],
        WAIVED.rule: ["skipped"],
    }
    assert cases[WAIVED.rule][0].attrib["message"] == f"waived: {WAIVED.suppressed}"
    assert (cases["V01"][0].text or "").startswith("corp/contoso.yaml:8:7:\npermissions cannot")


def test_the_name_of_a_case_stays_when_lines_move() -> None:
    found = [ERROR, replace(ERROR, position=at(20)), NOTE]
    moved = [replace(one, position=None if one.position is None else at(one.position.line + 5)) for one in found]
    assert sorted(names(xml_of(found))) == sorted(names(xml_of(moved)))
    assert f"V01: {ERROR.message} (2)" in names(xml_of(found))


@given(SOME)
def test_the_numbers_add_up_and_no_two_cases_have_one_name(findings: list[Finding]) -> None:
    report = xml_of(findings)
    cases = [(case.attrib["classname"], case.attrib["name"]) for case in report.iter("testcase")]
    assert len(set(cases)) == len(cases) == int(report.attrib["tests"]) == max(1, len(findings))
    assert len(list(report.iter("failure"))) == int(report.attrib["failures"])


@pytest.mark.parametrize("number, said", [(5, 0), (6, 1)])
def test_too_many_cases_are_left_out_and_that_is_a_case(number: int, said: int) -> None:
    report = xml_of([replace(NOTE, message=f"number {n}") for n in range(number)], most=5)
    assert len(names(report)) == 5
    assert names(report).count("2 more findings left out") == said


@given(WORDS)
@example("]]><evil/>&#0;\x00\ufffe")
def test_hostile_words_stay_words(word: str) -> None:
    for one in (hostile(word), replace(hostile(word), suppressed=None)):
        text = findings_junit([one], root=ROOT, command="check")
        assert all(line.isprintable() for line in text.split("\n"))
        assert {element.tag for element in ET.fromstring(text.encode()).iter()} <= {  # noqa: S314 - ours
            "testsuites",
            "testsuite",
            "testcase",
            "failure",
            "skipped",
        }
