"""What is wrong, where, and how much it weighs."""

from calplan.model.diagnostic import Diagnostic, Position, Severity, errors_in


def test_a_place_is_one_sign_wide_unless_it_says_more() -> None:
    assert Position(file="policy.yaml", line=3, column=7).length == 1


def test_only_errors_refuse() -> None:
    found = tuple(Diagnostic(code=one.name, severity=one, summary="") for one in (*Severity, *reversed(Severity)))
    assert [one.code for one in errors_in(found)] == ["ERROR", "ERROR"]
