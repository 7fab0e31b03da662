"""A plan says of each change whether the policy moved or the account did, as far as this machine remembers."""

import json
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import GOOGLE, GRAPH, LOCKED, Said, calplan, drifted, folder, saved, state


@pytest.fixture
def corp(tmp_path: Path) -> Path:
    """A folder whose policy was applied, and whose account was then unlocked by somebody."""
    corp = folder(tmp_path / "corp")
    assert calplan("apply", corp, "--auto-approve").code is ExitCode.DONE
    drifted(corp, {"integration": {"locked": False}})
    return corp


def origins(said: Said) -> dict[str, str]:
    return {change["address"]: change["origin"] for change in json.loads(said.out)["resource_changes"]}


def test_what_somebody_changed_is_drift_and_the_run_it_was_left_in_order_by_is_named(corp: Path) -> None:
    said = calplan("plan", corp)
    (line,) = [line for line in said.out.splitlines() if "integration.locked" in line and "->" in line]
    assert "false -> true" in line
    assert ", drift since run " in line
    assert "drift since run " in calplan("plan", corp, "-o", "markdown").out


def test_what_the_policy_changed_beside_it_is_this_commit(corp: Path) -> None:
    state(corp, {**LOCKED, "bidirectionalSync": True})
    document = calplan("plan", corp, "-o", "json")
    assert origins(document) == {"integration.locked": "drift", "bidirectionalSync": "commit"}
    assert json.loads(document.out)["origin_since"].startswith("run ")


def test_a_setting_moved_by_both_comes_from_both(corp: Path) -> None:
    drifted(corp, {"integration": {"service": GOOGLE}})
    levels = {"calendar": "read", "contacts": "none"}
    state(corp, {"integration": {"service": {**GRAPH, "permissions": levels}}})
    assert origins(calplan("plan", corp, "-o", "json")) == {"integration.service": "both"}
    assert ", also drift since run " in calplan("plan", corp).out


def test_an_earlier_plan_may_say_what_the_account_was_left_at(corp: Path) -> None:
    then = saved(corp, "then.plan")
    Path(".calplan").rename("away")
    drifted(corp, {"integration": {"service": GOOGLE}})
    found = origins(calplan("plan", corp, "-o", "json", "--previous", then))
    assert found == {"integration.locked": "unknown", "integration.service": "drift"}
    assert "drift since the plan then.plan" in calplan("plan", corp, "--previous", then).out


def test_where_the_account_is_as_an_earlier_plan_found_it_nobody_is_said_to_have_changed_it(corp: Path) -> None:
    then = saved(corp, "then.plan")
    assert origins(calplan("plan", corp, "-o", "json", "--previous", then)) == {"integration.locked": "unknown"}
    assert "drift" not in calplan("plan", corp, "--previous", then, "-o", "markdown").out


def test_nothing_remembered_means_nothing_claimed_and_the_same_id(corp: Path) -> None:
    known = json.loads(calplan("plan", corp, "-o", "json").out)
    Path(".calplan").rename("away")
    unknown = json.loads(calplan("plan", corp, "-o", "json").out)
    assert {change["origin"] for change in unknown["resource_changes"]} == {"unknown"}
    assert "origin_since" not in unknown
    assert known["plan_id"] == unknown["plan_id"]
    assert "drift" not in calplan("plan", corp).out
