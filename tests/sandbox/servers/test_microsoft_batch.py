"""Many requests to Graph in one, and what becomes of each."""

from collections.abc import Iterator
from typing import Any

import pytest

from calplan.sandbox.servers.faults import parse
from calplan.sandbox.servers.microsoft.ids import user_id
from tests.sandbox.servers.microsoft_stage import LIST, Asking, asking, body, own, place, refused
from tests.sandbox.servers.stage import ANN, BOB, DEE

pytestmark = pytest.mark.loopback
MAILBOX = f"/users/{user_id(ANN)}/mailboxSettings"
NO_MAILBOX = f"/users/{user_id(BOB)}/mailboxSettings"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """One server for the tests that leave it as it is."""
    with (
        pytest.MonkeyPatch.context() as patch,
        asking(patch, folder=tmp_path_factory.mktemp("batch") / "corp") as graph,
    ):
        yield graph


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    with asking(monkeypatch) as graph:
        yield graph


def batch(graph: Asking, *requests: dict[str, object]) -> dict[str, Any]:
    answer = graph.ask("POST", "/$batch", {"requests": list(requests)})
    assert answer.status_code == 200, answer.text
    return {one["id"]: one for one in answer.json()["responses"]}


def get(number: str, url: str, **more: object) -> dict[str, object]:
    return {"id": number, "method": "GET", "url": url, **more}


def test_a_batch_answers_each_request_and_in_no_order(graph: Asking) -> None:
    requests = [get("1", MAILBOX), get("2", NO_MAILBOX), get("3", "/users?$select=id&$top=1"), get("4", "/x")]
    answer = graph.ask("POST", "/$batch", {"requests": requests}).json()["responses"]
    assert [one["id"] for one in answer] != ["1", "2", "3", "4"]
    found = {one["id"]: (one["status"], one["body"].get("error", {}).get("code")) for one in answer}
    assert found == {
        "1": (200, None),
        "2": (404, "MailboxNotEnabledForRESTAPI"),
        "3": (200, None),
        "4": (400, "BadRequest"),
    }


def test_a_link_from_a_batch_leads_on(fresh: Asking) -> None:
    fresh.vendor.graph.pages.size = 5
    page = batch(fresh, get("1", "/users?$select=id"))["1"]["body"]
    assert len(fresh.get(page["@odata.nextLink"])["value"]) == 1


def test_requests_inside_of_a_batch_can_be_refused_one_by_one(fresh: Asking) -> None:
    fresh.vendor.batch.faults.add(parse("GET /users/*/mailboxSettings:429,GET /users/*/mailboxSettings:504"))
    found = batch(fresh, *(get(str(number), MAILBOX) for number in range(3)))
    assert {number: one["status"] for number, one in found.items()} == {"0": 429, "1": 504, "2": 200}
    assert found["0"]["headers"]["Retry-After"] == "1"


def test_requests_inside_of_a_batch_count_one_by_one(fresh: Asking) -> None:
    fresh.vendor.graph.throttling.limit = 3
    found = batch(fresh, *(get(str(number), MAILBOX) for number in range(5)))
    assert [found[str(number)]["status"] for number in range(5)] == [200, 200, 200, 429, 429]


def test_a_batch_can_write_where_the_body_says_what_it_is(fresh: Asking) -> None:
    post: dict[str, object] = {"id": "1", "method": "POST", "url": LIST, "body": body(fresh)}
    assert batch(fresh, post)["1"]["status"] == 400
    found = batch(fresh, {**post, "headers": {"Content-Type": "application/json"}})["1"]
    assert found["status"] == 201
    gone = batch(fresh, {"id": "1", "method": "DELETE", "url": place(fresh, DEE)})["1"]
    assert (gone["status"], "body" in gone) == (204, False)
    assert own(fresh, DEE) == "[]"


def test_a_request_waits_for_the_one_it_depends_on(graph: Asking) -> None:
    found = batch(
        graph,
        get("1", "/users/x"),
        get("2", MAILBOX, dependsOn=["1"]),
        get("3", MAILBOX),
        get("4", MAILBOX, dependsOn=["3"]),
    )
    assert {number: one["status"] for number, one in found.items()} == {"1": 404, "2": 424, "3": 200, "4": 200}


@pytest.mark.parametrize(
    "requests",
    [
        [],
        "x",
        [5],
        [get("1", "/users"), get("1", "/users")],
        [get(str(number), "/users") for number in range(21)],
        [get("", "/users")],
        [{"id": 1, "method": "GET", "url": "/users"}],
        [{"id": "1", "method": "HEAD", "url": "/users"}],
        [{"id": "1", "url": "/users"}],
        [get("1", "users")],
        [get("1", "https://graph.microsoft.com/v1.0/users")],
        [get("1", "//corp.example/users")],
        [get("1", "/$batch")],
        [get("1", "/users", dependsOn=["2"]), get("2", "/users")],
        [get("1", "/users", dependsOn="1")],
        [get("1", "/users", headers=[])],
        [get("1", "/users", atomicityGroup="x")],
    ],
)
def test_a_batch_of_another_form_is_refused_whole(graph: Asking, requests: object) -> None:
    assert refused(graph.ask("POST", "/$batch", {"requests": requests})) == (400, "Request_BadRequest")


def test_a_batch_needs_a_token_and_its_requests_the_permissions(fresh: Asking) -> None:
    assert fresh.http.post("/microsoft/graph/v1.0/$batch", json={"requests": []}).status_code == 401
    fresh.vendor.allow("MailboxSettings.Read")
    found = batch(fresh, get("1", MAILBOX), get("2", "/users", headers={"Authorization": "Bearer another"}))
    assert {number: one["status"] for number, one in found.items()} == {"1": 200, "2": 403}


def test_twenty_requests_fit_into_a_batch(graph: Asking) -> None:
    found = batch(graph, *(get(str(number), MAILBOX) for number in range(20)))
    assert {one["status"] for one in found.values()} == {200}
