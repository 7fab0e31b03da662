"""On GitHub a plan also goes into the summary of its step, and its numbers into the step's outputs."""

import json
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.cli.step_files import LEFT_OUT, MOST_SUMMARY
from tests.cli.make import calplan, folder, saved

SUMMARY_FILE, OUTPUT_FILE = Path("summary.md"), Path("outputs")


@pytest.fixture
def corp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, in a step of a workflow."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(SUMMARY_FILE))
    monkeypatch.setenv("GITHUB_OUTPUT", str(OUTPUT_FILE))
    return folder(tmp_path / "corp")


def test_the_plan_is_added_to_the_summary_and_its_numbers_to_the_outputs(corp: Path) -> None:
    SUMMARY_FILE.write_text("before\n", encoding="utf-8")
    OUTPUT_FILE.write_text("before=1\n", encoding="utf-8")
    said = calplan("plan", corp, "-o", "github", "-o", "json=plan.json", "-o", "markdown=plan.md")
    assert said.code is ExitCode.DONE
    document = json.loads(Path("plan.json").read_text(encoding="utf-8"))
    assert SUMMARY_FILE.read_text(encoding="utf-8") == "before\n" + Path("plan.md").read_text(encoding="utf-8")
    before, *given = OUTPUT_FILE.read_text(encoding="utf-8").splitlines()
    assert before == "before=1"
    names = [line.partition("<<")[0] for line in given[::3]]
    assert dict(zip(names, given[1::3], strict=True)) == {
        "plan-id": document["plan_id"],
        "account": "corp",
        "changes": "2",
        "disconnected": "2",
        "refused": "0",
        "warnings": "1",
        "errored": "false",
    }


def test_nobody_is_named_there_unless_asked_for(corp: Path) -> None:
    plan = saved(corp)
    calplan("show", plan, "-o", "github")
    assert "@" not in SUMMARY_FILE.read_text(encoding="utf-8")
    calplan("show", plan, "-o", "github", "--users", "all")
    assert "`ann@corp.example`" in SUMMARY_FILE.read_text(encoding="utf-8")


def test_only_the_log_of_a_step_brings_them_about(corp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calplan("plan", corp, "-o", "markdown", "-o", "github=annotations")
    assert not SUMMARY_FILE.exists()
    assert not OUTPUT_FILE.exists()
    monkeypatch.delenv("GITHUB_STEP_SUMMARY")
    monkeypatch.delenv("GITHUB_OUTPUT")
    assert calplan("plan", corp, "-o", "github").err.count("GITHUB") == 0


def test_a_summary_that_others_filled_gets_what_still_fits(corp: Path) -> None:
    for room, words in ((4500, "> **Shortened to fit.**"), (1000, LEFT_OUT)):
        SUMMARY_FILE.write_text("x" * (MOST_SUMMARY - room), encoding="utf-8")
        assert calplan("plan", corp, "-o", "github").code is ExitCode.DONE
        assert words in SUMMARY_FILE.read_text(encoding="utf-8")
        assert SUMMARY_FILE.stat().st_size <= MOST_SUMMARY


def test_a_file_that_cannot_be_written_is_said_and_stops_nothing(corp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "nowhere/summary.md")
    monkeypatch.setenv("GITHUB_OUTPUT", str(corp))
    said = calplan("plan", corp, "-o", "github")
    assert said.code is ExitCode.DONE
    assert "note: nowhere/summary.md, which GITHUB_STEP_SUMMARY names, cannot be written: No such file" in said.err
    assert f"note: {corp}, which GITHUB_OUTPUT names, cannot be written: Is a directory" in said.err
    assert said.last.startswith("Plan: 2 to change")


def test_a_budget_is_a_comment_a_summary_or_a_number_of_bytes(corp: Path) -> None:
    plan = saved(corp)
    whole = calplan("show", plan, "-o", "markdown").out
    assert calplan("show", plan, "-o", "markdown", "--budget", "summary").out == whole
    short = calplan("show", plan, "-o", "markdown", "--budget", "4000").out
    assert len(short.encode()) <= 4000 < len(whole.encode())
    for word in ("3999", "-1", "", "tweet", "\u0664" * 5):
        said = calplan("plan", corp, "-o", "markdown", "--budget", word)
        assert said.code is ExitCode.USAGE
        assert "error: --budget takes comment, summary or a number of bytes from 4000, and " in said.err
