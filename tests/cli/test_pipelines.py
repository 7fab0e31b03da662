"""The pipelines that ``init`` writes: what they may do, that they fit a repository, and what else is shipped for CI."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from calplan.cli.exit_codes import ExitCode
from calplan.cli.main import COMMANDS
from calplan.cli.pipeline_files import PLACES
from tests.architecture.source import ROOT
from tests.cli.make import Said, calplan
from tests.cli.test_init import ZOOM, init

TEMPLATES: Final = Path(str(files("calplan.cli"))) / "pipelines"
WORKFLOWS: Final = tuple(sorted(one.name for one in (TEMPLATES / "github").iterdir()))
PINNED: Final = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}|OWNER/calplan@COMMIT")
ALLOWED: Final = {"contents": {"read"}, "pull-requests": {"write"}}


def loaded(text: str) -> dict[Any, Any]:
    """A document of YAML; the word ``on`` is true in it, as in GitHub's own reader it is not."""
    value = yaml.safe_load(text)
    assert isinstance(value, dict)
    return value


def workflow(name: str) -> dict[Any, Any]:
    return loaded((TEMPLATES / "github" / name).read_text("utf-8"))


def steps_of(document: Mapping[Any, Any]) -> Iterator[Mapping[str, Any]]:
    """Every step of a workflow or of a composite action."""
    for job in document.get("jobs", {}).values():
        yield from job["steps"]
    yield from document.get("runs", {}).get("steps", ())


def action() -> dict[Any, Any]:
    return loaded((ROOT / "action.yml").read_text("utf-8"))


def everything() -> Iterator[tuple[str, Mapping[Any, Any]]]:
    yield "action.yml", action()
    for name in WORKFLOWS:
        yield name, workflow(name)


def test_no_script_has_an_expression_in_it() -> None:
    scripts = [(name, step["run"]) for name, document in everything() for step in steps_of(document) if "run" in step]
    assert scripts
    assert [one for one in scripts if "${{" in one[1]] == []


def test_every_action_of_others_is_held_to_a_commit() -> None:
    used = [(name, step["uses"]) for name, document in everything() for step in steps_of(document) if "uses" in step]
    assert len(used) > 8
    assert [one for one in used if not PINNED.fullmatch(one[1])] == []


def test_every_input_that_a_workflow_states_is_one_of_the_action() -> None:
    known = action()["inputs"].keys()
    stated = [
        step["with"].keys() for name in WORKFLOWS for step in steps_of(workflow(name)) if "calplan@" in step["uses"]
    ]
    assert len(stated) == 4
    assert [one - known for one in stated if one - known] == []


def test_every_variable_of_the_action_is_one_that_is_read() -> None:
    from calplan.cli.action.asked import INPUTS, PREFIX  # noqa: PLC0415 - beside its only use

    (step,) = (one for one in steps_of(action()) if one.get("id") == "calplan")
    handed = {name.removeprefix(PREFIX): value for name, value in step["env"].items()}
    assert handed.keys() == {*INPUTS, "TOKEN"}
    assert handed == {name: f"${{{{ inputs.{name.lower().replace('_', '-')} }}}}" for name in handed}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_do_no_more_than_it_has_to(name: str) -> None:
    document = workflow(name)
    assert document["permissions"] == {}
    for job in document["jobs"].values():
        assert job["permissions"].keys() <= ALLOWED.keys()
        assert all(level in ALLOWED[what] for what, level in job["permissions"].items())
        assert job["env"]["CALPLAN_SECRET_NAMES"] == "CALPLAN_SECRET_ZOOM"
        assert job["timeout-minutes"]
        for step in job["steps"]:
            if "checkout" in step["uses"]:
                assert step["with"]["persist-credentials"] is False


def test_nothing_runs_for_a_pull_request_but_the_plan_whose_gates_come_from_the_base_branch() -> None:
    events = {name: set(workflow(name)[True]) for name in WORKFLOWS}
    assert events == {
        "calplan-plan.yml": {"pull_request"},
        "calplan-apply.yml": {"push", "workflow_dispatch"},
        "calplan-drift.yml": {"schedule", "workflow_dispatch"},
    }
    (job,) = workflow("calplan-plan.yml")["jobs"].values()
    assert (job["environment"], job["env"]["CALPLAN_GATES"]) == ("calplan-plan", "../agreed/.")
    proposed, agreed, _ = job["steps"]
    assert (proposed["with"]["path"], agreed["with"]["path"]) == ("proposed", "agreed")
    assert agreed["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"


def test_only_the_job_that_somebody_approves_applies_and_it_is_never_cancelled() -> None:
    jobs = workflow("calplan-apply.yml")["jobs"]
    commands = {name: [step["with"].get("command") for step in job["steps"]][-1] for name, job in jobs.items()}
    assert commands == {"plan": "plan", "apply": "apply"}
    assert {name: job["environment"] for name, job in jobs.items()} == {
        "plan": "calplan-plan",
        "apply": "calplan-apply",
    }
    assert jobs["apply"]["needs"] == "plan"
    assert jobs["apply"]["concurrency"] == {"group": "calplan-apply", "cancel-in-progress": False}
    assert "CALPLAN_STATE" in jobs["apply"]["env"]
    fetched = jobs["apply"]["steps"][1]["with"]["name"]
    assert fetched == jobs["plan"]["steps"][-1]["with"]["artifact"]


def test_secrets_are_named_and_never_written() -> None:
    for name in WORKFLOWS:
        for job in workflow(name)["jobs"].values():
            secret = {
                key: value for key, value in job["env"].items() if key in ("CALPLAN_SECRET_ZOOM", "CALPLAN_STATE")
            }
            assert secret
            assert all(value == f"${{{{ secrets.{key} }}}}" for key, value in secret.items())


def test_the_gitlab_template_has_its_reports_and_applies_by_hand_alone() -> None:
    document = loaded((TEMPLATES / "gitlab" / "calplan.yml").read_text("utf-8"))
    jobs = {name: job for name, job in document.items() if name.startswith("calplan-")}
    assert set(jobs) == {"calplan-validate", "calplan-plan", "calplan-apply", "calplan-drift"}
    assert jobs["calplan-plan"]["artifacts"]["reports"] == {"terraform": "calplan-tfplan.json"}
    assert "codequality" in jobs["calplan-validate"]["artifacts"]["reports"]
    (rule,) = jobs["calplan-apply"]["rules"]
    assert rule == {"if": '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH', "when": "manual"}
    assert jobs["calplan-apply"]["environment"]["name"] == "calplan-apply"
    assert jobs["calplan-apply"]["allow_failure"] == {"exit_codes": [ExitCode.WAITING.value]}


def test_atlantis_runs_nothing_that_a_pull_request_could_change() -> None:
    repository, server = (
        loaded((TEMPLATES / "atlantis" / name).read_text("utf-8")) for name in ("atlantis.yaml", "atlantis-server.yaml")
    )
    assert "workflows" not in repository
    assert {one["workflow"] for one in repository["projects"]} == set(server["workflows"])
    runs = [step["run"] for part in server["workflows"]["calplan"].values() for step in part["steps"]]
    assert [run for run in runs if '"$PLANFILE"' not in run] == []


def test_every_command_line_of_a_template_is_one_that_calplan_knows() -> None:
    texts = [one.read_text("utf-8") for one in TEMPLATES.rglob("*.y*ml")]
    lines = [line for text in texts for line in re.findall(r"\bcalplan ([a-z]+) [\"-.$]\S*[^\n]*", text)]
    assert len(lines) > 6
    assert {line for line in lines if line not in COMMANDS} <= {"snapshot"}


def test_what_init_writes_is_what_the_templates_say(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    said = init(tmp_path / ".", ZOOM, ci="github,gitlab,atlantis")
    assert said.code is ExitCode.DONE, said.err
    for places in PLACES.values():
        for template, place in places.items():
            assert (tmp_path / place).read_bytes() == (TEMPLATES / template).read_bytes(), place
    assert "CALPLAN_STATE, required reviewers, and the branch main alone" in said.out
    assert "Replace OWNER/calplan@COMMIT" in said.out
    assert ".git" not in calplan("validate", tmp_path).out, "a pipeline is no document that is missed"


def test_every_template_is_written_by_init() -> None:
    assert {str(one.relative_to(TEMPLATES)) for one in TEMPLATES.rglob("*.y*ml")} == {
        template for places in PLACES.values() for template in places
    }


def asked_for(folder: Path, *flags: str) -> Said:
    return calplan("init", folder, *(word for pair in ZOOM.items() for word in pair), *flags)


def test_the_pipelines_of_a_folder_lie_at_the_root_of_its_repository_and_lead_to_it(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    flags = ("--ci", "github", "--ci", "gitlab", "--action", "corp/calplan@0123abc", "--secret-env", "CALPLAN_SECRET_Z")
    said = asked_for(tmp_path / "accounts" / "corp", *flags)
    assert said.code is ExitCode.DONE, said.err
    assert "Replace" not in said.out
    text = (tmp_path / ".github/workflows/calplan-plan.yml").read_text("utf-8")
    assert "uses: corp/calplan@0123abc\n" in text
    assert "OWNER" not in text
    (job,) = loaded(text)["jobs"].values()
    assert job["env"] == {
        "CALPLAN_PATH": "accounts/corp",
        "CALPLAN_GATES": "../agreed/accounts/corp",
        "CALPLAN_SECRET_NAMES": "CALPLAN_SECRET_Z",
        "CALPLAN_SECRET_Z": "${{ secrets.CALPLAN_SECRET_Z }}",
    }
    assert loaded((tmp_path / ".gitlab/calplan.yml").read_text("utf-8"))["variables"]["CALPLAN_PATH"] == "accounts/corp"


def test_the_name_of_a_folder_can_be_no_part_of_a_pipeline(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    name = 'corp: "x" # \n  steps'
    assert asked_for(tmp_path / name, "--ci", "github").code is ExitCode.DONE
    (job,) = loaded((tmp_path / ".github/workflows/calplan-plan.yml").read_text("utf-8"))["jobs"].values()
    assert job["env"]["CALPLAN_PATH"] == name


def test_a_pipeline_that_exists_is_never_touched_and_then_nothing_is_made(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    there = tmp_path / ".github" / "workflows" / "calplan-apply.yml"
    there.parent.mkdir(parents=True)
    there.write_text("ours", encoding="utf-8")
    said = asked_for(tmp_path / "corp", "--ci", "github")
    assert said.code is ExitCode.USAGE
    assert ".github/workflows/calplan-apply.yml" in said.err
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == [there]
    assert there.read_text("utf-8") == "ours"


@pytest.mark.parametrize("answer", ["jenkins", "github,github", "none,github", ""])
def test_a_pipeline_nobody_knows_is_refused(answer: str, tmp_path: Path) -> None:
    said = asked_for(tmp_path / "corp", "--ci", answer)
    assert said.code is ExitCode.USAGE
    assert "--ci takes none, or of these" in said.err


def test_where_the_action_lies_goes_with_github_alone(tmp_path: Path) -> None:
    said = asked_for(tmp_path / "corp", "--action", "corp/calplan@0123abc")
    assert said.code is ExitCode.USAGE
    assert "--action goes with none of the other answers" in said.err
    said = asked_for(tmp_path / "corp", "--ci", "github", "--action", "corp/calplan@1\n  run: x")
    assert said.code is ExitCode.USAGE


def test_the_hooks_of_pre_commit_run_commands_that_read_no_account() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert [one["id"] for one in hooks] == ["calplan-validate", "calplan-test"]
    for one in hooks:
        program, command = one["entry"].split()
        assert (program, command in COMMANDS, one["pass_filenames"], one["language"]) == (
            "calplan",
            True,
            False,
            "python",
        )
        said = calplan(command, *one["args"], "--help")
        assert said.code is ExitCode.DONE


def test_the_containerfile_copies_what_there_is_and_runs_as_nobody_in_particular() -> None:
    text = (ROOT / "Containerfile").read_text("utf-8")
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert bases
    assert [one for one in bases if "/" in one or "alpine" in one] == []
    copied = [word for line in re.findall(r"^COPY (?!--from)(.*)", text, re.MULTILINE) for word in line.split()[:-1]]
    assert copied
    assert [one for one in copied if not (ROOT / one).exists()] == []
    assert re.search(r"^USER [1-9]\d*$", text, re.MULTILINE)
    assert "--require-hashes" in text
    included = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert {*included["packages"], *included["force-include"]} <= set(copied)
