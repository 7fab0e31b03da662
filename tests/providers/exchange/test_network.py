"""The line of a probe: whom it trusts, how long it waits, and that nothing of the environment bends it."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
import trustme

from calplan.providers.checkup import Check, Verdict
from calplan.providers.errors import ProviderError, UnreachableError
from calplan.providers.exchange.line import LARGEST
from calplan.sandbox.servers.exchange.manner import Manner, Trouble
from calplan.sandbox.servers.exchange.vendor import Exchange
from tests.loopback.server import Asked, Reply, serving
from tests.providers.exchange.make import QUICK, at, last, policy, probe, rows
from tests.sandbox.servers.exchange_stage import PASSWORD, exchange_serving
from tests.sandbox.servers.stage import Stage

pytestmark = pytest.mark.loopback

CHALLENGE = Reply(status=401, body=b"", headers={"www-authenticate": 'Basic realm="x"'})


@contextmanager
def listener() -> Iterator[socket.socket]:
    """Somebody who waits for a connection that should never come."""
    with socket.create_server(("127.0.0.1", 0)) as waiting:
        waiting.setblocking(False)
        yield waiting


def nobody_came(waiting: socket.socket) -> bool:
    try:
        connection, _ = waiting.accept()
    except BlockingIOError:
        return True
    connection.close()
    return False


def ended(checks: tuple[Check, ...], words: str, kind: type[ProviderError] = UnreachableError) -> Check:
    found = last(checks)
    assert words in found.found
    assert type(found.error) is kind
    return found


@pytest.mark.parametrize("ca_file", ["", "strangers.pem", "missing.pem", "no.pem"])
def test_a_server_that_is_not_trusted_hears_nothing(
    stage: Stage, exchange: Exchange, tmp_path: Path, ca_file: str
) -> None:
    (tmp_path / "corp").mkdir()
    trustme.CA().cert_pem.write_to_path(tmp_path / "corp" / "strangers.pem")
    (tmp_path / "corp" / "no.pem").write_text("this is no certificate")
    checks = probe(stage, caFile=ca_file)
    assert "caFile" in ended(checks, "is not trusted").fix
    assert stage.asked() == []


@pytest.mark.parametrize("bundle", ["missing.pem", "strangers.pem"])
def test_certificates_of_the_environment_have_no_say(
    stage: Stage, exchange: Exchange, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bundle: str
) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "strangers.pem")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(tmp_path / bundle))
    assert {verdict for verdict, _ in rows(probe(stage))} == {"ok"}


def test_the_environment_cannot_vouch_for_a_server(
    stage: Stage, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(stage.authority))
    ended(probe(stage, caFile=""), "is not trusted")
    assert stage.asked() == []


@pytest.mark.parametrize("sign_in", ["basic", "ntlm"])
def test_proxies_and_passwords_of_the_environment_are_not_taken(
    stage: Stage, exchange: Exchange, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sign_in: str
) -> None:
    exchange.keys = replace(exchange.keys, auth=type(exchange.keys.auth)(sign_in))
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other-password\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with listener() as waiting:
        proxy = f"http://127.0.0.1:{waiting.getsockname()[1]}"
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy)
        assert {verdict for verdict, _ in rows(probe(stage, authType=sign_in))} == {"ok"}
        assert nobody_came(waiting)


def test_a_port_that_nobody_answers_at_and_a_name_that_nobody_knows(
    stage: Stage, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listener() as waiting:
        closed = waiting.getsockname()[1]
    ended(probe(stage, at(f"https://127.0.0.1:{closed}")), "refused or broke off the connection")

    def unknown(*_asked: object) -> NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    ended(probe(stage, at("https://mail.corp.example")), "the name of mail.corp.example is not known")


@pytest.mark.parametrize(
    "fault, words",
    [
        ("stall", "did not answer in time"),
        ("drip", "did not answer in time"),
        ("drop", "broke off the connection"),
        ("drop-after", "broke off the connection"),
        ("half", "broke off the connection"),
    ],
)
def test_a_connection_that_fails_at_the_door(stage: Stage, exchange: Exchange, fault: str, words: str) -> None:
    # An answer with nothing in it cannot be sent by half.
    exchange.manner = Manner(trouble=Trouble.WEB_PAGE) if fault == "half" else None
    stage.fault(f"POST /EWS/Exchange.asmx:{fault}")
    begun = time.monotonic()
    found = ended(probe(stage, patience=replace(QUICK, read=0.5, in_all=1.5)), words)
    assert found.subject == "EWS answer"
    assert time.monotonic() - begun < 5
    assert exchange.asked == []


@pytest.mark.parametrize("on, subject", [("ConvertId", "EWS sign-in"), ("GetFolder", "impersonation: calendar")])
def test_an_answer_that_never_ends_is_cut_off_when_the_time_is_over(
    stage: Stage, exchange: Exchange, on: str, subject: str
) -> None:
    exchange.manner = Manner(trouble=Trouble.ENDLESS, on=on)
    begun = time.monotonic()
    found = ended(probe(stage, patience=replace(QUICK, in_all=1.5)), "did not answer in time")
    assert found.subject == subject
    assert 1 < time.monotonic() - begun < 5


def test_an_answer_that_is_far_too_large_is_not_read_to_its_end(
    stage: Stage, exchange: Exchange, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    def answer(asked: Asked) -> Reply:
        if "authorization" not in asked.headers:
            return CHALLENGE
        return Reply(body=b" " * (LARGEST + 1), headers={"content-type": "text/xml"})

    with serving(answer, authority=authority) as server:
        checks = probe(stage, at(server.url), caFile=str(tmp_path / "ca.pem"))
    ended(checks, "sent far more than an answer of EWS holds", ProviderError)


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_follows_a_redirect_and_nothing_arrives_where_it_leads(
    stage: Stage, exchange: Exchange, tmp_path: Path, later: bool, status: int
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    with listener() as waiting:
        there = f"https://localhost:{waiting.getsockname()[1]}/EWS/Exchange.asmx"
        redirect = Reply(status=status, body=b"", headers={"location": there})

        def answer(asked: Asked) -> Reply:
            return CHALLENGE if later and "authorization" not in asked.headers else redirect

        with serving(answer, authority=authority) as server:
            checks = probe(stage, at(server.url), caFile=str(tmp_path / "ca.pem"))
            sent = ["authorization" in one.headers for one in server.log]
        assert nobody_came(waiting)
    ended(checks, "sends requests on to localhost; nobody followed", ProviderError)
    assert sent == ([False, True] if later else [False])


def test_clear_text_is_spoken_on_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALPLAN_SECRET_EWS", PASSWORD)
    with exchange_serving(monkeypatch, secure=False) as (stage, _):
        checks = probe(stage, policy(stage), caFile="")
    assert {one.verdict for one in checks} == {Verdict.OK}


def test_no_connection_is_left_open(stage: Stage, exchange: Exchange) -> None:
    established_to = re.compile(rf":[0-9A-F]{{4}} [0-9A-F]+:{int(stage.url.rpartition(':')[2]):04X} 01 ")
    for wrong in (None, Manner(trouble=Trouble.FORBIDDEN, on="GetFolder"), Manner(trouble=Trouble.WEB_PAGE)):
        exchange.manner = wrong
        probe(stage)
        assert not established_to.search(Path("/proc/net/tcp").read_text())
