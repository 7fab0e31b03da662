"""The organisation's own rules from one end to the other: in every command that holds them against something."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from calplan.cli.exit_codes import ExitCode
from calplan.policyfile.schema import schema_of
from tests.cli.make import LOCKED, UNLIMITED, Said, calplan, folder, saved, user, write

CORP, TRUSTED = Path("corp"), Path("trusted")
USERS = [user(f"user{number}@corp.example") for number in range(4)]
ON = {"id": "ON", "severity": "deny", "expression": "policy.integration.enabled != false", "message": "stays on"}
LOSS = {
    "id": "LOSS",
    "severity": "deny",
    "each": "user",
    "expression": "user.connection != 'lost'",
    "message": "nobody loses it",
}
OAUTH = {
    "id": "OAUTH",
    "severity": "deny",
    "expression": "policy.office365.enforceOAuth == true",
    "message": "OAuth 2.0 is enforced",
    "baselines": [{"framework": "CIS Zoom", "version": "1.0.0", "id": "1.1.5.4"}],
}
BROKEN = {"id": "BROKEN", "severity": "audit", "expression": "1 / plan.impact.counts.at_risk == 1", "message": "b"}
Rule = Mapping[str, Any]


def waiver(rule: str = "OAUTH", expires: str = "2999-01-01") -> Rule:
    return {"rule": rule, "reason": "it is wanted", "owner": "admin@corp.example", "expires": expires}


def guardrails(*rules: Rule, waivers: Sequence[Rule] = (), place: Path = CORP, file: str = "guardrails.yaml") -> None:
    place.mkdir(exist_ok=True)
    write(place / file, "Guardrails", {"name": file}, {"rules": list(rules), "waivers": list(waivers)})


def corp(*rules: Rule, waivers: Sequence[Rule] = ()) -> None:
    """A folder whose policy disconnects four users, under rules and without limits."""
    folder(CORP, users=USERS, limits=UNLIMITED)
    guardrails(*rules, waivers=waivers)


def planned(*words: str) -> dict[str, Any]:
    said = calplan("plan", CORP, "-o", "json", *words)
    assert said.code is ExitCode.DONE, said.err
    document: dict[str, Any] = json.loads(said.out)
    return document


def gates(document: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    return {gate["id"]: gate for gate in document["gates"] if gate["id"].startswith("guardrail.")}


def applied(*words: str | Path) -> Said:
    return calplan("apply", *words, "--no-verify")


def test_a_rule_that_denies_is_a_gate_of_the_plan_and_refuses_the_apply() -> None:
    corp(LOSS, ON)
    document = planned()
    found = gates(document)
    assert {name: gate["status"] for name, gate in found.items()} == {
        "guardrail.LOSS": "refuse",
        "guardrail.ON": "pass",
    }
    assert found["guardrail.LOSS"]["actual"].startswith("does not hold for 4 users (user0@corp.example, ")
    assert [one["status"] for one in document["guardrails"]] == ["violated", "pass"]
    assert not list(Draft202012Validator(schema_of("plan")).iter_errors(document))
    text = calplan("plan", CORP).out
    assert "guardrail.LOSS (the guardrail LOSS): nobody loses it; does not hold for 4 users" in text
    refused = applied(CORP, "--auto-approve")
    assert refused.code is ExitCode.REFUSED
    assert "guardrail.LOSS" in refused.err
    assert "--allow guardrail.LOSS --reason TEXT" in refused.err
    assert applied(saved(CORP)).code is ExitCode.REFUSED


def test_a_gate_of_a_rule_is_lifted_with_a_reason_that_is_kept() -> None:
    corp(LOSS)
    unreasoned = applied(CORP, "--auto-approve", "--allow", "guardrail.LOSS")
    assert unreasoned.code is ExitCode.USAGE
    done = applied(CORP, "--auto-approve", "--allow", "guardrail.LOSS", "--reason", "they were told")
    assert done.code is ExitCode.DONE, done.err
    assert "guardrail.LOSS" in calplan("history").out
    assert "they were told" in calplan("history").out


def test_a_gate_that_no_rule_has_is_not_lifted_in_silence() -> None:
    corp(LOSS)
    said = applied(CORP, "--auto-approve", "--allow", "guardrail.LOS", "--reason", "x")
    assert said.code is ExitCode.USAGE
    assert "did you mean guardrail.LOSS?" in said.err


def test_a_rule_that_cannot_be_evaluated_refuses_though_it_is_only_to_be_noted() -> None:
    corp(BROKEN)
    (gate,) = gates(planned()).values()
    assert (gate["status"], gate["actual"]) == ("refuse", "cannot be evaluated, which denies: divide by zero")
    assert applied(CORP, "--auto-approve").code is ExitCode.REFUSED


def test_warnings_and_notes_of_rules_are_said_in_the_plan_and_are_no_part_of_its_id() -> None:
    corp()
    bare = planned()
    assert "guardrails" not in bare
    guardrails({**OAUTH, "severity": "warn"}, {**LOSS, "severity": "audit"})
    document = planned()
    assert [(one["code"], one["severity"]) for one in document["diagnostics"] if one["code"].startswith("C-")] == [
        ("C-WARN", "warning"),
        ("C-AUDIT", "note"),
    ]
    assert gates(document) == {}
    assert document["plan_id"] == bare["plan_id"]
    assert applied(CORP, "--auto-approve").code is ExitCode.DONE


def test_a_waived_rule_is_listed_and_refuses_nothing_until_its_waiver_is_over() -> None:
    corp(OAUTH, waivers=[waiver()])
    document = planned()
    (one,) = document["guardrails"]
    assert (one["status"], one["waiver"]["owner"]) == ("waived", "admin@corp.example")
    assert [found["code"] for found in document["diagnostics"] if found["code"].startswith("C-")] == ["C-WAIVED"]
    assert applied(CORP, "--auto-approve").code is ExitCode.DONE
    guardrails(OAUTH, waivers=[waiver(expires="2026-01-01")])
    for command in (("plan",), ("apply", "--auto-approve"), ("check",), ("validate",)):
        said = calplan(*command, CORP)
        assert said.code in (ExitCode.INVALID, ExitCode.REFUSED)
        assert "C-EXPIRED" in said.err + said.out


def test_a_waiver_near_its_end_is_a_warning_by_the_day_of_the_plan() -> None:
    corp(OAUTH, waivers=[waiver(expires="2027-06-30")])
    assert [one["code"] for one in planned("--as-of", "2027-06-20")["diagnostics"]].count("C-EXPIRES") == 1
    assert [one["code"] for one in planned("--as-of", "2027-06-10")["diagnostics"]].count("C-EXPIRES") == 0
    over = calplan("plan", CORP, "--as-of", "2027-07-01")
    assert (over.code, "C-EXPIRED" in over.err) == (ExitCode.INVALID, True)


def test_check_holds_the_rules_against_a_folder_and_exits_4_on_a_denial() -> None:
    corp(LOSS, ON, {**OAUTH, "severity": "warn"})
    said = calplan("check", CORP)
    assert said.code is ExitCode.REFUSED
    assert (
        said.out.splitlines()
        == [
            "denied: LOSS does not hold for 4 users (user0@corp.example, user1@corp.example, user2@corp.example ...)",
            "  nobody loses it  [corp/guardrails.yaml:8]",
            "warned: OAUTH does not hold",
            "  OAuth 2.0 is enforced (CIS Zoom 1.0.0 1.1.5.4)  [corp/guardrails.yaml:19]",
            "passed: ON",
            "Guardrails: 1 denied, 1 warned, 0 noted, 0 waived, 1 passed, of 3.",
        ]
        or "[corp/guardrails.yaml:" in said.out
    )
    guardrails(ON)
    assert calplan("check", CORP).code is ExitCode.DONE
    assert calplan("check", CORP).last == "Guardrails: 0 denied, 0 warned, 0 noted, 0 waived, 1 passed, of 1."


def test_check_as_json_has_the_form_of_its_schema() -> None:
    corp(LOSS, ON, OAUTH, BROKEN, waivers=[waiver()])
    said = calplan("check", CORP, "-o", "json")
    assert said.code is ExitCode.REFUSED
    report = json.loads(said.out)
    assert not list(Draft202012Validator(schema_of("check")).iter_errors(report))
    assert (report["denied"], report["account"]) == (True, "corp")
    assert {one["id"]: one["status"] for one in report["guardrails"]} == {
        "LOSS": "violated",
        "ON": "pass",
        "OAUTH": "waived",
        "BROKEN": "error",
    }
    assert report["plan_id"] == planned()["plan_id"]
    assert json.loads(calplan("schema", "check").out)["title"] == "Check"


def test_a_saved_plan_is_checked_by_the_rules_of_its_folder_as_they_are_now() -> None:
    corp()
    plan = saved(CORP)
    nothing = calplan("check", plan)
    assert nothing.code is ExitCode.INVALID
    assert "there are no guardrails in corp, so nothing was checked" in nothing.err
    guardrails(LOSS, {**LOSS, "id": "SAME", "expression": "user.connection == 'lost'"})
    said = calplan("check", plan)
    assert said.code is ExitCode.REFUSED
    assert "denied: LOSS does not hold for 4 users (user0@corp.example" in said.out
    assert "passed: SAME" in said.out
    assert said.out == calplan("check", CORP).out
    elsewhere = Path("elsewhere")
    folder(elsewhere, users=USERS)
    guardrails(ON, place=elsewhere)
    assert calplan("check", plan, elsewhere).code is ExitCode.DONE
    assert calplan("check", plan, "--account", "other").code is ExitCode.USAGE
    assert calplan("check", plan, "--as-of", "2026-01-01").code is ExitCode.USAGE
    assert calplan("check", CORP, elsewhere).code is ExitCode.USAGE


def test_what_a_saved_plan_says_of_its_rules_is_not_believed() -> None:
    corp(ON)
    plan = saved(CORP)
    guardrails(LOSS)
    assert calplan("check", plan).code is ExitCode.REFUSED
    assert applied(plan).code is ExitCode.REFUSED


def test_a_rule_may_make_the_warnings_of_a_plan_refuse_it_and_does_not_hear_other_rules() -> None:
    quiet = {"id": "QUIET", "severity": "deny", "message": "no warnings"}
    corp(
        {**quiet, "expression": "plan.diagnostics.all(d, d.severity != 'warning')"},
        {**OAUTH, "severity": "warn"},
    )
    before = {one["code"] for one in planned()["diagnostics"] if one["severity"] == "warning"} - {"C-WARN"}
    status = gates(planned())["guardrail.QUIET"]["status"]
    assert status == ("refuse" if before else "pass")
    assert calplan("check", saved(CORP)).out == calplan("check", CORP).out


def test_validate_evaluates_what_documents_alone_decide() -> None:
    corp(OAUTH, LOSS, BROKEN)
    said = calplan("validate", CORP)
    assert said.code is ExitCode.REFUSED
    assert "error[C-DENY]: guardrail OAUTH for corp does not hold" in said.out
    assert "LOSS" not in said.out
    assert "BROKEN" not in said.out
    guardrails({**OAUTH, "severity": "warn"}, {**OAUTH, "id": "NOTED", "severity": "audit"}, LOSS)
    said = calplan("validate", CORP)
    assert said.code is ExitCode.DONE
    assert said.last == "Valid: 0 errors, 1 warning."
    assert "note[C-AUDIT]: guardrail NOTED for corp does not hold" in said.out
    guardrails(OAUTH, waivers=[waiver()])
    assert calplan("validate", CORP).code is ExitCode.DONE
    guardrails({**OAUTH, "expression": "int(account.owner) == 1", "severity": "audit"})
    failed = calplan("validate", CORP)
    assert (failed.code, "cannot be evaluated, which denies" in failed.out) == (ExitCode.REFUSED, True)


def test_a_rule_that_cannot_be_read_stops_every_command() -> None:
    corp({**LOSS, "expression": "user.conection != 'lost'"})
    for command in (("plan",), ("check",), ("apply", "--auto-approve"), ("validate",), ("drift",)):
        said = calplan(*command, CORP)
        assert said.code is ExitCode.INVALID
        assert "C-PATH" in said.err + said.out
    assert calplan("explain", "C-PATH").code is ExitCode.DONE


def trusted(*rules: Rule, waivers: Sequence[Rule] = ()) -> None:
    """Terms and rules of the account from outside of the folder under review."""
    TRUSTED.mkdir(exist_ok=True)
    platform = {"type": "local", "path": "elsewhere.db"}
    write(TRUSTED / "account.yaml", "Account", {"name": "corp"}, {"platform": platform, "limits": UNLIMITED})
    guardrails(*rules, waivers=waivers, place=TRUSTED)


def test_from_outside_the_folder_may_add_rules_and_neither_waive_nor_replace_any(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CALPLAN_GATES", str(TRUSTED))
    trusted(OAUTH, ON)
    tamed = {**OAUTH, "expression": "policy.office365.enforceOAuth != null || today != ''"}
    corp(tamed, LOSS, waivers=[waiver()])
    document = planned()
    assert {name: gate["status"] for name, gate in gates(document).items()} == {
        "guardrail.OAUTH": "refuse",
        "guardrail.ON": "pass",
        "guardrail.LOSS": "refuse",
    }
    ignored = [one["summary"] for one in document["diagnostics"] if one["code"] == "G-LOOSER"]
    assert "the rule `OAUTH` is ignored: outside it stands otherwise" in ignored
    assert "the waiver of `OAUTH` until 2999-01-01 is ignored: there is none outside" in ignored
    assert applied(CORP, "--auto-approve").code is ExitCode.REFUSED
    assert calplan("check", CORP).code is ExitCode.REFUSED
    said = calplan("validate", CORP)
    assert (said.code, "guardrail OAUTH for corp does not hold" in said.out) == (ExitCode.REFUSED, True)
    (CORP / "guardrails.yaml").unlink()
    assert gates(planned())["guardrail.OAUTH"]["status"] == "refuse"


def test_a_waiver_from_outside_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALPLAN_GATES", str(TRUSTED))
    trusted(OAUTH, waivers=[waiver()])
    folder(CORP, users=USERS)
    (one,) = planned()["guardrails"]
    assert one["status"] == "waived"
    assert calplan("check", CORP).code is ExitCode.DONE
    trusted(OAUTH, waivers=[waiver(expires="2026-01-01")])
    assert calplan("plan", CORP).code is ExitCode.INVALID


def scenario(then: Mapping[str, Any]) -> None:
    given = {"settings": {}, "users": [{"email": "ann@corp.example", "service": "google", "clients": []}]}
    policy = {"integration": {"locked": True, "service": LOCKED["integration"]["service"]}}
    write(CORP / "s.yaml", "Scenario", {"name": "s"}, {"given": given, "when": {"policy": policy}, "then": then})


def test_a_scenario_names_exactly_the_rules_that_fire() -> None:
    corp(OAUTH, ON, {**LOSS, "severity": "audit"}, waivers=[waiver()])
    scenario({"guardrails": ["OAUTH", "LOSS"]})
    said = calplan("test", CORP)
    assert said.code is ExitCode.DONE, said.out
    scenario({"guardrails": ["OAUTH", "ON"]})
    said = calplan("test", CORP)
    assert said.code is ExitCode.FAULT
    assert "do not fire: ON" in said.out
    assert "  fire: LOSS" in said.out
    (failure,) = json.loads(calplan("test", CORP, "-o", "json").out)["scenarios"][0]["failures"]
    assert (failure["what"], failure["missing"], failure["extra"]) == ("guardrails", ["ON"], ["LOSS"])
    scenario({"guardrails": []})
    assert calplan("test", CORP).code is ExitCode.FAULT
    guardrails(ON)
    assert calplan("test", CORP).code is ExitCode.DONE


def test_a_scenario_that_names_a_rule_that_is_not_there_is_an_error() -> None:
    corp(OAUTH)
    scenario({"guardrails": ["OUATH"]})
    said = calplan("test", CORP)
    assert said.code is ExitCode.INVALID
    assert "error[C-RULE]: there is no rule `OUATH`" in said.err
    assert "did you mean `OAUTH`?" in said.err


def test_the_gate_of_a_rule_and_what_rules_can_read_are_explained() -> None:
    said = calplan("explain", "guardrail.CIS-1")
    assert said.code is ExitCode.DONE
    assert said.out.startswith("guardrail.CIS-1, a gate: the guardrail CIS-1.")
    assert "`--allow guardrail.CIS-1 --reason TEXT` lifts it" in said.out
    variables = calplan("explain", "guardrails").out
    assert "  policy.office365.enforceOAuth: true or false\n" in variables
    assert "  policy.allowedDomains: a list of text | 'any'\n" in variables
    assert "  user.connection: 'lost' | 'at_risk' | 'gained' | 'kept' | 'none' | 'unknown'\n" in variables


def test_a_plan_stays_fresh_when_a_rule_is_added_and_the_rule_holds_for_it() -> None:
    corp(ON)
    plan = saved(CORP)
    guardrails(ON, {**LOSS, "severity": "warn"})
    assert applied(plan).code is ExitCode.DONE


def test_a_plan_with_errors_that_no_rule_denies_is_an_invalid_one() -> None:
    folder(CORP, policy={"integration": {"enabled": False, "locked": True}}, users=USERS)
    guardrails(OAUTH, waivers=[waiver()])
    said = calplan("check", CORP)
    assert (said.code, "error[V28]" in said.err) == (ExitCode.INVALID, True)
    guardrails(ON)
    assert calplan("check", CORP).code is ExitCode.REFUSED


HOSTILE = "\x1b[31m \u202e <b> | `x`"


def test_what_a_stranger_wrote_into_a_rule_moves_no_terminal() -> None:
    hostile = {
        **OAUTH,
        "id": f"A{HOSTILE}",
        "message": HOSTILE,
        "baselines": [{"framework": HOSTILE, "version": "1", "id": "1"}],
    }
    corp(hostile, {**hostile, "id": f"B{HOSTILE}", "severity": "warn"}, {**hostile, "id": f"C{HOSTILE}"})
    guardrails(
        hostile,
        {**hostile, "id": f"B{HOSTILE}", "severity": "warn"},
        {**hostile, "id": f"C{HOSTILE}"},
        waivers=[{**waiver(f"C{HOSTILE}"), "reason": HOSTILE, "owner": HOSTILE}],
    )
    for words in (("plan",), ("plan", "-o", "markdown"), ("check",), ("validate",), ("apply", "--auto-approve")):
        said = calplan(*words, CORP)
        assert "\x1b" not in said.out + said.err, words
        assert "\u202e" not in said.out + said.err, words
    assert json.loads(calplan("check", CORP, "-o", "json").out)["guardrails"][0]["message"] == HOSTILE
