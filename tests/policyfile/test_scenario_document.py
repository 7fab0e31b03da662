"""Scenarios as typed values: what is given, the policy that is tried, and a place for everything expected."""

from pathlib import Path

import pytest

from calplan.impact.outcome import Outcome
from calplan.model.account import TenantFacts
from calplan.model.levels import Group, GroupModel
from calplan.model.policy import CalendarPolicy
from calplan.model.unknown import UNKNOWN
from calplan.plan.scenario import CountExpectation, Facet, GuardrailExpectation, UserExpectation
from calplan.policyfile.documents import ScenarioDocument
from calplan.policyfile.reader import read
from calplan.policyfile.tried_policy import tried_policies
from tests.policyfile.make import DAY, codes, document, judged, policy, write

WHOLE = """\
spec:
  given:
    settings:
      integration: {enabled: true, locked: unknown}
      groups: [{group: Executives, locked: true}, {group: Quiet, inherit: true}]
    groups: {model: priority, order: [Executives, Staff]}
    tenant: {hybrid: false, tenantGrant: []}
    users:
      - {email: " Alice@contoso.com", service: google, groups: [Staff], primary_group: Staff, mailbox: a@b.example}
      - {email: bob@contoso.com, status: inactive, own_grant: unknown}
  when: {policy: {integration: {locked: true}, allowedDomains: [contoso.com]}}
  then:
    outcomes: {ALICE@contoso.com: at_risk}
    users:
      alice@contoso.com:
        next_step: unknown
        rules: [R10d, R06, R06]
    counts: {at_risk: 1}
"""


def scenario(spec: str = WHOLE) -> ScenarioDocument:
    (one,) = judged(document("Scenario", spec, "{name: lock}"), "tests.yaml").documents
    assert isinstance(one, ScenarioDocument)
    return one


def trying(path: str, name: str = "s") -> str:
    """A Scenario that tries the policy in a file."""
    spec = f"spec: {{given: {{}}, when: {{policy: {path}}}, then: {{counts: {{blocked: 0}}}}}}\n"
    return document("Scenario", spec, f"{{name: {name}}}")


def test_what_a_scenario_leaves_out_of_its_account_is_unknown() -> None:
    given = scenario().given
    assert given.settings.enabled is True
    assert given.settings.locked is UNKNOWN
    assert given.settings.service is UNKNOWN
    assert given.settings.allowed_domains is UNKNOWN
    assert given.tenant == TenantFacts(hybrid=False, grant=frozenset(), user_consent=UNKNOWN)


def test_users_are_given_in_the_words_of_users_files() -> None:
    users = scenario().given.users
    assert users.emails == ["alice@contoso.com", "bob@contoso.com"]
    assert users.mailboxes == {"alice@contoso.com": "a@b.example"}
    ann, bob = users.facts
    assert (ann.service, ann.calendar, ann.groups, ann.primary_group) == ("google", None, '["Staff"]', "Staff")
    assert (bob.status, bob.service, bob.groups, bob.own_grant) == ("inactive", None, None, None)


def test_the_groups_of_a_scenario_are_those_that_its_users_and_settings_name() -> None:
    given = scenario().given
    assert given.groups.known == (Group(id="Executives", name="Executives"), Group(id="Staff", name="Staff"))
    assert isinstance(given.groups.overrides, tuple)
    assert [one.group for one in given.groups.overrides] == ["Executives"]
    assert given.group_model == GroupModel(kind="priority", order=("Executives", "Staff"))


def test_the_policy_stands_in_the_scenario_with_its_places() -> None:
    tried = scenario().policy
    assert isinstance(tried, CalendarPolicy)
    assert tried.settings.locked is True
    assert tried.positions["integration.locked"].line == 14
    assert tried.positions["allowedDomains[contoso.com]"].line == 14


def test_every_expectation_has_a_place() -> None:
    expected = scenario().expectations
    assert [(one.position.file, one.position.line) for one in expected] == [("tests.yaml", line) for line in LINES]
    outcome, next_step, rules, count = expected
    assert isinstance(outcome, UserExpectation)
    assert (outcome.email, outcome.facet, outcome.expected) == ("alice@contoso.com", Facet.OUTCOME, "at_risk")
    assert isinstance(next_step, UserExpectation)
    assert (next_step.facet, next_step.expected) == (Facet.NEXT_STEP, "unknown")
    assert isinstance(rules, UserExpectation)
    assert (rules.facet, rules.expected) == (Facet.RULES, "R06 R10d")
    assert isinstance(count, CountExpectation)
    assert (count.outcome, count.expected) == (Outcome.AT_RISK, 1)


LINES = (16, 19, 20, 21)


@pytest.mark.parametrize("rules, expected", [("[]", frozenset()), ("[B, A]", frozenset({"A", "B"}))])
def test_a_scenario_may_expect_rules_to_fire_or_none_at_all(rules: str, expected: frozenset[str]) -> None:
    found = judged(
        document(
            "Scenario", f"spec: {{given: {{}}, when: {{policy: {{}}}}, then: {{guardrails: {rules}}}}}\n", "{name: s}"
        )
    )
    assert codes(found.diagnostics) == []
    (one,) = found.documents
    assert isinstance(one, ScenarioDocument)
    (stated,) = one.expectations
    assert isinstance(stated, GuardrailExpectation)
    assert stated.expected == expected


def test_two_scenarios_of_one_name_are_refused() -> None:
    write(Path(), {"a.yaml": trying("{}"), "b.yaml": trying("{}")})
    assert codes(read([Path()], DAY).diagnostics) == ["D-TWO"]


def test_a_policy_file_is_found_beside_the_scenario_and_read_once_for_all() -> None:
    write(Path(), {"tests/a.yaml": trying("../p.yaml", "a"), "tests/b.yaml": trying("../p.yaml", "b")})
    write(Path(), {"p.yaml": policy("bidirectionalSync: true")})
    policies, errors = tried_policies(read([Path("tests")], DAY).scenarios, DAY)
    assert errors == ()
    assert [one.settings.bidirectional_sync for one in policies] == [True, True]
    assert policies[0] is policies[1]


def test_what_is_wrong_with_a_policy_file_is_said_once_and_in_its_place() -> None:
    write(Path(), {"a.yaml": trying("p.yaml", "a"), "b.yaml": trying("p.yaml", "b")})
    write(Path(), {"p.yaml": policy("allowedDomains: []\nallowedDomain: any")})
    _, errors = tried_policies(read([Path()], DAY).scenarios, DAY)
    places = [(one.code, one.position.file if one.position else "") for one in errors]
    assert places == [("V18", "p.yaml"), ("S-UNKNOWN", "p.yaml")]


def test_a_policy_file_that_is_not_there_is_said_where_it_is_named() -> None:
    for path in ("gone.yaml", "x" * 500, "."):
        write(Path(), {"a.yaml": trying(path)})
        _, errors = tried_policies(read([Path("a.yaml")], DAY).scenarios, DAY)
        assert codes(errors) == ["D-UNREADABLE"]
        assert errors[0].position is not None
        assert (errors[0].position.file, errors[0].position.line) == ("a.yaml", 4)


def test_a_policy_file_that_holds_something_else_is_refused() -> None:
    write(Path(), {"a.yaml": trying("b.yaml"), "b.yaml": trying("{}", "other")})
    _, errors = tried_policies(read([Path("a.yaml")], DAY).scenarios, DAY)
    assert "S-ENUM" in codes(errors)
