"""Codes in plain words."""

import pytest
from pytest_snapshot.plugin import Snapshot

from calplan.impact.decide import ROWS
from calplan.impact.outcome import NextStep, Notice, Outcome
from calplan.impact.readings import AMBIGUITIES
from calplan.model.citation import SENTENCES, Certainty
from calplan.plan.gates import GATE_IDS
from calplan.render.explain import codes, explain, suggestions
from calplan.render.values import REVERSIBILITY

EVERY_CODE = (
    *ROWS,
    *(word.value for kind in (Outcome, Notice, NextStep, Certainty) for word in kind),
    *REVERSIBILITY,
    *GATE_IDS,
    *SENTENCES,
    *(f"A{number:02}" for number in range(1, 30)),
)


@pytest.mark.parametrize("code", EVERY_CODE)
def test_every_code_of_a_plan_is_explained(code: str) -> None:
    text = explain(code)
    assert text is not None
    assert text.startswith(code)
    assert text.endswith("\n")
    assert text.isprintable() or all(line.isprintable() for line in text.split("\n"))
    assert code in codes()


@pytest.mark.parametrize(
    "code", ["R10b1", "disconnected_silent", "limit.silent", "S23", "A09", "tell_then_authorise", "setting-only"]
)
def test_a_code_is_explained_with_its_source(code: str, snapshot: Snapshot) -> None:
    snapshot.assert_match(explain(code) or "", "explained.txt")


def test_a_word_with_several_meanings_is_explained_in_each() -> None:
    text = explain("unknown") or ""
    assert [line.partition(":")[0] for line in text.split("\n\n")] == [
        "unknown, a notice",
        "unknown, a next step",
        "unknown, a certainty",
    ]


def test_case_and_blanks_do_not_matter() -> None:
    assert explain(" r10B1 ") == explain("R10b1")
    assert explain("a09") == explain("A09")


def test_the_beginning_of_a_row_stands_for_its_family(snapshot: Snapshot) -> None:
    snapshot.assert_match(explain("r10") or "", "family.txt")
    assert (explain("R10b") or "").count("R10b") == 3


@pytest.mark.parametrize("code", ["", "R", "r", "R99", "nonsense", "A30", "S49"])
def test_an_unknown_code_is_not_explained(code: str) -> None:
    assert explain(code) is None


def test_a_mistyped_code_brings_up_those_it_may_have_been() -> None:
    assert "disconnected_silent" in suggestions("disconected_silent")
    assert suggestions("R10b9")[0].startswith("R10b")
    assert suggestions("qqqqqq") == ()


def test_codes_from_elsewhere_are_explained_and_suggested_too() -> None:
    others = {"V01": "Permissions cannot be chosen with EWS.\n"}
    assert explain("v01", others) == "Permissions cannot be chosen with EWS.\n"
    assert "V01" in suggestions("V0l", others)


def test_every_open_question_has_a_reading_and_a_reason() -> None:
    assert [one.value for one in AMBIGUITIES] == [f"A{number:02}" for number in range(1, 30)]
    assert all(one.question.endswith("?") and one.reading.endswith(".") and one.why for one in AMBIGUITIES.values())
