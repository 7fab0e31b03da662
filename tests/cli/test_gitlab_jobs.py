"""The scripts of the GitLab template, run by a shell in a clone as a runner has it."""

import subprocess
from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.architecture.source import ROOT
from tests.cli.make import UNLIMITED, folder, in_a_shell

GIT: Final = ("git", "-c", "user.name=ann", "-c", "user.email=ann@corp.example", "-c", "init.defaultBranch=main")
STRICT: Final = {"disconnected": 0, "silent": 0, "blocked": 0, "unknown": "100%"}


def git(*words: str | Path) -> None:
    subprocess.run([*GIT, *map(str, words)], check=True, capture_output=True)


def script(job: str) -> str:
    """The lines of a job as one script, as a runner puts them together."""
    document = yaml.safe_load((ROOT / "calplan/cli/pipelines/gitlab/calplan.yml").read_text("utf-8"))
    return "\n".join(["set -eo pipefail", *document[job]["script"]])


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of a branch that loosens the limits of ``main``, without ``main``, as a runner fetches it."""
    origin = folder(tmp_path / "origin" / "corp", limits=STRICT).parent
    git("init", origin)
    git("-C", origin, "add", ".")
    git("-C", origin, "commit", "-m", "strict")
    git("-C", origin, "checkout", "-b", "loose")
    folder(origin / "corp", limits=UNLIMITED)
    git("-C", origin, "commit", "-a", "-m", "loose")
    git("clone", "--depth", "1", "--branch", "loose", origin.as_uri(), tmp_path / "clone")
    monkeypatch.chdir(tmp_path / "clone")
    return tmp_path / "clone"


def test_the_plan_of_a_merge_request_is_under_the_limits_of_its_target_branch(clone: Path) -> None:
    told = in_a_shell(
        script("calplan-plan"), CALPLAN_PATH="corp", CI="true", CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main"
    )
    assert told.returncode == 0, told.stderr
    assert "Gates: 2 refused." in told.stdout
    assert "G-LOOSER" in told.stdout + told.stderr
    assert "ann@corp.example" not in told.stdout
    assert (clone / "calplan-tfplan.json").read_text("utf-8") == '{"create":0,"update":2,"delete":0}\n'
    assert not (clone / "plan.calplan").exists()


def test_the_plan_of_the_default_branch_is_applied_and_only_with_a_state_that_lasts(clone: Path) -> None:
    planned = in_a_shell(script("calplan-plan"), CALPLAN_PATH="corp", CI="true")
    assert planned.returncode == 0, planned.stderr
    asked = {"CALPLAN_PATH": "corp", "CI": "true", "GITLAB_USER_LOGIN": "ann"}
    refused = in_a_shell(script("calplan-apply"), **asked)
    assert (refused.returncode, refused.stdout) == (64, "CALPLAN_STATE has to name a state that outlives this runner\n")
    done = in_a_shell(script("calplan-apply"), CALPLAN_STATE=str(clone / "state.db"), **asked)
    assert done.returncode == 0, done.stderr
    calm = in_a_shell(script("calplan-drift"), CALPLAN_PATH="corp", CI="true")
    assert calm.returncode == 0, calm.stderr


def test_what_is_wrong_is_in_the_reports_of_the_job_that_fails(clone: Path) -> None:
    (clone / "corp" / "policy.yaml").write_text("kind: CalendarPolicy\n", encoding="utf-8")
    told = in_a_shell(script("calplan-validate"), CALPLAN_PATH="corp", CI="true")
    assert told.returncode == 3
    (found, *_) = yaml.safe_load((clone / "gl-code-quality-report.json").read_text("utf-8"))
    assert found["location"]["path"] == "corp/policy.yaml"
    assert "<failure" in (clone / "calplan-junit.xml").read_text("utf-8")
