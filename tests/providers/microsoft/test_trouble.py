"""What becomes of a reading when Graph throttles, breaks off, refuses, or leads elsewhere; and that nothing leaks."""

import json
import logging
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import replace

import pytest

from calplan.model.proof import Known, Trace
from calplan.model.service import ServiceType
from calplan.model.unknown import UNKNOWN
from calplan.providers.errors import NotAuthorisedError, ProviderError, UnreachableError
from calplan.providers.http.answer import Answer, Kind
from calplan.providers.microsoft.judging import judge
from calplan.providers.microsoft.messages import complaint_in
from calplan.sandbox.servers.microsoft.held import Grant
from calplan.sandbox.servers.microsoft.paging import Pages
from tests.conftest import ROOT
from tests.providers.microsoft.make import (
    ANN,
    BOB,
    CAT,
    DAN,
    KEYS,
    SECRET,
    Tenant,
    by_login,
    tenant,
)

pytestmark = pytest.mark.loopback

GRAPH = ServiceType.OFFICE365_GRAPH


@pytest.fixture
def corp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    with tenant(monkeypatch) as running:
        yield running


@pytest.mark.parametrize("kind", ["429", "503", "500", "502", "504", "507", "half", "drop", "expire-token"])
@pytest.mark.parametrize("path", ["/servicePrincipals", "/oauth2PermissionGrants", "/users"])
def test_passing_trouble_changes_nothing_of_what_is_read(kind: str, path: str, corp: Tenant) -> None:
    corp.fault(f"GET {path}:{kind}x{1 if kind == 'expire-token' else 3}")
    witness = corp.people()
    assert (len(witness.people), witness.evidence.complete, witness.failure) == (5, True, None)


def test_whoever_throttles_is_left_alone_as_long_as_it_asks(corp: Tenant) -> None:
    throttling = corp.microsoft.graph.throttling
    throttling.retry_after, throttling.insist = 11, True
    corp.fault("GET /users:429x3")
    assert corp.people().evidence.complete
    assert throttling.early == 0
    assert [pause >= 11 for pause in corp.passing.pauses].count(True) == 3


def test_whoever_throttles_without_a_time_is_asked_again_with_growing_pauses(corp: Tenant) -> None:
    corp.microsoft.graph.throttling.retry_after = None
    corp.fault("GET /users:429x3")
    assert corp.people().evidence.complete
    assert corp.passing.pauses == sorted(corp.passing.pauses)
    assert len(corp.passing.pauses) == 3


@pytest.mark.parametrize("fault", ["GET /servicePrincipals:503x100", "GET /oauth2PermissionGrants:503x100"])
def test_where_nothing_can_be_read_that_is_an_error(fault: str, corp: Tenant) -> None:
    corp.fault(fault)
    provider = corp.reading()
    with pytest.raises(UnreachableError, match=r"has trouble of its own .status 503, tried 6 times"):
        provider.read_people()
    with pytest.raises(UnreachableError):
        provider.read_tenant()


@pytest.mark.parametrize("left", [frozenset[str](), frozenset({"MailboxSettings.Read", "Policy.Read.All"})])
def test_without_permission_it_is_not_let_in(left: frozenset[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with tenant(monkeypatch, keys=replace(KEYS, permissions=left)) as corp:
        words = r"does not let calplan do this \(status 403\): Authorization_RequestDenied \(request [0-9a-f-]+\)"
        with pytest.raises(NotAuthorisedError, match=words):
            corp.people()


def test_users_that_nobody_may_read_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with tenant(monkeypatch) as corp:
        corp.fault("GET /users:403x9")
        with pytest.raises(NotAuthorisedError, match="status 403"):
            corp.people()


def test_users_that_break_off_are_marked_as_incomplete(corp: Tenant) -> None:
    corp.microsoft.graph.pages.size = 2
    # The first two pages are answered before the fault is planned.
    later(corp, "GET /users:503x100", after=2)
    provider = corp.reading(probe_mailboxes=False)
    witness = provider.read_people()
    assert list(by_login(witness.people)) == [ANN, BOB]
    assert (witness.evidence.complete, witness.evidence.records) == (False, 2)
    assert witness.failure is not None
    assert "trouble of its own (status 503" in witness.failure
    assert provider.read_consents(frozenset({ANN})) == frozenset({ANN})
    assert provider.read_consents(frozenset({ANN, CAT})) is UNKNOWN


def test_consents_that_break_off_leave_nobody_without_one(corp: Tenant) -> None:
    corp.microsoft.graph.pages.size = 1
    later(corp, "GET /oauth2PermissionGrants:500x6", after=1)
    provider = corp.reading(probe_mailboxes=False)
    witness = provider.read_people()
    known = by_login(witness.people)
    assert known[ANN].traces == (Trace(GRAPH, "write", "read"),)
    assert {known[one] for one in (BOB, CAT, DAN)} == {Known(None, None, None)}
    assert (len(witness.people), witness.evidence.complete) == (5, False)
    assert witness.failure is not None
    observed = provider.read_tenant()
    assert observed is not None
    assert (observed.value.grant, observed.evidence.complete) == (UNKNOWN, False)


def later(corp: Tenant, fault: str, *, after: int) -> None:
    """Misbehave once so many pages were handed out that lead on."""
    pages, given = corp.microsoft.graph.pages, [0]
    link = pages._link

    class Counting(Pages):
        __slots__ = ()

        def _link(self, *asked: object) -> str:
            given[0] += 1
            if given[0] == after:
                corp.fault(fault)
            return link(*asked)  # type: ignore[arg-type]  # as above

    pages.__class__ = Counting


@pytest.mark.parametrize(
    "link",
    ["https://graph.evil.example/v1.0/users?$skiptoken=1", "http://127.0.0.1:9/v1.0/users", "{url}/microsoft/oidc"],
)
def test_a_next_page_on_another_host_is_not_asked_for(link: str, corp: Tenant) -> None:
    pages = corp.microsoft.graph.pages
    pages.size = 2

    class Leading(Pages):
        __slots__ = ()

        def _link(self, *_asked: object) -> str:
            return link.replace("{url}", corp.stage.url)

    pages.__class__ = Leading
    witness = corp.people()
    assert not witness.evidence.complete
    assert witness.failure is not None
    assert "leads to an address that is not below" in witness.failure
    assert {one.path for one in corp.stage.access_log if "graph" not in one.path and "login" not in one.path} == set()


def test_a_list_that_leads_in_a_circle_ends(corp: Tenant) -> None:
    pages = corp.microsoft.graph.pages

    class Circling(Pages):
        __slots__ = ()

        def _going_on(self, _ask: object) -> None:
            return None

        def _link(self, *_asked: object) -> str:
            return f"{corp.stage.url}/microsoft/graph/v1.0/users?$skiptoken=same"

    pages.size = 2
    pages.__class__ = Circling
    witness = corp.people()
    assert witness.failure is not None
    assert "again and again" in witness.failure


def test_a_web_page_instead_of_an_answer_is_not_understood(corp: Tenant) -> None:
    corp.microsoft.html = 1
    with pytest.raises(ProviderError, match=r"calplan does not understand what Microsoft Graph .* it is no JSON"):
        corp.people()


@pytest.mark.parametrize(
    "otherwise, sentence",
    [
        ({"consentType": "Everybody"}, r"a word nobody knows - at `\$\.value\[0\]\.consentType`"),
        ({"consentType": None}, "Expected `str`, got `null`"),
        ({"scope": 7}, "Expected `str"),
        ({"principalId": None, "consentType": "Principal"}, "without saying whose"),
    ],
)
def test_a_consent_that_is_not_written_as_one_is_not_taken(
    otherwise: dict[str, object], sentence: str, corp: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = Grant.fields
    monkeypatch.setattr(Grant, "fields", lambda grant: {**usual(grant), **otherwise})
    with pytest.raises(ProviderError, match=sentence) as caught:
        corp.people()
    assert "Everybody" not in str(caught.value)


def test_a_filter_that_is_not_kept_is_noticed(corp: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calplan.sandbox.servers.microsoft.grants._fits", lambda *_: True)
    with pytest.raises(ProviderError, match="its filter is not kept"):
        corp.people()


def test_the_libraries_are_imported_when_somebody_signs_in() -> None:
    program = "import sys; from calplan.providers.microsoft import checkup, opening, writing; print(*sys.modules)"
    asked = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert {"msal", "requests", "cryptography"}.isdisjoint(asked.stdout.split())


def error(code: str, inner: dict[str, object] | None = None, spelling: str = "innerError") -> bytes:
    return json.dumps({"error": {"code": code, "message": "Secret words", spelling: inner or {}}}).encode()


@pytest.mark.parametrize(
    "body, codes",
    [
        (error("A"), ("A",)),
        (error("", {"code": "B", "request-id": "1"}), ("B",)),
        (error("A", {"code": "", "innererror": {"code": "C"}}, "innererror"), ("A", "C")),
        (error("A", {"innererror": {"code": 7}}), ("A",)),
        (b'{"error": "text"}', ()),
        (b"", ()),
        (b"<html>", ()),
        (b"[" * 10000, ()),
    ],
)
def test_codes_are_found_however_an_error_nests(body: bytes, codes: tuple[str, ...]) -> None:
    assert complaint_in(body).codes == codes


@pytest.mark.parametrize(
    "status, kind",
    [
        (400, Kind.WRONG),
        (401, Kind.SIGN_IN_AGAIN),
        (403, Kind.NOT_ALLOWED),
        (404, Kind.WRONG),
        (409, Kind.WRONG),
        (429, Kind.SLOW_DOWN),
        (502, Kind.PASSING),
        (507, Kind.PASSING),
    ],
)
def test_an_answer_is_judged_by_status_and_code_and_its_sentence_is_not_repeated(status: int, kind: Kind) -> None:
    body = error("Some_Code", {"request-id": "0a1b2c3d-0000-0000-0000-000000000000"})
    meaning = judge(Answer(status=status, headers={}, body=body, place="graph"))
    assert (meaning.kind, meaning.words) == (kind, "Some_Code (request 0a1b2c3d-0000-0000-0000-000000000000)")
    assert judge(Answer(status=status, headers={}, body=error("a b"), place="graph")).words == ""


def test_secret_assertion_and_token_are_in_no_log_error_or_repr(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # The level of our own loggers is whatever the last command line before this test wanted of them.
    caplog.set_level(logging.DEBUG, logger="calplan")
    with tenant(monkeypatch) as corp, caplog.at_level(logging.DEBUG):
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{corp.stage.url}/microsoft/oidc?api-version=2.0")
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", corp.microsoft.keys.request_token)
        shown = [whatever_happens(corp)]
        corp.credential = {"kind": "federated"}
        shown.append(whatever_happens(corp))
        tokens = list(corp.microsoft.login._out)
    assert "calplan.http" in {record.name for record in caplog.records}
    assert len(tokens) >= 2
    formats = logging.Formatter()
    text = "\n".join([*shown, *(formats.format(one) for one in caplog.records)])
    for secret in (SECRET, KEYS.request_token, *tokens):
        assert secret not in text
    # Every assertion begins so, in whatever it is wrapped.
    assert "eyJhbGciOi" not in text


def whatever_happens(corp: Tenant) -> str:
    """All that can be seen of a provider that reads, is refused, and breaks."""
    provider = corp.reading()
    shown = [repr(provider), repr(provider.read_people()), repr(provider.read_tenant())]
    for fault in ("GET /oauth2PermissionGrants:401x9", "GET /oauth2PermissionGrants:400x9", "GET /users:halfx9"):
        corp.fault(fault)
        try:
            shown.append(repr(corp.people()))
        except ProviderError as error:
            shown.append("".join(traceback.TracebackException.from_exception(error, capture_locals=False).format()))
        corp.stage.faults.forget()
    return "\n".join(shown)
