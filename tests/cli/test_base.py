"""``plan --base REF``: which changes come from this commit, by the policy as it stands at another one."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import GOOGLE, GRAPH, LOCKED, Said, calplan, drifted, folder, state, user, write

ANOTHER = {"integration": {"locked": True, "service": GRAPH}, "bidirectionalSync": True}


def git(*words: str | Path, at: Path = Path()) -> str:
    names = ("-c", "user.name=A", "-c", "user.email=a@corp.example", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", *names, *map(str, words)], cwd=at, check=True, capture_output=True, encoding="utf-8", timeout=60
    ).stdout.strip()


def commit(at: Path, name: str = "a change") -> str:
    git("add", "-A", at=at)
    git("commit", "-q", "-m", name, at=at)
    return git("rev-parse", "HEAD", at=at)


@pytest.fixture
def corp(tmp_path: Path) -> Path:
    """A folder in a repository; its account is as the policy on main wants it, and a branch wants sync as well."""
    corp = folder(tmp_path / "repository" / "corp")
    assert calplan("apply", corp, "--auto-approve").code is ExitCode.DONE
    Path(".calplan").rename("forgotten")
    (corp.parent / ".gitignore").write_text("*.db*\n", encoding="utf-8")
    git("init", "-q", "-b", "main", at=corp.parent)
    commit(corp.parent, "main")
    git("switch", "-q", "-c", "branch", at=corp.parent)
    state(corp, ANOTHER)
    commit(corp.parent, "branch")
    return corp


def origins(said: Said) -> dict[str, str]:
    assert said.code is ExitCode.DONE, said.err
    return {change["address"]: change["origin"] for change in json.loads(said.out)["resource_changes"]}


def of(corp: Path, *words: str | Path, ref: str = "main") -> dict[str, str]:
    return origins(calplan("plan", corp, "--base", ref, "-o", "json", *words))


def test_what_this_commit_changes_is_told_from_what_somebody_changed_in_the_account(corp: Path) -> None:
    assert of(corp) == {"bidirectionalSync": "commit"}
    drifted(corp, {"integration": {"locked": False}})
    assert of(corp) == {"bidirectionalSync": "commit", "integration.locked": "drift"}
    assert "drift since the policy at main" in calplan("plan", corp, "--base", "main").out
    state(
        corp,
        {
            "integration": {
                "locked": True,
                "service": {**GRAPH, "permissions": {"calendar": "read", "contacts": "none"}},
            }
        },
    )
    drifted(corp, {"integration": {"service": GOOGLE}})
    assert of(corp)["integration.service"] == "both"


def test_a_plan_has_the_same_id_whatever_it_is_told_against(corp: Path) -> None:
    plans = [json.loads(calplan("plan", corp, "-o", "json", *more).out) for more in ((), ("--base", "main"))]
    assert plans[0]["plan_id"] == plans[1]["plan_id"]
    assert plans[1]["origin_since"] == "the policy at main"


def test_a_commit_a_tag_and_a_branch_all_name_one(corp: Path) -> None:
    git("tag", "then", "main", at=corp.parent)
    for ref in (git("rev-parse", "main", at=corp.parent), "then", "HEAD~1", "refs/heads/main"):
        assert of(corp, ref=ref) == {"bidirectionalSync": "commit"}
    assert of(corp, ref="HEAD") == {"bidirectionalSync": "drift"}


def test_it_works_from_any_folder(corp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (corp.parent, corp.parent.parent):
        monkeypatch.chdir(place)
        assert of(Path(os.path.relpath(corp))) == {"bidirectionalSync": "commit"}
    monkeypatch.chdir(corp)
    assert of(Path()) == {"bidirectionalSync": "commit"}
    (corp.parent.parent / "link").symlink_to(corp)
    assert of(corp.parent.parent / "link") == {"bidirectionalSync": "commit"}


def test_it_works_for_a_single_file(tmp_path: Path) -> None:
    file = tmp_path / "repository" / "all.yaml"
    corp = folder(tmp_path / "repository" / "corp", policy={})
    assert calplan("sandbox", "create", file.parent / "corp.db", "--users", "3").code is ExitCode.DONE
    text = (corp / "policy.yaml").read_text("utf-8")
    account = {"apiVersion": "calplan/v1", "kind": "Account", "metadata": {"name": "corp"}}
    account["spec"] = {"platform": {"type": "local", "path": "corp.db"}}
    file.write_text(f"{text}\n---\n{json.dumps(account)}\n", encoding="utf-8")
    git("init", "-q", "-b", "main", at=file.parent)
    commit(file.parent)
    state(corp, {"integration": {"locked": True}})
    file.write_text(file.read_text("utf-8").replace(text, (corp / "policy.yaml").read_text("utf-8")), encoding="utf-8")
    assert of(file) == {"integration.locked": "commit"}


def test_everything_comes_from_the_commit_that_brings_the_policy(tmp_path: Path) -> None:
    corp = folder(tmp_path / "repository" / "corp")
    git("init", "-q", "-b", "main", at=corp.parent)
    (corp.parent / "README").write_text("nothing yet", encoding="utf-8")
    git("add", "README", at=corp.parent)
    git("commit", "-q", "-m", "empty", at=corp.parent)
    assert set(of(corp).values()) == {"commit"}


def test_what_the_policy_begins_to_manage_comes_from_the_commit(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("user,assistant,access\nann@corp.example,bob@corp.example,hidden\n", encoding="utf-8")
    people = [user(f"{name}@corp.example", primary_group="Staff") for name in ("ann", "bob")]
    create = {"assistants": str(pairs)}
    corp = folder(tmp_path / "repository" / "corp", policy={}, users=people, create=create, groups={"model": "legacy"})
    git("init", "-q", "-b", "main", at=corp.parent)
    commit(corp.parent)
    stated = {
        "groups": [{"group": "Staff", "bidirectionalSync": True}],
        "google": {"revokeStale": True},
        "privateEvents": {"default": "managed"},
    }
    state(corp, {**LOCKED, **stated})
    assert {*of(corp).values()} == {"commit"}
    assert len(of(corp)) == 5
    commit(corp.parent)
    assert {*of(corp, ref="HEAD").values()} == {"drift"}


def test_what_is_not_valid_there_stops_nothing_and_is_said(corp: Path) -> None:
    (corp / "policy.yaml").write_text("apiVersion: calplan/v1\nkind: CalendarPolicy\nspec: [\n", encoding="utf-8")
    broken = commit(corp.parent)
    state(corp, ANOTHER)
    said = calplan("plan", corp, "--base", broken, "-o", "json")
    assert origins(said) == {"bidirectionalSync": "unknown"}
    assert f"note: where changes come from is not known by {broken}: the documents there are not valid" in said.err
    assert f"{broken}:corp/policy.yaml:4" in said.err


@pytest.mark.parametrize("ref", ["", "-x", "--output=x", "nowhere", "main:corp", "a\nb", "x" * 2000, "main..branch"])
def test_a_ref_that_names_no_commit_is_an_error(corp: Path, ref: str) -> None:
    said = calplan("plan", corp, f"--base={ref}")
    assert said.code is ExitCode.USAGE
    assert "error: --base: " in said.err
    assert list(Path().glob("x*")) == []


def test_a_shallow_clone_is_told_to_fetch(corp: Path) -> None:
    git("clone", "-q", "--depth=1", "--branch", "branch", f"file://{corp.parent}", "clone")
    said = calplan("plan", "clone/corp", "--base", "HEAD~1")
    assert said.code is ExitCode.USAGE
    assert "this clone is shallow" in said.err
    assert "git fetch --depth=1 origin" in said.err
    git("fetch", "-q", "--depth=1", "origin", "main", at=Path("clone"))
    assert of(Path("clone") / "corp", ref="FETCH_HEAD")["bidirectionalSync"] == "commit"


def test_a_folder_outside_of_any_repository_is_an_error(tmp_path: Path) -> None:
    said = calplan("plan", folder(tmp_path / "corp"), "--base", "main")
    assert said.code is ExitCode.USAGE
    assert "lies in no git repository that can be read" in said.err


def test_without_git_it_says_so(corp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(corp))
    said = calplan("plan", corp, "--base", "main")
    assert said.code is ExitCode.USAGE
    assert said.err.splitlines()[-1] == "error: --base reads the policy from git, and there is no git here"


def test_no_variable_leads_git_elsewhere(corp: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    assert of(corp) == {"bidirectionalSync": "commit"}


def test_links_and_other_files_of_that_commit_are_left_alone(corp: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("apiVersion: calplan/v1\nkind: CalendarPolicy\n", encoding="utf-8")
    (corp / "linked.yaml").symlink_to(tmp_path / "secret.yaml")
    (corp / "large.bin").write_bytes(bytes(1000))
    linked = commit(corp.parent)
    (corp / "linked.yaml").unlink()
    assert of(corp, ref=linked) == {"bidirectionalSync": "drift"}


def test_an_earlier_plan_tells_who_changed_groups_beside_it(corp: Path) -> None:
    calplan("plan", corp, "--out", "then.plan")
    plan = json.loads(calplan("plan", corp, "--base", "main", "--previous", "then.plan", "-o", "json").out)
    assert plan["already_happened"]["since"].startswith("the plan then.plan")
    assert plan["origin_since"] == "the policy at main"


def test_it_goes_with_a_snapshot(corp: Path) -> None:
    calplan("snapshot", corp, "--out", "s", "--redact")
    (corp / "live.yaml").unlink()
    write(corp / "account.yaml", "Account", {"name": "corp"}, {"platform": {"type": "local", "path": "gone.db"}})
    assert of(corp, "--snapshot", "s") == {"bidirectionalSync": "commit"}
    assert not (corp / "gone.db").exists()
