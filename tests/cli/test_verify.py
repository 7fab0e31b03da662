"""``calplan verify``: a run held against what is observed, at once and days later."""

import csv
import json
import sqlite3
from io import StringIO
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import LOCKED, Said, calplan, folder, moved, user

PEOPLE = [user(f"user{number:02}@corp.example") for number in range(25)]


def run_of(applied: Said) -> str:
    """The id of the run that an apply kept."""
    return next(line for line in applied.out.splitlines() if line.startswith("Applied")).split()[-1].rstrip(".")


def in_account(corp: Path, statement: str) -> None:
    """Do something to the account's file that no apply did."""
    with sqlite3.connect(corp / "corp.db") as account:
        account.execute(statement)
    account.close()


ANN_CONNECTS_AS_DAN_IS = (
    "UPDATE users SET (facts, truth) = (SELECT facts, truth FROM users WHERE email = 'dan@corp.example') "
    "WHERE email = 'ann@corp.example'"
)
ANN_IS_STILL_ON_GOOGLE = (
    "UPDATE facts SET service = 'google', calendar = 'write', contacts = 'read', auth = 'oauth' "
    "WHERE id = (SELECT facts FROM users WHERE email = 'ann@corp.example')"
)


@pytest.fixture
def corp(tmp_path: Path) -> Path:
    return folder(tmp_path / "corp")


@pytest.fixture
def run(corp: Path) -> str:
    return run_of(calplan("apply", corp, "--auto-approve"))


def test_days_later_it_lists_who_is_still_disconnected_and_how_many_came_back(corp: Path, run: str) -> None:
    first = calplan("verify", run[:8])
    assert first.code is ExitCode.DONE
    assert "still disconnected: ann@corp.example, forecast disconnected_prompted by R10b1" in first.out
    assert "; next step: authorise, if the Microsoft tenant lets the user; nobody knows\n" in first.out
    assert "Still disconnected: 2; back since: 0." in first.out
    in_account(corp, ANN_CONNECTS_AS_DAN_IS)
    later = calplan("verify", run)
    assert later.code is ExitCode.DONE
    assert "ann@corp.example" not in later.out
    assert "Still disconnected: 1; back since: 1." in later.out


def test_csv_and_ndjson_give_exactly_that_list(corp: Path, run: str) -> None:
    said = calplan("verify", run, "-o", "csv=still.csv", "-o", "ndjson=still.ndjson", "-o", "json=all.json")
    assert (said.code, said.out) == (ExitCode.DONE, "")
    rows = [*csv.DictReader(StringIO(Path("still.csv").read_text(encoding="utf-8")))]
    lines = [json.loads(line) for line in Path("still.ndjson").read_text(encoding="utf-8").splitlines()]
    assert [one["email"] for one in rows] == [one["email"] for one in lines] == ["ann@corp.example", "bob@corp.example"]
    assert lines[1]["next_step"] == "consent_unknown"
    whole = json.loads(Path("all.json").read_text(encoding="utf-8"))
    assert (whole["run"], whole["account"], whole["as_forecast"]) == (run, "corp", True)
    assert whole["numbers"]["by_rule"]["R10b1"]["hit"] == 1


def test_text_names_twenty_all_or_none(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", users=PEOPLE)
    run = run_of(calplan("apply", corp, "--auto-approve"))
    for words, named in (((), 20), (("--users", "all"), 25), (("--users", "none"), 0)):
        assert calplan("verify", run, *words).out.count("still disconnected: ") == named


def test_a_loss_that_did_not_come_is_a_false_alarm_beyond_tolerance_and_8(corp: Path, run: str) -> None:
    in_account(corp, ANN_IS_STILL_ON_GOOGLE)
    said = calplan("verify", run)
    assert said.code is ExitCode.UNLIKE_FORECAST
    assert "false alarm: ann@corp.example was forecast disconnected_prompted" in said.out


def test_whoever_is_gone_cannot_be_observed(corp: Path, run: str) -> None:
    in_account(corp, "DELETE FROM users WHERE email IN ('ann@corp.example', 'dan@corp.example')")
    said = calplan("verify", run)
    assert said.code is ExitCode.DONE
    assert "Verified: 2 as forecast, 0 surprises, 0 false alarms, 2 not observable." in said.last


def test_what_came_of_later_runs_is_not_laid_to_this_one_in_silence(corp: Path, run: str) -> None:
    policy = {**LOCKED, "bidirectionalSync": True}
    assert calplan("apply", folder(corp, policy=policy), "--auto-approve").code is ExitCode.DONE
    said = calplan("verify", run)
    assert said.code is ExitCode.DONE
    assert said.out.startswith("1 run was begun on the account since")


def test_a_run_that_stopped_half_way_is_verified_as_far_as_it_came_and_is_7(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    assert calplan("plan", corp).code is ExitCode.DONE
    in_account(corp, "CREATE TRIGGER planted BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, 'planted'); END")
    assert calplan("apply", corp, "--auto-approve").code is ExitCode.PARTLY_APPLIED
    (run,) = kept_runs()
    said = calplan("verify", run)
    assert said.code is ExitCode.PARTLY_APPLIED
    assert said.out.startswith("The run is not done, and the forecast was for all of its steps")
    assert "setting not as planned: integration.locked" in said.out
    assert said.last.endswith("The outcome is beyond tolerance.")


def test_a_run_that_wrote_nothing_has_nothing_to_verify_and_is_64(corp: Path, run: str) -> None:
    with sqlite3.connect(".calplan/state.db") as kept:
        kept.execute("DELETE FROM records WHERE kind = 'intent'")
    kept.close()
    said = calplan("verify", run)
    assert said.code is ExitCode.USAGE
    assert "wrote nothing, so there is nothing to verify" in said.err


def test_a_run_nobody_knows_is_64() -> None:
    said = calplan("verify", "abc")
    assert said.code is ExitCode.USAGE
    assert "there is no run 'abc' here" in said.err


def test_no_address_reaches_the_state_through_a_verification(corp: Path, run: str) -> None:
    calplan("verify", run)
    with sqlite3.connect(".calplan/state.db") as kept:
        contents = [row[0] for row in kept.execute("SELECT content FROM records WHERE kind = 'verification'")]
    kept.close()
    assert len(contents) == 2
    assert not any("@" in content for content in contents)


def test_the_state_may_be_elsewhere(corp: Path, tmp_path: Path) -> None:
    place = str(tmp_path / "kept" / "runs.db")
    run = run_of(calplan("apply", corp, "--auto-approve", "--state", place))
    assert calplan("verify", run).code is ExitCode.USAGE
    assert calplan("verify", run, "--state", place).code is ExitCode.DONE


def test_a_setting_that_somebody_changed_since_is_8(corp: Path, run: str) -> None:
    moved(corp, {"integration": {"locked": False}})
    said = calplan("verify", run)
    assert said.code is ExitCode.UNLIKE_FORECAST
    assert "setting not as planned: integration.locked" in said.out


def kept_runs() -> list[str]:
    """The ids of the runs in the state of the working directory."""
    with sqlite3.connect(".calplan/state.db") as kept:
        found = [row[0] for row in kept.execute("SELECT id FROM runs")]
    kept.close()
    return found
