"""Columns and lines on a terminal: signs that take two cells, or none, and addresses that are never cut."""

import pytest

from calplan.render.cells import fitting, padded, width
from calplan.render.colour import Line, finished
from calplan.render.table import columns

LONG = "a.very.long.name.of.somebody@a-very-long-name-of-a-company.example"


@pytest.mark.parametrize(
    "text, cells",
    [
        ("ann", 3),
        ("\u660e\u65e5", 4),
        ("\uff21\uff22", 4),
        ("\uc548\ub155", 4),
        ("\u1112\u1161\u11ab", 2),
        ("e\u0301", 1),
        ("\U0001f600", 2),
        ("\U0001f1e9\U0001f1ea", 2),
        ("\u0e01\u0e33", 2),
        ("\u05e9\u05b8", 1),
        ("", 0),
    ],
)
def test_a_sign_takes_as_many_cells_as_terminals_give_it(text: str, cells: int) -> None:
    assert width(text) == cells
    assert width(padded(text, 6)) == 6
    assert padded(text, 6, right=True).endswith(text)


def test_a_cell_that_is_too_wide_is_not_cut() -> None:
    assert padded("\u660e\u65e5", 3) == "\u660e\u65e5"


def test_columns_line_up_below_signs_of_any_width() -> None:
    rows = [
        ("user", "group", "n"),
        ("\u660e@corp.example", "e\u0301quipe", "7"),
        ("ann@corp.example", "\U0001f600", "10"),
    ]
    assert [*columns(rows, right=frozenset({2}))] == [
        "user              group    n",
        "\u660e@corp.example   e\u0301quipe   7",
        "ann@corp.example  \U0001f600      10",
    ]


def test_what_is_invisible_is_an_escape_and_counted_as_one() -> None:
    assert [*columns([("a\u200bb", "x"), ("abc", "y")])] == ["a\\u200bb  x", "abc       y"]


def test_a_line_of_wide_signs_is_broken_where_the_terminal_ends() -> None:
    shown = "".join(finished([Line("  \u660e\u65e5 \u660e\u65e5 \u660e\u65e5")], colour=False, width=12))
    assert shown == "  \u660e\u65e5 \u660e\u65e5\n      \u660e\u65e5\n"


@pytest.mark.parametrize("columns_of_terminal", [1, 10, 40, 66])
def test_an_address_is_whole_on_the_narrowest_terminal(columns_of_terminal: int) -> None:
    shown = "".join(finished([Line(f"  lost: {LONG}, since today")], colour=False, width=columns_of_terminal))
    assert LONG in shown
    assert shown.split() == ["lost:", f"{LONG},", "since", "today"]


@pytest.mark.parametrize(
    "text, cells, kept", [("abcdef", 6, "abcdef"), ("abcdef", 5, "ab..."), ("\u660e\u65e5ab", 5, "\u660e...")]
)
def test_what_is_gone_in_a_moment_may_be_cut(text: str, cells: int, kept: str) -> None:
    assert fitting(text, cells) == kept
