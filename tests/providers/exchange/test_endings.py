"""Each way a probe can end before it has proven anything: what is found, under which kind of error, and what to do."""

import pytest

from calplan.providers.errors import NotAuthorisedError, ProviderError, UnreachableError
from calplan.providers.exchange.outcomes import Outcome
from calplan.providers.exchange.words import WORDS
from calplan.sandbox.servers.exchange.keys import Auth
from calplan.sandbox.servers.exchange.manner import Manner, Trouble
from calplan.sandbox.servers.exchange.vendor import Exchange
from tests.providers.exchange.make import SECRET, last, probe, rows
from tests.providers.zoom.make import Passing
from tests.sandbox.servers.exchange_stage import USERNAME, offering
from tests.sandbox.servers.stage import Stage

pytestmark = pytest.mark.loopback

AT_THE_DOOR = [
    (Trouble.REDIRECT, ProviderError, "sends requests on to owa.corp.example; nobody followed", "ewsUrl"),
    (Trouble.WEB_PAGE, ProviderError, "answers (200), but not as EWS does", "/EWS/Exchange.asmx"),
    (Trouble.EMPTY_XML, ProviderError, "answers without asking who is there", "ewsUrl"),
    (Trouble.FORBIDDEN, NotAuthorisedError, "forbids it (403) and says no more", "EwsAllowList"),
    (Trouble.FORBIDDEN_AND_CLOSED, NotAuthorisedError, "forbids it (403) and says no more", "proxy"),
    (Trouble.DISABLED, NotAuthorisedError, "EWS is switched off on ", "Set-CASMailbox -EwsEnabled $true"),
    (Trouble.UNAVAILABLE, UnreachableError, "is busy or out of order (it asks to wait 3 seconds)", "try again later"),
    (Trouble.UNAVAILABLE_AND_CLOSED, UnreachableError, "is busy or out of order", "try again later"),
    (Trouble.SLOW_DOWN, UnreachableError, "is busy or out of order", "Get-ThrottlingPolicy"),
    (Trouble.BROKEN_APPLICATION, UnreachableError, "is busy or out of order", "try again later"),
    (Trouble.ERROR_PAGE, UnreachableError, "is busy or out of order", "try again later"),
]
AFTER_THE_SIGN_IN = [
    *(row for row in AT_THE_DOOR if row[0] is not Trouble.EMPTY_XML),
    (Trouble.EMPTY_XML, ProviderError, "answers (200), but not as EWS does", "/EWS/Exchange.asmx"),
    (Trouble.BUSY, UnreachableError, "is busy or out of order (it asks to wait 2 seconds)", "try again later"),
    (Trouble.BUSY_INSIDE, UnreachableError, "is busy or out of order", "try again later"),
    (Trouble.TOO_MANY_CONNECTIONS, UnreachableError, "is busy or out of order", "try again later"),
]


def manner(trouble: Trouble, on: str | None = None, times: int | None = None) -> Manner:
    closing = trouble in (Trouble.UNAVAILABLE, Trouble.SLOW_DOWN)
    return Manner(
        trouble=trouble,
        on=on,
        times=times,
        location="https://owa.corp.example/owa/?url=x",
        retry_after="3" if closing else None,
    )


@pytest.mark.parametrize("trouble, kind, found, fix", AT_THE_DOOR)
def test_what_is_met_at_the_door_ends_the_probe_before_any_password(  # noqa: PLR0917 - a row, and where it is tried
    stage: Stage, exchange: Exchange, trouble: Trouble, kind: type[ProviderError], found: str, fix: str
) -> None:
    exchange.manner = manner(trouble)
    checks = probe(stage)
    assert rows(checks) == [("fail", "EWS answer")]
    assert type(checks[0].error) is kind
    assert found in checks[0].found
    assert fix in checks[0].fix
    assert exchange.asked == []


@pytest.mark.parametrize("operation, subject", [("ConvertId", "EWS sign-in"), ("GetFolder", "impersonation: calendar")])
@pytest.mark.parametrize("trouble, kind, found, fix", AFTER_THE_SIGN_IN)
@pytest.mark.parametrize("sign_in", ["basic", "ntlm"])
def test_what_is_met_later_is_told_apart_as_well(  # noqa: PLR0917 - as above
    stage: Stage,
    exchange: Exchange,
    operation: str,
    subject: str,
    trouble: Trouble,
    kind: type[ProviderError],
    found: str,
    fix: str,
    sign_in: str,
) -> None:
    offering(exchange, Auth(sign_in))
    # An answer that names the build is all that the sign-in waits for, whatever else it says.
    exchange.names_build = False
    exchange.manner = manner(trouble, on=operation)
    check = last(probe(stage, authType=sign_in))
    assert check.subject == subject
    assert type(check.error) is kind
    assert found in check.found
    assert fix in check.fix


@pytest.mark.parametrize("sign_in", ["basic", "ntlm"])
def test_a_wrong_password_is_tried_once(
    stage: Stage, exchange: Exchange, monkeypatch: pytest.MonkeyPatch, sign_in: str
) -> None:
    offering(exchange, Auth(sign_in))
    monkeypatch.setenv(SECRET, "wrong")
    checks = probe(stage, authType=sign_in)
    assert rows(checks) == [("ok", "EWS answer"), ("fail", "EWS sign-in")]
    assert type(checks[1].error) is NotAuthorisedError
    assert checks[1].found.endswith(f"does not take the password of {USERNAME}")
    assert "lock the account" in checks[1].fix
    # Without credentials once; then once with Basic, or in three steps with NTLM.
    assert len(stage.access_log) == (2 if sign_in == "basic" else 4)


def test_ntlm_needs_the_domain_and_the_fix_says_so(stage: Stage, exchange: Exchange) -> None:
    offering(exchange, Auth.NTLM)
    check = last(probe(stage, authType="ntlm", username=""))
    assert "DOMAIN\\user" in check.fix


def test_an_account_that_is_locked_out_is_told_so(stage: Stage, exchange: Exchange) -> None:
    exchange.manner = manner(Trouble.LOCKED_OUT)
    check = last(probe(stage))
    assert (check.subject, type(check.error)) == ("EWS sign-in", NotAuthorisedError)
    assert check.found.endswith(f"says that the account {USERNAME} is locked out")


@pytest.mark.parametrize(
    "auth, sign_in, found, fix",
    [
        (Auth.BEARER, "basic", "takes tokens alone (Bearer, modern authentication)", "Exchange Online"),
        (Auth.BEARER, "ntlm", "takes tokens alone (Bearer, modern authentication)", "Exchange Online"),
        (Auth.NEGOTIATE, "basic", "offers Kerberos alone (Negotiate)", "Set-WebServicesVirtualDirectory"),
        (Auth.NEGOTIATE, "ntlm", "offers Kerberos alone (Negotiate)", "Set-WebServicesVirtualDirectory"),
        (Auth.NTLM, "basic", "offers to sign in with ntlm, and the probe would with basic", "`authType`"),
        (Auth.BASIC, "ntlm", "offers to sign in with basic, and the probe would with ntlm", "`authType`"),
    ],
)
def test_no_password_is_brought_where_it_could_not_be_used(  # noqa: PLR0917 - a row, and where it is tried
    stage: Stage, exchange: Exchange, auth: Auth, sign_in: str, found: str, fix: str
) -> None:
    offering(exchange, auth)
    (check,) = probe(stage, authType=sign_in)
    assert (check.subject, type(check.error)) == ("EWS answer", NotAuthorisedError)
    assert found in check.found
    assert fix in check.fix
    assert len(stage.access_log) == 1


@pytest.mark.parametrize(
    "trouble, on, pauses",
    [
        (Trouble.BUSY, None, None),
        (Trouble.BUSY, "ConvertId", [2.5, 2.5]),
        (Trouble.BUSY, "GetFolder", [2.5, 2.5]),
        (Trouble.BUSY_INSIDE, "ConvertId", None),
        (Trouble.BUSY_INSIDE, "GetFolder", None),
        (Trouble.UNAVAILABLE, None, [3.0, 3.0]),
        (Trouble.UNAVAILABLE, "ConvertId", [3.0, 3.0]),
        (Trouble.UNAVAILABLE, "GetFolder", [3.0, 3.0]),
        (Trouble.ERROR_PAGE, None, None),
        (Trouble.ERROR_PAGE, "GetFolder", None),
    ],
)
def test_a_server_that_is_busy_for_a_while_is_asked_again_when_it_said(
    stage: Stage, exchange: Exchange, trouble: Trouble, on: str | None, pauses: list[float] | None
) -> None:
    exchange.names_build = False
    exchange.manner = manner(trouble, on=on, times=2)
    passing = Passing()
    checks = probe(stage, passing=passing)
    assert {verdict for verdict, _ in rows(checks)} == {"ok"}
    assert passing.pauses == (pauses or [2.0 * 0.5, 4.0 * 0.5])


def test_a_busy_answer_that_names_the_build_shows_that_the_password_was_taken(stage: Stage, exchange: Exchange) -> None:
    exchange.manner = Manner(trouble=Trouble.BUSY, on="ConvertId")
    assert {verdict for verdict, _ in rows(probe(stage))} == {"ok"}


def test_patience_with_a_busy_server_ends(stage: Stage, exchange: Exchange) -> None:
    exchange.manner = Manner(trouble=Trouble.BUSY, on="GetFolder", back_off=2_500)
    passing = Passing()
    assert "busy" in last(probe(stage, passing=passing)).found
    assert passing.pauses == [2.5, 2.5, 2.5]
    exchange.manner = Manner(trouble=Trouble.BUSY, on="GetFolder", back_off=297_300)
    passing = Passing()
    assert "(it asks to wait 297 seconds)" in last(probe(stage, passing=passing)).found
    assert passing.pauses == []


def test_a_refusal_without_a_word_how_to_sign_in_is_said_to_be_one(stage: Stage, exchange: Exchange) -> None:
    stage.fault("POST /EWS/Exchange.asmx:401-empty")
    check = last(probe(stage))
    assert check.found.endswith("refuses (401) and names no way to sign in that calplan knows")


def test_every_ending_has_words_that_can_be_filled_in() -> None:
    assert set(WORDS) == set(Outcome)
    assert all(one.found and one.fix for one in WORDS.values())
