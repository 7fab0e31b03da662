"""A diagnostic as lines for a person."""

from hypothesis import given
from hypothesis import strategies as st
from pytest_snapshot.plugin import Snapshot

from calplan.model.diagnostic import Diagnostic, Position, Severity
from calplan.render.cells import width
from calplan.render.diagnostic import render_diagnostic


def made(text: str | None, column: int = 1, length: int = 1, line: int = 8, **said: str) -> Diagnostic:
    position = Position(file="contoso.yaml", line=line, column=column, length=length, text=text)
    why, advice = said.get("why", ""), said.get("help", "")
    return Diagnostic(
        code="V01", severity=Severity.ERROR, summary="something is wrong", why=why, help=advice, position=position
    )


def marked(diagnostic: Diagnostic) -> str:
    """The part of the source line above the carets, cell by cell."""
    _, _, _, source, carets, *_ = [*render_diagnostic(diagnostic).splitlines(), ""]
    start, end = carets.index("^"), len(carets)
    cells = [sign for sign in source for _ in range(width(sign))]
    return "".join(dict.fromkeys(cells[start:end]))


def test_the_lines_of_a_diagnostic(snapshot: Snapshot) -> None:
    line = "      permissions: {calendar: read, contacts: none}"
    position = Position(file="contoso.yaml", line=8, column=7, length=11, text=line)
    diagnostic = Diagnostic(
        code="V01",
        severity=Severity.ERROR,
        summary="permissions cannot be chosen with EWS",
        why="authorising with an EWS URL grants the full mailbox (article, set-up step 6)",
        help="remove `permissions`, or use `type: office365-graph`",
        position=position,
    )
    snapshot.assert_match(render_diagnostic(diagnostic) + "\n", "diagnostic.txt")


def test_the_gutter_is_as_wide_as_the_line_number() -> None:
    lines = render_diagnostic(made("abc", line=1234, help="h")).splitlines()
    assert lines[1:] == ["    --> contoso.yaml:1234:1", "     |", "1234 | abc", "     | ^", "     = help: h"]


def test_a_line_that_must_not_be_shown_is_not_there() -> None:
    lines = render_diagnostic(made(None, why="w")).splitlines()
    assert lines == ["error[V01]: something is wrong", " --> contoso.yaml:8:1", "  = why: w"]


def test_a_diagnostic_without_a_place_names_the_address_it_is_about() -> None:
    about = Diagnostic(code="X", severity=Severity.NOTE, summary="s", address="integration.service")
    assert render_diagnostic(about) == "note[X]: s\n --> integration.service"
    assert render_diagnostic(Diagnostic(code="X", severity=Severity.WARNING, summary="s")) == "warning[X]: s"


def test_carets_stand_below_wide_signs_and_tabs() -> None:
    assert marked(made("日本: 語x", column=5, length=2)) == "語x"
    assert marked(made("a\tb", column=3)) == "b"
    assert marked(made("e\u0301x", column=3)) == "x"


def test_what_would_steer_a_terminal_is_written_as_an_escape() -> None:
    text = render_diagnostic(made("a: \x1b[2J\u202eb", column=4, length=5, why="\x07", help="one\ntwo"))
    assert "a: \\x1b[2J\\u202eb" in text
    assert text.splitlines()[-2:] == ["  = why: \\x07", "  = help: one\\x0atwo"]


@given(
    st.text(st.characters(exclude_characters="\n\r")),
    st.integers(1, 300),
    st.integers(1, 300),
    st.integers(1, 10**6),
    st.text(),
)
def test_nothing_makes_a_diagnostic_fall_or_unprintable(
    text: str, column: int, length: int, line: int, said: str
) -> None:
    rendered = render_diagnostic(made(text, column, length, line, why=said, help=said))
    assert all(part.isprintable() for part in rendered.split("\n"))
    assert len(rendered.split("\n")) == 5 + 2 * bool(said)
