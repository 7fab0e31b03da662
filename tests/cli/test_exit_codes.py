"""Every exit code, by something that brings it about."""

import itertools
import sqlite3
import subprocess
from pathlib import Path

import pytest

from calplan.cli.exit_codes import MEANING, WORST_FIRST, ExitCode, worst
from calplan.sandbox.account.store import open_writable
from tests.cli.make import (
    GRAPH,
    LOCKED,
    PROGRAM,
    UNREAD,
    Said,
    calplan,
    folder,
    in_a_shell,
    moved,
    nothing_kept,
    saved,
    somebody_without_rights,
    start,
    state,
    surroundings,
    write,
)


def run_of(applied: Said) -> str:
    """The id of the run that an apply kept."""
    return next(line for line in applied.out.splitlines() if line.startswith("Applied")).split()[-1].rstrip(".")


def test_nothing_to_do_is_0(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy={"bidirectionalSync": False})
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.DONE
    applied = calplan("apply", corp)
    assert applied.code is ExitCode.DONE
    assert applied.last == "Nothing to apply: the account is as the policy wants it."
    assert nothing_kept()


def test_changes_are_0_and_with_detailed_exit_codes_2(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    assert calplan("plan", corp).code is ExitCode.DONE
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.CHANGES


def test_an_apply_that_comes_true_is_0(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    applied = calplan("apply", corp, "--auto-approve")
    assert applied.code is ExitCode.DONE
    assert "Verified: 4 as forecast, 0 surprises, 0 false alarms, 0 not observable." in applied.last
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.DONE


@pytest.mark.parametrize("command", ["validate", "plan", "apply", "export", "impact"])
def test_an_invalid_document_is_3(command: str, tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy={"integration": {"locked": "perhaps"}})
    said = calplan(command, corp)
    assert said.code is ExitCode.INVALID
    assert "perhaps" in said.err + said.out


def test_a_folder_without_documents_is_3() -> None:
    said = calplan("plan")
    assert said.code is ExitCode.INVALID
    assert "there is no calplan document here" in said.err


def test_a_folder_without_a_policy_is_3_and_is_told_how_to_begin(tmp_path: Path) -> None:
    said = calplan("plan", folder(tmp_path / "corp", policy=None))
    assert said.code is ExitCode.INVALID
    assert said.err.endswith("To begin with the settings as they are: calplan export PATH\n")


def test_a_folder_without_an_account_has_nothing_to_export_and_is_3(tmp_path: Path) -> None:
    write(tmp_path / "facts.yaml", "TenantFacts", {"name": "t"}, {"hybrid": False})
    assert calplan("export", tmp_path).code is ExitCode.INVALID


def test_a_bad_users_file_is_3_and_says_the_line(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", users=[{"email": "ann@corp.example"}, {"email": "ANN@corp.example "}])
    said = calplan("plan", corp)
    assert said.code is ExitCode.INVALID
    assert "users.ndjson:2" in said.err
    assert not (corp / "corp.db").exists()


def test_a_corrupt_plan_is_3(tmp_path: Path) -> None:
    plan = saved(folder(tmp_path / "corp"))
    plan.write_bytes(plan.read_bytes()[:-40])
    for command in (["show"], ["apply"], ["impact"], ["why", "ann@corp.example"]):
        assert calplan(*command, plan).code is ExitCode.INVALID


def test_a_plan_with_errors_is_3_shown_whole_and_neither_saved_nor_applied(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy={"integration": {"enabled": False, "locked": True}})
    said = calplan("plan", corp, "--out", "corp.plan")
    assert said.code is ExitCode.INVALID
    assert said.last.startswith("Plan: 2 to change")
    assert "error[V28]" in said.out
    assert "corp.plan was not written" in said.err
    assert not Path("corp.plan").exists()
    assert calplan("apply", corp, "--auto-approve").code is ExitCode.INVALID
    assert nothing_kept()


def test_a_gate_refuses_with_4_and_says_how_it_is_lifted(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", limits={"disconnected": 0})
    refused = calplan("apply", corp, "--auto-approve")
    assert refused.code is ExitCode.REFUSED
    assert "limit.disconnected: 2, limit 0 (ask admin@corp.example)" in refused.err
    assert "--allow limit.disconnected --allow limit.silent --reason TEXT" in refused.err
    assert nothing_kept()
    lifted = ("--allow", "limit.disconnected", "--allow", "limit.silent", "--reason", "agreed on Monday")
    assert calplan("apply", corp, "--auto-approve", *lifted).code is ExitCode.DONE


def test_settings_that_nobody_could_read_refuse_with_4(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", live=UNREAD)
    refused = calplan("apply", corp, "--auto-approve")
    assert refused.code is ExitCode.REFUSED
    assert "live.unknown" in refused.err


@pytest.mark.parametrize("as_of", ["2020-01-01T00:00:00Z", None])
def test_tenant_facts_that_are_old_or_of_unknown_age_refuse_with_4(as_of: str | None, tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    facts = {"hybrid": False, "tenantGrant": [], "userConsent": []} | ({} if as_of is None else {"asOf": as_of})
    write(corp / "tenant.yaml", "TenantFacts", {"name": "facts", "account": "corp"}, facts)
    assert "stale?" in calplan("plan", corp).out
    refused = calplan("apply", corp, "--auto-approve")
    assert refused.code is ExitCode.REFUSED
    assert "evidence.age: TenantFacts facts: " in refused.err
    lifted = ("--allow", "evidence.age", "--reason", "nothing changed there for years")
    assert calplan("apply", corp, "--auto-approve", *lifted).code is ExitCode.DONE


def test_a_saved_plan_of_a_policy_that_moved_is_5(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    plan = saved(corp)
    state(corp, {**LOCKED, "bidirectionalSync": True})
    assert calplan("apply", plan).code is ExitCode.STALE


def test_a_step_that_fails_after_another_was_done_is_7(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    plan = saved(corp)
    with sqlite3.connect(corp / "corp.db") as account:
        account.execute(
            "CREATE TRIGGER planted BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, 'a planted fault'); END"
        )
    account.close()
    said = calplan("apply", plan)
    assert said.code is ExitCode.PARTLY_APPLIED
    assert "s1: set the default service to Office 365 through Microsoft Graph (" in said.err
    assert "error: s2 (lock the settings for every user) failed: " in said.err
    assert "done: s1; not started: none" in said.err
    assert "a planted fault" in said.err


def test_an_outcome_unlike_the_forecast_is_8(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    applied = calplan("apply", corp, "--auto-approve")
    run = run_of(applied)
    moved(corp, {"integration": {"locked": False}})
    moved(corp, {"integration": {"enabled": False}})
    said = calplan("verify", run)
    assert said.code is ExitCode.UNLIKE_FORECAST
    assert "surprise: dan@corp.example was forecast unaffected, and is not connected" in said.out
    assert "setting not as planned: integration.locked" in said.out
    assert said.last.endswith("The outcome is beyond tolerance.")


def test_an_account_that_may_not_be_read_is_9(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    assert calplan("plan", corp).code is ExitCode.DONE
    (corp / "corp.db").chmod(0)
    tmp_path.chmod(0o755)
    with somebody_without_rights():
        said = calplan("plan", "corp")
    assert said.code is ExitCode.NOT_AUTHORISED
    assert "no permission to use corp/corp.db" in said.err


def test_a_state_that_cannot_be_kept_is_10_and_nothing_is_written(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    Path(".calplan").write_text("a file, and not a folder", encoding="utf-8")
    applied = calplan("apply", corp, "--auto-approve")
    assert applied.code is ExitCode.UNREACHABLE
    assert ".calplan/state.db: the state cannot be opened: " in applied.err
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.CHANGES
    assert calplan("verify", "1234").code is ExitCode.UNREACHABLE


def test_an_account_in_use_is_10_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corp = folder(tmp_path / "corp")
    plan = saved(corp)
    monkeypatch.setattr(open_writable, "__defaults__", (0.1,))
    holder = sqlite3.connect(corp / "corp.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        said = calplan("apply", plan)
    finally:
        holder.close()
    assert said.code is ExitCode.UNREACHABLE
    assert "in use by another process" in said.err
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.CHANGES


@pytest.mark.parametrize(
    "words",
    [
        ["plan", "--nonsense"],
        ["plan", "nowhere"],
        ["validate", "nowhere"],
        ["show", "nowhere"],
        ["apply", "nowhere"],
        ["export", "nowhere"],
        ["verify", "no-such-run"],
        ["why", "nobody@corp.example", "corp"],
        ["explain", "Q99"],
        ["schema", "Nothing"],
        ["completion", "tcsh"],
        ["plam", "corp"],
        ["plan", "corp", "--as-of", "tomorrow"],
        ["impact", "corp", "--outcome", "happy"],
        ["sandbox", "create", "x.db"],
        ["sandbox", "create", "x.db", "--users", "0"],
        ["apply", "corp", "corp"],
        ["apply", "corp"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_64(words: list[str], tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    said = calplan(*words)
    assert said.code is ExitCode.USAGE
    assert "rror: " in said.err
    assert "Traceback" not in said.err


def test_a_wrong_command_is_met_with_the_nearest() -> None:
    assert "Did you mean 'plan'?" in calplan("plam").err


def test_no_command_shows_the_help_and_is_64() -> None:
    said = calplan()
    assert said.code is ExitCode.USAGE
    assert "Exit codes:" in said.err


def test_help_names_every_exit_code_with_its_meaning() -> None:
    said = calplan("--help")
    assert said.code is ExitCode.DONE
    words = " ".join(said.out.split())
    for code in ExitCode:
        assert f" {code.value} {MEANING[code]}" in words


def test_codes_are_what_users_rely_on() -> None:
    assert [code.value for code in ExitCode] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 64, 130]


def test_where_several_codes_apply_the_worse_is_said() -> None:
    for worse, better in itertools.combinations(map(ExitCode, (7, 11, 8, 5, 4, 6, 9, 10, 3, 2, 0)), 2):
        assert worst((worse, better)) is worst((better, worse)) is worse


def test_where_no_code_applies_all_is_well() -> None:
    assert worst(()) is ExitCode.DONE
    assert {code.value for code in ExitCode} - {code.value for code in WORST_FIRST} == {1, 64, 130}


PLANTED = """
import click
from calplan.cli import main

class Broken(click.Command):
    def invoke(self, context):
        raise ZeroDivisionError("planted canary")

main.calplan.get_command = lambda context, name: Broken(name)
main.main()
"""


@pytest.mark.parametrize("level", [None, "info", "debug"])
def test_a_fault_of_calplan_is_1_and_shows_where_only_if_asked(level: str | None) -> None:
    program = [PROGRAM[0], "-c", PLANTED, "version"]
    more = {} if level is None else {"CALPLAN_LOG": level}
    said = subprocess.run(program, capture_output=True, text=True, check=False, env=surroundings(**more))
    assert said.returncode == 1
    assert said.stdout == ""
    assert ("Traceback" in said.stderr) is (level == "debug")
    assert ("planted canary" in said.stderr) is (level == "debug")
    if level != "debug":
        assert "calplan has a fault of its own: ZeroDivisionError" in said.stderr
        assert "CALPLAN_LOG=debug" in said.stderr


def test_the_codes_reach_the_shell(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    lines = ("calplan plan corp --detailed-exitcode >/dev/null", "calplan plan nowhere", "calplan plam")
    assert in_a_shell("".join(f"{line}; echo $?\n" for line in lines)).stdout.split() == ["2", "64", "64"]


def test_a_plan_of_an_unchanged_account_needs_no_terminal(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy={"integration": {"service": GRAPH}})
    assert start("apply", corp, "--auto-approve").returncode == 0
    assert start("apply", corp).returncode == 0
