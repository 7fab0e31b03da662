"""What a rule asks for is held against what there is, when the rule is read."""

import pytest

from tests.guardrails.make import faults

SOUND = (
    "policy.office365.enforceOAuth != false",
    "policy.integration.service.type == 'google' && policy.integration.service.permissions.calendar != 'write'",
    "policy['integration']['locked'] == true",
    "has(policy.groups) && policy.groups != null",
    "policy.groups == null || policy.groups.all(g, g.service.type != 'exchange-mapi')",
    "policy.groups.exists(g, policy.groups.exists(h, h.group == g.group && h.locked == true))",
    "policy.allowedDomains == 'any' || 'contoso.com' in policy.allowedDomains",
    "policy.privateEvents.except.all(pair, pair.access == 'hidden')",
    "policy.groups == null || policy.groups.all(live, live.locked == true)",
    "live.integration.locked == policy.integration.locked",
    "plan.impact.counts.disconnected_silent + plan.impact.counts.blocked == 0",
    "plan.impact.by_group.all(g, g.counts.disconnected_blocked == 0)",
    "plan.changes.all(c, c.change.actions != ['delete'] && c.reversibility != 'irreversible')",
    "plan.changes.filter(c, c.mode == 'manual').size() < 3",
    "plan.diagnostics.all(d, d.severity != 'warning')",
    "plan.changes.exists(c, c.address == 'integration.service' && c.change.after.type == 'google')",
    "account.owner != null && account.platform.type in ['zoom', 'local'] && 'zoom' in [account.platform.type]",
    "int(account.limits.silent) == 0",
    "{'a': policy.integration.locked}.a == true",
    "[policy, live].all(p, p.integration.enabled == true)",
    "(policy.integration.locked == true ? policy : live).integration.enabled == true",
)
SOUND_FOR_USERS = (
    "!('Executives' in user.groups && user.connection == 'lost')",
    "user.service == '' || user.auth in ['oauth', 'impersonation']",
    "user.domain.endsWith('.example') && user['outcome'] != 'blocked'",
    "user.clients.all(c, !c.startsWith('5.'))",
)


@pytest.mark.parametrize("expression", SOUND)
def test_what_exists_may_be_asked_for(expression: str) -> None:
    assert faults(expression) == []
    assert faults(expression, each_user=True) == []


@pytest.mark.parametrize("expression", SOUND_FOR_USERS)
def test_users_are_there_for_rules_about_each_of_them(expression: str) -> None:
    assert faults(expression, each_user=True) == []
    (fault,) = faults(expression)
    assert fault == ("C-COMPILE", "user", "there is no variable or function `user`")


@pytest.mark.parametrize(
    "expression, at, owner",
    [
        ("policy.ofice365.enforceOAuth == true", "ofice365", "policy"),
        ("policy.office365.enforceOAth == true || true", "enforceOAth", "policy.office365"),
        ("live['integraton'].locked == true", "'integrato", "live"),
        ("has(policy.integration.servce)", "servce", "policy.integration"),
        ("policy.groups.all(g, g.lockd == true)", "lockd", "g"),
        ("policy.groups.exists(g, policy.groups.exists(h, g.group == h.grup))", "grup", "h"),
        ("policy.groups.exists(g, policy.groups.exists(h, g.grup == h.group))", "grup", "g"),
        ("plan.impact.count.blocked == 0", "count", "plan.impact"),
        ("plan.resource_changes.size() == 0", "resource_changes", "plan"),
        ("plan.changes.all(c, c.chnge.before == 1)", "chnge", "c"),
        ("account.limit.silent == '0'", "limit", "account"),
        ("policy . office365\n  . enforceOAth == true", "enforceOAth", "policy.office365"),
        ("'offce365' in policy", "'offce36", "policy"),
        ("user.conection == 'lost'", "conection", "user"),
        ("user.email == 'a@corp.example'", "email", "user"),
    ],
)
def test_a_field_that_does_not_exist_is_an_error_at_its_place(expression: str, at: str, owner: str) -> None:
    (fault,) = faults(expression, each_user=True)
    assert fault[:2] == ("C-PATH", at)
    assert fault[2].startswith(f"`{owner}` has no field `")


@pytest.mark.parametrize(
    "expression",
    ["policy.integration.locked.really == true", "policy.allowedDomains.first == 'x'", "today.year == 2026"],
)
def test_a_single_value_and_a_list_have_no_fields(expression: str) -> None:
    assert [code for code, _, _ in faults(expression)] in (["C-PATH"], ["C-COMPILE"])


@pytest.mark.parametrize(
    "expression, at",
    [
        ("policy.office365.enforceOAuth == 'true'", "'true'"),
        ("1 != policy.integration.locked", "1"),
        ("policy.integration.service == null", "null"),
        ("policy.integration.service.type == 1", "1"),
        ("plan.impact.counts.blocked == '0'", "'0'"),
        ("account.limits.silent == 0", "0"),
        ("1 in user.groups", "1"),
        ("user.service in [1]", "1"),
    ],
)
def test_a_comparison_that_is_never_true_is_an_error(expression: str, at: str) -> None:
    (fault,) = faults(expression, each_user=True)
    assert fault[:2] == ("C-TYPE", at)


@pytest.mark.parametrize(
    "expression, at",
    [
        ("user.connection == 'losst'", "'losst'"),
        ("'disconnected' == user.outcome", "'disconnected'"),
        ("user.next_step in ['none', 'authorize']", "'authorize'"),
        ("policy.integration.service.type != 'office365'", "'office365'"),
        ("policy.allowedDomains != 'all'", "'all'"),
        ("policy.groups.all(g, g.service.permissions.contacts != 'full')", "'full'"),
        ("'entra' in account.providers", "'entra'"),
        ("plan.changes.all(c, c.mode != 'hand')", "'hand'"),
    ],
)
def test_a_word_that_a_field_never_has_is_an_error(expression: str, at: str) -> None:
    (fault,) = faults(expression, each_user=True)
    assert fault[:2] == ("C-WORD", at)


def test_null_may_be_compared_with_any_single_value() -> None:
    expression = "policy.integration.locked != null && policy.groups == null && user.domain != null"
    assert faults(expression, each_user=True) == []


def test_every_fault_of_an_expression_is_told_once() -> None:
    expression = "policy.groups.exists_one(g, g.lockd == true) && live.offce365 == 1"
    assert [at for _, at, _ in faults(expression)] == ["lockd", "offce365"]
