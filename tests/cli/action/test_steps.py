"""A step of a workflow, started as a runner starts it: variables, an event, and files for what came of it."""

from pathlib import Path

import pytest

from calplan.cli.action.runner import LEFT_OUT, MOST_SUMMARY, fenced, give
from tests.cli.action.github import DELETED_FORK, FORK, SAME, TOKEN, heard, outputs_in, run_step, runner
from tests.cli.make import LIVE, calplan, drifted, folder
from tests.cli.portal import attested_platform, zoom_folder

TIGHT = {"disconnected": 0, "silent": 0, "blocked": 0, "unknown": "100%"}


def test_a_plan_with_changes_is_a_success_and_gives_its_numbers(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    told = run_step(runner("pull_request", SAME, command="plan", path="corp"))
    assert told.status == 0, told.log
    numbers = {name: told.outputs[name] for name in ("exit-code", "account", "changes", "disconnected", "refused")}
    assert numbers == {"exit-code": "0", "account": "corp", "changes": "2", "disconnected": "2", "refused": "0"}
    assert (told.outputs["waiting"], told.outputs["run"]) == ("false", "")
    assert told.summary == Path(told.outputs["markdown"]).read_text("utf-8")
    assert told.summary.startswith("<!-- calplan:corp -->\n## Calendar plan for `corp`\n")
    assert Path(told.outputs["report"]).read_text("utf-8").startswith("<!DOCTYPE html>")
    assert calplan("show", told.outputs["plan"]).code.value == 0


def test_neither_the_log_nor_the_summary_names_who_is_concerned(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    told = run_step(runner("pull_request", SAME, command="plan", path="corp", redact="true"))
    report = Path(told.outputs["report"]).read_text("utf-8")
    assert [text for text in (told.log, told.summary, report) if "ann@corp.example" in text] == []
    assert calplan("apply", told.outputs["plan"]).code.value == 3


def test_a_gate_that_refuses_is_an_annotation_beside_its_line_and_fails_no_plan(tmp_path: Path) -> None:
    folder(tmp_path / "corp", limits=TIGHT)
    told = run_step(runner("pull_request", SAME, command="plan", path="corp"))
    assert (told.status, told.outputs["refused"]) == (0, "2")
    errors = [line for line in heard(told.log) if line.startswith("::error ")]
    assert len(errors) == 2
    assert all("file=corp/policy.yaml,line=" in line for line in errors)
    assert "**refused**" in told.summary


def test_what_a_document_says_is_no_command_of_the_runner(tmp_path: Path) -> None:
    hostile = "::error title=forged::forged"
    (tmp_path / "corp").mkdir()
    (tmp_path / "corp" / "policy.yaml").write_text(
        f"apiVersion: calplan/v1\nkind: CalendarPolicy\nmetadata:\n  name: corp\n  account: >-\n    {hostile}\n"
        "\n    ::set-output name=x::y\nspec: {}\n",
        encoding="utf-8",
    )
    told = run_step(runner("pull_request", SAME, command="plan", path="corp"))
    assert told.status == 3
    assert hostile in told.log
    assert heard(told.log) == []


def test_a_value_of_an_output_can_neither_end_early_nor_begin_another() -> None:
    values = {"plan": "a\nchanges<<EOF\n0\nEOF", "account": "x<<y", "run": ""}
    give(Path("outputs"), values)
    give(Path("outputs"), {"more": "1"})
    assert outputs_in(Path("outputs").read_text("utf-8")) == {**values, "more": "1"}


def test_an_invalid_folder_fails_the_step_and_the_summary_says_why(tmp_path: Path) -> None:
    folder(tmp_path / "corp", policy={"integration": {"locked": "perhaps"}})
    told = run_step(runner("pull_request", SAME, command="plan", path="corp"))
    assert (told.status, told.outputs["exit-code"], told.outputs["plan"]) == (3, "3", "")
    assert told.summary.startswith("## calplan plan\n\nExit code 3: invalid document")
    assert "corp/policy.yaml" in told.summary


def test_a_path_that_looks_like_an_option_stays_a_path() -> None:
    told = run_step(runner(command="validate", path="--help"))
    assert told.status == 64
    assert "--help" in told.summary


def test_further_arguments_come_one_a_line_and_no_shell_reads_them(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    arguments = "--as-of\n2027-04-01\n\n--detailed-exitcode\n"
    told = run_step(runner(command="plan", path="corp", arguments=arguments))
    assert (told.status, told.outputs["exit-code"]) == (0, "2"), "changes of a plan are its result"
    assert "2027-04-01" in told.log
    assert run_step(runner(command="plan", path="corp", arguments="$(touch made)")).status == 64
    assert not Path("made").exists()


def test_a_plan_of_a_fork_without_a_snapshot_checks_the_text_alone(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    for asked in (FORK, DELETED_FORK):
        told = run_step(runner("pull_request", asked, command="plan", path="corp"))
        assert told.status == 0
        assert "Valid: 0 errors" in told.summary
        assert "from where no secrets are given" in told.summary
    assert not (tmp_path / "corp" / "corp.db").exists(), "the account was not read"


@pytest.mark.parametrize("event", ["pull_request_target", "workflow_run", "issue_comment"])
def test_an_event_that_has_secrets_whoever_asks_is_refused(event: str, tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    told = run_step(runner(event, FORK, command="plan", path="corp"))
    assert (told.status, told.outputs) == (64, {"exit-code": "64"})
    assert "run this on pull_request instead" in told.log
    assert not (tmp_path / "corp" / "corp.db").exists()


def test_an_event_that_cannot_be_read_is_no_event_of_our_own(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    surroundings = runner("pull_request", FORK, command="plan", path="corp")
    Path(surroundings["GITHUB_EVENT_PATH"]).write_text("{", encoding="utf-8")
    assert run_step(surroundings).status == 64


@pytest.mark.parametrize(
    "inputs, why",
    [
        ({"command": "aply"}, "it takes one of plan, apply, drift, check, validate"),
        ({"command": "plan", "redact": "yes"}, "redact is 'yes'; it takes true or false"),
        ({"command": "apply"}, "either plan, the file that a plan job saved, or resume"),
        ({"command": "apply", "plan": "a", "resume": "b"}, "either plan"),
        ({"command": "apply", "plan": "a"}, "CALPLAN_STATE names no state that outlives this runner"),
    ],
)
def test_inputs_that_cannot_be_are_said_in_one_annotation(inputs: dict[str, str], why: str) -> None:
    told = run_step(runner(inputs=inputs))
    assert told.status == 64
    (said,) = heard(told.log)
    assert said.startswith("::error title=calplan::")
    assert why in said
    assert why in told.summary


def test_an_apply_makes_the_saved_plan_true_in_the_name_of_whoever_started_it(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    planned = run_step(runner(command="plan", path="corp"))
    arguments = f"--state\n{tmp_path / 'state.db'}"
    asked = {"command": "apply", "path": "corp", "plan": planned.outputs["plan"], "arguments": arguments}
    told = run_step(runner(inputs=asked))
    assert told.status == 0, told.log
    assert told.summary.startswith("## calplan apply\n\nExit code 0: done")
    assert told.outputs["account"] == "corp"
    run = told.outputs["run"]
    assert "ann" in calplan("history", "corp", "--state", tmp_path / "state.db").out
    assert run in calplan("log", run, "--state", tmp_path / "state.db").out
    again = run_step(runner(inputs=asked))
    assert again.status == 5
    assert "stale" in again.summary


def test_an_apply_that_a_gate_refuses_fails_and_says_which(tmp_path: Path) -> None:
    folder(tmp_path / "corp", limits=TIGHT)
    planned = run_step(runner(command="plan", path="corp"))
    arguments = f"--state={tmp_path / 'state.db'}"
    told = run_step(runner(command="apply", path="corp", plan=planned.outputs["plan"], arguments=arguments))
    assert (told.status, told.outputs["exit-code"]) == (4, "4")
    assert "limit.disconnected: 2" in told.summary


def test_an_apply_never_runs_for_a_pull_request(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    planned = run_step(runner(command="plan", path="corp"))
    asked = {"command": "apply", "path": "corp", "plan": planned.outputs["plan"], "arguments": "--state\nstate.db"}
    told = run_step(runner("pull_request", SAME, inputs=asked))
    assert told.status == 64
    assert "never for a pull request" in told.log


def test_an_apply_that_waits_for_a_person_is_no_failure_and_lists_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attested_platform(monkeypatch)
    zoom_folder(tmp_path / "corp")
    planned = run_step(runner(command="plan", path="corp"))
    assert planned.status == 0, planned.log
    arguments = f"--state\n{tmp_path / 'state.db'}"
    told = run_step(runner(command="apply", path="corp", plan=planned.outputs["plan"], arguments=arguments))
    assert (told.status, told.outputs["exit-code"], told.outputs["waiting"]) == (0, "11", "true"), told.log
    assert [line for line in heard(told.log) if line.startswith("::warning title=calplan::waiting for a person")]
    assert "## Steps by hand for `corp`" in told.summary
    assert "- [ ]" in told.summary
    run = told.outputs["run"]
    assert f"calplan attest {run}" in told.summary
    more = run_step(runner(command="apply", path="corp", resume=run, arguments=arguments))
    assert (more.status, more.outputs["exit-code"], more.outputs["run"]) == (0, "11", run)


def test_drift_fails_the_step_and_the_summary_says_what_drifted(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy=LIVE)
    calm = run_step(runner("schedule", command="drift", path="corp"))
    assert (calm.status, calm.outputs["changes"]) == (0, "0")
    drifted(corp, {"integration": {"locked": True}})
    told = run_step(runner("schedule", command="drift", path="corp"))
    assert (told.status, told.outputs["changes"]) == (2, "1"), told.log
    assert "integration.locked" in told.summary


def test_guardrails_that_deny_fail_the_step(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    told = run_step(runner(command="check", path="corp", arguments="--pack\nchange-safety"))
    assert told.status == 4
    assert [line for line in heard(told.log) if line.startswith("::error ")]


def test_a_summary_stays_below_what_the_runner_takes(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    surroundings = runner(command="plan", path="corp")
    there = "x" * (MOST_SUMMARY - 100)
    Path(surroundings["GITHUB_STEP_SUMMARY"]).write_text(there, encoding="utf-8")
    told = run_step(surroundings)
    assert told.status == 0
    assert told.summary == f"{there}{LEFT_OUT}\n"
    Path(surroundings["GITHUB_STEP_SUMMARY"]).write_text("x" * MOST_SUMMARY, encoding="utf-8")
    surroundings["CALPLAN_ACTION_TOKEN"] = TOKEN
    assert run_step(surroundings).summary == "x" * MOST_SUMMARY


def test_the_token_reaches_nothing_that_runs_later_and_no_file(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    surroundings = runner(command="plan", path="corp")
    told = run_step(surroundings)
    assert TOKEN not in "".join(surroundings.values())
    kept = [file for file in Path("runner").rglob("*") if file.is_file() and TOKEN.encode() in file.read_bytes()]
    assert (kept, TOKEN in told.log) == ([], False)


def test_lines_in_a_block_of_code_never_end_it() -> None:
    assert fenced("a\n```\n````` b\nc", 1000) == "``````\na\n```\n````` b\nc\n``````\n"
    cut = fenced("\n".join(f"line {number}" for number in range(1000)), 500)
    assert len(cut.encode()) <= 500
    assert cut.startswith("```\nline 0\nline 1\n")
    assert cut.endswith(f"```\n\n{LEFT_OUT}\n")
