"""Google's directory lists users as its description says, and refuses what it says it refuses."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest

from calplan.sandbox.account.create import UserRecord
from tests.make import facts
from tests.sandbox.servers.google_stage import ADMIN, USERS, GoogleClient, google_serving, keys
from tests.sandbox.servers.stage import ANN, BOB, DEE, GUY, IDA, PIA

pytestmark = pytest.mark.loopback
EVERYBODY = [ANN, BOB, DEE, GUY, IDA, PIA]
MINE = {"customer": "my_customer"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoogleClient]:
    """One server for the tests that leave it as it is."""
    with (
        pytest.MonkeyPatch.context() as patch,
        google_serving(patch, folder=tmp_path_factory.mktemp("google") / "corp") as client,
    ):
        yield client


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleClient]:
    """A server of its own, for a test that changes something."""
    with google_serving(monkeypatch) as client:
        yield client


def pages(client: GoogleClient, **query: object) -> list[list[str]]:
    """The addresses of every page."""
    found, token = [], ""
    while True:
        page = client.get(USERS, **{**MINE, **query}, **({"pageToken": token} if token else {}))
        found.append([one["primaryEmail"] for one in page.get("users", [])])
        token = page.get("nextPageToken", "")
        if not token:
            return found


def test_users_of_every_status_are_listed(client: GoogleClient) -> None:
    page = client.get(USERS, **MINE)
    assert page["kind"] == "admin#directory#users"
    assert [one["primaryEmail"] for one in page["users"]] == EVERYBODY
    assert "nextPageToken" not in page


def test_a_user_shows_what_an_administrator_looks_for(client: GoogleClient) -> None:
    shown = client.get(f"{USERS}/{ANN}")
    assert shown["kind"] == "admin#directory#user"
    assert shown["id"] == client.google.id_of(ANN)
    assert shown["id"].isdecimal()
    assert len(shown["id"]) == 21
    assert (shown["suspended"], shown["archived"], shown["orgUnitPath"], shown["isMailboxSetup"]) == (
        False,
        False,
        "/",
        True,
    )
    assert shown["customerId"] == keys().customer_id
    assert "suspensionReason" not in shown
    assert "aliases" not in shown


def test_the_address_at_google_is_that_of_the_mailbox(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [UserRecord("a.login@corp.example", facts("google", "read", "none"), mailbox="z.mail@corp.example")]
    with google_serving(monkeypatch, users=people) as client:
        assert client.emails() == ["z.mail@corp.example"]
        assert client.get(f"{USERS}/z.mail@corp.example")["id"] == client.google.id_of("a.login@corp.example")
        assert client.refused(f"{USERS}/a.login@corp.example")[0] == 404
        assert client.tokens("z.mail@corp.example")


def test_pages_hold_every_user_once(client: GoogleClient) -> None:
    assert pages(client, maxResults=4) == [EVERYBODY[:4], EVERYBODY[4:]]
    assert pages(client, maxResults=6) == [EVERYBODY]
    assert pages(client, maxResults=1) == [[one] for one in EVERYBODY]


@pytest.mark.parametrize("size", ["0", "501", "-1", "many", "1.5"])
def test_a_size_that_is_not_meant_is_refused(client: GoogleClient, size: str) -> None:
    assert client.refused(USERS, **MINE, maxResults=size) == (400, "badRequest", "Bad Request")
    assert client.emails(maxResults=500) == EVERYBODY


def test_a_list_without_a_customer_or_domain_is_refused(client: GoogleClient) -> None:
    assert client.refused(USERS) == (400, "badRequest", "Bad Request")
    assert client.emails(customer=keys().customer_id) == EVERYBODY
    assert client.refused(USERS, customer="C0another")[0] == 403


def test_one_domain_can_be_listed_by_itself(client: GoogleClient) -> None:
    assert client.emails(customer="", domain="fabrikam.example") == [DEE]
    assert client.refused(USERS, domain="nowhere.example") == (404, "notFound", "Domain not found")


def test_a_page_token_ends_after_three_days(fresh: GoogleClient) -> None:
    token = fresh.get(USERS, **MINE, maxResults=2)["nextPageToken"]
    fresh.stage.pass_time(days=2, hours=23)
    fresh.sign_in()
    assert fresh.emails(maxResults=2, pageToken=token) == EVERYBODY[2:4]
    fresh.stage.pass_time(hours=2)
    fresh.sign_in()
    assert fresh.refused(USERS, **MINE, maxResults=2, pageToken=token)[:2] == (400, "invalid")


def test_a_page_token_says_nothing_and_belongs_to_its_list(fresh: GoogleClient) -> None:
    token = fresh.get(USERS, **MINE, maxResults=2)["nextPageToken"]
    assert "bob" not in token
    for other in ({"pageToken": "invented"}, {"pageToken": token, "showDeleted": "true"}):
        assert fresh.refused(USERS, **MINE, maxResults=2, **other)[:2] == (400, "invalid")
    fresh.google.pages.end_all()
    assert fresh.refused(USERS, **MINE, maxResults=2, pageToken=token)[0] == 400


def test_a_list_in_which_nobody_is_has_no_users_at_all(client: GoogleClient) -> None:
    page = client.get(USERS, **MINE, showDeleted="true")
    assert set(page) == {"kind", "etag"}


def test_users_who_were_deleted_are_listed_only_when_asked_for(fresh: GoogleClient) -> None:
    fresh.google.people.vanished.add(BOB)
    assert BOB not in fresh.emails()
    assert fresh.emails(showDeleted="true") == [BOB]
    assert fresh.refused(f"{USERS}/{BOB}") == (404, "notFound", "Resource Not Found: userKey")
    (deleted,) = fresh.get(USERS, **MINE, showDeleted="true")["users"]
    assert deleted["deletionTime"].endswith("Z")


def test_a_user_who_vanishes_between_pages_takes_nobody_along(fresh: GoogleClient) -> None:
    token = fresh.get(USERS, **MINE, maxResults=2)["nextPageToken"]
    fresh.google.people.vanished |= {ANN, BOB}
    assert fresh.emails(maxResults=2, pageToken=token) == [DEE, GUY]


@pytest.mark.parametrize(
    "name,word",
    [
        ("projection", "everything"),
        ("viewType", "ADMIN_VIEW"),
        ("orderBy", "id"),
        ("sortOrder", "down"),
        ("event", "sleep"),
        ("projection", "custom"),
        ("alt", "csv"),
    ],
)
def test_a_word_that_is_not_of_the_description_is_refused(client: GoogleClient, name: str, word: str) -> None:
    assert client.refused(USERS, **MINE, **{name: word})[0] == 400


@pytest.mark.parametrize("name", ["suspended", "orgUnitPath", "max_results"])
def test_a_parameter_that_there_is_not_is_refused(client: GoogleClient, name: str) -> None:
    assert client.refused(USERS, **MINE, **{name: "x"})[:2] == (400, "badRequest")


def test_users_come_in_the_order_that_is_asked_for(client: GoogleClient) -> None:
    down = EVERYBODY[::-1]
    assert client.emails(orderBy="email", sortOrder="DESCENDING") == down
    assert pages(client, orderBy="email", sortOrder="DESCENDING", maxResults=4) == [down[:4], down[4:]]
    assert pages(client, orderBy="givenName", maxResults=4) == [EVERYBODY[:4], EVERYBODY[4:]]
    assert client.emails(sortOrder="DESCENDING") == EVERYBODY


@pytest.mark.parametrize(
    "fields,left",
    [
        ("nextPageToken,users(id,primaryEmail)", {"nextPageToken": ..., "users": {"id", "primaryEmail"}}),
        ("users/primaryEmail", {"users": {"primaryEmail"}}),
        ("kind,users(name/givenName,id)", {"kind": ..., "users": {"name", "id"}}),
        ("nextPageToken", {"nextPageToken": ...}),
        ("users(name(givenName,familyName))", {"users": {"name"}}),
    ],
)
def test_a_mask_leaves_out_what_it_does_not_name(client: GoogleClient, fields: str, left: dict[str, object]) -> None:
    page = client.get(USERS, **MINE, maxResults=1, fields=fields)
    assert set(page) == set(left)
    if "users" in left:
        assert set(page["users"][0]) == left["users"]


def test_a_star_in_a_mask_leaves_everything(client: GoogleClient) -> None:
    assert client.get(USERS, **MINE, fields="*")["users"] == client.get(USERS, **MINE)["users"]
    assert set(client.get(f"{USERS}/{ANN}", fields="id,name/*")["name"]) == {"givenName", "familyName", "fullName"}


@pytest.mark.parametrize(
    "fields", ["users(id", "users(id))", "", "users(emailAddress)", "people", "users,,id", "users/"]
)
def test_a_mask_that_cannot_be_read_is_refused(client: GoogleClient, fields: str) -> None:
    assert client.refused(USERS, **MINE, fields=fields)[:2] == (400, "invalidParameter")


def test_a_search_finds_what_was_so_a_while_ago(fresh: GoogleClient) -> None:
    active = "isSuspended=false isArchived=false"
    fresh.google.people.suspended.add(BOB)
    assert BOB in fresh.emails(query=active)
    assert next(one for one in fresh.get(USERS, **MINE)["users"] if one["primaryEmail"] == BOB)["suspended"] is True
    fresh.google.directory.search_lag = timedelta(minutes=30)
    fresh.stage.pass_time(minutes=31)
    assert BOB not in fresh.emails(query=active)
    assert fresh.emails(query="isSuspended=true") == [BOB]


def test_a_search_knows_units_addresses_and_nothing_it_cannot_read(fresh: GoogleClient) -> None:
    fresh.google.people.org_units |= {ANN: "/Sales", BOB: "/Sales/North"}
    fresh.google.directory.search_lag = timedelta()
    assert fresh.emails(query="orgUnitPath='/Sales'") == [ANN, BOB]
    assert fresh.emails(query="orgUnitPath=/") == EVERYBODY
    assert fresh.emails(query=f"email={GUY}") == [GUY]
    assert fresh.emails(query="email:b*") == [BOB]
    for query in ("isSuspended=perhaps", "shoeSize=42", "nonsense"):
        assert fresh.refused(USERS, **MINE, query=query)[:2] == (400, "invalid")


def test_who_is_suspended_or_archived_is_shown(fresh: GoogleClient) -> None:
    people = fresh.google.people
    people.suspended.add(ANN)
    people.archived.add(BOB)
    people.aliases[DEE] = ("dee.alias@fabrikam.example",)
    people.org_units[GUY] = "/Sales"
    shown = {one["primaryEmail"]: one for one in fresh.get(USERS, **MINE)["users"]}
    assert (shown[ANN]["suspended"], shown[ANN]["suspensionReason"]) == (True, "ADMIN")
    assert shown[BOB]["archived"] is True
    assert shown[DEE]["aliases"] == ["dee.alias@fabrikam.example"]
    assert shown[GUY]["orgUnitPath"] == "/Sales"


def test_a_user_is_found_by_address_alias_and_id(fresh: GoogleClient) -> None:
    fresh.google.people.aliases[DEE] = ("a/b#c@fabrikam.example",)
    for key in (DEE, DEE.upper(), "a/b#c@fabrikam.example", fresh.google.id_of(DEE)):
        assert fresh.get(f"{USERS}/{quote(key, safe='')}")["primaryEmail"] == DEE
    for key in ("nobody@corp.example", "1" * 21):
        assert fresh.refused(f"{USERS}/{key}") == (404, "notFound", "Resource Not Found: userKey")


def test_the_directory_may_hold_people_whom_the_platform_does_not_know(fresh: GoogleClient) -> None:
    fresh.google.people.add(ADMIN)
    assert fresh.emails() == sorted([*EVERYBODY, ADMIN])
    assert fresh.get(f"{USERS}/{fresh.google.id_of(ADMIN)}")["isAdmin"] is True
    assert fresh.tokens(ADMIN) == []


def test_there_is_a_page_where_nothing_is(client: GoogleClient) -> None:
    for path in ("admin/directory/v1/groups", "admin/directory/v1/users/x/photos", "nothing"):
        answer = client.ask("GET", path)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
