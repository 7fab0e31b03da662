"""What is wrong, where, and how much it weighs."""

from dataclasses import replace

from calplan.model.diagnostic import Diagnostic, Position, Severity, errors_in


def test_a_place_is_one_sign_wide_unless_it_says_more() -> None:
    assert Position(file="policy.yaml", line=3, column=7).length == 1


def test_only_errors_refuse() -> None:
    found = tuple(Diagnostic(code=one.name, severity=one, summary="") for one in (*Severity, *reversed(Severity)))
    assert [one.code for one in errors_in(found)] == ["ERROR", "ERROR"]


def test_why_and_what_to_do_have_a_line_each_where_they_are_known() -> None:
    plain = Diagnostic(code="V01", severity=Severity.ERROR, summary="it is wrong")
    assert plain.detail == ""
    assert replace(plain, why="two differ").detail == "why: two differ"
    assert replace(plain, why="two differ", help="choose one").detail == "why: two differ\nhelp: choose one"
