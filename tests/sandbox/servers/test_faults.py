"""The servers misbehave as they are told, and no longer."""

import socket
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import pytest

from calplan.sandbox.servers.errors import FaultSpecError
from calplan.sandbox.servers.faults import MEANING, Kind, parse
from tests.sandbox.servers.stage import ANN, BOB, DEE, Client, Stage, serving

pytestmark = pytest.mark.loopback
POSTED = {"assistants": [{"email": DEE, "can_manage_host_private_event": True}]}


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with serving(monkeypatch) as stage:
        yield stage


@pytest.fixture
def client(stage: Stage) -> Client:
    client = stage.client()
    client.sign_in()
    return client


def assistants(client: Client, host: str) -> list[str]:
    return [one["email"] for one in client.get(f"/users/{host}/assistants")["assistants"]]


def test_a_fault_happens_as_often_as_was_said_and_where_it_was_said(stage: Stage, client: Client) -> None:
    stage.fault("GET /users:429x2,GET /users/*/assistants:503")
    assert [client.ask("GET", "/users").status_code for _ in range(3)] == [429, 429, 200]
    assert client.ask("GET", f"/users/{ANN}").status_code == 200
    assert [client.ask("GET", f"/users/{ANN}/assistants").status_code for _ in range(2)] == [503, 200]


def test_a_dropped_request_was_not_done(stage: Stage, client: Client) -> None:
    stage.fault("POST /users/*/assistants:drop")
    with pytest.raises(httpx2.TransportError):
        client.ask("POST", f"/users/{BOB}/assistants", POSTED)
    assert assistants(client, BOB) == [ANN]
    assert [one.status for one in stage.access_log if one.method == "POST"] == [200, None]


@pytest.mark.parametrize("kind", ["drop-after", "half"])
def test_a_request_may_be_done_and_its_answer_lost(stage: Stage, client: Client, kind: str) -> None:
    stage.fault(f"POST /users/*/assistants:{kind}")
    with pytest.raises(httpx2.TransportError):
        client.ask("POST", f"/users/{BOB}/assistants", POSTED)
    assert assistants(client, BOB) == [ANN, DEE]


def test_an_answer_may_never_come(stage: Stage, client: Client) -> None:
    stage.fault("GET /users:stall")
    client.http.timeout = httpx2.Timeout(0.3)
    with pytest.raises(httpx2.ReadTimeout):
        client.ask("GET", "/users")
    client.http.timeout = httpx2.Timeout(5)
    assert client.ask("GET", "/users").status_code == 200


def test_an_answer_may_begin_and_never_end(stage: Stage, client: Client) -> None:
    stage.fault("GET /users:drip")
    with client.http.stream("GET", "/v2/users", headers={"authorization": f"Bearer {client.token}"}) as answer:
        dripping = answer.iter_raw()
        assert [next(dripping)[:1] for _ in range(3)] == [b"{", b" ", b" "]
    assert client.ask("GET", "/users").status_code == 200


@pytest.mark.parametrize("kind,status", [("empty", 400), ("429-empty", 429), ("500-empty", 500), ("403-empty", 403)])
def test_a_body_may_be_empty(stage: Stage, client: Client, kind: str, status: int) -> None:
    stage.fault(f"GET /users:{kind}")
    answer = client.ask("GET", "/users")
    assert (answer.status_code, answer.content) == (status, b"")


def test_an_error_may_come_under_200(stage: Stage, client: Client) -> None:
    stage.fault("GET /groups:error-in-200")
    answer = client.ask("GET", "/groups")
    assert (answer.status_code, answer.json()["code"]) == (200, 200)


def test_a_web_page_may_come_instead_of_the_answer(stage: Stage, client: Client) -> None:
    stage.fault("GET /groups:web-page")
    answer = client.ask("GET", "/groups")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<html>" in answer.text
    assert client.ask("GET", "/groups").json()["groups"]


def test_each_form_of_when_to_ask_again(stage: Stage, client: Client) -> None:
    stage.fault(
        "GET /users:429-seconds,GET /users:429-date,GET /users:429-iso,GET /users:429-reset,GET /users:429-daily"
    )
    seconds, date, iso, reset, daily = (client.ask("GET", "/users") for _ in range(5))
    assert {one.status_code for one in (seconds, date, iso, reset, daily)} == {429}
    assert seconds.headers["retry-after"] == "2"
    assert parsedate_to_datetime(date.headers["retry-after"]).tzinfo is not None
    assert iso.headers["retry-after"].endswith("Z")
    assert reset.headers["x-ratelimit-type"] == "QPS"
    assert int(reset.headers["x-ratelimit-reset"]) > 1_700_000_000
    assert daily.headers["x-ratelimit-type"] == "Daily-limit"
    assert daily.headers["retry-after"].endswith("T00:00:00Z")


def test_a_page_token_may_end_in_the_middle_of_a_pass(stage: Stage, client: Client) -> None:
    stage.fault("GET /users:expire-page-token")
    token = client.get("/users", page_size=2)["next_page_token"]
    again = client.ask("GET", "/users", page_size=2, next_page_token=token)
    assert (again.status_code, again.json()["code"]) == (400, 300)


def test_an_access_token_may_end_in_the_middle_of_a_pass(stage: Stage, client: Client) -> None:
    stage.fault("GET /users:expire-token")
    assert client.ask("GET", "/users").json()["code"] == 124
    client.sign_in()
    assert client.ask("GET", "/users").status_code == 200


def test_the_token_endpoint_can_misbehave_as_well(stage: Stage, client: Client) -> None:
    stage.fault("POST /oauth/token:500")
    assert client.http.post("/oauth/token").status_code == 500


def test_an_answer_may_have_fields_that_no_vendor_has(stage: Stage, client: Client) -> None:
    stage.fault("GET /accounts/*/settings:invent,GET /users:invent")
    assert client.get("/accounts/me/settings")["calendar_and_contacts_integration"] is True
    assert "allowed_domains" in client.get("/users")["users"][0]


def test_an_answer_may_have_its_fields_under_other_names(stage: Stage, client: Client) -> None:
    stage.fault("GET /users:rename")
    page = client.get("/users")
    assert page["page_size"] == 30
    assert "lastClientVersion" in page["users"][0]
    assert "last_client_version" not in page["users"][0]


def test_a_stalled_request_does_not_keep_the_server_from_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch) as stage:
        stage.fault("GET /users:stall")
        waiting = socket.create_connection(("127.0.0.1", int(stage.url.rpartition(":")[2])))
        waiting.sendall(b"GET /v2/users HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
    waiting.close()


@pytest.mark.parametrize(
    "spec,words",
    [
        ("/users:500", "METHOD PATH:KIND"),
        ("GET users:500", "METHOD PATH:KIND"),
        ("GET /users", "METHOD PATH:KIND"),
        ("GET /users:explode", "no kind of fault"),
        ("GET /users:200", "no kind of fault"),
        ("GET /users:500x0", "never happen"),
    ],
)
def test_a_specification_written_in_another_way_is_refused(spec: str, words: str) -> None:
    with pytest.raises(FaultSpecError, match=words):
        parse(spec)


def test_every_kind_of_fault_can_be_asked_for_and_says_what_it_does() -> None:
    assert set(MEANING) == set(Kind)
    for kind in Kind:
        (rule,) = parse(f"* /users/*:{kind.value}x7")
        found: tuple[Any, int] = (rule.fault, rule.times)
        assert found == (kind, 7)
