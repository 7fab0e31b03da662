"""What the API answers when nothing goes wrong, asked over real sockets."""

import json

import pytest

from calplan.sandbox.account.create import UserRecord
from tests.make import facts
from tests.sandbox.servers.stage import ANN, BOB, DEE, GUY, IDA, PIA, Client, Stage, serving

pytestmark = pytest.mark.loopback

ENVELOPE = {"next_page_token", "page_count", "page_number", "page_size", "total_records", "users"}
FIELDS = {"id", "email", "type", "status", "group_ids", "role_id", "verified", "last_client_version"}


def test_a_token_lasts_an_hour_and_names_its_scopes(stage: Stage, client: Client) -> None:
    stated = client.sign_in()
    assert stated["expires_in"] == 3600
    assert stated["token_type"] == "bearer"
    assert stated["scope"].split() == list(stage.zoom.keys.scopes)
    assert stated["api_url"] == stage.url


def test_only_active_users_are_listed_unless_another_status_is_asked_for(client: Client) -> None:
    assert [one["email"] for one in client.get("/users")["users"]] == [ANN, BOB, DEE, GUY]
    assert [one["email"] for one in client.get("/users", status="inactive")["users"]] == [IDA]
    assert [one["email"] for one in client.get("/users", status="pending")["users"]] == [PIA]


def test_users_come_in_the_documented_envelope_with_documented_fields_alone(client: Client) -> None:
    page = client.get("/users")
    assert set(page) == ENVELOPE
    assert (page["page_size"], page["page_count"], page["page_number"], page["total_records"]) == (30, 1, 1, 4)
    assert page["next_page_token"] == ""
    assert {name for one in page["users"] for name in one} == FIELDS


def test_a_pending_user_has_no_id(client: Client) -> None:
    (pending,) = client.get("/users", status="pending")["users"]
    assert "id" not in pending


def test_one_client_is_shown_and_the_field_is_missing_where_there_is_none(client: Client) -> None:
    shown = {one["email"]: one for one in client.get("/users")["users"]}
    assert shown[ANN]["last_client_version"] == "6.5.1.3012(iphone)"
    assert "last_client_version" not in shown[DEE]


def test_the_licence_decides_the_type(client: Client) -> None:
    assert {one["email"]: one["type"] for one in client.get("/users")["users"]} == {ANN: 2, BOB: 2, DEE: 2, GUY: 1}


def test_ids_are_the_stated_ones_or_made_up_and_stay(stage: Stage, client: Client) -> None:
    ids = {one["email"]: one["id"] for one in client.get("/users")["users"]}
    assert ids[DEE] == "dee-id_1"
    assert len(ids[ANN]) == 22
    assert ids == {email: stage.id_of(email) for email in ids}


@pytest.mark.parametrize("how", ["id", "email"])
def test_a_user_is_found_by_id_and_by_address(stage: Stage, client: Client, how: str) -> None:
    shown = client.get(f"/users/{stage.id_of(BOB) if how == 'id' else BOB.upper()}")
    assert shown["email"] == BOB
    assert shown["role_name"] == "Member"


def test_me_is_the_owner_as_whom_the_app_acts(client: Client) -> None:
    shown = client.get("/users/me")
    assert (shown["email"], shown["role_id"]) == (ANN, "0")


def test_groups_have_ids_that_are_not_their_names(stage: Stage, client: Client) -> None:
    stated = client.get("/groups")
    assert {one["name"]: one["total_members"] for one in stated["groups"]} == {"Staff": 5, "Sales": 1}
    assert stated["total_records"] == 2
    assert {one["id"] for one in stated["groups"]} == {stage.group_id("Staff"), stage.group_id("Sales")}
    assert "Staff" not in {one["id"] for one in stated["groups"]}


def test_members_are_listed_and_agree_with_the_groups_of_users(stage: Stage, client: Client) -> None:
    staff = stage.group_id("Staff")
    members = client.get(f"/groups/{staff}/members")
    assert [one["email"] for one in members["members"]] == [ANN, BOB, GUY, IDA, PIA]
    assert members["total_records"] == 5
    assert [one["email"] for one in client.get("/users")["users"] if staff in one.get("group_ids", [])] == [
        ANN,
        BOB,
        GUY,
    ]


def test_a_stated_id_of_a_group_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    users = [UserRecord(ANN, facts(groups=["Executives"]))]
    with serving(monkeypatch, users=users, groups={"g-1": "Executives"}, pairs={}) as stage:
        (group,) = stage.client().get("/groups")["groups"]
    assert group == {"id": "g-1", "name": "Executives", "total_members": 1}


def test_the_flag_of_an_assistant_is_missing_where_it_is_not_known(stage: Stage, client: Client) -> None:
    stated = client.get(f"/users/{stage.id_of(ANN)}/assistants")["assistants"]
    assert stated == [
        {"id": stage.id_of(BOB), "email": BOB, "can_manage_host_private_event": True},
        {"id": "dee-id_1", "email": DEE},
    ]


def test_a_flag_is_changed_by_deleting_and_making_anew(fresh: Stage) -> None:
    client = fresh.client()
    path = f"/users/{fresh.id_of(ANN)}/assistants"
    gone = client.ask("DELETE", f"{path}/{fresh.id_of(BOB)}")
    assert (gone.status_code, gone.content) == (204, b"")
    made = client.ask("POST", path, {"assistants": [{"id": fresh.id_of(BOB), "can_manage_host_private_event": False}]})
    assert made.status_code == 201
    assert made.json()["ids"] == fresh.id_of(BOB)
    assert client.get(path)["assistants"][0]["can_manage_host_private_event"] is False
    assert [one["email"] for one in client.get(path)["assistants"]] == [BOB, DEE]


def test_an_assistant_posted_without_the_flag_has_none(fresh: Stage) -> None:
    client = fresh.client()
    assert client.ask("POST", f"/users/{BOB}/assistants", {"assistants": [{"email": DEE}]}).status_code == 201
    found = {one["email"]: one for one in client.get(f"/users/{BOB}/assistants")["assistants"]}
    assert "can_manage_host_private_event" not in found[DEE]


def test_all_assistants_of_a_host_can_be_deleted_at_once(fresh: Stage) -> None:
    client = fresh.client()
    assert client.ask("DELETE", f"/users/{ANN}/assistants").status_code == 204
    assert client.get(f"/users/{ANN}/assistants") == {"assistants": []}
    assert client.get(f"/users/{BOB}/assistants")["assistants"] != []


def test_schedulers_are_the_other_direction_without_the_flag(stage: Stage, client: Client) -> None:
    assert client.get(f"/users/{BOB}/schedulers") == {"schedulers": [{"id": stage.id_of(ANN), "email": ANN}]}


def test_each_write_leaves_a_row_in_the_log_of_operations(fresh: Stage) -> None:
    client = fresh.client()
    day = fresh.clock().date().isoformat()
    assert client.get("/report/operationlogs", from_=day, to=day)["operation_logs"] == []
    client.ask("DELETE", f"/users/{ANN}/assistants/{fresh.id_of(BOB)}")
    client.ask("POST", f"/users/{ANN}/assistants", {"assistants": [{"id": fresh.id_of(BOB)}]})
    newest, oldest = client.get("/report/operationlogs", from_=day, to=day)["operation_logs"]
    assert set(newest) == {"time", "operator", "category_type", "action", "operation_detail"}
    assert (newest["operator"], newest["category_type"], newest["action"]) == (ANN, "user", "Add")
    assert oldest["action"] == "Delete"
    other = client.get("/report/operationlogs", from_=day, to=day, category_type="account")
    assert other["operation_logs"] == []


def test_domains_are_those_that_many_users_are_in(client: Client) -> None:
    stated = client.get("/accounts/me/managed_domains")
    assert stated["domains"][0] == {"domain": "corp.example", "status": "verified"}
    assert stated["total_records"] == len(stated["domains"])
    assert client.get("/accounts/me/trusted_domains") == {"trusted_domains": []}


@pytest.mark.parametrize("path", ["/accounts/me/settings", "/accounts/me/lock_settings", "/users/me/settings"])
def test_no_setting_of_the_calendar_integration_is_shown(client: Client, path: str) -> None:
    text = json.dumps(client.get(path)).lower()
    for word in ("office365", "exchange", "ews", "impersonat", "graph", "allowed_domain", "consent", "oauth"):
        assert word not in text


def test_the_fields_that_look_like_the_integration_are_there_to_be_left_alone(client: Client) -> None:
    settings = client.get("/accounts/me/settings")
    assert settings["integration"]["google_calendar"] is True
    assert settings["mail_calendar"]["email_calendar_management"] is True
    assert client.get("/accounts/me/settings", custom_query_fields="feature,recording").keys() == {
        "feature",
        "recording",
    }
    assert client.get("/accounts/me/settings", option="security") == {"security": {}}


def test_settings_of_a_group_and_its_locks_can_be_read(stage: Stage, client: Client) -> None:
    assert "mail_calendar" not in client.get(f"/groups/{stage.group_id('Staff')}/settings")
    assert client.ask("GET", f"/groups/{stage.group_id('Staff')}/lock_settings").status_code == 200


def test_every_request_is_in_the_access_log_without_its_query(fresh: Stage) -> None:
    client = fresh.client()
    client.get("/users", status="pending")
    assert fresh.asked() == ["POST /oauth/token", "GET /v2/users"]
    assert [one.status for one in fresh.access_log] == [200, 200]
    assert fresh.access_log[0].host == fresh.url.removeprefix("http://")
