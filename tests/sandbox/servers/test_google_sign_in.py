"""Google gives a token to whom an administrator delegated it, and asks for the right one at each call."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from calplan.sandbox.servers.google.keys import new_google_keys, new_private_key
from calplan.sandbox.servers.google.signed import Signer
from tests.sandbox.servers.google_stage import ADMIN, AUTH, LOG, USERS, GoogleClient, google_serving, keys
from tests.sandbox.servers.stage import ANN, DEE

pytestmark = pytest.mark.loopback
READ = f"{AUTH}admin.directory.user.readonly"
SECURITY = f"{AUTH}admin.directory.user.security"
REPORTS = f"{AUTH}admin.reports.audit.readonly"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoogleClient]:
    """One server for the tests that leave it as it is."""
    with (
        pytest.MonkeyPatch.context() as patch,
        google_serving(patch, folder=tmp_path_factory.mktemp("google") / "corp") as client,
    ):
        yield client


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleClient]:
    """A server of its own, for a test that changes something."""
    with google_serving(monkeypatch) as client:
        yield client


def refused(client: GoogleClient, **other: object) -> tuple[int, str]:
    """Status and error of the token endpoint where other claims are signed."""
    claims = {name: value for name, value in {**client.claims(), **other}.items() if value is not None}
    answer = client.exchange(client.assertion(claims))
    assert answer.json()["error_description"]
    return answer.status_code, answer.json()["error"]


def test_a_token_lasts_about_an_hour(fresh: GoogleClient) -> None:
    stated = fresh.exchange(fresh.assertion(fresh.claims())).json()
    assert (stated["token_type"], stated["expires_in"]) == ("Bearer", 3599)
    fresh.sign_in()
    assert fresh.emails()
    fresh.stage.pass_time(minutes=61)
    assert fresh.refused(USERS, customer="my_customer")[:2] == (401, "authError")


@pytest.mark.parametrize(
    "other,error",
    [
        ({"aud": "https://127.0.0.1/google/token"}, (400, "invalid_grant")),
        ({"iss": "other@x.iam.gserviceaccount.com"}, (400, "invalid_grant")),
        ({"sub": "nobody@corp.example"}, (400, "invalid_grant")),
        ({"iat": 1_700_000_000, "exp": 1_700_003_600}, (400, "invalid_grant")),
        ({"exp": 4_000_000_000}, (400, "invalid_grant")),
        ({"iat": None}, (400, "invalid_grant")),
        ({"scope": f"{READ} {AUTH}drive"}, (401, "unauthorized_client")),
        ({"scope": ""}, (400, "invalid_scope")),
    ],
)
def test_a_token_is_refused_where_a_claim_is_wrong(
    client: GoogleClient, other: dict[str, Any], error: tuple[int, str]
) -> None:
    assert refused(client, **other) == error


def test_a_token_is_refused_where_the_signature_is_another_ones(client: GoogleClient) -> None:
    good = client.assertion(client.claims())
    stranger = Signer(new_private_key(), keys().private_key_id).sign(b"{}")
    head, claims, signature = good.split(".")
    other_head = stranger.partition(".")[0]
    for bad in (
        stranger,
        f"{head}.{claims}.{signature[:-8]}AAAAAAAA",
        f"{other_head}.e30.{signature}",
        "a.b",
        "a.b.c",
        "",
    ):
        answer = client.exchange(bad)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_scopes_that_are_no_longer_delegated_are_refused(fresh: GoogleClient) -> None:
    fresh.google.grant(READ)
    assert refused(fresh) == (401, "unauthorized_client")
    fresh.scopes = (READ,)
    assert fresh.emails()


def test_another_kind_of_grant_is_refused(client: GoogleClient) -> None:
    answer = client.http.post("/google/token", data={"grant_type": "password"})
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("authorization", ["", "Bearer invented", "Basic YTpi"])
@pytest.mark.parametrize("path", [f"{USERS}?customer=my_customer", f"{USERS}/{ANN}/tokens", LOG])
def test_nothing_is_told_without_a_token(client: GoogleClient, path: str, authorization: str) -> None:
    answer = client.http.get(f"/google/{path}", headers={"authorization": authorization})
    error = answer.json()["error"]
    assert answer.status_code == 401
    assert error["errors"] == [
        {
            "message": "User does not have credentials",
            "domain": "global",
            "reason": "authError",
            "location": "Authorization",
            "locationType": "header",
        }
    ]


@pytest.mark.parametrize(
    "path,enough",
    [
        (f"{USERS}?customer=my_customer", {READ, f"{AUTH}admin.directory.user", f"{AUTH}cloud-platform"}),
        (f"{USERS}/{ANN}", {READ, f"{AUTH}admin.directory.user"}),
        (f"{USERS}/{ANN}/tokens", {SECURITY}),
        (LOG, {REPORTS}),
    ],
)
def test_each_call_asks_for_one_of_its_scopes(fresh: GoogleClient, path: str, enough: set[str]) -> None:
    scopes = {READ, SECURITY, REPORTS, f"{AUTH}admin.directory.user", f"{AUTH}cloud-platform"}
    fresh.google.grant(*scopes)
    for scope in sorted(scopes):
        fresh.sign_in(scope=scope)
        answer = fresh.http.get(f"/google/{path}", headers={"authorization": f"Bearer {fresh.token}"})
        assert answer.status_code == (200 if scope in enough else 403), scope
        if scope not in enough:
            assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
            assert set(answer.headers["www-authenticate"].split('scope="')[1].rstrip('"').split()) == enough


@pytest.mark.parametrize("subject", [None, DEE])
def test_only_an_administrator_is_let_in(fresh: GoogleClient, subject: str | None) -> None:
    fresh.sign_in(sub=subject)
    assert fresh.refused(USERS, customer="my_customer") == (
        403,
        "forbidden",
        "Not Authorized to access this resource/api",
    )


def test_the_administrator_is_known_in_any_case(fresh: GoogleClient) -> None:
    fresh.sign_in(sub=ADMIN.upper())
    assert fresh.emails()


def test_a_token_can_end_before_its_time(fresh: GoogleClient) -> None:
    fresh.stage.fault("GET /google/admin/directory/v1/users:expire-token")
    assert fresh.refused(USERS, customer="my_customer")[0] == 401
    fresh.sign_in()
    assert fresh.emails()


def test_keys_show_no_secret_and_are_the_same_for_the_same_account() -> None:
    one, other = keys(), new_google_keys("behind", ADMIN)
    assert one.private_key != other.private_key
    assert replace(one, private_key="", private_key_id="", oidc_bearer="") == replace(
        other, private_key="", private_key_id="", oidc_bearer=""
    )
    assert "PRIVATE" not in repr(one)
    assert one.oidc_bearer not in repr(one)
