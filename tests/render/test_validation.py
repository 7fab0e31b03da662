"""What `validate` found."""

import json

from pytest_snapshot.plugin import Snapshot

from calplan.model.diagnostic import Diagnostic, Position, Severity
from calplan.render.validation import validation_json, validation_text
from tests.render.make import CHAOS

LINE = "      permissions: {calendar: read, contacts: none}"
ERROR = Diagnostic(
    code="V01",
    severity=Severity.ERROR,
    summary="permissions cannot be chosen with EWS",
    why="authorising with an EWS URL grants the full mailbox",
    help="remove `permissions`",
    position=Position(file="contoso.yaml", line=8, column=7, length=11, text=LINE),
)
WARNING = Diagnostic(code="V09", severity=Severity.WARNING, summary="only Windows users keep it", address="a.b")
NOTE = Diagnostic(code="V31", severity=Severity.NOTE, summary="tokens are kept in the cloud")


def test_people_get_each_finding_with_its_place_and_a_verdict(snapshot: Snapshot) -> None:
    snapshot.assert_match("".join(validation_text((ERROR, WARNING, NOTE))), "report.txt")


def test_nothing_found_is_one_line() -> None:
    assert list(validation_text(())) == ["Valid: 0 errors, 0 warnings.\n"]


def test_warnings_alone_leave_it_valid() -> None:
    assert list(validation_text((WARNING,)))[-1] == "Valid: 0 errors, 1 warning.\n"


def test_programs_get_one_object(snapshot: Snapshot) -> None:
    snapshot.assert_match("".join(validation_json((ERROR, WARNING, NOTE))), "report.json")


def test_a_line_that_may_hold_a_secret_is_not_quoted() -> None:
    hidden = Diagnostic(
        code="S-SECRET", severity=Severity.ERROR, summary="x", position=Position(file="a.yaml", line=1, column=1)
    )
    assert "snippet" not in json.loads("".join(validation_json((hidden,))))["diagnostics"][0]


def test_colour_marks_heads_and_verdict_and_changes_no_word() -> None:
    coloured = "".join(validation_text((ERROR,), colour=True))
    assert coloured.startswith("\x1b[31merror[V01]")
    assert coloured.replace("\x1b[31m", "").replace("\x1b[0m", "") == "".join(validation_text((ERROR,)))


def test_text_made_to_harm_is_neutralised() -> None:
    hostile = Diagnostic(code="X", severity=Severity.ERROR, summary=CHAOS, why=CHAOS, help=CHAOS)
    for text in ("".join(validation_text((hostile,))), "".join(validation_json((hostile,)))):
        assert all(line.isprintable() for line in text.split("\n"))
