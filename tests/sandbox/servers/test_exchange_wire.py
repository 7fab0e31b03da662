"""The simulated Exchange server, by raw HTTP: doors, envelopes and troubles."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace

import httpx2
import pytest

from calplan.sandbox.servers.exchange.keys import Auth, new_exchange_keys
from calplan.sandbox.servers.exchange.manner import LOCKED_OUT, Manner, Trouble
from calplan.sandbox.servers.exchange.vendor import Exchange
from tests.sandbox.servers.exchange_stage import (
    EVE,
    FAY,
    FAYS_MAILBOX,
    PASSWORD,
    SERVICE,
    USERNAME,
    as_made,
    exchange_serving,
    offering,
)
from tests.sandbox.servers.stage import Stage

pytestmark = pytest.mark.loopback

TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
CALENDAR = '<m:GetFolder><m:FolderIds><t:DistinguishedFolderId Id="calendar"/></m:FolderIds></m:GetFolder>'


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Exchange]]:
    with (
        pytest.MonkeyPatch.context() as patch,
        exchange_serving(patch, secure=False, folder=tmp_path_factory.mktemp("exchange") / "corp") as made,
    ):
        yield made


@pytest.fixture
def stage(served: tuple[Stage, Exchange]) -> Stage:
    return served[0]


@pytest.fixture
def exchange(served: tuple[Stage, Exchange]) -> Exchange:
    as_made(served[1])
    return served[1]


def named(by: str, name: str) -> str:
    person = f"<t:ConnectingSID><t:{by}>{name}</t:{by}></t:ConnectingSID>" if by else ""
    return f"<t:ExchangeImpersonation>{person}</t:ExchangeImpersonation>"


def envelope(operation: str = CALENDAR, header: str = "") -> bytes:
    return (
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="{TYPES}" xmlns:m="{MESSAGES}">'
        f"<s:Header>{header}</s:Header><s:Body>{operation}</s:Body></s:Envelope>"
    ).encode()


def ask(
    stage: Stage, content: bytes, path: str = "/EWS/Exchange.asmx", password: str | None = PASSWORD
) -> httpx2.Response:
    pair = b64encode(f"{USERNAME}:{password}".encode()).decode()
    headers = {} if password is None else {"authorization": f"Basic {pair}"}
    return stage.client().http.post(path, content=content, headers=headers)


@pytest.mark.parametrize("path", ["/EWS/Exchange.asmx", "/ews/exchange.asmx", "/eWs/EXCHANGE.ASMX"])
def test_the_path_is_compared_ignoring_case(stage: Stage, exchange: Exchange, path: str) -> None:
    answer = ask(stage, envelope(header=named("PrimarySmtpAddress", EVE)), path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert "connection" not in answer.headers
    assert "<t:FolderClass>IPF.Appointment</t:FolderClass>" in answer.text


def test_another_path_is_not_there(stage: Stage, exchange: Exchange) -> None:
    assert ask(stage, envelope(), "/EWS/Services.wsdl").status_code == 404
    assert ask(stage, envelope(), "/autodiscover/autodiscover.xml").status_code == 404


def test_health_asks_nobody_who_he_is(stage: Stage, exchange: Exchange) -> None:
    for path in ("/ews/healthcheck.htm", "/EWS/HealthCheck.htm"):
        answer = stage.client().http.get(path)
        assert (answer.status_code, answer.text.startswith("200 OK")) == (200, True)


@pytest.mark.parametrize(
    "auth, words",
    [
        (Auth.BASIC, ['Basic realm="the sandbox"']),
        (Auth.NTLM, ["NTLM"]),
        (Auth.BOTH, ["NTLM", 'Basic realm="the sandbox"']),
        (Auth.NEGOTIATE, ["Negotiate"]),
    ],
)
def test_each_way_of_signing_in_is_offered_in_a_header_of_its_own(
    stage: Stage, exchange: Exchange, auth: Auth, words: list[str]
) -> None:
    offering(exchange, auth)
    answer = ask(stage, envelope(), password=None)
    assert (answer.status_code, answer.headers.get_list("www-authenticate")) == (401, words)


@pytest.mark.parametrize("auth", [Auth.BEARER, Auth.NEGOTIATE, Auth.NTLM])
def test_the_right_password_is_of_no_use_where_basic_is_not_offered(
    stage: Stage, exchange: Exchange, auth: Auth
) -> None:
    offering(exchange, auth)
    answer = ask(stage, envelope())
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].split(" ")[0].lower() == auth.value
    assert exchange.asked == []


@pytest.mark.parametrize("token", ["AAAA", "%%%", b64encode(b"NTLMSSP\0junk").decode(), "TlRMTVNTUAADAAAA"])
def test_a_message_of_ntlm_that_is_none_is_challenged_again(stage: Stage, exchange: Exchange, token: str) -> None:
    offering(exchange, Auth.NTLM)
    answer = stage.client().http.post("/EWS/Exchange.asmx", headers={"authorization": f"NTLM {token}"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "NTLM")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no xml",
        b"<a><b></a>",
        b"<a/>",
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
        b'<!DOCTYPE a [<!ENTITY x "y">]>' + envelope(),
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd">' + envelope(),
    ],
)
def test_what_is_no_envelope_or_declares_entities_is_not_read(stage: Stage, exchange: Exchange, content: bytes) -> None:
    assert ask(stage, content).status_code == 400
    assert exchange.asked == []


@pytest.mark.parametrize(
    "header, code",
    [
        (named("PrimarySmtpAddress", "nobody@corp.example"), "ErrorNonExistentMailbox"),
        (named("PrimarySmtpAddress", FAY), "ErrorNonPrimarySmtpAddress"),
        (named("PrincipalName", FAYS_MAILBOX), "ErrorNonExistentMailbox"),
        (named("SID", "S-1-5-21-1"), "ErrorNonExistentMailbox"),
        (named("", ""), "ErrorInvalidExchangeImpersonationHeaderData"),
        (named("PrimarySmtpAddress", " "), "ErrorInvalidExchangeImpersonationHeaderData"),
        (named("PrincipalName", FAY) * 2, "ErrorMoreThanOneAccessModeSpecified"),
        ("", "ErrorMissingEmailAddress"),
        ('<t:RequestServerVersion Version="Exchange2019"/>', "ErrorInvalidServerVersion"),
    ],
)
def test_a_header_that_does_not_hold_is_a_fault(stage: Stage, exchange: Exchange, header: str, code: str) -> None:
    answer = ask(stage, envelope(header=header))
    assert answer.status_code == 500
    assert f">a:{code}</faultcode>" in answer.text
    assert 'MajorVersion="15" MinorVersion="1" MajorBuildNumber="2507" MinorBuildNumber="72"' in answer.text


def test_a_sign_in_name_is_taken_for_what_it_is(stage: Stage, exchange: Exchange) -> None:
    assert "NoError" in ask(stage, envelope(header=named("PrincipalName", FAY))).text


@pytest.mark.parametrize(
    "operation, code",
    [
        ("<m:FindItem/>", "ErrorInvalidRequest"),
        (CALENDAR.replace("calendar", "inbox"), "ErrorFolderNotFound"),
        ("<m:ConvertId/>", "ErrorInvalidIdMalformed"),
        (
            "<m:ResolveNames><m:UnresolvedEntry>x@corp.example</m:UnresolvedEntry></m:ResolveNames>",
            "ErrorNameResolutionNoResults",
        ),
    ],
)
def test_no_item_is_ever_given_and_errors_have_their_codes(
    stage: Stage, exchange: Exchange, operation: str, code: str
) -> None:
    assert code in ask(stage, envelope(operation, named("PrimarySmtpAddress", EVE))).text


@pytest.mark.parametrize(
    "trouble, status, header",
    [
        (Trouble.UNAVAILABLE, 503, ("retry-after", "7")),
        (Trouble.UNAVAILABLE_AND_CLOSED, 503, ("connection", "close")),
        (Trouble.BROKEN_APPLICATION, 500, ("content-type", "text/html; charset=utf-8")),
        (Trouble.REDIRECT, 302, ("location", "/owa/auth/logon.aspx")),
        (Trouble.ERROR_PAGE, 302, ("location", "/ews/genericerrorpage.htm?aspxerrorpath=/ews/exchange.asmx")),
        (Trouble.WEB_PAGE, 200, ("content-type", "text/html; charset=utf-8")),
        (Trouble.FORBIDDEN, 403, ("content-length", "0")),
        (Trouble.FORBIDDEN_AND_CLOSED, 403, ("connection", "close")),
        (Trouble.DISABLED, 403, ("x-caserrorcode", "EwsDisabled")),
        (Trouble.SLOW_DOWN, 429, ("retry-after", "7")),
        (Trouble.BUSY, 500, ("content-type", "text/xml; charset=utf-8")),
        (Trouble.TOO_MANY_CONNECTIONS, 500, ("content-type", "text/xml; charset=utf-8")),
        (Trouble.BUSY_INSIDE, 200, ("content-type", "text/xml; charset=utf-8")),
        (Trouble.EMPTY_XML, 200, ("content-type", "text/xml; charset=utf-8")),
    ],
)
def test_every_trouble_has_its_shape(
    stage: Stage, exchange: Exchange, trouble: Trouble, status: int, header: tuple[str, str]
) -> None:
    exchange.manner = Manner(trouble=trouble, retry_after="7")
    answer = ask(stage, envelope(), password=None)
    assert (answer.status_code, answer.headers[header[0]]) == (status, header[1])


def test_who_is_locked_out_hears_it_only_when_he_tries(stage: Stage, exchange: Exchange) -> None:
    exchange.manner = Manner(trouble=Trouble.LOCKED_OUT)
    assert ask(stage, envelope(), password=None).text == ""
    answer = ask(stage, envelope())
    assert (answer.status_code, answer.text) == (401, LOCKED_OUT)


def test_a_trouble_passes_after_so_many_times_and_may_wait_for_an_operation(stage: Stage, exchange: Exchange) -> None:
    exchange.manner = Manner(trouble=Trouble.BUSY, on="GetFolder", times=2, back_off=1_500)
    content = envelope(header=named("PrimarySmtpAddress", EVE))
    assert "ErrorInvalidIdMalformed" in ask(stage, envelope("<m:ConvertId/>")).text
    for _ in range(2):
        assert '<t:Value Name="BackOffMilliseconds">1500</t:Value>' in ask(stage, content).text
    assert "NoError" in ask(stage, content).text


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_planned_faults_meet_exchange_too_and_are_worded_as_its_own(
    stage: Stage, exchange: Exchange, status: int
) -> None:
    stage.fault(f"POST /EWS/Exchange.asmx:{status}x1")
    answer = ask(stage, envelope())
    assert (answer.status_code, answer.content) == (status, b"")
    assert ("www-authenticate" in answer.headers) is (status == 401)
    assert ask(stage, envelope("<m:ConvertId/>")).status_code == 200


def test_keys_are_always_of_the_same_account_and_do_not_show_the_password(exchange: Exchange) -> None:
    one, other = new_exchange_keys("abc"), new_exchange_keys("abc")
    assert (one.account, one.username) == (other.account, other.username)
    assert one.password != other.password
    assert one.username.split("\\")[1] == one.account.split("@")[0]
    for shown in (repr(exchange), repr(exchange.keys), repr(replace(exchange.keys, password="x" * 9))):
        assert PASSWORD not in shown
        assert "x" * 9 not in shown
    assert SERVICE in repr(exchange)
