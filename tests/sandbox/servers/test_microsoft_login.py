"""Signing in to Microsoft by hand: forms, proofs, and each way to be refused."""

import re
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import jwt
import pytest

from calplan.sandbox.servers.microsoft.login import LoginFault
from tests.sandbox.servers.certificate import Certificate, new_certificate
from tests.sandbox.servers.microsoft_stage import Asking, asking

pytestmark = pytest.mark.loopback
BY_PROOF = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FOR_ENTRA = "api://AzureADTokenExchange"


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return new_certificate()


@pytest.fixture(scope="module")
def login(certificate: Certificate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    folder = tmp_path_factory.mktemp("login") / "corp"
    with (
        pytest.MonkeyPatch.context() as patch,
        asking(patch, certificate=certificate.public, folder=folder) as login,
    ):
        yield login


def proof_of(login: Asking, certificate: Certificate, **claims: object) -> str:
    usual = {
        "aud": f"{login.login}/oauth2/v2.0/token",
        "iss": login.keys.client_id,
        "sub": login.keys.client_id,
        "exp": time.time() + 600,
    }
    thumbprint = jwt.utils.base64url_encode(bytes.fromhex(certificate.thumbprint)).decode()
    return jwt.encode({**usual, **claims}, certificate.private, algorithm="RS256", headers={"x5t": thumbprint})


def workflow(login: Asking, audience: str = FOR_ENTRA, bearer: str | None = None) -> httpx2.Response:
    shown = login.keys.request_token if bearer is None else bearer
    return login.http.get(
        "/microsoft/oidc",
        params={"api-version": "2.0", "audience": audience},
        headers={"authorization": f"bearer {shown}"},
    )


def shown(login: Asking, proof: str) -> httpx2.Response:
    return login.sign_in(client_secret="", client_assertion=proof, client_assertion_type=BY_PROOF)


def refused(answer: httpx2.Response) -> tuple[int, str, list[int]]:
    stated = answer.json()
    (code,) = stated["error_codes"]
    assert stated["error_description"].startswith(f"AADSTS{code}: ")
    assert stated["error_uri"].endswith(f"code={code}")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", stated["timestamp"])
    assert stated.keys() >= {"trace_id", "correlation_id"}
    return answer.status_code, stated["error"], stated["error_codes"]


def test_a_right_secret_gets_a_token_for_an_hour(login: Asking) -> None:
    stated = login.sign_in().json()
    assert stated.keys() == {"token_type", "expires_in", "ext_expires_in", "access_token"}
    assert (stated["token_type"], stated["expires_in"], stated["ext_expires_in"]) == ("Bearer", 3599, 3599)
    assert login.ask("GET", "/users?$top=1").status_code == 200


def test_a_token_tells_what_it_allows_to_whoever_looks_inside(login: Asking) -> None:
    claims = jwt.decode(login.sign_in().json()["access_token"], options={"verify_signature": False})
    assert set(claims["roles"]) == login.keys.permissions
    assert claims["tid"] == login.keys.tenant_id


@pytest.mark.parametrize("scope", ["https://graph.microsoft.us/.default", "{origin}/.default", "{origin}/x/.default"])
def test_the_scope_may_name_graph_in_any_cloud_or_here(login: Asking, scope: str) -> None:
    assert login.sign_in(scope=scope.format(origin=login.stage.url)).status_code == 200


@pytest.mark.parametrize(
    "form,expected",
    [
        ({"client_secret": "another"}, (401, "invalid_client", [7000215])),
        ({"client_secret": ""}, (401, "invalid_client", [7000216])),
        ({"client_secret": "", "client_assertion": "x"}, (401, "invalid_client", [7000216])),
        ({"client_id": "11111111-1111-4111-8111-111111111111"}, (400, "unauthorized_client", [700016])),
        ({"grant_type": ""}, (400, "invalid_request", [900144])),
        ({"grant_type": "password"}, (400, "unsupported_grant_type", [70003])),
        ({"scope": ""}, (400, "invalid_scope", [1002012])),
        ({"scope": "https://graph.microsoft.com/User.Read"}, (400, "invalid_scope", [1002012])),
        ({"scope": "https://graph.corp.example/.default"}, (400, "invalid_resource", [500011])),
    ],
)
def test_a_wrong_form_is_refused(login: Asking, form: dict[str, str], expected: tuple[int, str, list[int]]) -> None:
    assert refused(login.sign_in(**form)) == expected


def test_another_tenant_is_not_here(login: Asking) -> None:
    elsewhere = login.login.replace(login.keys.tenant_id, "common")
    assert login.http.get(f"{elsewhere}/v2.0/.well-known/openid-configuration").status_code == 400
    answer = login.http.post(f"{elsewhere}/oauth2/v2.0/token", data={"grant_type": "client_credentials"})
    assert refused(answer) == (400, "invalid_request", [90002])


def test_both_discovery_documents_name_an_issuer_of_their_own_and_one_https_endpoint(login: Asking) -> None:
    found: dict[str, Any] = {
        version: login.http.get(f"{login.login}{version}/.well-known/openid-configuration").json()
        for version in ("", "/v2.0")
    }
    assert {version: one["issuer"] for version, one in found.items()} == {
        "": login.login,
        "/v2.0": f"{login.login}/v2.0",
    }
    assert {one["token_endpoint"] for one in found.values()} == {f"{login.login}/oauth2/v2.0/token"}


def test_a_proof_signed_with_the_certificate_gets_a_token(login: Asking, certificate: Certificate) -> None:
    assert shown(login, proof_of(login, certificate)).status_code == 200


@pytest.mark.parametrize(
    "claims,code",
    [
        ({"aud": "https://login.corp.example/token"}, 700023),
        ({"exp": 1}, 700024),
        ({"sub": "another"}, 700021),
        ({"iss": "another"}, 700021),
    ],
)
def test_a_proof_that_claims_otherwise_is_refused(
    login: Asking, certificate: Certificate, claims: dict[str, object], code: int
) -> None:
    assert refused(shown(login, proof_of(login, certificate, **claims))) == (401, "invalid_client", [code])


def test_a_proof_by_another_key_is_refused(login: Asking, certificate: Certificate) -> None:
    other = new_certificate()
    pretends = Certificate(public=other.public, private=other.private, thumbprint=certificate.thumbprint)
    assert refused(shown(login, proof_of(login, other))) == (401, "invalid_client", [700027])
    assert refused(shown(login, proof_of(login, pretends))) == (401, "invalid_client", [700027])
    assert refused(shown(login, "no.proof.atall")) == (401, "invalid_client", [50027])
    unsigned = jwt.encode({"iss": login.keys.client_id}, "", algorithm="none")
    assert refused(shown(login, unsigned)) == (401, "invalid_client", [700027])


def test_without_a_registered_certificate_no_proof_helps(
    monkeypatch: pytest.MonkeyPatch, certificate: Certificate
) -> None:
    with asking(monkeypatch) as login:
        assert refused(shown(login, proof_of(login, certificate))) == (401, "invalid_client", [700027])


def test_a_workflow_that_may_ask_gets_a_proof_that_gets_a_token(login: Asking) -> None:
    proof = workflow(login).json()["value"]
    claims = jwt.decode(proof, options={"verify_signature": False})
    assert (claims["sub"], claims["aud"]) == (login.keys.subject, FOR_ENTRA)
    assert shown(login, proof).status_code == 200


def test_whoever_may_not_ask_gets_no_proof(login: Asking) -> None:
    assert workflow(login, bearer="another").status_code == 401
    assert login.http.get("/microsoft/oidc").status_code == 401


def test_a_proof_of_another_workflow_or_for_another_reader_is_refused(login: Asking) -> None:
    assert refused(shown(login, workflow(login, "https://corp.example").json()["value"]))[2] == [700212]
    login.vendor.workflows.subject = "repo:corp/calendar-policy:pull_request"
    try:
        assert refused(shown(login, workflow(login).json()["value"]))[2] == [700213]
    finally:
        login.vendor.workflows.subject = ""
    forged = jwt.encode({"iss": "https://token.actions.githubusercontent.com"}, "x" * 32, algorithm="HS256")
    assert refused(shown(login, forged))[2] == [700027]


def test_each_fault_happens_once_and_in_turn(login: Asking) -> None:
    login.vendor.login.faults += list(LoginFault)
    answers = [login.sign_in() for _ in range(len(LoginFault) + 1)]
    assert [one.status_code for one in answers] == [401, 429, 429, 500, 200, 200]
    assert [one.headers.get("retry-after") for one in answers[1:3]] == ["1", None]
    assert answers[4].headers["content-type"].startswith("text/html")
    assert "access_token" in answers[5].json()


def test_the_token_endpoint_meets_planned_faults_as_well(login: Asking) -> None:
    login.stage.fault("POST /microsoft/login/*/oauth2/v2.0/token:503")
    answer = login.sign_in()
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "ServiceUnavailable")


def test_no_token_and_a_foreign_one_and_one_that_ended_are_refused(login: Asking) -> None:
    login.sign_in()
    none = login.http.get("/microsoft/graph/v1.0/users")
    foreign = login.http.get("/microsoft/graph/v1.0/users", headers={"authorization": "Bearer another"})
    login.stage.fault("GET /microsoft/graph/v1.0/users:expire-token")
    ended = login.ask("GET", "/users")
    for answer in (none, foreign, ended):
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
        assert "invalid_token" in answer.headers["www-authenticate"]
    assert "expired" in ended.json()["error"]["message"]
    login.sign_in()
    assert login.ask("GET", "/users").status_code == 200


def test_a_token_ends_after_its_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    with asking(monkeypatch) as login:
        assert login.ask("GET", "/users").status_code == 200
        login.stage.pass_time(minutes=60)
        assert login.ask("GET", "/users").status_code == 401
