"""What Graph refuses for want of a permission, and when it is asked too much."""

from collections.abc import Iterator

import pytest

from calplan.sandbox.servers.microsoft.ids import user_id
from tests.sandbox.servers.microsoft_stage import LIST, Asking, asking, body, own, place, refused
from tests.sandbox.servers.stage import ANN, DEE

pytestmark = pytest.mark.loopback
MAILBOX = f"/users/{user_id(ANN)}/mailboxSettings"


@pytest.fixture
def graph(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    with asking(monkeypatch) as graph:
        yield graph


CALLS = ("users", "user", "all of a user", "mailbox", "grants", "give", "change", "revoke", "apps", "policy")
ALLOWED = {
    "Directory.Read.All": {"users", "user", "all of a user", "grants", "apps"},
    "Directory.ReadWrite.All": {"users", "user", "all of a user", "grants", "apps", "give", "change", "revoke"},
    "DelegatedPermissionGrant.ReadWrite.All": {"grants", "give", "change", "revoke"},
    "DelegatedPermissionGrant.Read.All": set[str](),
    "Application.Read.All": {"apps"},
    "User.ReadBasic.All": {"users", "user"},
    "User.Read.All": {"users", "user", "all of a user"},
    "MailboxSettings.Read": {"mailbox"},
    "Policy.Read.All": {"policy"},
}


def call(graph: Asking, name: str) -> int:
    request: dict[str, tuple[str, str, object]] = {
        "users": ("GET", "/users", None),
        "user": ("GET", f"/users/{ANN}", None),
        "all of a user": ("GET", f"/users/{ANN}?$select=assignedPlans", None),
        "mailbox": ("GET", MAILBOX, None),
        "grants": ("GET", LIST, None),
        "give": ("POST", LIST, body(graph)),
        "change": ("PATCH", place(graph, ANN), {"scope": "x"}),
        "revoke": ("DELETE", place(graph, ANN), None),
        "apps": ("GET", "/servicePrincipals", None),
        "policy": ("GET", "/policies/authorizationPolicy", None),
    }
    answer = graph.ask(*request[name])
    if answer.status_code >= 400:
        assert refused(answer) == (403, "Authorization_RequestDenied")
    return answer.status_code


@pytest.mark.parametrize("permission", ALLOWED)
def test_each_permission_allows_what_it_is_for_and_nothing_else(graph: Asking, permission: str) -> None:
    graph.vendor.allow(permission)
    assert {name for name in CALLS if call(graph, name) < 400} == ALLOWED[permission]


def test_a_token_keeps_the_permissions_it_was_given_with(graph: Asking) -> None:
    graph.sign_in()
    graph.vendor.allow()
    assert graph.ask("GET", LIST).status_code == 200
    graph.sign_in()
    assert graph.ask("GET", LIST).status_code == 403


def test_a_new_app_may_do_all_that_planning_and_applying_need(graph: Asking) -> None:
    assert [name for name in CALLS if call(graph, name) >= 400] == []


def test_an_answer_says_what_it_cost(graph: Asking) -> None:
    costs = {
        "/users": "2",
        "/users?$select=id": "1",
        "/users?$top=10": "1",
        "/users?$select=id&$top=10": "1",
        LIST: "2",
        "/servicePrincipals": "1",
        MAILBOX: "1",
    }
    assert {path: graph.ask("GET", path).headers["x-ms-resource-unit"] for path in costs} == costs


def test_whoever_asks_too_much_in_ten_seconds_has_to_wait(graph: Asking) -> None:
    graph.vendor.graph.throttling.limit = 10
    answers = [graph.ask("GET", LIST) for _ in range(6)]
    assert [one.status_code for one in answers] == [200] * 5 + [429]
    assert [one.headers.get("x-ms-throttle-limit-percentage") for one in answers[:5]] == [None] * 4 + ["1.00"]
    assert refused(answers[5]) == (429, "TooManyRequests")
    assert 1 <= int(answers[5].headers["retry-after"]) <= 10
    assert "x-ms-throttle-scope" in answers[5].headers
    graph.stage.pass_time(seconds=10)
    assert graph.ask("GET", LIST).status_code == 200


@pytest.mark.parametrize("status", [400, 403, 404, 409, 429, 500, 502, 503, 504, 507])
def test_every_failure_can_be_planned_and_has_graphs_shape(graph: Asking, status: int) -> None:
    graph.sign_in()
    graph.stage.fault(f"POST /microsoft/graph/v1.0{LIST}:{status}")
    answer = graph.ask("POST", LIST, body(graph))
    assert refused(answer)[0] == status
    assert answer.headers.get("retry-after") == ("1" if status in (429, 503) else None)
    assert own(graph, DEE) == "[]"


def test_a_planned_refusal_may_not_say_how_long_it_lasts(graph: Asking) -> None:
    graph.vendor.graph.throttling.retry_after = None
    graph.stage.fault("GET /microsoft/graph/v1.0/users:429")
    answer = graph.ask("GET", "/users")
    assert (answer.status_code, "retry-after" in answer.headers) == (429, False)


def test_whoever_comes_back_too_early_is_refused_again(graph: Asking) -> None:
    graph.vendor.graph.throttling.insist = True
    graph.vendor.graph.throttling.retry_after = 30
    graph.stage.fault("GET /microsoft/graph/v1.0/users:429")
    assert graph.ask("GET", "/users").status_code == 429
    early = graph.ask("GET", "/users")
    assert (early.status_code, graph.vendor.graph.throttling.early) == (429, 1)
    assert 28 <= int(early.headers["retry-after"]) <= 30
    graph.stage.pass_time(seconds=30)
    assert graph.ask("GET", "/users").status_code == 200


def test_a_page_of_a_network_may_stand_in_for_graph(graph: Asking) -> None:
    graph.vendor.html = 1
    answer = graph.ask("GET", "/users")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert graph.get("/users")["value"]


def test_an_error_names_the_request_as_its_sender_does(graph: Asking) -> None:
    answer = graph.ask("GET", "/users/x", client_request_id="my-request")
    assert answer.headers["client-request-id"] == "my-request"
    assert answer.json()["error"]["innerError"]["client-request-id"] == "my-request"
