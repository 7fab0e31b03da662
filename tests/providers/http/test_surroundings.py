"""What the machine around a client may not change: proxies, cookies, and which certificates are believed."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from calplan.providers.errors import ProviderError
from calplan.providers.http.client import Reader
from tests.loopback.server import Asked, Loopback, Reply, serving
from tests.providers.http.make import Stopped, server

pytestmark = pytest.mark.loopback


def answer(_asked: Asked) -> Reply:
    return Reply(body=b'{"access_token": "a-token"}')


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    with serving(answer) as running:
        yield running


@pytest.mark.parametrize("proxy", ["HTTP_PROXY", "ALL_PROXY"])
def test_proxies_and_netrc_of_the_environment_are_left_alone(
    loopback: Loopback, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    assert Reader(server(loopback.url)).get("users").status == 200
    assert "authorization" not in loopback.log[0].headers


def test_cookies_are_not_kept(loopback: Loopback) -> None:
    loopback.plan(Reply(headers={"set-cookie": "session=1"}))
    client = Reader(server(loopback.url))
    client.get("users")
    client.get("users")
    assert "cookie" not in loopback.log[1].headers


def test_tls_is_verified_by_the_file_that_is_named() -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path("ca.pem")
    stranger.cert_pem.write_to_path("other.pem")
    with serving(answer, authority=authority) as loopback:
        trusted = replace(server(loopback.url, secret="client-secret-9c1f"), ca_file=Path("ca.pem"))
        assert Reader(trusted).get("users").status == 200
        for ca_file in (None, Path("other.pem")):
            stopped = Stopped()
            with pytest.raises(ProviderError, match="its certificate is not trusted"):
                Reader(replace(server(loopback.url, stopped=stopped), ca_file=ca_file)).get("users")
            assert stopped.pauses == []
    Path("empty.pem").write_text("", encoding="utf-8")
    os.mkfifo("pipe.pem")
    for bad in ("empty.pem", "nowhere.pem", "pipe.pem", "."):
        with pytest.raises(ProviderError, match=f"{bad} cannot be used as caFile"):
            Reader(replace(server(loopback.url), ca_file=Path(bad)))


def test_the_keys_of_connections_are_written_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", "keys.txt")
    authority = trustme.CA()
    authority.cert_pem.write_to_path("ca.pem")
    with serving(answer, authority=authority) as loopback:
        assert Reader(replace(server(loopback.url), ca_file=Path("ca.pem"))).get("users").status == 200
    assert not Path("keys.txt").exists()
