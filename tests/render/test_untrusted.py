"""Text from outside is made harmless for each place it is shown in."""

import csv
import json
import re
import unicodedata
from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calplan.render.csv import csv_line
from calplan.render.markdown import marker
from calplan.render.plan_json import canonical_json
from calplan.render.untrusted import (
    FORMULA_STARTS,
    for_csv,
    for_github_log,
    for_markdown,
    for_markdown_code,
    for_terminal,
)
from tests.render.make import CHAOS

HIDDEN = "\x00\x07\x1b\x7f\x85\x9b\u061c\u200b\u200e\u202e\u2028\u2066\ufeff\u3164\ufe0f\r\n\t"
HOSTILE = st.text(st.sampled_from(HIDDEN + "=+-@|`<>&#[]()!:/wW.*_~$\\ 1a"))
TEXT = st.one_of(st.text(), HOSTILE, st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Mn"])))
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def seen(text: str) -> bool:
    return not any(unicodedata.category(sign) in INVISIBLE or sign in BIDI for sign in text)


@given(TEXT)
@example(CHAOS)
def test_no_control_or_direction_sign_gets_through_any_of_them(text: str) -> None:
    assert seen(for_terminal(text))
    assert seen(for_csv(text))
    assert seen(for_markdown(text))
    assert seen(for_markdown_code(text))
    assert seen(for_github_log(text))
    assert seen(marker(text))


@given(TEXT)
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    once = for_terminal(text)
    assert for_terminal(once) == once


@pytest.mark.parametrize("text", ["anna@contoso.com", "M\u00fcnchen", "\u6771\u4eac", "a b"])
def test_names_people_have_are_left_alone(text: str) -> None:
    assert for_terminal(text) == text
    assert for_csv(text) == text


def test_hidden_signs_are_written_out() -> None:
    assert for_terminal("a\x1b[31m\u202eb\U000e0041") == "a\\x1b[31m\\u202eb\\U000e0041"


@given(TEXT)
@example("=1+1")
@example("\t=1")
@example("\uff1d1")
def test_no_cell_begins_a_formula_and_every_cell_comes_back_from_csv(text: str) -> None:
    cell = for_csv(text)
    assert not cell.startswith(FORMULA_STARTS)
    assert next(csv.reader(StringIO(csv_line(["first", cell, "last"])))) == ["first", cell, "last"]


def unescaped(text: str, signs: str) -> list[str]:
    """The signs that stand in the text without an odd number of backslashes before them."""
    return [found[2] for found in re.finditer(rf"(\\*)([{re.escape(signs)}])", text) if len(found[1]) % 2 == 0]


@given(TEXT)
@example(CHAOS)
@example("@everybody #1 www.evil.example http://evil.example [a](b) ![c](d)")
@example("GH-1 gh-22")
@example("1. item")
@example("- item")
def test_prose_in_markdown_has_no_active_sign(text: str) -> None:
    prose = for_markdown(text)
    assert "<" not in prose
    assert ">" not in prose
    assert "\n" not in prose
    assert unescaped(prose, "|`*_[]~$") == []
    assert re.search(r"[@](?!&#8203;)", prose) is None
    assert re.search(r"(?<!&)#(?!&#8203;)", prose) is None
    assert re.search(r"(?i)\bgh-[0-9]", prose) is None
    assert re.search(r"(?i)(?:https?|ftp)://|\bwww\.", prose) is None
    assert re.match(r"[-+=]|[0-9]+[.)]|\s", prose) is None


@given(TEXT)
@example("a`b|c")
@example("``")
def test_a_name_as_code_in_markdown_stays_inside_its_code(text: str) -> None:
    code = for_markdown_code(text)
    if code.startswith("<code>"):
        inside = code.removeprefix("<code>").removesuffix("</code>").replace("&#64;<!-- -->", "")
        assert "&#64;" not in inside
        assert re.search(r"[^\w .,/&#;]", re.sub(r"&#[0-9]+;", "", inside)) is None
    else:
        assert code[0] == code[-1] == "`"
        assert "`" not in code[1:-1]
    assert "|" not in code
    assert "\n" not in code


@given(TEXT)
@example("--> <script>")
@example("a--b")
def test_the_hidden_marker_is_one_whole_comment(text: str) -> None:
    inside = marker(text).removeprefix("<!--").removesuffix("-->")
    assert "--" not in inside
    assert ">" not in inside


def test_accounts_have_markers_of_their_own() -> None:
    assert marker("contoso") == "<!-- calplan:contoso -->"
    assert len({marker(name) for name in ("a--b", "a-b", "a-%2Db", "a---b")}) == 4


@given(TEXT)
@example("::error::x")
@example("  ::set-output name=a::b")
@example("a ##[command]")
@example(":::error")
def test_no_line_of_a_workflow_log_is_a_command(text: str) -> None:
    line = for_github_log(text)
    assert not line.lstrip().startswith("::")
    assert "##[" not in line


@given(TEXT)
def test_json_means_the_same_and_shows_no_hidden_sign(text: str) -> None:
    written = canonical_json({"a": text})
    assert seen(written.replace("\n", ""))
    # Two halves side by side are one sign in JSON; no file that is UTF-8 can hold them apart.
    assert json.loads(written) == {"a": text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")}
