"""Google refuses what is asked too often, and its errors come in more shapes than its description has."""

import json
from collections.abc import Iterator

import pytest

from calplan.sandbox.servers.google.answers import QUOTA, USER_RATE, Body
from calplan.sandbox.servers.google.quotas import Spent
from tests.sandbox.servers.google_stage import LOG, USERS, GoogleClient, google_serving, refusal
from tests.sandbox.servers.stage import ANN

pytestmark = pytest.mark.loopback
TOKENS = f"{USERS}/{ANN}/tokens"
FAULTY = "GET /google/admin/directory/v1/users"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleClient]:
    with google_serving(monkeypatch) as client:
        client.sign_in()
        yield client


def statuses(client: GoogleClient, path: str, times: int, **query: object) -> list[int]:
    return [client.ask("GET", path, **query).status_code for _ in range(times)]


def test_the_directory_is_asked_so_often_in_a_second_and_no_more(client: GoogleClient) -> None:
    # A limit that no machine empties within a test: the clock is moved by hand.
    client.google.quotas.directory = 1 / 3600
    assert statuses(client, TOKENS, 3) == [200, 403, 403]
    assert client.refused(TOKENS) == (403, "userRateLimitExceeded", "User Rate Limit Exceeded")
    assert statuses(client, LOG, 3) == [200, 200, 200]
    client.stage.pass_time(minutes=59, seconds=58)
    assert client.refused(TOKENS)[0] == 403
    client.stage.pass_time(minutes=1)
    client.sign_in()
    assert statuses(client, TOKENS, 2) == [200, 403]


def test_a_whole_second_has_room_for_all_of_its_requests(client: GoogleClient) -> None:
    client.google.quotas.directory = 1000
    assert statuses(client, TOKENS, 20) == [200] * 20
    client.google.quotas.directory = 0
    assert statuses(client, TOKENS, 2) == [403, 403]


def test_the_refusal_may_be_about_requests_at_once(client: GoogleClient) -> None:
    client.google.quotas.directory = 0
    client.google.quotas.spent = Spent.BY_OPERATION
    assert client.refused(TOKENS) == (403, "quotaExceeded", "Request rate higher than configured.")


def test_the_log_is_away_where_it_is_asked_too_often(client: GoogleClient) -> None:
    client.google.quotas.reports = 1 / 3600
    assert statuses(client, LOG, 2) == [200, 503]
    assert client.refused(LOG)[:2] == (503, "backendError")
    assert statuses(client, TOKENS, 2) == [200, 200]


def test_the_log_has_a_lower_limit_for_filtered_requests(client: GoogleClient) -> None:
    client.google.quotas.filtered_reports = 1 / 3600
    assert statuses(client, LOG, 3) == [200, 200, 200]
    assert statuses(client, LOG, 2, eventName="revoke") == [200, 503]
    assert statuses(client, LOG.replace("all", ANN), 1) == [503]
    assert statuses(client, LOG, 1) == [200]


def test_nobody_counts_who_is_not_let_in(client: GoogleClient) -> None:
    client.google.quotas.directory = 1 / 3600
    good, client.token = client.token, "invented"
    assert statuses(client, TOKENS, 3) == [401, 401, 401]
    client.token = good
    assert statuses(client, TOKENS, 2) == [200, 403]


@pytest.mark.parametrize(
    "status,reason",
    [
        (400, "badRequest"),
        (401, "authError"),
        (403, "forbidden"),
        (404, "notFound"),
        (429, "rateLimitExceeded"),
        (500, "internalError"),
        (502, "badGateway"),
        (503, "backendError"),
        (504, "gatewayTimeout"),
        (507, "backendError"),
    ],
)
def test_a_planned_fault_is_worded_as_google_words_it(client: GoogleClient, status: int, reason: str) -> None:
    client.stage.fault(f"{FAULTY}:{status}")
    assert client.refused(USERS, customer="my_customer")[:2] == (status, reason)
    assert client.ask("GET", USERS, customer="my_customer").status_code == 200


def test_a_planned_fault_may_speak_of_quotas(client: GoogleClient) -> None:
    for words in (USER_RATE, QUOTA):
        client.google.failures.words[403] = words
        client.stage.fault(f"{FAULTY}:403")
        assert client.refused(USERS, customer="my_customer") == (403, words.reason, words.message)


@pytest.mark.parametrize(
    "body,kind,holds", [(Body.TEXT, "text/plain", "request rate"), (Body.HTML, "text/html", "<!doctype html>")]
)
def test_an_error_may_be_no_json(client: GoogleClient, body: Body, kind: str, holds: str) -> None:
    client.google.failures.body = body
    client.google.failures.words[403] = QUOTA
    client.google.quotas.directory = 0
    client.google.quotas.spent = Spent.BY_OPERATION
    client.stage.fault(f"{FAULTY}:403")
    for answer in (client.ask("GET", USERS, customer="my_customer"), client.ask("GET", TOKENS)):
        assert answer.status_code == 403
        assert answer.headers["content-type"].startswith(kind)
        assert holds in answer.text.lower()
        with pytest.raises(json.JSONDecodeError):
            answer.json()


def test_an_error_may_have_no_body(client: GoogleClient) -> None:
    client.google.failures.body = Body.EMPTY
    client.stage.fault(f"{FAULTY}:503,{FAULTY}:500-empty")
    for status in (503, 500):
        answer = client.ask("GET", USERS, customer="my_customer")
        assert (answer.status_code, answer.content) == (status, b"")


def test_a_status_in_capitals_may_be_missing(client: GoogleClient) -> None:
    client.stage.fault(f"{FAULTY}:403,{FAULTY}:503")
    shown = [client.ask("GET", USERS).json()["error"] for _ in range(2)]
    assert ["status" in one for one in shown] == [False, True]


def test_what_cannot_be_read_is_refused_without_harm(client: GoogleClient) -> None:
    answer = client.http.post("/google/token", content=b"x" * 1_100_000)
    assert answer.status_code == 413
    answer = client.http.post("/google/token", content=b"\xff\xfe")
    assert answer.status_code == 400
    assert refusal(client.ask("GET", f"{USERS}/%ff%fe/tokens"))[0] == 404
