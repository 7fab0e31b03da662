"""Microsoft's own library signs in to the simulated login, and fails as it does at the real one."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from calplan.sandbox.servers.microsoft.login import LoginFault
from tests.sandbox.servers.certificate import Certificate, new_certificate
from tests.sandbox.servers.microsoft_stage import Asking, asking

if TYPE_CHECKING:
    import requests

pytestmark = pytest.mark.loopback
SCOPES = ["https://graph.microsoft.com/.default"]
TOKEN = "POST /microsoft/login/{}/oauth2/v2.0/token"


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return new_certificate()


@pytest.fixture
def login(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    with asking(monkeypatch, certificate=certificate.public) as login:
        yield login


@pytest.fixture
def http(login: Asking) -> "Iterator[requests.Session]":
    import requests  # noqa: PLC0415 - the library below opens a socket as it is imported, which unmarked tests may not

    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(login.stage.authority)
        yield session


def app(login: Asking, http: "requests.Session", credential: object, issuer: str | None = None) -> Any:  # noqa: ANN401 - the library has no types
    """The library's client; with an ``issuer`` it compares that with what the login says of itself."""
    import msal  # noqa: PLC0415 - as in the fixture

    if issuer is not None:
        return msal.ConfidentialClientApplication(
            login.keys.client_id, client_credential=credential, oidc_authority=issuer, http_client=http
        )
    return msal.ConfidentialClientApplication(
        login.keys.client_id,
        client_credential=credential,
        authority=login.login,
        instance_discovery=False,
        http_client=http,
    )


def proof(login: Asking) -> Callable[[], str]:
    """What a workflow asks GitHub for."""

    def asked() -> str:
        answer = login.http.get(
            "/microsoft/oidc?api-version=2.0&audience=api://AzureADTokenExchange",
            headers={"authorization": f"bearer {login.keys.request_token}"},
        )
        return str(answer.json()["value"])

    return asked


@pytest.mark.parametrize("kind", ["secret", "certificate", "thumbprint", "federated"])
def test_the_library_signs_in_with_each_credential_and_asks_once(
    login: Asking, http: "requests.Session", certificate: Certificate, kind: str
) -> None:
    credential: object = {
        "secret": login.keys.client_secret,
        "certificate": {"private_key": certificate.private, "public_certificate": certificate.public},
        "thumbprint": {"private_key": certificate.private, "thumbprint": certificate.thumbprint},
        "federated": {"client_assertion": proof(login)},
    }[kind]
    client = app(login, http, credential)
    found = client.acquire_token_for_client(SCOPES)
    assert found["token_source"] == "identity_provider"
    assert client.acquire_token_for_client(SCOPES)["token_source"] == "cache"
    login.headers["authorization"] = f"Bearer {found['access_token']}"
    assert login.ask("GET", "/users").status_code == 200
    assert login.stage.asked("POST") == [TOKEN.format(login.keys.tenant_id)]
    assert [one for one in login.stage.asked("GET") if "login" in one] == [
        f"GET /microsoft/login/{login.keys.tenant_id}/v2.0/.well-known/openid-configuration"
    ]


@pytest.mark.parametrize("version", ["", "/v2.0"])
def test_the_library_takes_the_issuer_of_either_document(login: Asking, http: "requests.Session", version: str) -> None:
    client = app(login, http, login.keys.client_secret, f"{login.login}{version}")
    assert "access_token" in client.acquire_token_for_client(SCOPES)


def test_the_library_refuses_another_issuer(login: Asking, http: "requests.Session") -> None:
    login.vendor.login.wrong_issuer = True
    with pytest.raises(ValueError, match="issuer"):
        app(login, http, login.keys.client_secret, login.login)


def test_the_library_hands_a_refusal_on(login: Asking, http: "requests.Session") -> None:
    found = app(login, http, "another").acquire_token_for_client(SCOPES)
    assert (found["error"], found["error_codes"]) == ("invalid_client", [7000215])
    assert found["error_description"].startswith("AADSTS7000215: ")
    assert found["correlation_id"]


def test_the_library_asks_no_more_while_it_is_told_to_wait(login: Asking, http: "requests.Session") -> None:
    login.vendor.login.faults.append(LoginFault.TOO_MANY)
    login.vendor.login.retry_after = 60
    client = app(login, http, login.keys.client_secret)
    first, second = client.acquire_token_for_client(SCOPES), client.acquire_token_for_client(SCOPES)
    assert first["error"] == second["error"] == "temporarily_unavailable"
    assert len(login.stage.asked("POST")) == 1


def test_the_library_raises_where_the_login_is_broken(login: Asking, http: "requests.Session") -> None:
    login.vendor.login.faults.append(LoginFault.BROKEN)
    with pytest.raises(Exception, match="HTTP Error: 500"):
        app(login, http, login.keys.client_secret).acquire_token_for_client(SCOPES)


def test_the_library_cannot_read_a_page(
    login: Asking, http: "requests.Session", caplog: pytest.LogCaptureFixture
) -> None:
    login.vendor.login.faults.append(LoginFault.HTML)
    with caplog.at_level(logging.DEBUG), pytest.raises(json.JSONDecodeError):
        app(login, http, login.keys.client_secret).acquire_token_for_client(SCOPES)
