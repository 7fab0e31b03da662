"""Google's own library signs in at the simulated servers, by key and without one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from calplan.sandbox.servers.google.keys import TOKEN_URI
from tests.sandbox.servers.google_stage import ADMIN, AUTH, LOG, USERS, GoogleClient, google_serving, keys
from tests.sandbox.servers.stage import ANN

pytestmark = pytest.mark.loopback
SCOPES = sorted(keys().scopes)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleClient]:
    with google_serving(monkeypatch, secure=True) as client:
        yield client


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Google's library, which ships no types, and a session of it that trusts our authority."""

    client: GoogleClient
    session: Any
    service_account: Any
    identity_pool: Any
    impersonated: Any
    errors: Any
    transport: Any

    def refresh(self, credentials: Any) -> None:  # noqa: ANN401 - untyped
        credentials.refresh(self.transport.Request(self.session))

    def by_key(self, subject: str = ADMIN, scopes: list[str] = SCOPES) -> Any:  # noqa: ANN401 - untyped
        info = {**json.loads(keys().service_account_json()), "token_uri": f"{self.client.stage.url}/google/token"}
        return self.service_account.Credentials.from_service_account_info(info, scopes=scopes).with_subject(subject)

    def from_pipeline(self, stated: str, scopes: list[str] = SCOPES) -> Any:  # noqa: ANN401 - untyped
        return self.identity_pool.Credentials.from_info(json.loads(stated), scopes=scopes)

    def for_administrator(self, stated: str) -> Any:  # noqa: ANN401 - untyped
        """Credentials of the service account for the administrator, out of a pipeline's own token."""
        return self.impersonated.Credentials(
            source_credentials=self.from_pipeline(stated, [f"{AUTH}cloud-platform"]),
            target_principal=keys().service_account,
            target_scopes=SCOPES,
            subject=ADMIN,
        )


@pytest.fixture
def library(client: GoogleClient) -> Iterator[Library]:
    # Imported here, for it opens a socket as it is imported, which tests without the marker may not.
    transport: Any = import_module("google.auth.transport.requests")
    with transport.requests.Session() as session:
        # Otherwise a bundle that the environment names would take the place of our authority.
        session.trust_env = False
        session.verify = str(client.stage.authority)
        yield Library(
            client=client,
            session=session,
            service_account=import_module("google.oauth2.service_account"),
            identity_pool=import_module("google.auth.identity_pool"),
            impersonated=import_module("google.auth.impersonated_credentials"),
            errors=import_module("google.auth.exceptions"),
            transport=transport,
        )


@pytest.fixture
def led_here(client: GoogleClient, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests to the library's fixed addresses, led to the simulated servers; what it signs still names the former."""
    here = f"{client.stage.url}/google/iam/v1/projects/-/serviceAccounts/{{}}"
    monkeypatch.setattr("google.auth.iam._IAM_SIGNJWT_ENDPOINT", f"{here}:signJwt")
    usual = library.session.request

    def lead(method: str, url: str, **rest: object) -> object:
        return usual(method, url.replace(TOKEN_URI, f"{client.stage.url}/google/token"), **rest)

    monkeypatch.setattr(library.session, "request", lead)


def test_a_key_signs_in_for_an_administrator(client: GoogleClient, library: Library) -> None:
    credentials = library.by_key()
    library.refresh(credentials)
    client.token = credentials.token
    assert ANN in client.emails()
    assert client.tokens(ANN)
    assert client.log()


@pytest.mark.parametrize(
    "subject,scopes,error",
    [
        ("nobody@corp.example", SCOPES, "invalid_grant"),
        (ADMIN, [f"{AUTH}drive"], "unauthorized_client"),
    ],
)
def test_the_library_tells_why_it_was_refused(
    client: GoogleClient, library: Library, subject: str, scopes: list[str], error: str
) -> None:
    with pytest.raises(library.errors.RefreshError) as refused:
        library.refresh(library.by_key(subject, scopes))
    assert refused.value.args[1]["error"] == error
    assert refused.value.retryable is False


def test_the_library_asks_again_where_the_token_endpoint_is_away(
    client: GoogleClient, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    client.stage.fault("POST /google/token:503x2")
    credentials = library.by_key()
    library.refresh(credentials)
    assert credentials.token
    assert client.stage.asked("POST") == ["POST /google/token"] * 3


def test_a_session_of_the_library_signs_in_again_at_401(client: GoogleClient, library: Library) -> None:
    request = library.transport.Request(library.session)
    with library.transport.AuthorizedSession(library.by_key(), auth_request=request) as authorized:
        authorized.trust_env = False
        authorized.verify = library.session.verify
        client.stage.fault("GET /google/admin/directory/v1/users:expire-token")
        answer = authorized.get(f"{client.stage.url}/google/{USERS}", params={"customer": "my_customer"})
    assert answer.status_code == 200
    assert client.stage.asked("GET") == [f"GET /google/{USERS}"] * 2


@pytest.mark.usefixtures("led_here")
@pytest.mark.parametrize("by_file", [False, True])
def test_a_pipeline_signs_in_for_an_administrator_without_a_key(
    client: GoogleClient, library: Library, by_file: bool
) -> None:
    file = Path("subject-token").absolute()
    file.write_text(client.google.federation.subject_token(), encoding="utf-8")
    stated = keys().workload_identity_json(client.stage.url, token_file=file if by_file else None)
    credentials = library.for_administrator(stated)
    library.refresh(credentials)
    client.token = credentials.token
    assert ANN in client.emails()
    assert client.ask("GET", LOG).status_code == 200
    account = f"/google/iam/v1/projects/-/serviceAccounts/{keys().service_account}"
    oidc = [] if by_file else ["GET /google/oidc"]
    order = [*oidc, "POST /google/sts/v1/token", f"POST {account}:signJwt", "POST /google/token"]
    assert client.stage.asked()[: len(order)] == order


def test_a_service_account_by_itself_is_no_administrator(client: GoogleClient, library: Library) -> None:
    stated = keys().workload_identity_json(client.stage.url, impersonate=True)
    credentials = library.from_pipeline(stated)
    library.refresh(credentials)
    client.token = credentials.token
    assert client.refused(USERS, customer="my_customer")[:2] == (403, "forbidden")
    assert client.stage.asked("POST")[-1].endswith(":generateAccessToken")


def test_a_pipeline_has_to_show_that_it_is_one(client: GoogleClient, library: Library) -> None:
    stated = json.loads(keys().workload_identity_json(client.stage.url))
    stated["credential_source"]["headers"]["Authorization"] = "Bearer invented"
    with pytest.raises(library.errors.RefreshError):
        library.refresh(library.from_pipeline(json.dumps(stated)))
    assert client.stage.asked() == ["GET /google/oidc"]


def test_a_token_of_a_pipeline_that_is_stale_or_invented_is_not_exchanged(
    client: GoogleClient, library: Library
) -> None:
    file = Path("subject-token").absolute()
    stated = json.loads(keys().workload_identity_json(client.stage.url, token_file=file))
    stale = client.google.federation.subject_token()
    client.stage.pass_time(minutes=6)
    for token in (stale, client.assertion(client.claims()), "invented"):
        file.write_text(token, encoding="utf-8")
        with pytest.raises(library.errors.OAuthError, match="invalid_grant"):
            library.refresh(library.from_pipeline(json.dumps(stated)))


def test_nobody_signs_with_the_service_account_but_who_may(client: GoogleClient) -> None:
    account = f"/google/iam/v1/projects/-/serviceAccounts/{keys().service_account}"
    client.sign_in()
    for headers in ({}, {"authorization": f"Bearer {client.token}"}):
        for what in ("signJwt", "generateAccessToken"):
            answer = client.http.post(f"{account}:{what}", json={"payload": "{}"}, headers=headers)
            assert answer.status_code == (403 if headers else 401)
