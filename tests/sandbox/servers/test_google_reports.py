"""Google's log of consents tells who authorised an app and who took it back, newest first, and not at once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from calplan.sandbox.account.create import UserRecord
from calplan.sandbox.servers.google.consents import AppToken
from calplan.sandbox.servers.google.ids import NOBODY
from calplan.sandbox.servers.google.token_log import ACTIVITY, AUTHORIZE, REVOKE
from tests.make import facts
from tests.sandbox.servers.google_stage import AUTH, LOG, USERS, GoogleClient, google_serving, keys
from tests.sandbox.servers.stage import ANN, BOB, GUY

pytestmark = pytest.mark.loopback
ZOOM = keys().client_ids[0]
OTHER = AppToken(client_id="9-other", text="Other tool", scopes=(f"{AUTH}drive",))
OURS = AppToken(client_id=ZOOM, text="Zoom", scopes=(f"{AUTH}calendar", "openid"))
ONE_USER = "admin/reports/v1/activity/users/{}/applications/token"
BOTH = [(AUTHORIZE, ANN), (AUTHORIZE, BOB)]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleClient]:
    with google_serving(monkeypatch) as client:
        yield client


def ago(client: GoogleClient, **of: float) -> str:
    """A time before now as the log writes it."""
    return (client.stage.clock() - timedelta(**of)).isoformat()


def pages(client: GoogleClient, **query: object) -> list[list[tuple[str, str]]]:
    """What tells the records of each page apart."""
    found, token = [], ""
    while True:
        page = client.get(LOG, **query, **({"pageToken": token} if token else {}))
        found.append([(one["id"]["time"], one["id"]["uniqueQualifier"]) for one in page.get("items", [])])
        token = page.get("nextPageToken", "")
        if not token:
            return found


def parameters(record: dict[str, Any]) -> dict[str, Any]:
    (event,) = record["events"]
    return {one["name"]: {name: value for name, value in one.items() if name != "name"} for one in event["parameters"]}


def test_tokens_that_are_there_were_authorised_thirty_days_ago(client: GoogleClient) -> None:
    assert sorted(client.told()) == BOTH
    for record in client.log():
        assert timedelta(days=29) < client.stage.clock() - datetime.fromisoformat(record["id"]["time"])
    assert client.told(startTime=ago(client, days=29)) == []


def test_a_test_says_when_they_were_authorised(client: GoogleClient) -> None:
    client.google.log.authorized_at -= timedelta(days=60)
    client.google.log.authorized[BOB] = client.stage.clock() - timedelta(days=2)
    assert client.told() == [(AUTHORIZE, BOB), (AUTHORIZE, ANN)]
    assert client.told(startTime=ago(client, days=3)) == [(AUTHORIZE, BOB)]
    assert client.told(endTime=ago(client, days=3)) == [(AUTHORIZE, ANN)]


def test_a_record_is_written_as_google_writes_it(client: GoogleClient) -> None:
    (record,) = client.log(filters="scope==" + f"{AUTH}contacts.readonly")
    assert record["kind"] == "admin#reports#activity"
    assert record["id"] == {
        "time": record["id"]["time"],
        "uniqueQualifier": record["id"]["uniqueQualifier"],
        "applicationName": "token",
        "customerId": keys().customer_id,
    }
    assert int(record["id"]["uniqueQualifier"]) in range(-(2**63), 2**63)
    assert record["id"]["time"].endswith("Z")
    assert record["actor"] == {"callerType": "USER", "email": ANN, "profileId": client.google.id_of(ANN)}
    assert record["events"][0]["type"] == "auth"
    scopes = [f"{AUTH}calendar", f"{AUTH}contacts.readonly", "openid", f"{AUTH}userinfo.email"]
    stated = parameters(record)
    data = stated.pop("scope_data")["multiMessageValue"]
    assert stated == {
        "client_id": {"value": ZOOM},
        "app_name": {"value": "Zoom"},
        "client_type": {"value": "WEB"},
        "scope": {"multiValue": scopes},
    }
    assert [{one["name"]: one.get("value", one.get("multiValue")) for one in row["parameter"]} for row in data] == [
        {"scope_name": scope, "product_bucket": [bucket]}
        for scope, bucket in zip(scopes, ("CALENDAR", "CONTACTS", "IDENTITY", "IDENTITY"), strict=True)
    ]


def test_numbers_are_text(client: GoogleClient) -> None:
    client.google.log.add(ACTIVITY, ANN, token=OURS)
    (record,) = client.log(eventName=ACTIVITY)
    assert parameters(record)["num_response_bytes"] == {"intValue": "4711"}
    assert client.log(eventName=ACTIVITY, filters="num_response_bytes>4710")
    assert client.log(eventName=ACTIVITY, filters="num_response_bytes>9999") == []


def test_a_deleted_token_is_revoked_in_the_log_once(client: GoogleClient) -> None:
    assert client.ask("DELETE", f"{USERS}/{ANN}/tokens/{ZOOM}").status_code == 204
    assert client.told()[0] == (REVOKE, ANN)
    assert sorted(client.told()[1:]) == BOTH
    assert parameters(client.log(eventName=REVOKE)[0])["client_id"] == {"value": ZOOM}


def test_the_log_follows_what_becomes_of_the_account_elsewhere(client: GoogleClient) -> None:
    with client.stage.account as account:
        assert account.revoke_google(ANN)
    assert client.told()[0] == (REVOKE, ANN)
    with client.stage.account as account:
        assert account.reconnect(ANN)
    assert client.told()[:2] == [(AUTHORIZE, ANN), (REVOKE, ANN)]
    assert len(client.told()) == 4


def test_the_newest_comes_first_and_every_record_once(client: GoogleClient) -> None:
    for hours in (5, 1, 3, 3, 3):
        client.google.log.add(AUTHORIZE, GUY, token=OTHER, at=client.stage.clock() - timedelta(hours=hours))
    (whole,) = pages(client)
    assert len(set(whole)) == 7
    assert [time for time, _ in whole] == sorted((time for time, _ in whole), reverse=True)
    for size in (1, 2, 3, 7):
        assert [one for page in pages(client, maxResults=size) for one in page] == whole


def test_a_page_may_begin_with_the_last_record_of_the_one_before(client: GoogleClient) -> None:
    client.google.log.add(AUTHORIZE, GUY, token=OTHER)
    (whole,) = pages(client)
    client.google.reports.repeats = True
    assert pages(client, maxResults=2) == [whole[:2], whole[1:]]


def test_spans_that_overlap_tell_of_the_same_record_twice(client: GoogleClient) -> None:
    at = client.stage.clock() - timedelta(hours=10)
    client.google.log.add(REVOKE, GUY, token=OTHER, at=at)
    (early,) = client.log(startTime=ago(client, hours=20), endTime=ago(client, hours=5))
    (late,) = client.log(startTime=ago(client, hours=12))
    assert early == late


def test_a_record_may_come_late_behind_newer_ones(client: GoogleClient) -> None:
    now = client.stage.clock()
    client.google.log.add(REVOKE, ANN, token=OURS, at=now - timedelta(hours=3), seen=now + timedelta(hours=1))
    client.google.log.add(REVOKE, BOB, token=OURS, at=now - timedelta(hours=1))
    assert client.told(eventName=REVOKE) == [(REVOKE, BOB)]
    client.stage.pass_time(hours=1, minutes=1)
    client.sign_in()
    assert client.told(eventName=REVOKE) == [(REVOKE, BOB), (REVOKE, ANN)]


def test_the_log_as_a_whole_may_lag(client: GoogleClient) -> None:
    client.google.log.lag = timedelta(minutes=20)
    client.ask("DELETE", f"{USERS}/{ANN}/tokens/{ZOOM}")
    assert client.told(eventName=REVOKE) == []
    client.stage.pass_time(minutes=21)
    assert client.told(eventName=REVOKE) == [(REVOKE, ANN)]


def test_nothing_older_than_a_hundred_and_eighty_days_is_told(client: GoogleClient) -> None:
    client.google.log.authorized[ANN] = client.stage.clock() - timedelta(days=181)
    client.google.log.authorized[BOB] = client.stage.clock() - timedelta(days=179)
    assert client.told() == [(AUTHORIZE, BOB)]
    assert client.told(startTime=ago(client, days=400)) == [(AUTHORIZE, BOB)]
    assert client.told(startTime=ago(client, days=400), endTime=ago(client, days=180, hours=1)) == []


def test_a_span_that_is_none_is_refused(client: GoogleClient) -> None:
    tomorrow, once, before = (ago(client, days=days) for days in (-1, 5, 6))
    for query in (
        {"startTime": tomorrow},
        {"startTime": once, "endTime": once},
        {"startTime": once, "endTime": before},
        {"endTime": "yesterday"},
        {"startTime": "2026-11-22"},
        {"startTime": "2026-11-22T12:00:00"},
        {"startTime": "2026-13-22T12:00:00Z"},
    ):
        assert client.refused(LOG, **query)[:2] == (400, "invalid")


@pytest.mark.parametrize("size", ["0", "1001", "x"])
def test_a_size_that_is_not_meant_is_refused(client: GoogleClient, size: str) -> None:
    assert client.refused(LOG, maxResults=size) == (400, "badRequest", "Bad Request")
    assert len(client.log(maxResults=1000)) == 2


def test_filters_compare_what_an_event_has(client: GoogleClient) -> None:
    client.google.give(GUY, OTHER)
    assert client.told(filters="client_id==9-other") == [(AUTHORIZE, GUY)]
    assert sorted(client.told(eventName=AUTHORIZE, filters=f"client_id=={ZOOM}")) == BOTH
    assert client.told(filters="app_name<>Zoom") == [(AUTHORIZE, GUY)]
    assert client.told(filters=f"client_id=={ZOOM},app_name==Other tool") == []
    assert client.told(filters="app_name>=P,app_name<=Zz", eventName=AUTHORIZE)[0][0] == AUTHORIZE


def test_a_name_that_does_not_belong_to_the_event_gives_an_empty_report(client: GoogleClient) -> None:
    for query in ({"filters": "clientId==x"}, {"eventName": AUTHORIZE, "filters": "method_name<>x"}):
        assert set(client.get(LOG, **query)) == {"kind", "etag"}
    assert client.told(eventName="authorise") == []


def test_a_filter_that_cannot_be_read_is_passed_over(client: GoogleClient) -> None:
    assert sorted(client.told(filters="client_id=9-other")) == BOTH
    assert sorted(client.told(filters="nonsense")) == BOTH
    assert sorted(client.told(noSuchParameter="x")) == BOTH


def test_of_a_parameter_given_twice_the_last_counts(client: GoogleClient) -> None:
    client.google.log.add(REVOKE, GUY, token=OTHER)
    client.sign_in()
    asked = client.http.get(
        f"/google/{LOG}?eventName=authorize&eventName=revoke", headers={"authorization": f"Bearer {client.token}"}
    )
    assert [one["events"][0]["name"] for one in asked.json()["items"]] == [REVOKE]
    assert client.told(filters=f"client_id=={ZOOM},client_id==9-other") == [(REVOKE, GUY)]


def test_an_actor_may_be_no_user(client: GoogleClient) -> None:
    client.google.log.add(AUTHORIZE, None, token=OURS)
    assert client.log()[0]["actor"] == {"callerType": "USER", "profileId": NOBODY}


def test_a_consent_may_name_no_scopes(client: GoogleClient) -> None:
    client.google.log.add(REVOKE, ANN, token=AppToken(client_id=ZOOM, text="Zoom", scopes=()))
    assert set(parameters(client.log(eventName=REVOKE)[0])) == {"client_id", "app_name", "client_type"}


def test_the_log_of_one_user(client: GoogleClient) -> None:
    ids = client.google.id_of
    for key in (ANN, ids(ANN)):
        (record,) = client.get(ONE_USER.format(key))["items"]
        assert record["actor"]["email"] == ANN
    assert "items" not in client.get(ONE_USER.format(GUY))
    client.google.people.vanished.add(ANN)
    assert client.refused(ONE_USER.format(ANN))[0] == 400
    assert len(client.get(ONE_USER.format(ids(ANN)))["items"]) == 1
    assert client.refused(ONE_USER.format("nobody@corp.example"))[0] == 400


def test_other_logs_and_what_is_not_simulated(client: GoogleClient) -> None:
    other = LOG.replace("token", "login")
    assert "items" not in client.get(other)
    assert client.refused(LOG.replace("token", "shoes"))[0] == 400
    assert client.refused(LOG, orgUnitID="id:x")[0] == 400
    assert client.refused(LOG, includeSensitiveData="true")[:2] == (403, "forbidden")
    assert client.refused(LOG, customerId="C0another")[0] == 403
    assert sorted(client.told(customerId=keys().customer_id)) == BOTH


def test_a_mask_holds_for_the_log_too(client: GoogleClient) -> None:
    (one, _) = client.log(fields="items(id/time,actor(email),events(name,parameters))")
    assert {name: set(value) for name, value in one.items() if name != "events"} == {"id": {"time"}, "actor": {"email"}}
    assert client.refused(LOG, fields="items(user)")[0] == 400


def test_a_page_token_belongs_to_its_question(client: GoogleClient) -> None:
    token = client.get(LOG, maxResults=1)["nextPageToken"]
    assert client.refused(LOG, maxResults=1, eventName=REVOKE, pageToken=token)[:2] == (400, "invalid")


def test_records_of_one_moment_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [UserRecord(f"u{number:04d}@corp.example", facts("google", "read", "none")) for number in range(1200)]
    with google_serving(monkeypatch, users=people) as client:
        found = pages(client, filters=f"client_id=={ZOOM}", eventName=AUTHORIZE)
        assert [len(page) for page in found] == [1000, 200]
        assert len({one for page in found for one in page}) == 1200
        assert len({time for page in found for time, _ in page}) == 1
        numbers = [int(number) for page in found for _, number in page]
        assert min(numbers) < 0 < max(numbers)
