"""Names come from outside: they steer no terminal, start no formula, write no markup and forge no line."""

import csv
import io
import re
import unicodedata
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import LOCKED, calplan, folder, saved, start, user

GROUPS = (
    "\x1b[2J\x1b]0;owned\x07",
    "\u202egpj.exe",
    "zero\u200bwidth",
    "<script>alert(1)</script>",
    '=HYPERLINK("http://evil.example";"x")',
    "+1+1",
    "-2",
    "@SUM(A1)",
    "\uff1d1+1",
    "::set-output name=x::y",
    "##[error]x",
    "[link](http://evil.example) ![x](http://evil.example/x.png)",
    "|table|`code`|\n## heading",
    "line\r\nPlan: 0 to change",
    "\u2028next",
    "@everyone #1",
)
FORMATS = ("text", "json", "ndjson", "markdown", "checklist", "csv")


@pytest.fixture
def corp() -> Path:
    people = [user(f"user{number:02}@corp.example", groups=[name]) for number, name in enumerate(GROUPS)]
    return folder(Path("corp"), users=people, policy={**LOCKED, "allowedDomains": ["other.example"]})


def outputs(corp: Path) -> dict[str, str]:
    said = {name: calplan("plan", corp, "-o", name, "--users", "all") for name in FORMATS}
    said |= {f"impact {name}": calplan("impact", corp, "-o", name) for name in ("text", "csv", "ndjson")}
    said |= {f"by {name}": calplan("impact", corp, "--by", name) for name in ("group", "domain", "client")}
    said |= {f"why {n}": calplan("why", f"user{n:02}@corp.example", corp) for n in range(len(GROUPS))}
    said |= {f"why {n} json": calplan("why", f"user{n:02}@corp.example", corp, "-o", "json") for n in (0, 1, 13)}
    assert {one.code for one in said.values()} == {ExitCode.DONE}, {k: v.err for k, v in said.items() if v.code.value}
    return {name: one.out for name, one in said.items()}


def test_no_sign_that_steers_a_terminal_leaves_in_any_format(corp: Path) -> None:
    for name, text in outputs(corp).items():
        bad = {sign for sign in text if sign != "\n" and unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp", "Cs"}}
        assert not bad, (name, bad)


def test_no_cell_of_a_table_starts_a_formula(corp: Path) -> None:
    every = outputs(corp)
    for name in ("csv", "impact csv"):
        rows = list(csv.reader(io.StringIO(every[name])))
        assert len(rows) == 1 + len(GROUPS)
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\uff1d"))]


def test_markdown_holds_no_markup_of_others(corp: Path) -> None:
    text = outputs(corp)["markdown"]
    prose = re.sub(r"`[^`]*`", "", text)
    assert "<script" not in prose
    assert not re.search(r"(?<!\\)\]\(http", prose)
    assert "\n## heading" not in text


def test_no_name_forges_a_line(corp: Path) -> None:
    for name, text in outputs(corp).items():
        assert not [line for line in text.splitlines() if line.startswith("Plan: 0 to change")], name
        assert text.count("\nPlan: ") <= 1, name


def test_no_line_is_a_command_of_a_workflow(corp: Path) -> None:
    for name, text in outputs(corp).items():
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::")], name


def test_a_saved_plan_shows_the_same_harmless_words(corp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795348800")
    plan = saved(corp)
    for name in ("ndjson", "csv", "markdown"):
        assert (
            calplan("show", plan, "-o", name, "--users", "all").out
            == calplan("plan", corp, "-o", name, "--users", "all").out
        )


@pytest.mark.parametrize("word", ["\x1b[31m", "a\x1b]0;x\x07b", "\u202eplan", "::error::x"])
def test_what_was_typed_is_repeated_harmless(word: str) -> None:
    for words in (
        ["show", word],
        ["plan", word],
        [f"--{word}"],
        [word],
        ["explain", word],
        ["why", word, word],
        ["why", "ann@corp.example", "--not", word],
        ["plan", "-o", word],
        ["verify", word],
        ["apply", word],
    ):
        said = calplan(*words)
        assert said.code is ExitCode.USAGE, words
        assert not [sign for sign in said.err + said.out if sign in "\x1b\x07\u202e"], words


def test_a_stale_plan_names_users_harmless(corp: Path) -> None:
    plan = saved(folder(Path("corp"), users=[user("a@corp.example", service="")]))
    Path("corp/corp.db").unlink()
    folder(Path("corp"), users=[user("\u202eb\u00a0x@corp.example"), user("a@corp.example")])
    said = calplan("apply", plan)
    assert said.code in {ExitCode.STALE, ExitCode.INVALID}
    assert "\u202e" not in said.err


def test_a_process_shows_them_harmless_too(corp: Path) -> None:
    said = start("plan", corp, "--users", "all", "--color", "never")
    assert said.returncode == 0
    assert "\x1b" not in said.stdout + said.stderr
