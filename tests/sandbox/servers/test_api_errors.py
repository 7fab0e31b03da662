"""Every error of the API in the shape that the vendor documents."""

from typing import Any

import httpx2
import pytest

from calplan.sandbox.account.create import UserRecord
from tests.make import facts
from tests.sandbox.servers.stage import ANN, BOB, DEE, GUY, SECRET, Client, Stage, serving

pytestmark = pytest.mark.loopback


def said(answer: httpx2.Response) -> tuple[int, int, str]:
    body: dict[str, Any] = answer.json()
    return answer.status_code, body["code"], body["message"]


@pytest.mark.parametrize(
    "auth,form,error",
    [
        (("app", "wrong"), {"grant_type": "account_credentials"}, "invalid_client"),
        (("other", SECRET), {"grant_type": "account_credentials"}, "invalid_client"),
        (("app", SECRET), {"grant_type": "client_credentials"}, "unsupported_grant_type"),
        (("app", SECRET), {"grant_type": "account_credentials", "account_id": "another"}, "invalid_request"),
    ],
)
def test_a_bad_request_for_a_token_is_refused(
    client: Client, auth: tuple[str, str], form: dict[str, str], error: str
) -> None:
    answer = client.http.post("/oauth/token", auth=auth, data=form)
    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert SECRET not in answer.text


def test_what_a_token_is_asked_for_with_may_stand_in_the_query(stage: Stage, client: Client) -> None:
    query = {"grant_type": "account_credentials", "account_id": stage.zoom.keys.account_id}
    assert client.http.post("/oauth/token", auth=("app", SECRET), params=query).status_code == 200


@pytest.mark.parametrize("header", ["", "Basic YXBwOg==", "Bearer made-up", "Bearer"])
def test_without_a_good_token_nothing_is_told(client: Client, header: str) -> None:
    answer = client.http.get("/v2/users", headers={"authorization": header})
    assert said(answer) == (401, 124, "Invalid access token.")


def test_a_token_ends_after_an_hour(fresh: Stage) -> None:
    client = fresh.client()
    client.get("/users")
    fresh.pass_time(minutes=61)
    assert said(client.ask("GET", "/users")) == (401, 124, "Access token is expired.")
    client.sign_in()
    assert client.ask("GET", "/users").status_code == 200


def test_several_tokens_are_good_at_once(client: Client) -> None:
    first = client.sign_in()["access_token"]
    client.sign_in()
    assert client.token != first
    client.token = first
    assert client.ask("GET", "/users").status_code == 200


def test_a_missing_scope_is_named(fresh: Stage) -> None:
    client = fresh.client()
    fresh.grant("user:read:list_users:admin")
    assert client.ask("GET", "/users").status_code == 200
    expected = "Invalid access token, does not contain scopes:[group:read:list_groups:admin]."
    assert said(client.ask("GET", "/groups")) == (400, 4711, expected)


@pytest.mark.parametrize(
    "method,path",
    [
        ("GET", "/accounts/me/calendar_settings"),
        ("GET", "/users/me/calendar_integration"),
        ("PATCH", "/accounts/me/settings"),
        ("PATCH", f"/users/{ANN}/assistants"),
        ("PUT", f"/users/{ANN}/assistants/{BOB}"),
        ("GET", "/"),
    ],
)
def test_what_the_vendor_does_not_have_is_not_recognised(client: Client, method: str, path: str) -> None:
    assert said(client.ask(method, path)) == (400, 2300, "This API endpoint is not recognized.")


@pytest.mark.parametrize("path", ["/users/nobody", "/users/nobody@corp.example/assistants", "/users/nobody/settings"])
def test_a_user_who_is_not_there(client: Client, path: str) -> None:
    status, code, message = said(client.ask("GET", path))
    assert (status, code) == (404, 1001)
    assert message.startswith("User does not exist: nobody")


@pytest.mark.parametrize("path", ["/groups/none", "/groups/none/members", "/groups/none/settings", "/groups/Staff"])
def test_a_group_that_is_not_there(client: Client, path: str) -> None:
    assert said(client.ask("GET", path))[:2] == (404, 4130)


def test_an_account_that_is_not_there(client: Client) -> None:
    assert said(client.ask("GET", "/accounts/another/settings"))[:2] == (404, 2001)


@pytest.mark.parametrize(
    "path,query,field",
    [
        ("/users", {"page_size": 2001}, "page_size"),
        ("/users", {"page_size": 0}, "page_size"),
        ("/users", {"page_size": "many"}, "page_size"),
        ("/users", {"status": "retired"}, "status"),
        ("/users", {"page_number": 0}, "page_number"),
        ("/users", {"role_id": 1}, "role_id"),
        ("/groups", {"page_size": 301}, "page_size"),
        ("/report/operationlogs", {"to": "2026-01-31"}, "from"),
        ("/report/operationlogs", {"from_": "2026-01-01"}, "to"),
        ("/report/operationlogs", {"from_": "01.01.2026", "to": "2026-01-31"}, "from"),
        ("/report/operationlogs", {"from_": "2026-02-30", "to": "2026-02-31"}, "from"),
        ("/report/operationlogs", {"from_": "2026-01-01", "to": "2026-02-15"}, "from"),
        ("/report/operationlogs", {"from_": "2026-01-31", "to": "2026-01-01"}, "from"),
        ("/report/operationlogs", {"from_": "2026-01-01", "to": "2026-01-31", "category_type": "x"}, "category_type"),
        ("/report/operationlogs", {"from_": "2026-01-01", "to": "2026-01-31", "page_size": 301}, "page_size"),
        ("/accounts/me/settings", {"option": "calendar"}, "option"),
    ],
)
def test_a_parameter_that_cannot_be_taken_is_named(
    client: Client, path: str, query: dict[str, object], field: str
) -> None:
    answer = client.ask("GET", path, **query)
    assert said(answer) == (400, 300, "Validation Failed.")
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    "host,entry,words",
    [
        (ANN, {"email": BOB}, f"User {BOB} has already granted scheduling privilege."),
        (ANN, {"email": ANN}, "Can't assign scheduling privilege to yourself."),
        (ANN, {"email": "nobody@corp.example"}, "Can't find user nobody@corp.example."),
        (ANN, {"email": GUY}, f"The user must either be a Licensed user or an On-prem user : {GUY}."),
        (GUY, {"email": ANN}, f"The user must either be a Licensed user or an On-prem user : {GUY}."),
    ],
)
def test_refusals_of_an_assistant_share_a_code_and_differ_in_words(
    client: Client, host: str, entry: dict[str, object], words: str
) -> None:
    before = client.get(f"/users/{host}/assistants")
    assert said(client.ask("POST", f"/users/{host}/assistants", {"assistants": [entry]})) == (400, 200, words)
    assert client.get(f"/users/{host}/assistants") == before


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {},
        {"assistants": []},
        {"assistants": {}},
        {"assistants": [{}]},
        {"assistants": ["ann"]},
        {"assistants": [{"email": DEE, "can_manage_host_private_event": "yes"}]},
        {"assistants": [{"email": f"one{number}@corp.example"} for number in range(31)]},
    ],
)
def test_a_body_in_another_form_is_refused(client: Client, content: object) -> None:
    assert said(client.ask("POST", f"/users/{BOB}/assistants", content)) == (400, 300, "Validation Failed.")


def test_one_bad_entry_keeps_the_others_out(client: Client) -> None:
    entries = [{"email": DEE}, {"email": "nobody@corp.example"}]
    assert client.ask("POST", f"/users/{BOB}/assistants", {"assistants": entries}).status_code == 400
    assert [one["email"] for one in client.get(f"/users/{BOB}/assistants")["assistants"]] == [ANN]


def test_deleting_an_assistant_whom_nobody_knows_is_refused(client: Client) -> None:
    assert said(client.ask("DELETE", f"/users/{ANN}/assistants/nobody"))[:2] == (404, 1001)
    assert client.ask("DELETE", f"/users/{ANN}/assistants/{GUY}").status_code == 204


def test_a_body_without_end_is_cut_off(client: Client) -> None:
    client.sign_in()
    answer = client.http.post(f"/v2/users/{ANN}/assistants", content=b" " * 1_100_000)
    assert answer.status_code == 413


def test_a_page_token_ends_after_a_quarter_of_an_hour(fresh: Stage) -> None:
    client = fresh.client()
    first = client.get("/users", page_size=3)
    assert [one["email"] for one in first["users"]] == [ANN, BOB, DEE]
    token = first["next_page_token"]
    assert [one["email"] for one in client.get("/users", page_size=3, next_page_token=token)["users"]] == [GUY]
    fresh.pass_time(minutes=15)
    expected = (400, 300, "The next page token is invalid or expired.")
    assert said(client.ask("GET", "/users", page_size=3, next_page_token=token)) == expected


@pytest.mark.parametrize(
    "path,query", [("/users", {"page_size": 3, "status": "inactive"}), ("/users", {"page_size": 2}), ("/groups", {})]
)
def test_a_page_token_leads_on_in_its_own_list_alone(client: Client, path: str, query: dict[str, object]) -> None:
    token = client.get("/users", page_size=3)["next_page_token"]
    assert said(client.ask("GET", path, next_page_token=token, **query))[:2] == (400, 300)


def test_pages_hold_everybody_once(monkeypatch: pytest.MonkeyPatch) -> None:
    users = [UserRecord(f"user{number:03}@corp.example", facts(groups=["Staff"])) for number in range(101)]
    with serving(monkeypatch, users=users, pairs={}) as stage:
        client = stage.client()
        for path, name in (("/users", "users"), (f"/groups/{stage.group_id('Staff')}/members", "members")):
            found, token = [], ""
            while True:
                page = client.get(path, page_size=20, **({"next_page_token": token} if token else {}))
                found += [one["email"] for one in page[name]]
                token = page["next_page_token"]
                if not token:
                    break
            assert found == [user.email for user in users]
            assert page["page_count"] == 6
        numbered = client.get("/users", page_size=20, page_number=6)
        assert [one["email"] for one in numbered["users"]] == ["user100@corp.example"]


@pytest.mark.parametrize("host", ["zoom.example", "127.0.0.1.evil.example", "localhost.evil.example:80", ""])
def test_a_request_for_another_host_is_turned_away(stage: Stage, client: Client, host: str) -> None:
    answer = client.http.get("/v2/users", headers={"host": host})
    assert answer.status_code == 421
    assert stage.access_log[-1].status == 421
