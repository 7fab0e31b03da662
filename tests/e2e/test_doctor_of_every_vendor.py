"""A look at an account with every source beside it: each thing that is wrong is named, with what to do and where."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.sandbox.servers.google.vendor import Google
from calplan.sandbox.servers.microsoft.vendor import Microsoft
from calplan.sandbox.servers.neighbours import OF_EXCHANGE, OF_GOOGLE, OF_MICROSOFT
from tests.cli.make import calplan
from tests.e2e.vendors import Vendors, every_vendor

pytestmark = pytest.mark.loopback

FILE: Final = {"type": "connections-file", "path": "connections.csv"}
ROWS: Final = "email,service,as_of\neve@corp.example,exchange-ews,2026-11-20\n"


@pytest.fixture
def vendors(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendors]:
    with every_vendor(monkeypatch) as running:
        (running.corp / "connections.csv").write_text(ROWS, encoding="utf-8")
        running.document(others=(FILE,))
        yield running


def looked(vendors: Vendors, code: ExitCode) -> dict[str, dict[str, Any]]:
    """What a look finds by its subject, each of which is met once."""
    said = calplan("doctor", "corp", "-o", "json")
    assert said.code is code, said.out + said.err
    text = calplan("doctor", "corp")
    for secret in vendors.secrets:
        assert secret not in said.out + said.err + text.out + text.err
    (account,) = json.loads(said.out)["accounts"]
    checks = {one["subject"]: one for one in account["checks"]}
    assert len(checks) == len(account["checks"]), "no two lines are about the same thing"
    assert all(one["fix"] or one["verdict"] == "ok" for one in account["checks"]), "whatever is wrong has a remedy"
    assert all("\n" not in one["found"] for one in account["checks"])
    return checks


def test_where_all_is_well_every_source_says_so(vendors: Vendors) -> None:
    checks = looked(vendors, ExitCode.DONE)
    beside = {subject: one["verdict"] for subject, one in checks.items() if ": " in subject}
    assert {subject.partition(":")[0] for subject in beside} == {"microsoft", "google", "exchange", "connections-file"}
    assert {subject for subject, verdict in beside.items() if verdict != "ok"} <= {"connections-file: age"}
    assert not [one for one in vendors.stage.asked() if "/EWS/" in one], "Exchange is not contacted"


def of(vendors: Vendors, kind: type[Any]) -> Any:  # noqa: ANN401 - one of the vendors
    return next(one for one in vendors.neighbours.vendors if isinstance(one, kind))


def without(vendors: Vendors, kind: str, **more: object) -> None:
    vendors.document({kind: more}, others=(FILE,))


def no_secret(name: str) -> Callable[[Vendors, pytest.MonkeyPatch], None]:
    return lambda _vendors, patch: patch.delenv(name)


def wrong_secret(_vendors: Vendors, patch: pytest.MonkeyPatch) -> None:
    patch.setenv(OF_MICROSOFT, "another")


def no_permission(vendors: Vendors, _patch: pytest.MonkeyPatch) -> None:
    of(vendors, Microsoft).allow("MailboxSettings.Read")


def not_to_write(vendors: Vendors, _patch: pytest.MonkeyPatch) -> None:
    of(vendors, Microsoft).allow("Directory.Read.All", "Policy.Read.All", "MailboxSettings.Read")


def other_application(vendors: Vendors, _patch: pytest.MonkeyPatch) -> None:
    without(vendors, "microsoft", appId="11111111-2222-4333-8444-555555555555")


def other_tenant(vendors: Vendors, _patch: pytest.MonkeyPatch) -> None:
    without(vendors, "microsoft", tenantId="11111111-2222-4333-8444-555555555555")


def nobody_signs_in(vendors: Vendors, _patch: pytest.MonkeyPatch) -> None:
    endpoints = vendors.stated("microsoft")["endpoints"]
    without(vendors, "microsoft", endpoints={**endpoints, "login": "https://127.0.0.1:9/microsoft/login"})


def not_delegated(vendors: Vendors, _patch: pytest.MonkeyPatch) -> None:
    of(vendors, Google).grant("https://www.googleapis.com/auth/admin.directory.user.readonly")


def other_customer(vendors: Vendors, _patch: pytest.MonkeyPatch) -> None:
    without(vendors, "google", customer="C0another")


def no_admin(vendors: Vendors, _patch: pytest.MonkeyPatch) -> None:
    without(vendors, "google", subject="nobody@corp.example")


def no_clients(vendors: Vendors, _patch: pytest.MonkeyPatch) -> None:
    without(vendors, "google", clientIds=[])


def no_certificates(vendors: Vendors, _patch: pytest.MonkeyPatch) -> None:
    without(vendors, "exchange", caFile="missing.pem")


def no_file(vendors: Vendors, _patch: pytest.MonkeyPatch) -> None:
    (vendors.corp / "connections.csv").unlink()


def wrong_rows(vendors: Vendors, _patch: pytest.MonkeyPatch) -> None:
    Path(vendors.corp / "connections.csv").write_text("email,service\na@b.example,gogle\n,google\n", encoding="utf-8")


class Wrong(NamedTuple):
    """One thing that is wrong, how the look ends, the line that says it, and words of what to do."""

    make: Callable[[Vendors, pytest.MonkeyPatch], None]
    code: ExitCode
    subject: str
    verdict: str
    remedy: str


REFUSED, UNREACHABLE, INVALID, DONE = (
    ExitCode.NOT_AUTHORISED,
    ExitCode.UNREACHABLE,
    ExitCode.INVALID,
    ExitCode.DONE,
)
WRONG: Final = {
    "Microsoft's secret is not there": Wrong(
        no_secret(OF_MICROSOFT), REFUSED, "microsoft: secret", "fail", "`credential` of the Microsoft provider"
    ),
    "Microsoft's secret is another": Wrong(wrong_secret, REFUSED, "microsoft: token", "fail", "`clientId`"),
    "a permission is missing": Wrong(
        no_permission, REFUSED, "microsoft: permissions to plan", "fail", "add Directory.Read.All"
    ),
    "the permission to write is missing": Wrong(
        not_to_write, DONE, "microsoft: permission to apply", "warn", "add DelegatedPermissionGrant.ReadWrite.All"
    ),
    "nobody consented to the application": Wrong(other_application, DONE, "microsoft: application", "warn", "`appId`"),
    "there is no such tenant": Wrong(other_tenant, REFUSED, "microsoft: token", "fail", "`tenantId`"),
    "nobody answers where tokens are": Wrong(
        nobody_signs_in, UNREACHABLE, "microsoft: token", "fail", "`endpoints.login`"
    ),
    "Google's secret is not there": Wrong(
        no_secret(OF_GOOGLE), REFUSED, "google: secret", "fail", "`credential` of the Google provider"
    ),
    "a scope is not delegated": Wrong(
        not_delegated, REFUSED, "google: token to read and revoke tokens", "fail", "domain-wide delegation"
    ),
    "there is no such customer": Wrong(other_customer, REFUSED, "google: directory", "fail", "`customer`"),
    "there is no such admin": Wrong(no_admin, REFUSED, "google: token to list users", "fail", "`subject`"),
    "no application is listed": Wrong(no_clients, DONE, "google: client ids", "warn", "`clientIds`"),
    "the file of certificates is not there": Wrong(
        no_certificates, INVALID, "exchange: caFile", "fail", "`caFile` of the exchange provider"
    ),
    "the connections file is not there": Wrong(no_file, INVALID, "connections-file: file", "fail", "`path`"),
    "rows of the connections file are wrong": Wrong(wrong_rows, INVALID, "connections-file: file", "fail", "google"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_with_its_remedy_and_nothing_else_is_blamed(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, wrong: Wrong
) -> None:
    wrong.make(vendors, monkeypatch)
    checks = looked(vendors, wrong.code)
    assert checks[wrong.subject]["verdict"] == wrong.verdict
    assert wrong.remedy in checks[wrong.subject]["fix"]
    source = wrong.subject.partition(":")[0]
    blamed = {subject for subject, one in checks.items() if one["verdict"] == "fail" and source not in subject}
    assert blamed == set()
    found = {subject.partition(":")[0] for subject in checks if ": " in subject}
    assert found == {"microsoft", "google", "exchange", "connections-file"}, "the others were looked at as well"


def test_the_password_for_exchange_is_not_looked_up(vendors: Vendors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OF_EXCHANGE)
    vendors.impersonating()
    checks = looked(vendors, ExitCode.DONE)
    assert "nothing is contacted before" in checks["exchange: probe"]["found"]
