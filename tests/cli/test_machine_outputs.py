"""`validate` and `plan` in the formats of other machines."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.cli.findings import MACHINE_FORMATS
from tests.cli.make import calplan, folder, user
from tests.render.found import commands

WRONG = {"integration": {"enabeld": True, "service": "google"}}


def wrong(corp: Path) -> Path:
    """A folder with a policy that has two errors."""
    return folder(corp, policy=WRONG)


def test_validate_says_the_same_in_every_format() -> None:
    corp = wrong(Path("corp"))
    words = [part for name in ("json", *MACHINE_FORMATS) for part in ("-o", f"{name}={name}.out")]
    said = calplan("validate", corp, *words)
    assert (said.code, said.out) == (ExitCode.INVALID, "")
    found = [one["code"] for one in json.loads(Path("json.out").read_text("utf-8"))["diagnostics"]]
    assert len(found) >= 2
    (run,) = json.loads(Path("sarif.out").read_text("utf-8"))["runs"]
    assert sorted(one["ruleId"] for one in run["results"]) == sorted(found)
    assert run["automationDetails"]["id"] == "calplan/validate/"
    assert sorted(one["check_name"] for one in json.loads(Path("gitlab.out").read_text("utf-8"))) == sorted(found)
    annotations = [one.properties["title"] for one in commands(Path("github.out").read_text("utf-8"))]
    assert sorted(annotations) == sorted(found)
    cases = ET.fromstring(Path("junit.out").read_bytes()).iter("testcase")  # noqa: S314 - ours
    assert sorted(case.attrib["name"].split(":")[0] for case in cases) == sorted(found)


@pytest.mark.parametrize("name", MACHINE_FORMATS)
def test_a_good_folder_is_done_in_every_format(name: str) -> None:
    said = calplan("validate", folder(Path("corp")), "-o", name)
    assert said.code is ExitCode.DONE
    assert said.out
    assert list(commands(said.out)) == []


@pytest.mark.parametrize("name", MACHINE_FORMATS)
def test_a_rule_text_is_the_same_bytes_each_time_and_no_path_of_the_machine_is_told(name: str) -> None:
    corp = wrong(Path("corp"))
    first, again = (calplan("validate", place, "-o", name) for place in (corp, Path.cwd() / corp))
    assert first.out == again.out
    assert str(Path.cwd()) not in first.out


def test_paths_start_at_the_root_of_the_repository_wherever_the_command_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong(Path("corp"))
    Path(".git").mkdir()
    above = calplan("validate", "corp", "-o", "gitlab")
    monkeypatch.chdir("corp")
    inside = calplan("validate", ".", "-o", "gitlab")
    assert inside.out == above.out
    assert {one["location"]["path"] for one in json.loads(inside.out)} == {"corp/policy.yaml"}


def test_plan_annotates_the_gate_that_refuses_at_the_line_of_the_policy() -> None:
    people = [user(f"user{number}@corp.example") for number in range(20)]
    corp = folder(Path("corp"), users=people, limits={"disconnected": 1})
    said = calplan("plan", corp, "-o", "github")
    assert said.code is ExitCode.DONE
    refused = {one.properties["title"]: one for one in commands(said.out) if one.name == "error"}
    gate = refused["limit.disconnected"]
    assert gate.properties["file"] == "corp/policy.yaml"
    line = (corp / "policy.yaml").read_text("utf-8").splitlines()[int(gate.properties["line"]) - 1]
    assert "service" in line or "locked" in line
    assert said.last.startswith("Plan: 2 to change")
    assert calplan("plan", corp, "--out", "saved").code is ExitCode.DONE
    assert calplan("show", "saved", "-o", "github").out == said.out


def test_plan_gives_gitlab_counts_and_no_name() -> None:
    said = calplan("plan", folder(Path("corp")), "-o", "gitlab-terraform")
    assert (said.code, said.out) == (ExitCode.DONE, '{"create":0,"update":2,"delete":0}\n')
