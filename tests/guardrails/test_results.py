"""How a rule stands for a plan, what it does to the plan, and for how long a waiver sets it aside."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from calplan.guardrails.gates import denials, expiring, guardrail_gates, remarks, results_document
from calplan.guardrails.results import Status
from calplan.guardrails.rules import Baseline, Guardrails, RuleSeverity
from calplan.model.diagnostic import Severity
from calplan.model.settings import WantedSettings
from calplan.plan.gates import GateStatus
from tests import make
from tests.guardrails.make import HERE, each_user, result, results, rule, waiver
from tests.make import Scene

USERS = [f"user{number}@corp.example" for number in range(5)]
MOVED = Scene(
    after=WantedSettings(locked=True, service=make.graph()),
    users=dict.fromkeys(USERS, make.facts("google", "write", "read")) | {"zoe@corp.example": make.facts("")},
)
NEVER, ALWAYS = "plan.impact.population.active == 0", "plan.impact.population.active == 6"
TODAY = MOVED.as_of
DENY, WARN, AUDIT = RuleSeverity


@pytest.mark.parametrize("severity", RuleSeverity)
def test_a_rule_that_holds_refuses_nothing_and_says_nothing(severity: RuleSeverity) -> None:
    found = results(MOVED, [rule(ALWAYS, severity=severity)])
    assert [(one.status, one.denies, one.fires) for one in found] == [(Status.PASS, False, False)]
    assert [gate.status for gate in guardrail_gates(found, "")] == [GateStatus.PASS] * (severity is DENY)
    assert [*remarks(found), *denials(found)] == []


def test_a_rule_that_denies_is_a_gate_with_the_owner_and_the_message() -> None:
    found = results(MOVED, [rule(NEVER, name="NO")])
    (gate,) = guardrail_gates(found, "owner@corp.example")
    assert (gate.id, gate.status, gate.owner) == ("guardrail.NO", GateStatus.REFUSE, "owner@corp.example")
    assert (gate.limit, gate.actual) == ("NO has to hold", "does not hold")
    assert list(remarks(found)) == []
    (said,) = denials(found)
    assert (said.code, said.severity, said.position) == ("C-DENY", Severity.ERROR, HERE)


def test_a_rule_that_warns_or_notes_is_said_and_refuses_nothing() -> None:
    baselines = (Baseline(framework="CIS Zoom", version="1.0.0", id="1.1.5.4"),)
    rules = [rule(NEVER, severity=WARN, baselines=baselines), rule(NEVER, severity=AUDIT)]
    found = results(MOVED, rules)
    assert guardrail_gates(found, "") == ()
    warned, noted = remarks(found)
    assert (warned.code, warned.severity) == ("C-WARN", Severity.WARNING)
    assert warned.why == "RULE has to hold (CIS Zoom 1.0.0 1.1.5.4)"
    assert (noted.code, noted.severity) == ("C-AUDIT", Severity.NOTE)


def test_a_rule_of_any_severity_that_cannot_be_evaluated_is_a_gate_that_refuses() -> None:
    rules = [rule("1 / plan.impact.told == 1", severity=severity) for severity in RuleSeverity]
    gates = guardrail_gates(results(replace(MOVED, users={}), rules), "")
    assert [gate.status for gate in gates] == [GateStatus.REFUSE] * 3
    assert {gate.actual for gate in gates} == {"cannot be evaluated, which denies: divide by zero"}


def test_a_rule_about_users_names_the_first_and_counts_them_all() -> None:
    found = result(MOVED, each_user("user.connection != 'lost'"))
    assert (found.status, found.users, found.emails) == (Status.VIOLATED, 5, tuple(USERS[:3]))
    (gate,) = guardrail_gates((found,), "")
    assert gate.actual == f"does not hold for 5 users ({', '.join(USERS[:3])} ...)"
    few = result(MOVED, each_user("user.service != ''"))
    assert (few.users, few.emails) == (1, ("zoe@corp.example",))
    assert "zoe@corp.example)" in guardrail_gates((few,), "")[0].actual


def test_a_rule_about_users_holds_where_there_are_none() -> None:
    assert result(replace(MOVED, users={}), each_user("user.connection == 'kept'")).status is Status.PASS


def test_users_who_are_not_active_are_asked_of_no_rule() -> None:
    away = replace(MOVED, users={"away@corp.example": make.facts("google", status="inactive")})
    assert result(away, each_user("false")).status is Status.PASS


def test_a_waived_violation_is_listed_as_waived_and_refuses_nothing() -> None:
    found = result(MOVED, rule(NEVER), waiver())
    assert (found.status, found.denies, found.fires) == (Status.WAIVED, False, True)
    (gate,) = guardrail_gates((found,), "")
    assert gate.status is GateStatus.PASS
    assert gate.actual == "does not hold; waived until 2027-06-30 by admin@corp.example: it is wanted"
    (said,) = remarks((found,))
    assert (said.code, said.severity) == ("C-WAIVED", Severity.NOTE)


def test_a_waiver_of_another_rule_or_of_a_rule_that_holds_changes_nothing() -> None:
    assert result(MOVED, rule(NEVER), waiver("OTHER")).status is Status.VIOLATED
    assert result(MOVED, rule(ALWAYS), waiver()).status is Status.PASS


@pytest.mark.parametrize(
    "days, status, codes",
    [
        (-1, Status.VIOLATED, ["C-EXPIRED"]),
        (0, Status.WAIVED, ["C-EXPIRES"]),
        (14, Status.WAIVED, ["C-EXPIRES"]),
        (15, Status.WAIVED, []),
    ],
)
def test_a_waiver_holds_to_the_end_of_its_last_day(days: int, status: Status, codes: list[str]) -> None:
    until = waiver(expires=TODAY + timedelta(days=days))
    assert result(MOVED, rule(NEVER), until).status is status
    said = list(expiring((until,), TODAY))
    assert [one.code for one in said] == codes
    assert {one.severity for one in said} <= {Severity.ERROR if days < 0 else Severity.WARNING}


def test_of_several_waivers_the_one_that_holds_longest_is_named() -> None:
    short, long = waiver(expires=date(2026, 12, 1)), waiver(expires=date(2027, 1, 1))
    over = waiver(expires=date(2026, 1, 1))
    guardrails = Guardrails(waivers=(short, long, over))
    assert guardrails.waiver_of("RULE", TODAY) is long
    assert Guardrails(waivers=(over,)).waiver_of("RULE", TODAY) is None


def test_the_document_has_what_a_program_needs() -> None:
    baselines = (Baseline(framework="CIS Zoom", version="1.0.0", id="1.1.5.4"),)
    rules = [
        rule(ALWAYS, name="A", baselines=baselines),
        rule("1 / plan.impact.told == 1", name="B", severity=AUDIT),
        each_user("user.service != ''", name="C"),
    ]
    held, failed, waived = results_document(
        results(replace(MOVED, after=WantedSettings()), rules, waivers=[waiver("C")])
    )
    assert held == {
        "id": "A",
        "severity": "deny",
        "status": "pass",
        "denies": False,
        "message": "A has to hold",
        "users": None,
        "emails": [],
        "baselines": [{"framework": "CIS Zoom", "version": "1.0.0", "id": "1.1.5.4"}],
        "position": {"file": "guardrails.yaml", "line": 6, "column": 11},
    }
    assert (failed["status"], failed["denies"], failed["why"]) == ("error", True, "divide by zero")
    assert (waived["status"], waived["users"], waived["emails"]) == ("waived", 1, ["zoe@corp.example"])
    assert waived["waiver"] == {"reason": "it is wanted", "owner": "admin@corp.example", "expires": "2027-06-30"}
