"""The examples run as they lie in the repository, and say what their pages promise."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import calplan, nothing_kept

if TYPE_CHECKING:
    from pytest_snapshot.plugin import Snapshot

EXAMPLES: Final = ("contoso", "exchange-impersonation", "groups", "mapi-lock", "narrow-permissions")
WITHIN_LIMITS: Final = tuple(name for name in EXAMPLES if name != "contoso")
CONTOSO: Final = (
    "Users: 959 disconnected (903 prompted, 38 not told, 18 blocked), 181 may be prompted, 4 blocked, 0 at risk, "
    "0 automatic, 96 unaffected, of 1240."
)
ALLOW: Final = ("--allow", "limit.disconnected", "--allow", "limit.silent", "--allow", "limit.blocked")


@pytest.fixture(autouse=True)
def at_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock that outputs carry."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795348800")


@pytest.fixture(autouse=True)
def examples(repository: Path) -> None:
    """Copies of all examples, without the accounts that somebody may have made of them."""
    for name in EXAMPLES:
        source, made = repository / "examples" / name, shutil.ignore_patterns("*.db*", ".calplan")
        shutil.copytree(source, Path("examples") / name, ignore=made)


def example(name: str) -> str:
    """The folder of an example, as a newcomer in a fresh clone types it."""
    return f"examples/{name}"


def test_every_example_is_tried_here_or_elsewhere(repository: Path) -> None:
    folders = tuple(sorted(one.name for one in (repository / "examples").iterdir() if one.is_dir()))
    assert folders == tuple(sorted((*EXAMPLES, "contoso-full", "fleet", "scenarios")))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_valid(name: str) -> None:
    said = calplan("validate", example(name))
    assert said.code is ExitCode.DONE, said.out


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_plan_of_an_example(name: str, snapshot: "Snapshot") -> None:
    said = calplan("plan", example(name))
    assert said.code is ExitCode.DONE, said.err
    snapshot.assert_match(said.out, "plan.txt")


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_snapshot_of_an_example_plans_the_same_and_without_names_counts_the_same(name: str) -> None:
    live = json.loads(calplan("plan", example(name), "-o", "json", "-o", "csv=live.csv").out)
    calplan("snapshot", example(name), "--out", "named")
    calplan("snapshot", example(name), "--out", "shown", "--redact")
    named, shown = (
        json.loads(calplan("plan", example(name), "--snapshot", file, "-o", "json", "-o", f"csv={file}.csv").out)
        for file in ("named", "shown")
    )
    assert named["plan_id"] == live["plan_id"]
    assert Path("named.csv").read_text("utf-8") == Path("live.csv").read_text("utf-8")
    for part in ("resource_changes", "impact", "steps", "order", "levels"):
        assert named[part] == shown[part] == live[part]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_counts_partition_the_active_users(name: str) -> None:
    plan = json.loads(calplan("plan", example(name), "-o", "json").out)
    impact = plan["impact"]
    assert sum(impact["counts"].values()) == impact["population"]["active"]
    assert impact["population"]["active"] + impact["population"]["excluded"] == impact["population"]["users"]
    rows = [json.loads(line) for line in calplan("plan", example(name), "-o", "ndjson").out.splitlines()]
    assert len(rows) == impact["population"]["active"] - impact["counts"]["unaffected"]
    counted: dict[str, int] = {}
    for row in rows:
        counted[row["outcome"]] = counted.get(row["outcome"], 0) + 1
    assert counted == {key: value for key, value in impact["counts"].items() if value and key != "unaffected"}


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("form", ["text", "json", "ndjson", "markdown", "csv"])
def test_the_same_plan_twice_is_the_same_bytes(form: str, name: str) -> None:
    first, again = (calplan("plan", example(name), "-o", form, "--out", f"saved{number}") for number in (1, 2))
    assert first.out == again.out
    assert Path("saved1").read_bytes() == Path("saved2").read_bytes()


def test_the_plan_id_depends_on_neither_time_nor_place(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [json.loads(calplan("plan", example("contoso"), "-o", "json").out)["plan_id"]]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    ids.append(json.loads(calplan("plan", example("contoso"), "-o", "json").out)["plan_id"])
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    monkeypatch.chdir(example("contoso"))
    ids.append(json.loads(calplan("plan", "-o", "json").out)["plan_id"])
    assert len(set(ids)) == 1


def test_contoso_names_whom_it_hits_in_its_last_line() -> None:
    last = calplan("plan", example("contoso")).last
    assert CONTOSO in last
    assert last.startswith("Plan: 4 to change (0 by hand). ")
    assert last.endswith(" Gates: 3 refused.")


def test_contoso_is_refused_by_its_limits_and_done_once_they_are_lifted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    refused = calplan("apply", example("contoso"), "--auto-approve")
    assert refused.code is ExitCode.REFUSED
    assert [line.split(":")[0].strip() for line in refused.err.splitlines() if line.startswith("  limit.")] == [
        "limit.disconnected",
        "limit.silent",
        "limit.blocked",
    ]
    assert nothing_kept()
    done = calplan("apply", example("contoso"), "--auto-approve", *ALLOW, "--reason", "everybody was told on Friday")
    assert done.code is ExitCode.DONE, done.err
    assert "Still disconnected: 959; " in done.out
    assert "0 surprises, 0 false alarms" in done.last
    again = calplan("plan", example("contoso"), "--detailed-exitcode")
    assert again.code is ExitCode.DONE


@pytest.mark.parametrize("name", WITHIN_LIMITS)
def test_the_other_examples_fit_their_limits_and_come_true(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert calplan("plan", example(name)).last.endswith(" Gates: 0 refused.")
    assert calplan("plan", example(name), "--out", "saved").code is ExitCode.DONE
    applied = calplan("apply", "saved")
    assert applied.code is ExitCode.DONE, applied.err
    assert "0 surprises, 0 false alarms" in applied.last
    assert calplan("plan", example(name), "--detailed-exitcode").code is ExitCode.DONE


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_exported_example_plans_no_change(name: str) -> None:
    policy = Path(example(name)) / "policy.yaml"
    exported = calplan("export", example(name))
    assert exported.code is ExitCode.DONE
    policy.write_text(exported.out, encoding="utf-8")
    said = calplan("plan", example(name), "--detailed-exitcode")
    assert said.code is ExitCode.DONE
    assert said.last.startswith("Plan: 0 to change (0 by hand). Users: 0 disconnected ")


@pytest.mark.parametrize("name", EXAMPLES)
def test_planning_an_example_leaves_nothing_that_git_would_track(name: str, repository: Path) -> None:
    kept = {path.name for path in (repository / "examples" / name).iterdir() if path.suffix != ".db"}
    subprocess.run(["git", "init", "--quiet", "."], check=True)
    shutil.copy(repository / ".gitignore", ".gitignore")
    calplan("plan", example(name))
    calplan("apply", example(name), "--auto-approve", *ALLOW, "--reason", "a test")
    made = ["git", "ls-files", "--others", "--exclude-standard", example(name), ".calplan"]
    listed = subprocess.run(made, capture_output=True, text=True, check=True).stdout.split()
    assert {Path(path).name for path in listed} == kept
    assert list(Path(example(name)).glob("*.db"))


def test_the_accounts_of_the_fleet_are_planned_together(repository: Path, snapshot: "Snapshot") -> None:
    shutil.copytree(repository / "examples/fleet", "examples/fleet", ignore=shutil.ignore_patterns("*.db*", ".calplan"))
    assert calplan("validate", "examples/fleet").code is ExitCode.DONE
    said = calplan("plan", "examples/fleet", "--account", "all", "--jobs", "1", "--out", "plans")
    assert said.code is ExitCode.DONE, said.err
    snapshot.assert_match(said.out, "fleet.txt")
    assert sorted(one.name for one in Path("plans").iterdir()) == [
        "adatum.calplan",
        "fabrikam.calplan",
        "litware.calplan",
    ]
