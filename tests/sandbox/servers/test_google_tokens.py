"""Google's tokens are those of the account's file, and a connection ends with the token it lives by."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from calplan.model.service import ExchangeMapi
from calplan.sandbox.account import consents
from calplan.sandbox.servers.google.consents import AppToken
from tests.sandbox.servers.google_stage import AUTH, LOG, USERS, GoogleClient, google_serving, keys, refusal
from tests.sandbox.servers.stage import ANN, BOB, DEE, GUY

pytestmark = pytest.mark.loopback
ZOOM = keys().client_ids[0]
SIGN_IN = ["openid", f"{AUTH}userinfo.email"]
LOOKALIKE = AppToken(client_id="9-lookalike.apps.googleusercontent.com", text="Zoom", scopes=(f"{AUTH}calendar",))
DRIVE = AppToken(client_id="8-drive", text="Drive tool", scopes=(f"{AUTH}drive",), anonymous=True, native=True)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleClient]:
    with google_serving(monkeypatch) as client:
        yield client


def delete(client: GoogleClient, user: str, app: str = ZOOM) -> int:
    answer = client.ask("DELETE", f"{USERS}/{user}/tokens/{app}")
    assert answer.status_code != 204 or answer.content == b""
    return answer.status_code


def test_a_token_shows_what_its_user_consented_to(client: GoogleClient) -> None:
    (token,) = client.tokens(ANN)
    assert {name: value for name, value in token.items() if name != "etag"} == {
        "kind": "admin#directory#token",
        "clientId": ZOOM,
        "displayText": "Zoom",
        "anonymous": False,
        "nativeApp": False,
        "userKey": client.google.id_of(ANN),
        "scopes": [f"{AUTH}calendar", f"{AUTH}contacts.readonly", *SIGN_IN],
    }
    assert client.tokens(BOB)[0]["scopes"] == [f"{AUTH}calendar.readonly", *SIGN_IN]


@pytest.mark.parametrize("user", [DEE, GUY])
def test_whoever_granted_nothing_has_no_items_at_all(client: GoogleClient, user: str) -> None:
    stated = client.get(f"{USERS}/{user}/tokens")
    assert set(stated) == {"kind", "etag"}
    assert stated["kind"] == "admin#directory#tokenList"


def test_a_user_is_named_by_address_alias_or_id(client: GoogleClient) -> None:
    client.google.people.aliases[ANN] = ("a/b#c@corp.example",)
    for key in (ANN, client.google.id_of(ANN), quote("a/b#c@corp.example", safe="")):
        (token,) = client.tokens(key)
        assert token["userKey"] == client.google.id_of(ANN)


def test_a_user_who_is_gone_is_not_found(client: GoogleClient) -> None:
    client.google.people.vanished.add(ANN)
    for key in (ANN, client.google.id_of(ANN), "nobody@corp.example"):
        assert client.refused(f"{USERS}/{key}/tokens") == (404, "notFound", "Resource Not Found: userKey")


def test_one_token_can_be_asked_for(client: GoogleClient) -> None:
    assert client.get(f"{USERS}/{ANN}/tokens/{ZOOM}") == client.tokens(ANN)[0]
    assert client.refused(f"{USERS}/{GUY}/tokens/{ZOOM}")[:2] == (404, "notFound")


def test_a_mask_holds_for_tokens_too(client: GoogleClient) -> None:
    stated = client.get(f"{USERS}/{ANN}/tokens", fields="items(clientId,scopes)")
    assert set(stated) == {"items"}
    assert set(stated["items"][0]) == {"clientId", "scopes"}
    assert client.get(f"{USERS}/{GUY}/tokens", fields="items(clientId,scopes)") == {}


def test_a_deleted_token_is_gone_with_the_connection_that_lived_by_it(client: GoogleClient) -> None:
    assert delete(client, ANN) == 204
    assert client.tokens(ANN) == []
    with client.stage.account as account:
        assert account.truth_of(ANN).service == ""
        assert account.truth_of(BOB).service == "google"
    again = client.ask("DELETE", f"{USERS}/{ANN}/tokens/{ZOOM}")
    assert refusal(again)[:2] == (404, "notFound")


def test_a_token_outlives_the_connection_until_it_is_deleted(client: GoogleClient) -> None:
    with client.stage.account as account:
        account.set_locked(True)
        account.set_service(ExchangeMapi())
        assert account.truth_of(ANN).service == ""
    assert client.tokens(ANN)[0]["scopes"] == [f"{AUTH}calendar", f"{AUTH}contacts.readonly", *SIGN_IN]
    assert delete(client, client.google.id_of(ANN)) == 204
    assert client.tokens(ANN) == []
    assert client.tokens(BOB)


def test_one_users_token_is_the_same_as_in_the_list_of_all(client: GoogleClient) -> None:
    with client.stage.account as account:
        account.set_locked(True)
        account.set_service(ExchangeMapi())
        account.set_locked(False)
        account.reconnect(BOB)
    with client.google.world.view() as connection:
        everyone = {one.email: one for one in consents.google_tokens(connection)}
        emails = [email for (email,) in connection.execute("SELECT email FROM users")]
        alone = {email: consents.google_token_of(connection, email) for email in [*emails, "nobody@corp.example"]}
    assert everyone
    assert {email: token for email, token in alone.items() if token is not None} == everyone


def test_other_apps_have_tokens_too_and_may_call_themselves_alike(client: GoogleClient) -> None:
    client.google.give(ANN, LOOKALIKE)
    client.google.give(GUY, DRIVE)
    assert [(one["clientId"], one["displayText"]) for one in client.tokens(ANN)] == [
        (ZOOM, "Zoom"),
        (LOOKALIKE.client_id, "Zoom"),
    ]
    (drive,) = client.tokens(GUY)
    assert (drive["anonymous"], drive["nativeApp"]) == (True, True)
    assert delete(client, ANN, LOOKALIKE.client_id) == 204
    assert [one["clientId"] for one in client.tokens(ANN)] == [ZOOM]
    with client.stage.account as account:
        assert account.truth_of(ANN).service == "google"


def test_a_token_may_be_of_another_client_or_have_other_scopes(client: GoogleClient) -> None:
    client.google.consents.client_of[ANN] = "7-older"
    client.google.consents.scopes_of[ANN] = (f"{AUTH}calendar.events",)
    (token,) = client.tokens(ANN)
    assert (token["clientId"], token["scopes"]) == ("7-older", [f"{AUTH}calendar.events"])
    assert delete(client, ANN) == 404
    assert delete(client, ANN, "7-older") == 204
    assert [one["events"][0]["name"] for one in client.get(LOG)["items"]].count("revoke") == 1
    with client.stage.account as account:
        assert account.truth_of(ANN).service == ""


def test_a_request_whose_answer_is_lost_has_deleted_the_token(client: GoogleClient) -> None:
    client.stage.fault("DELETE /google/admin/directory/v1/users/*/tokens/*:503")
    assert delete(client, ANN) == 503
    assert client.tokens(ANN)
    assert delete(client, ANN) == 204
