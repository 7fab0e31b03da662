"""What is otherwise than the policy wants, since when, and whom setting it back would hurt. Nothing is ever written."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pytest_snapshot.plugin import Snapshot

from calplan.cli.exit_codes import ExitCode
from calplan.policyfile.schema import schema_of
from tests.cli.make import GRAPH, LIVE, LOCKED, Said, calplan, drifted, folder, saved, state, user


@pytest.fixture
def corp(tmp_path: Path) -> Path:
    """A folder whose policy was applied."""
    corp = folder(tmp_path / "corp")
    assert calplan("apply", corp, "--auto-approve").code is ExitCode.DONE
    return corp


def found(said: Said) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(said.out)
    assert [error.message for error in Draft202012Validator(schema_of("drift")).iter_errors(document)] == []
    return document


def without_id(text: str) -> str:
    """The text with the run's id replaced, which is another one each time."""
    words = text.split("run ")
    return "run ".join([words[0], *(f"XXXXXXXX{word[8:]}" for word in words[1:])])


def test_an_account_as_its_policy_wants_it_has_no_drift(corp: Path) -> None:
    said = calplan("drift", corp)
    assert (said.code, said.err) == (ExitCode.DONE, "")
    assert said.out.startswith("No drift. corp is as the policy wants it.\n")
    assert said.last.startswith("Drift: 0 otherwise than the policy wants, 0 moved that it leaves alone. ")


def test_what_moved_is_shown_with_its_origin_and_those_it_would_hurt(snapshot: Snapshot) -> None:
    corp = folder(Path("corp"))
    calplan("apply", corp, "--auto-approve")
    drifted(corp, {"integration": {"locked": False}, "bidirectionalSync": True})
    levels = {"calendar": "read", "contacts": "none"}
    state(corp, {"integration": {"locked": True, "service": {**GRAPH, "permissions": levels}}})
    said = calplan("drift", corp)
    assert said.code is ExitCode.CHANGES
    snapshot.assert_match(without_id(said.out), "drift.txt")


def test_with_verbose_what_is_as_wanted_or_left_alone_is_shown_as_well(corp: Path) -> None:
    said, brief = calplan("drift", corp, "--verbose"), calplan("drift", corp)
    shown = said.out.splitlines()
    assert "    integration.locked: true" in shown
    assert "    bidirectionalSync: false  (the policy leaves it alone)" in shown
    assert "Evidence" in shown
    assert "Evidence" not in brief.out
    assert (said.code, said.last) == (brief.code, brief.last)


def test_drift_as_json_fits_its_schema(corp: Path) -> None:
    drifted(corp, {"integration": {"locked": False}, "allowedDomains": ["corp.example"]})
    said = calplan("drift", corp, "-o", "json")
    assert said.code is ExitCode.CHANGES
    document = found(said)
    (change,) = document["changes"]
    assert (change["address"], change["origin"]) == ("integration.locked", "drift")
    assert (change["change"]["before"], change["change"]["after"]) == (False, True)
    assert document["unmanaged"] == [{"address": "allowedDomains", "left_at": "any", "live": ["corp.example"]}]


def test_what_moved_beside_the_policy_is_told_and_is_no_drift(corp: Path) -> None:
    drifted(corp, {"bidirectionalSync": True})
    said = calplan("drift", corp)
    assert said.code is ExitCode.DONE
    assert "  bidirectionalSync (sync in both directions): false -> true" in said.out


SYNC = [{"group": "Staff", "bidirectionalSync": True}]
STAFF = tuple(user(f"{name}@corp.example", service="office365-graph", primary_group="Staff") for name in ("ann", "bob"))


def test_groups_that_state_something_else_are_told_though_the_policy_leaves_groups_alone(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", users=STAFF, groups={"model": "legacy"})
    assert calplan("apply", corp, "--auto-approve").code is ExitCode.DONE
    drifted(corp, {"groups": SYNC})
    said = calplan("drift", corp)
    assert said.code is ExitCode.DONE
    assert "groups[Staff] (what the group states for itself): (not set) -> bidirectionalSync true" in said.out


def test_who_moved_between_groups_is_told_as_already_happened(tmp_path: Path) -> None:
    policy = {**LOCKED, "groups": SYNC}
    corp = folder(tmp_path / "corp", users=STAFF, policy=policy, groups={"model": "legacy"})
    assert calplan("apply", corp, "--auto-approve").code is ExitCode.DONE
    (corp / "corp.db").unlink()
    left = {**STAFF[0], "groups": [], "primary_group": ""}
    live = {**LIVE, "groups": SYNC}
    folder(corp, users=(left, STAFF[1]), policy=policy, live=live, groups={"model": "legacy"})
    said = calplan("drift", corp)
    assert "Already happened since run " in said.out
    assert "1 user moved from Staff (primary) to no group, where other settings hold: ann@corp.example" in said.out


def test_without_a_run_nobody_knows_which_of_the_two_moved(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    said = calplan("drift", corp)
    assert said.code is ExitCode.CHANGES
    assert "which of the two moved is not known: no applied run that says so is kept here" in said.out
    assert found(calplan("drift", corp, "-o", "json"))["since"] is None


def test_what_nobody_could_read_is_told_apart_from_a_run_that_is_not_kept(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", live={**LIVE, "bidirectionalSync": "unknown"})
    assert calplan("apply", corp, "--auto-approve").code is ExitCode.DONE
    state(corp, {**LOCKED, "bidirectionalSync": True})
    said = calplan("drift", corp)
    assert "which of the two moved is not known: nobody knows how it stood at run " in said.out
    assert "no applied run" not in said.out


def test_an_earlier_plan_stands_for_the_run(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    said = calplan("drift", corp, "--previous", saved(corp, "then.plan"))
    assert said.code is ExitCode.CHANGES
    assert "changed in the account since the plan then.plan; the policy is as it was" in said.out


def test_drift_writes_nothing_and_makes_no_state(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    calplan("plan", corp)
    before = (corp / "corp.db").read_bytes()
    assert calplan("drift", corp).code is ExitCode.CHANGES
    assert (corp / "corp.db").read_bytes() == before
    assert not Path(".calplan").exists()


def test_a_state_elsewhere_is_read_by_its_name(corp: Path) -> None:
    Path(".calplan").rename("kept")
    drifted(corp, {"integration": {"locked": False}})
    assert "changed in the account since run " in calplan("drift", corp, "--state", "kept/state.db").out


def test_an_earlier_plan_that_is_not_there_is_a_mistake_and_not_a_bad_plan(corp: Path) -> None:
    said = calplan("drift", corp, "--previous", "nowhere.plan")
    assert (said.code, said.err) == (ExitCode.USAGE, "error: --previous: there is no file nowhere.plan\n")


def test_errors_are_errors(corp: Path, tmp_path: Path) -> None:
    assert calplan("drift", tmp_path / "nowhere").code is ExitCode.USAGE
    (corp / "policy.yaml").write_text("kind: [", encoding="utf-8")
    assert calplan("drift", corp).code is ExitCode.INVALID
