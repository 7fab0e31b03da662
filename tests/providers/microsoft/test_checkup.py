"""What ``calplan doctor`` finds at Microsoft."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from calplan.providers.base import Ability
from calplan.providers.checkup import Check, Verdict
from calplan.providers.microsoft.capabilities import CAPABILITIES
from tests.providers.microsoft.make import KEYS, NAME, Tenant, tenant

pytestmark = pytest.mark.loopback

NEEDED = frozenset({"Directory.Read.All"})


@pytest.fixture
def corp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    with tenant(monkeypatch) as running:
        yield running


def found(checks: list[Check]) -> dict[str, Verdict]:
    return {one.subject: one.verdict for one in checks}


def test_a_tenant_that_is_set_up_passes_every_check_by_reading_alone(corp: Tenant) -> None:
    checks = corp.check()
    assert set(found(checks).values()) == {Verdict.OK}
    assert list(found(checks)) == [
        "secret",
        "token",
        "permissions to plan",
        "permission to read what users may consent to",
        "permission to see where mailboxes lie",
        "permission to apply",
        "application",
        "clock",
    ]
    assert {one.split(" ")[0] for one in corp.asked()} == {"GET"}


def test_permissions_that_only_some_commands_need_are_doubts(monkeypatch: pytest.MonkeyPatch) -> None:
    with tenant(monkeypatch, keys=replace(KEYS, permissions=NEEDED)) as corp:
        checks = corp.check()
    doubts = [one.found for one in checks if one.verdict is Verdict.WARN]
    assert doubts == [
        "missing: Policy.Read.All",
        "missing: MailboxSettings.Read",
        "missing: DelegatedPermissionGrant.ReadWrite.All",
    ]
    assert Verdict.FAIL not in found(checks).values()


def test_without_the_permission_to_read_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with tenant(monkeypatch, keys=replace(KEYS, permissions=frozenset())) as corp:
        checks = found(corp.check())
    assert checks["permissions to plan"] is Verdict.FAIL
    assert "application" not in checks, "who may not read it need not be told twice"


def test_a_secret_that_is_not_there_ends_the_look(corp: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME)
    assert found(corp.check()) == {"secret": Verdict.FAIL}
    assert corp.stage.asked() == []


def test_a_secret_that_is_wrong_ends_the_look(corp: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "wrong")
    checks = corp.check()
    assert found(checks) == {"secret": Verdict.OK, "token": Verdict.FAIL}
    assert "AADSTS7000215" in checks[-1].found


def test_an_application_that_nobody_consented_to_is_a_doubt(corp: Tenant) -> None:
    corp.microsoft.graph.tenant.app_is_known = False
    (check,) = (one for one in corp.check() if one.subject == "application")
    assert check.verdict is Verdict.WARN
    assert KEYS.app_id in check.found


def test_a_clock_that_is_off_is_a_doubt(corp: Tenant) -> None:
    corp.passing.passed = 600.0
    (check,) = (one for one in corp.check() if one.subject == "clock")
    assert check.verdict is Verdict.WARN
    assert "seconds ahead of Microsoft" in check.found


def test_what_can_be_written_is_said() -> None:
    assert CAPABILITIES.platform == "microsoft"
    assert CAPABILITIES.writable == {"office365.tenantGrant", "office365.revokeStale"}
    assert CAPABILITIES.of("users").ability is Ability.READ
