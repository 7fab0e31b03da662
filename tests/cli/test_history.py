"""``calplan history`` and ``calplan log``: what is known of past runs, and that nobody changed it."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import LOCKED, Said, calplan, folder, state

LIFTED = ("--allow", "limit.disconnected", "--allow", "limit.silent", "--reason", "agreed \x1b[2J with the owner")
STRICT = {"disconnected": 0, "silent": 0, "blocked": "100%", "unknown": "100%", "pairs": 1000}


def in_state(statement: str) -> None:
    """Change the state behind everybody's back."""
    with sqlite3.connect(".calplan/state.db") as kept:
        kept.execute(statement)
    kept.close()


def applied(corp: Path, *words: str) -> Said:
    said = calplan("apply", corp, "--auto-approve", "--by", "the admin", *words)
    assert said.code is ExitCode.DONE, said.err
    return said


def found(*words: str) -> dict[str, Any]:
    """What the history says of runs and rules, as data."""
    said = calplan("history", *words, "-o", "json")
    assert said.code is ExitCode.DONE, said.err
    whole: dict[str, Any] = json.loads(said.out)
    return whole


@pytest.fixture
def corp(tmp_path: Path) -> Path:
    """An account to which two runs were applied: one that needed gates lifted, and one that hurt nobody."""
    corp = folder(tmp_path / "corp", limits=STRICT)
    applied(corp, *LIFTED)
    state(corp, {**LOCKED, "bidirectionalSync": True})
    applied(corp)
    return corp


def test_an_empty_history_is_a_sentence_and_makes_no_state() -> None:
    said = calplan("history")
    assert (said.code, said.out) == (ExitCode.DONE, "No run is kept here yet.\n")
    assert calplan("history", "--rules").out.startswith("No rule has been measured yet")
    assert calplan("history", "--account", "corp").out == "No run of corp is kept here yet.\n"
    assert calplan("log", "--verify-chain").out == "No run is kept here yet, so there is no chain.\n"
    assert calplan("log", "abc").code is ExitCode.USAGE
    assert not Path(".calplan").exists()


def test_runs_are_listed_newest_first_with_what_they_came_to(corp: Path) -> None:
    said = calplan("history", corp)
    head, newest, oldest, *overrides = said.out.splitlines()
    assert head.split() == ["RUN", "BEGUN", "ACCOUNT", "BY", "PLAN", "STATUS", "STEPS", "LOSE", "VERIFIED"]
    assert "  corp     the admin  " in newest
    assert "  applied    1/1     0  within tolerance: 4 as forecast, " in newest
    assert "  applied    2/2     2  within tolerance: 4 as forecast, 0 surprises, 0 false alarms, 2 disc" in oldest
    assert overrides[0].startswith("    limit.disconnected (2, limit 0) lifted by the admin: agreed ")
    assert "\\x1b[2J" in overrides[0]
    assert len(overrides) == 2


@pytest.mark.usefixtures("corp")
def test_the_short_id_finds_the_run() -> None:
    name = calplan("history").out.splitlines()[1].split()[0]
    assert calplan("log", name).code is ExitCode.DONE


@pytest.mark.usefixtures("corp")
def test_json_has_everything() -> None:
    whole = found()
    newest, oldest = whole["runs"]
    assert (newest["steps"], newest["steps_done"], newest["users_forecast_to_lose"]) == (1, 1, 0)
    assert (oldest["steps"], oldest["steps_done"], oldest["users_forecast_to_lose"]) == (2, 2, 2)
    assert [one["gate"] for one in oldest["overrides"]] == ["limit.disconnected", "limit.silent"]
    assert oldest["verifications"][0]["counts"] == {"false_alarm": 0, "hit": 4, "not_observable": 0, "surprise": 0}
    assert oldest["verifications"][0]["who"] == "the admin"
    lock = next(one for one in whole["rules"] if one["rule"] == "R10b1")
    assert (lock["runs"], lock["observed"], lock["hits"], lock["precision"]) == (1, 1, 1, 1.0)


@pytest.mark.usefixtures("corp")
def test_rules_are_listed_with_their_measured_precision() -> None:
    said = calplan("history", "--rules", "--account", "corp")
    rows = {line.split()[0]: line.split()[1:] for line in said.out.splitlines()}
    assert rows["R10b1"] == ["1", "1", "1", "0", "0", "0", "0", "100.0%"]
    assert rows["R10c1"] == ["1", "0", "0", "0", "0", "0", "1", "-"]


@pytest.mark.usefixtures("corp")
def test_a_limit_shows_the_newest_and_says_how_many_are_older() -> None:
    said = calplan("history", "--limit", "1")
    assert said.out.splitlines()[-1] == "... and 1 older run; --limit 0 shows all"
    assert len(found("--limit", "1")["runs"]) == 1
    assert len(found("--limit", "0")["runs"]) == 2
    # What was measured does not depend on how much is shown.
    assert found("--limit", "1")["rules"] == found()["rules"]


def test_only_the_accounts_asked_for_are_listed(corp: Path, tmp_path: Path) -> None:
    other = folder(tmp_path / "other", name="other")
    applied(other)
    assert [one["account"] for one in found()["runs"]] == ["other", "corp", "corp"]
    assert [one["account"] for one in found("--account", "other")["runs"]] == ["other"]
    assert [one["account"] for one in found(str(corp))["runs"]] == ["corp", "corp"]
    assert calplan("history", corp, "--account", "corp").code is ExitCode.USAGE


@pytest.mark.usefixtures("corp")
def test_a_plan_that_cannot_be_read_leaves_the_rest_of_its_run() -> None:
    in_state("UPDATE runs SET plan = 'torn'")
    (newest, _) = found()["runs"]
    assert (newest["steps"], newest["users_forecast_to_lose"], newest["steps_done"]) == (None, None, 1)
    assert "1/?" in calplan("history").out


@pytest.mark.usefixtures("corp")
def test_the_log_tells_a_run_from_its_beginning_to_its_verification() -> None:
    run = found()["runs"][1]["id"]
    lines = calplan("log", run).out.splitlines()
    assert lines[0].startswith(f"Run {run} of corp, plan sha256:")
    said = [line.partition("Z  ")[2] for line in lines[1:]]
    assert [line.partition(" ")[0].rstrip(":") for line in said] == [
        *("begun", "limit.disconnected", "limit.silent"),
        *("s1", "s1", "s2", "s2", "applied", "verified"),
    ]
    assert said[3:5] == ["s1: about to set_service integration.service", "s1: done"]
    assert said[-1].startswith("verified by the admin, within tolerance: 4 as forecast")
    assert not any("\x1b" in line for line in lines)


@pytest.mark.usefixtures("corp")
def test_records_are_given_to_programs_whole() -> None:
    run = found()["runs"][0]["id"]
    lines = [json.loads(line) for line in calplan("log", run, "--verify-chain", "-o", "ndjson").out.splitlines()]
    assert [one["kind"] for one in lines[:-1]] == ["begin", "intent", "outcome", "status", "verification"]
    assert lines[-1]["chain"]["faults"] == []
    whole = json.loads(calplan("log", run, "-o", "json").out)
    assert (whole["run"]["id"], whole["records"], whole["chains"]) == (run, lines[:-1], [])


@pytest.mark.usefixtures("corp")
def test_a_step_whose_outcome_nobody_knows_is_marked() -> None:
    in_state("DELETE FROM records WHERE kind = 'outcome' AND content LIKE '%s2%'")
    run = found()["runs"][1]
    assert (run["steps_done"], run["steps_in_doubt"]) == (1, 1)
    doubtful = [line for line in calplan("log", run["id"]).out.splitlines() if "IN DOUBT" in line]
    assert [line.partition("Z  ")[2] for line in doubtful] == [
        "s2: about to lock integration.locked  IN DOUBT: no outcome is known"
    ]
    assert f"1 step in doubt: calplan log {run['id'][:8]}" in calplan("history").out


@pytest.mark.usefixtures("corp")
def test_a_chain_that_is_whole_is_0_and_gives_its_head() -> None:
    said = calplan("log", "--verify-chain")
    assert said.code is ExitCode.DONE
    assert said.out.startswith("Chain of corp: 14 records, head ")
    assert said.last == "  whole: nothing in it was changed"


@pytest.mark.usefixtures("corp")
def test_a_chain_that_was_changed_is_3_and_says_where() -> None:
    in_state("UPDATE records SET content = replace(content, 'the admin', 'nobody') WHERE kind = 'override'")
    said = calplan("log", "--verify-chain")
    assert said.code is ExitCode.INVALID
    assert "  broken: record 2 (override) was changed" in said.out
    assert calplan("log", found()["runs"][0]["id"]).code is ExitCode.DONE


@pytest.mark.usefixtures("corp")
@pytest.mark.usefixtures("corp")
def test_a_time_that_is_none_is_a_damaged_state_and_no_fault_of_calplan() -> None:
    run = found()["runs"][0]["id"]
    in_state("UPDATE records SET at = 'noon'")
    checked = calplan("log", "--verify-chain")
    assert checked.code is ExitCode.INVALID
    assert "  broken: .calplan/state.db: the state holds a value of a form that calplan never " in checked.out
    for words in (["history"], ["log", run], ["verify", run]):
        said = calplan(*words)
        assert said.code is ExitCode.UNREACHABLE
        assert said.err.startswith("error: .calplan/state.db: the state holds a value of a form that calplan never ")


@pytest.mark.parametrize(
    "path, code",
    [
        ("noon", ExitCode.INVALID),
        ("{}", ExitCode.INVALID),
        ("[1]", ExitCode.INVALID),
        ('["nowhere"]', ExitCode.USAGE),
    ],
)
@pytest.mark.usefixtures("corp")
def test_documents_of_a_run_that_are_gone_are_asked_for(path: str, code: ExitCode) -> None:
    run = found()["runs"][0]["id"]
    in_state(f"UPDATE runs SET path = '{path}'")  # noqa: S608 - a value of this test
    for command in ("verify", "rollback"):
        said = calplan(command, run)
        assert said.code is code
        assert said.err.endswith("; say where: --path PATH\n")


def test_a_plan_of_a_run_that_cannot_be_read_is_never_said_to_be_made_anew(corp: Path) -> None:
    run = found()["runs"][0]["id"]
    in_state("UPDATE runs SET plan = zeroblob(100)")
    assert calplan("rollback", run).err.endswith("is said by: calplan log --verify-chain\n")
    noted = calplan("drift", corp).err
    assert noted.startswith("note: what moved since the last run is not known: the plan of run ")
    assert "Make a new one" not in noted


def test_a_log_of_nothing_is_64() -> None:
    assert calplan("log").code is ExitCode.USAGE
    assert calplan("log", "abc").code is ExitCode.USAGE
