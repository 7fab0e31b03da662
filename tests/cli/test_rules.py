"""Static rules through the command line: what refuses, where, and with which exit code."""

import json
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import GRAPH, LIVE, LOCKED, UNLIMITED, Said, calplan, folder, state, write

ONLINE = "https://outlook.office365.com/EWS/Exchange.asmx"
EWS = {"integration": {"service": {"type": "office365-ews", "ewsUrl": ONLINE}}}
LISTED = {"integration": {"service": {"type": "office365-ews", "ewsUrl": ONLINE, "ewsAllowListed": True}}}
OPEN_TO_STRANGERS = {**LIVE, "allowedDomains": ["corp.example", "gmail.com"]}
NO_CONSENT = {**LIVE, "office365": {"consentForAccount": False, "enforceOAuth": False}}


@pytest.mark.parametrize(
    "policy, as_of, code",
    [
        (EWS, "2026-09-30", ExitCode.DONE),
        (EWS, "2026-10-01", ExitCode.INVALID),
        (LISTED, "2026-10-01", ExitCode.DONE),
        (LISTED, "2027-03-31", ExitCode.DONE),
        (LISTED, "2027-04-01", ExitCode.INVALID),
    ],
)
def test_dated_rules_are_judged_as_of_a_day_by_validate_and_plan(
    tmp_path: Path, policy: dict[str, object], as_of: str, code: ExitCode
) -> None:
    corp = folder(tmp_path / "corp", policy=policy)
    checked = calplan("validate", corp, "--as-of", as_of)
    assert checked.code is code
    assert ("error[V08]" if code is ExitCode.INVALID else "warning[V08]") in checked.out
    assert calplan("plan", corp, "--as-of", as_of).code is code


def test_what_the_text_shows_is_refused_before_the_account_is_read(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy={"allowedDomains": ["gmail.com"]})
    said = calplan("plan", corp)
    assert (said.code, said.out) == (ExitCode.INVALID, "")
    assert "error[V20]" in said.err
    assert not (corp / "corp.db").exists()


def test_a_live_value_that_is_refused_leaves_the_plan_whole_and_nothing_saved(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", live=OPEN_TO_STRANGERS, policy={"bidirectionalSync": True})
    assert calplan("validate", corp).code is ExitCode.DONE
    said = calplan("plan", corp, "--out", "corp.plan")
    assert said.code is ExitCode.INVALID
    assert "error[V20]: `gmail.com`" in said.out
    assert "(live: `allowedDomains`, which the policy leaves alone)" in said.out
    assert said.last.startswith("Plan: 1 to change")
    assert not Path("corp.plan").exists()
    assert calplan("apply", corp, "--auto-approve").code is ExitCode.INVALID
    document = json.loads(calplan("plan", corp, "-o", "json").out)
    assert document["errored"] is True
    state(corp, {"integration": {"enabled": False}})
    assert calplan("apply", corp, "--auto-approve", "--no-verify").code is ExitCode.DONE


def test_a_warning_is_counted_and_blocks_nothing(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy={"integration": {"enabled": True}, "bidirectionalSync": True})
    said = calplan("plan", corp, "--out", "corp.plan")
    assert said.code is ExitCode.DONE
    assert "Warnings: 1." in said.last
    assert "warning[V15]" in said.out
    assert calplan("apply", corp, "--auto-approve", "--no-verify").code is ExitCode.DONE


def test_nothing_that_validate_says_is_said_twice_by_plan(tmp_path: Path) -> None:
    policy = {"integration": {"locked": True, "service": {"type": "exchange-mapi"}}, "bidirectionalSync": True}
    policy |= {"office365": {"consentForAccount": False, "enforceOAuth": False}}
    corp = folder(tmp_path / "corp", policy=policy)
    checked, planned = calplan("validate", corp), calplan("plan", corp)
    for code in ("V09", "V30", "V31"):
        assert checked.out.count(f"[{code}]") == planned.out.count(f"[{code}]") == 1
    assert "keep the integration;" not in checked.out
    assert "keep the integration; 0 lose it" in planned.out


def refusing(said: Said) -> list[str]:
    return [line.split(":")[0].strip() for line in said.err.splitlines() if line.startswith("  rule.")]


def test_graph_under_the_lock_without_a_known_grant_is_a_gate(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", live=NO_CONSENT, policy=LOCKED)
    planned = calplan("plan", corp)
    assert planned.code is ExitCode.DONE
    assert "refused  rule.V17" in planned.out
    assert planned.last.endswith("Gates: 1 refused.")
    refused = calplan("apply", corp, "--auto-approve")
    assert (refused.code, refusing(refused)) == (ExitCode.REFUSED, ["rule.V17"])
    assert calplan("apply", corp, "--auto-approve", "--allow", "rule.V17").code is ExitCode.USAGE
    lifted = calplan("apply", corp, "--auto-approve", "--no-verify", "--allow", "rule.V17", "--reason", "they know")
    assert lifted.code is ExitCode.DONE


def test_with_account_consent_the_missing_grant_is_a_warning(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy=LOCKED)
    said = calplan("plan", corp)
    assert "warning[V17]" in said.out
    assert said.last.endswith("Gates: 0 refused.")


def test_a_list_that_locks_out_those_in_charge_is_a_gate(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy={"allowedDomains": ["corp.example"]}, owner="admin@elsewhere.example")
    assert "refused  rule.V25" in calplan("plan", corp).out
    refused = calplan("apply", corp, "--auto-approve", "--by", "root")
    assert (refused.code, refusing(refused)) == (ExitCode.REFUSED, ["rule.V25"])
    assert "admin@elsewhere.example (the owner)" in refused.err


def test_who_applies_is_held_against_the_list_by_apply_alone(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy={"allowedDomains": ["corp.example"]})
    assert calplan("plan", corp).last.endswith("Gates: 0 refused.")
    by = ("--by", "eve@elsewhere.example")
    refused = calplan("apply", corp, "--auto-approve", *by)
    assert (refused.code, refusing(refused)) == (ExitCode.REFUSED, ["rule.V25"])
    assert "eve@elsewhere.example (who applies)" in refused.err
    allowed = ("--allow", "rule.V25", "--reason", "from outside")
    assert calplan("apply", corp, "--auto-approve", "--no-verify", *by, *allowed).code is ExitCode.DONE


def test_a_saved_plan_is_held_against_who_applies_it(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy={"allowedDomains": ["corp.example"]})
    assert calplan("plan", corp, "--out", "corp.plan").code is ExitCode.DONE
    assert calplan("apply", "corp.plan", "--by", "eve@elsewhere.example").code is ExitCode.REFUSED
    assert calplan("apply", "corp.plan", "--no-verify", "--by", "ann@corp.example").code is ExitCode.DONE


def test_an_account_made_for_another_is_not_planned_on(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    assert calplan("plan", corp).code is ExitCode.DONE
    other = tmp_path / "other"
    other.mkdir()
    platform = {"type": "local", "path": "../corp/corp.db"}
    write(other / "account.yaml", "Account", {"name": "other"}, {"platform": platform, "limits": UNLIMITED})
    state(other, LOCKED, name="other")
    said = calplan("plan", other, "--out", "other.plan")
    assert said.code is ExitCode.INVALID
    assert "error[V40]: refusing to plan: local account corp.db belongs to account `corp`, not to `other`" in said.out
    assert not Path("other.plan").exists()


def test_an_account_that_was_made_for_nobody_can_be_anybodys(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    made = calplan("sandbox", "create", corp / "corp.db", "--users", "5", "--seed", "1")
    assert made.code is ExitCode.DONE
    assert "V40" not in calplan("plan", corp).out


def test_an_export_states_nothing_that_validate_refuses(tmp_path: Path) -> None:
    live = {**OPEN_TO_STRANGERS, "integration": {"enabled": True, "locked": False, **EWS["integration"]}}
    corp = folder(tmp_path / "corp", policy=None, live=live)
    exported = calplan("export", corp)
    assert exported.code is ExitCode.DONE
    (corp / "policy.yaml").write_text(exported.out, encoding="utf-8")
    assert calplan("validate", corp).code is ExitCode.DONE
    assert "gmail.com" not in exported.out
    assert "office365-ews" not in exported.out


@pytest.mark.parametrize("number", range(1, 41))
def test_every_rule_is_explained(number: int) -> None:
    said = calplan("explain", f"V{number:02}")
    assert said.code is ExitCode.DONE
    assert "\nWhy: " in said.out
    assert "\nWeighs: " in said.out
    assert "\nSource: " in said.out


@pytest.mark.parametrize("gate", ["rule.V17", "rule.V25"])
def test_the_gates_of_rules_are_explained(gate: str) -> None:
    assert f"`--allow {gate} --reason TEXT` lifts it" in calplan("explain", gate).out


def test_another_service_locked_for_everybody_is_warned_of_above_the_limit(tmp_path: Path) -> None:
    policy = {"integration": {"locked": True, "service": GRAPH}}
    corp = folder(tmp_path / "corp", policy=policy, limits={**UNLIMITED, "disconnected": 1})
    said = calplan("plan", corp)
    assert "warning[V36]: a new service and the lock in one commit disconnect 2 users, limit 1" in said.out
