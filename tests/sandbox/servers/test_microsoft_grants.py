"""Delegated grants as Graph shows them, and which requests about them it refuses."""

from collections.abc import Iterator

import pytest

from calplan.sandbox.account.create import UserRecord
from calplan.sandbox.servers.microsoft.ids import principal_id, user_id
from tests.make import facts, tenant
from tests.sandbox.servers.microsoft_stage import (
    BESIDE,
    EWS,
    EXCHANGE,
    GRANTED,
    GRAPH,
    LIST,
    Asking,
    asking,
    body,
    own,
    place,
    refused,
)
from tests.sandbox.servers.stage import ANN, BOB, DEE, IDA

pytestmark = pytest.mark.loopback


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """One server for the tests that leave it as it is."""
    with (
        pytest.MonkeyPatch.context() as patch,
        asking(patch, folder=tmp_path_factory.mktemp("grants") / "corp") as graph,
    ):
        yield graph


def test_the_grants_are_those_of_the_account_and_of_two_resources(graph: Asking) -> None:
    assert graph.grants() == {
        (None, GRAPH): f"Calendars.Read Files.Read {BESIDE}",
        (user_id(ANN), GRAPH): f"Calendars.ReadWrite Contacts.Read {BESIDE}",
        (user_id(BOB), GRAPH): f"Calendars.Read {BESIDE}",
        (user_id(BOB), EXCHANGE): EWS,
        (user_id(IDA), GRAPH): f"Calendars.Read Mail.Read {BESIDE}",
    }


def test_a_tenant_of_which_nothing_is_known_has_no_grant_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    with asking(monkeypatch, facts_of_tenant=None) as graph:
        assert None not in {whose for whose, _ in graph.grants()}


def test_everybody_may_have_granted_exchange_online_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    with asking(monkeypatch, users=(), facts_of_tenant=tenant(grant=[EWS])) as graph:
        assert graph.grants() == {(None, EXCHANGE): EWS}


def test_filters_are_for_the_app_the_kind_and_the_user(graph: Asking) -> None:
    assert {whose for whose, _ in graph.grants("consentType eq 'AllPrincipals'")} == {None}
    assert set(graph.grants(f"principalId eq '{user_id(BOB)}'", "consentType eq 'Principal'")) == {
        (user_id(BOB), GRAPH),
        (user_id(BOB), EXCHANGE),
    }
    assert graph.grants(f"principalId eq '{user_id(DEE)}'") == {}
    strangers = {row["clientId"] for row in graph.rows(LIST)} - {graph.client}
    assert len(strangers) == 1
    assert [row["clientId"] for row in graph.rows(f"{LIST}?$filter=clientId eq '{min(strangers)}'")] == [*strangers]


@pytest.mark.parametrize(
    "query",
    [
        "$filter=clientId ne 'x'",
        "$filter=scope eq 'x'",
        "$filter=resourceId eq 'x'",
        "$filter=clientId eq 'x' or consentType eq 'Principal'",
        "$filter=startswith(clientId, 'x')",
        "$filter=clientId eq 'x' and clientId eq 'y'",
        "$filter=clientId eq x",
        "$filter=",
        "$orderby=clientId",
        "$search=x",
        "$top=5",
        "$select=id",
    ],
)
def test_no_other_query_is_taken(graph: Asking, query: str) -> None:
    assert refused(graph.ask("GET", f"{LIST}?{query}")) == (400, "Request_BadRequest")


def test_a_grant_is_found_by_its_id_its_user_and_its_app(graph: Asking) -> None:
    one = graph.get(place(graph, ANN))
    assert (one["principalId"], one["scope"]) == (user_id(ANN), f"Calendars.ReadWrite Contacts.Read {BESIDE}")
    assert {row["resourceId"] for row in graph.rows(f"/users/{user_id(BOB)}{LIST}")} == {GRAPH, EXCHANGE}
    of_app = {row["id"] for row in graph.rows(f"/servicePrincipals/{graph.client}{LIST}")}
    assert of_app == {row["id"] for row in graph.rows(f"{LIST}?$filter=clientId eq '{graph.client}'")}


@pytest.mark.parametrize("email", [DEE, "nobody@corp.example"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_grant_that_is_not_there_is_not_found(graph: Asking, method: str, email: str) -> None:
    stated = {"scope": "Calendars.Read"} if method == "PATCH" else None
    assert refused(graph.ask(method, place(graph, email), stated)) == (404, "Request_ResourceNotFound")
    assert refused(graph.ask(method, f"{LIST}/another", stated)) == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize("email", [None, ANN])
def test_the_same_grant_cannot_be_given_twice(graph: Asking, email: str | None) -> None:
    answer = graph.ask("POST", LIST, body(graph, email, "Mail.Read"))
    assert refused(answer) == (409, "Request_MultipleObjectsWithSameKeyValue")
    assert "Mail.Read" not in graph.get(place(graph, email))["scope"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"consentType": "Everybody"},
        {"consentType": "principal"},
        {"consentType": None},
        {"consentType": "AllPrincipals"},
        {"principalId": None},
        {"principalId": 5},
        {"clientId": 5},
        {"clientId": ""},
        {"resourceId": None},
        {"scope": None},
        {"scope": ["Calendars.Read"]},
        {"scope": "x" * 3851},
        {"startTime": "2026-01-01"},
    ],
)
def test_a_grant_that_is_stated_wrong_is_not_given(graph: Asking, wrong: dict[str, object]) -> None:
    assert refused(graph.ask("POST", LIST, {**body(graph), **wrong})) == (400, "Request_BadRequest")
    assert own(graph, DEE) == "[]"


@pytest.mark.parametrize("name", ["clientId", "consentType", "principalId", "resourceId", "scope"])
def test_a_grant_that_leaves_something_out_is_not_given(graph: Asking, name: str) -> None:
    stated = {key: value for key, value in body(graph).items() if key != name}
    assert refused(graph.ask("POST", LIST, stated)) == (400, "Request_BadRequest")


@pytest.mark.parametrize("name", ["clientId", "resourceId", "principalId"])
def test_a_grant_among_strangers_is_not_given(graph: Asking, name: str) -> None:
    stranger = principal_id("nobody")
    assert refused(graph.ask("POST", LIST, {**body(graph), name: stranger})) == (404, "Request_ResourceNotFound")


def test_a_body_is_an_object_in_json(graph: Asking) -> None:
    assert refused(graph.ask("POST", LIST, [])) == (400, "Request_BadRequest")
    assert graph.ask("POST", LIST, body(graph), content_type="text/plain").status_code == 400
    path = f"/microsoft/graph/v1.0{LIST}"
    headers = {**graph.headers, "content-type": "application/json"}
    assert graph.http.post(path, content=b"{", headers=headers).status_code == 400


@pytest.mark.parametrize("stated", [{}, {"scope": 5}, {"scope": None}, {"consentType": "Principal"}, {"id": "x"}])
def test_nothing_but_the_scope_can_be_changed(graph: Asking, stated: dict[str, object]) -> None:
    assert refused(graph.ask("PATCH", place(graph, ANN), stated)) == (400, "Request_BadRequest")
    assert graph.ask("PATCH", place(graph, ANN), {"scope": "x", **stated, "clientId": "y"}).status_code == 400


def test_everybody_of_any_status_may_have_a_grant(monkeypatch: pytest.MonkeyPatch) -> None:
    statuses = ("active", "inactive", "pending")
    users = [UserRecord(f"{one}@corp.example", facts("", own_grant=GRANTED, status=one)) for one in statuses]
    with asking(monkeypatch, users=users, facts_of_tenant=None) as graph:
        assert {whose for whose, _ in graph.grants()} == {user_id(user.email) for user in users}
