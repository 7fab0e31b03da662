"""Delegated grants as they are given, changed and revoked: what Graph is told is what the account's file says."""

from collections.abc import Iterator

import pytest

from calplan.sandbox.account.create import UserRecord
from calplan.sandbox.servers.microsoft.ids import grant_id, user_id
from tests.make import facts
from tests.sandbox.servers.microsoft_stage import (
    BESIDE,
    EWS,
    EXCHANGE,
    GRAPH,
    LIST,
    TENANT,
    WITHOUT,
    Asking,
    asking,
    body,
    of_everybody,
    own,
    place,
    refused,
)
from tests.sandbox.servers.stage import ANN, BOB, DEE, GUY, IDA, PIA

pytestmark = pytest.mark.loopback


@pytest.fixture
def graph(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    with asking(monkeypatch) as graph:
        yield graph


def test_a_new_grant_is_shown_as_it_was_written_and_stands_in_the_account(graph: Asking) -> None:
    scope = f"{BESIDE} Calendars.Read"
    answer = graph.ask("POST", LIST, body(graph, DEE, scope))
    assert answer.status_code == 201
    assert answer.json()["id"] == grant_id(graph.client, GRAPH, user_id(DEE))
    assert graph.get(place(graph, DEE))["scope"] == scope
    assert own(graph, DEE) == '["Calendars.Read"]'


def test_a_grant_for_one_can_be_given_where_one_for_everybody_is(graph: Asking) -> None:
    assert graph.ask("POST", LIST, body(graph, GUY)).status_code == 201
    assert (None, GRAPH) in graph.grants()
    assert graph.grants()[user_id(GUY), GRAPH] == "Calendars.Read"


def test_the_longest_scope_is_taken(graph: Asking) -> None:
    assert graph.ask("POST", LIST, body(graph, DEE, "x" * 3850)).status_code == 201
    assert graph.ask("PATCH", place(graph, DEE), {"scope": "x" * 3851}).status_code == 400
    assert graph.ask("PATCH", place(graph, DEE), {"scope": "y" * 3850}).status_code == 204


def test_a_change_replaces_every_scope_foreign_ones_too(graph: Asking) -> None:
    answer = graph.ask("PATCH", place(graph, IDA), {"scope": "Calendars.ReadWrite"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert graph.get(place(graph, IDA))["scope"] == "Calendars.ReadWrite"
    assert own(graph, IDA) == '["Calendars.ReadWrite"]'


def test_a_change_that_keeps_foreign_scopes_keeps_them(graph: Asking) -> None:
    scope = f"{graph.get(place(graph, None))['scope']} Contacts.Read"
    assert graph.ask("PATCH", place(graph, None), {"scope": scope}).status_code == 204
    assert graph.get(place(graph, None))["scope"] == scope
    assert of_everybody(graph) == {"Calendars.Read", "Contacts.Read", "Files.Read"}


def test_a_grant_of_foreign_scopes_alone_is_still_there(graph: Asking) -> None:
    assert graph.ask("PATCH", place(graph, ANN), {"scope": BESIDE}).status_code == 204
    assert graph.get(place(graph, ANN))["scope"] == BESIDE
    assert own(graph, ANN) == "[]"
    assert graph.ask("DELETE", place(graph, ANN)).status_code == 204
    assert graph.ask("GET", place(graph, ANN)).status_code == 404


def test_a_revoked_grant_is_gone_from_the_account_and_the_other_resource_keeps_its_own(graph: Asking) -> None:
    answer = graph.ask("DELETE", place(graph, BOB))
    assert (answer.status_code, answer.content) == (204, b"")
    assert graph.grants(f"principalId eq '{user_id(BOB)}'") == {(user_id(BOB), EXCHANGE): EWS}
    assert own(graph, BOB) == f'["{EWS}"]'
    assert graph.ask("DELETE", place(graph, BOB, EXCHANGE)).status_code == 204
    assert own(graph, BOB) == "[]"
    assert graph.ask("DELETE", place(graph, BOB, EXCHANGE)).status_code == 404


def test_the_grant_for_everybody_can_be_revoked_and_given_again(graph: Asking) -> None:
    assert graph.ask("DELETE", place(graph, None)).status_code == 204
    assert of_everybody(graph) == frozenset()
    assert graph.ask("POST", LIST, body(graph, None, f"{BESIDE} Contacts.Read")).status_code == 201
    assert of_everybody(graph) == {"Contacts.Read"}
    assert graph.ask("DELETE", place(graph, None)).status_code == 204
    assert graph.ask("POST", LIST, {**body(graph, None), "principalId": None}).status_code == 201


def test_a_grant_on_exchange_online_is_told_apart_in_the_account(graph: Asking) -> None:
    assert graph.ask("POST", LIST, body(graph, ANN, EWS, resource=EXCHANGE)).status_code == 201
    assert own(graph, ANN) == f'["Calendars.ReadWrite","Contacts.Read","{EWS}"]'
    assert graph.grants(f"principalId eq '{user_id(ANN)}'")[user_id(ANN), EXCHANGE] == EWS


def test_a_connection_lives_by_the_grant_of_its_user_unless_everybody_granted(monkeypatch: pytest.MonkeyPatch) -> None:
    for where, still in ((TENANT, "office365-graph"), (WITHOUT, None)):
        with asking(monkeypatch, facts_of_tenant=where) as graph:
            graph.ask("DELETE", place(graph, ANN))
            with graph.stage.account as account:
                assert (account.truth_of(ANN).service or None) == still
            graph.stage.database.unlink()


def test_what_the_account_is_told_otherwise_is_shown(graph: Asking) -> None:
    graph.ask("PATCH", place(graph, ANN), {"scope": "Calendars.Read"})
    with graph.stage.account as account:
        account.set_own_grant(ANN, frozenset({"Contacts.Read"}))
        account.set_own_grant(IDA, frozenset())
        account.set_tenant_grant(frozenset())
    assert graph.grants() == {
        (user_id(ANN), GRAPH): f"Contacts.Read {BESIDE}",
        (user_id(BOB), GRAPH): f"Calendars.Read {BESIDE}",
        (user_id(BOB), EXCHANGE): EWS,
    }


def test_scopes_that_stand_in_the_account_are_kept_as_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    users = [UserRecord(ANN, facts("", own_grant=["Calendars.Read", "User.Read"]))]
    with asking(monkeypatch, users=users) as graph:
        assert graph.get(place(graph, ANN))["scope"] == "Calendars.Read User.Read openid offline_access profile"
        graph.ask("PATCH", place(graph, ANN), {"scope": "Calendars.Read User.Read openid Contacts.Read"})
        assert own(graph, ANN) == '["Calendars.Read","Contacts.Read","User.Read"]'


def test_a_strangers_grant_can_be_harmed_as_at_microsoft(graph: Asking) -> None:
    (stranger,) = [row for row in graph.rows(LIST) if row["clientId"] != graph.client]
    path = f"{LIST}/{stranger['id']}"
    assert graph.ask("PATCH", path, {"scope": "User.Read"}).status_code == 204
    assert graph.get(path)["scope"] == "User.Read"
    assert graph.ask("DELETE", path).status_code == 204
    assert graph.ask("GET", path).status_code == 404
    assert of_everybody(graph) == {"Calendars.Read", "Files.Read"}


@pytest.mark.parametrize("reads", [1, 3])
def test_a_write_is_not_seen_for_some_reads(graph: Asking, reads: int) -> None:
    graph.vendor.graph.lag.reads = reads
    before = graph.grants()
    assert graph.ask("POST", LIST, body(graph, PIA)).status_code == 201
    assert graph.ask("DELETE", place(graph, IDA)).status_code == 204
    assert graph.ask("PATCH", place(graph, ANN), {"scope": "Calendars.Read"}).status_code == 204
    assert [graph.grants() for _ in range(reads)] == [before] * reads
    after = graph.grants()
    assert after[user_id(ANN), GRAPH] == "Calendars.Read"
    assert after[user_id(PIA), GRAPH] == "Calendars.Read"
    assert (user_id(IDA), GRAPH) not in after


def test_a_write_that_is_not_seen_yet_was_done_all_the_same(graph: Asking) -> None:
    graph.vendor.graph.lag.reads = 1
    graph.ask("POST", LIST, body(graph, DEE))
    assert refused(graph.ask("POST", LIST, body(graph, DEE)))[0] == 409
    assert graph.ask("PATCH", place(graph, DEE), {"scope": "Contacts.Read"}).status_code == 204
    assert graph.ask("GET", place(graph, DEE)).status_code == 404
    assert graph.get(place(graph, DEE))["scope"] == "Contacts.Read"
