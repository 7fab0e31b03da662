"""A run that did not come to its end goes on from where it stands, or says why it cannot."""

import json
import sqlite3
import subprocess
from pathlib import Path

import pytest

from calplan.cli import clock
from calplan.cli.exit_codes import ExitCode
from calplan.state.place import Place
from calplan.state.run import Record
from calplan.state.run_lock import Owner
from calplan.state.store import Store
from tests.cli.make import (
    LOCKED,
    PROGRAM,
    UNLIMITED,
    USERS,
    calplan,
    drifted,
    folder,
    moved,
    saved,
    state,
    surroundings,
)

PLANTED = "CREATE TRIGGER planted BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, 'a planted fault'); END"

OWNER = Owner(who="eve\nerror: of her own", host="laptop", pid=4711, link=None)
STANDINGS = ["partly applied", "running", "applied"]
"""What is said of a run that is resumed: while it writes, nothing may say that it wrote nothing or had an end."""


def in_account(corp: Path, statement: str) -> None:
    account = sqlite3.connect(corp / "corp.db")
    with account:
        account.execute(statement)
    account.close()


def half_applied(corp: Path, *words: str) -> str:
    """Apply a saved plan of which the second step fails; gives the run."""
    plan = saved(corp)
    in_account(corp, PLANTED)
    said = calplan("apply", plan, *words)
    assert said.code is ExitCode.PARTLY_APPLIED, said.err
    in_account(corp, "DROP TRIGGER planted")
    return said.err.partition("calplan apply --resume ")[2].split()[0]


def records(run: str) -> tuple[Record, ...]:
    store = Store.open(Place.of(None))
    try:
        return store.records(run)
    finally:
        store.close()


def kinds(run: str) -> list[str]:
    return [one.kind for one in records(run)]


def test_what_is_left_is_done_and_the_whole_plan_is_verified(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    run = half_applied(corp)
    resumed = calplan("apply", "--resume", run[:8])
    assert resumed.code is ExitCode.DONE, resumed.err
    assert "s1: " not in resumed.err
    assert "s2: lock the settings for every user ..." in resumed.err
    assert resumed.out.startswith(f"Applied 1 step in run {run}.\n")
    assert resumed.last.startswith("Verified: 4 as forecast, 0 surprises, 0 false alarms, 0 not observable.")
    steps = ["intent", "outcome"] * 2
    assert kinds(run) == ["begin", *steps, "status", "resume", "status", "intent", "outcome", "status", "verification"]
    assert [one.content["status"] for one in records(run) if one.kind == "status"] == STANDINGS
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.DONE


def test_a_run_that_was_applied_has_nothing_to_resume(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    run = half_applied(corp)
    assert calplan("apply", "--resume", run).code is ExitCode.DONE
    again = calplan("apply", "--resume", run)
    assert (again.code, again.out) == (ExitCode.DONE, f"Nothing to resume: run {run} was applied.\n")


def test_a_run_that_somebody_else_went_on_with_while_the_run_lock_was_waited_for_has_nothing_left(
    tmp_path: Path,
) -> None:
    corp = folder(tmp_path / "corp")
    run = half_applied(corp)
    store = Store.open(Place.of(None))
    lock = store.take("corp", OWNER, "resume")
    words = [*PROGRAM, "apply", "--resume", run, "--lock-timeout", "30s"]
    with subprocess.Popen(words, stdout=-1, stderr=-1, text=True, env=surroundings()) as child:
        assert child.stderr is not None
        told = child.stderr.readline()
        store.finish(run, "applied", lock)
        store.release(lock)
        store.close()
        out, err = child.communicate(timeout=30)
    assert told.startswith("another run holds the run lock of corp: eve\\x0aerror: of her own on laptop, process 4711")
    assert told.endswith("; waiting up to 30s\n")
    assert (child.returncode, out, err) == (0, f"Nothing to resume: run {run} was applied.\n", "")
    assert kinds(run)[-1] == "status"


def test_a_step_that_somebody_did_by_hand_is_not_done_again(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    run = half_applied(corp)
    drifted(corp, {"integration": {"locked": True}})
    resumed = calplan("apply", "--resume", run)
    assert resumed.code is ExitCode.DONE, resumed.err
    assert resumed.err == ""


def refused(run: str, part: str, *words: str) -> None:
    said = calplan("apply", "--resume", run, *words)
    assert said.code is ExitCode.STALE, said.err
    lines = said.err.splitlines()
    assert f"error: run {run} cannot go on; nothing more was written" in lines
    assert any(line.startswith(f"  {part}") for line in lines), said.err
    assert lines[-1] == "  Plan anew from here: calplan plan --out FILE"


def test_a_step_that_was_done_and_is_undone_stops_the_run(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    run = half_applied(corp)
    google = {"type": "google", "permissions": {"calendar": "write", "contacts": "read"}}
    drifted(corp, {"integration": {"service": google}})
    refused(run, "settings: s1 (integration.service) was done in this run and is not so any more")


def test_a_setting_that_stands_neither_as_before_nor_as_wanted_stops_the_run(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    run = half_applied(corp)
    google = {"type": "google", "permissions": {"calendar": "read", "contacts": "none"}}
    drifted(corp, {"integration": {"service": google}, "allowedDomains": ["corp.example"]})
    refused(run, "settings: integration.service is neither as it was when planned nor as it is wanted")
    refused(run, "settings: allowedDomains is neither as it was when planned nor as it is wanted")


def test_another_policy_is_another_plan(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    run = half_applied(corp)
    state(corp, {**LOCKED, "bidirectionalSync": True})
    refused(run, "policy: bidirectionalSync was not set when planned and is true now")


def test_users_who_would_be_hurt_more_stop_the_run(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    run = half_applied(corp)
    facts = "(SELECT facts FROM users WHERE email = 'ann@corp.example')"
    in_account(corp, f"UPDATE users SET facts = {facts}, truth = {facts} WHERE email = 'dan@corp.example'")  # noqa: S608
    refused(run, "population: ")


def test_a_run_that_another_one_overtook_stays_where_it_is(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    run = half_applied(corp)
    moved(corp, {"integration": {"locked": True}})
    refused(run, "settings: run ")


def test_a_plan_that_expired_meanwhile_is_not_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corp = folder(tmp_path / "corp")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(clock.now().timestamp()) - 25 * 3600))
    plan = calplan("plan", corp, "--out", "corp.plan")
    assert plan.code is ExitCode.DONE
    in_account(corp, PLANTED)
    said = calplan("apply", corp, "--auto-approve")
    assert said.code is ExitCode.PARTLY_APPLIED
    in_account(corp, "DROP TRIGGER planted")
    refused(said.err.partition("calplan apply --resume ")[2].split()[0], "time: the plan expired at ")


def test_gates_that_were_lifted_for_the_run_stay_lifted_and_others_do_not(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", limits={**UNLIMITED, "disconnected": 0})
    run = half_applied(corp, "--allow", "limit.disconnected", "--reason", "agreed")
    resumed = calplan("apply", "--resume", run)
    assert resumed.code is ExitCode.DONE, resumed.err
    assert kinds(run).count("override") == 1


def test_a_gate_that_closed_meanwhile_refuses_and_can_be_lifted_with_a_reason(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    run = half_applied(corp)
    folder(corp, limits={**UNLIMITED, "disconnected": 0})
    refusal = calplan("apply", "--resume", run)
    assert (refusal.code, refusal.err.splitlines()[0]) == (
        ExitCode.REFUSED,
        "error: refused; nothing more was written",
    )
    lifted = ("--allow", "limit.disconnected", "--reason", "half way is worse", "--by", "bob")
    assert calplan("apply", "--resume", run, *lifted).code is ExitCode.DONE
    assert kinds(run).count("override") == 1


def test_the_documents_of_a_run_may_have_moved_elsewhere(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    run = half_applied(corp)
    corp.rename(tmp_path / "moved")
    gone = calplan("apply", "--resume", run)
    assert gone.code is ExitCode.USAGE
    assert gone.err == f"error: the documents of run {run} are not at {corp} any more; say where: --path PATH\n"
    assert calplan("apply", "--resume", run, "--path", tmp_path / "moved").code is ExitCode.DONE


@pytest.mark.parametrize(
    "words, said",
    [
        (("--resume", "nothing"), "there is no run 'nothing' here"),
        (("--resume", ""), "there is no run '' here"),
        (("corp", "--resume", "1234"), "--resume RUN takes the plan and the account of that run"),
        (("--resume", "1234", "--account", "corp"), "--resume RUN takes the plan and the account of that run"),
        (("corp", "--path", "corp"), "--path goes with --resume"),
        (("--resume", "1234", "--verify-key", "key.pem"), "--verify-key checks a saved plan"),
    ],
    ids=str,
)
def test_wrong_words_are_64(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    found = calplan("apply", *words)
    assert found.code is ExitCode.USAGE
    assert said in found.err


def test_looking_for_a_run_where_nothing_is_kept_makes_no_state(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    for words in (("apply", "--resume", "abc"), ("verify", "abc")):
        said = calplan(*words, "--state", "typo/state.db")
        assert said.code is ExitCode.USAGE
        assert said.err == (
            "error: there is no run 'abc' here: nothing is kept at typo/state.db; --state names another place\n"
        )
    assert not Path("typo").exists()


def test_the_way_on_names_the_state_where_it_is_not_found_by_itself(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    plan = saved(corp)
    in_account(corp, PLANTED)
    said = calplan("apply", plan, "--state", "other.db")
    assert said.err.splitlines()[-1].endswith(" (with the same --state)")
    again = calplan("apply", plan, "--state", "other.db")
    assert "(with the same --state)" in again.err


def test_the_report_of_a_resumed_run_tells_of_all_steps(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    run = half_applied(corp, "-o", "json=first.json")
    first = json.loads(Path("first.json").read_text("utf-8"))
    assert (first["status"], first["exit_code"], first["resumed"]) == ("partly applied", 7, False)
    assert [one["result"] for one in first["steps"]] == ["done", "failed"]
    assert "a planted fault" in first["steps"][1]["message"]
    assert calplan("apply", "--resume", run, "-o", "json=second.json").out == ""
    second = json.loads(Path("second.json").read_text("utf-8"))
    assert (second["status"], second["exit_code"], second["resumed"]) == ("applied", 0, True)
    assert [one["result"] for one in second["steps"]] == ["done", "done"]
    assert second["verification"]["numbers"]["counts"]["hit"] == len(USERS)
    assert second["plan_id"] == first["plan_id"]


def test_a_run_that_wrote_nothing_and_fails_again_has_still_written_nothing(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    plan = saved(corp)
    in_account(corp, PLANTED.replace("UPDATE ON users", "INSERT ON writes"))
    first = calplan("apply", plan, "-o", "json=report.json")
    run = json.loads(Path("report.json").read_text("utf-8"))["run"]
    again = calplan("apply", "--resume", run)
    assert first.code is again.code is ExitCode.INVALID, again.err
    assert "partly applied" not in again.err
    in_account(corp, "DROP TRIGGER planted")
    assert calplan("apply", "--resume", run).code is ExitCode.DONE
