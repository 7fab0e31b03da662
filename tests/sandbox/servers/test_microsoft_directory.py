"""Users, mailboxes, service principals and the consent policy as Graph shows them, in pages or one by one."""

from collections.abc import Iterator

import httpx2
import pytest

from calplan.model.account import TenantFacts
from calplan.model.unknown import UNKNOWN
from calplan.sandbox.account.create import UserRecord
from calplan.sandbox.servers.microsoft.ids import EXCHANGE_APP, GRAPH_APP, principal_id, user_id
from calplan.sandbox.servers.microsoft.people import Names
from tests.make import facts, tenant
from tests.sandbox.servers.microsoft_stage import SELF, TENANT, Asking, asking, refused
from tests.sandbox.servers.stage import ANN, BOB, DEE, GUY, IDA, PIA

pytestmark = pytest.mark.loopback
EVERYBODY = (ANN, BOB, DEE, GUY, IDA, PIA)
EVERYTHING = "id,userPrincipalName,mail,proxyAddresses,accountEnabled,userType,assignedPlans,onPremisesSyncEnabled"
COUNTED = {"ConsistencyLevel": "eventual"}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """One server for the tests that leave it as it is."""
    with (
        pytest.MonkeyPatch.context() as patch,
        asking(patch, folder=tmp_path_factory.mktemp("directory") / "corp") as graph,
    ):
        yield graph


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    with asking(monkeypatch) as graph:
        yield graph


def test_every_user_of_any_status_is_in_the_directory(graph: Asking) -> None:
    rows = {row["userPrincipalName"]: row for row in graph.rows(f"/users?$select={EVERYTHING}&$top=999")}
    assert set(rows) == set(EVERYBODY)
    assert {name: row["id"] for name, row in rows.items()} == {name: user_id(name) for name in EVERYBODY}
    assert {name for name, row in rows.items() if not row["accountEnabled"]} == {IDA}
    assert {row["userType"] for row in rows.values()} == {"Member"}
    assert {name for name, row in rows.items() if row["onPremisesSyncEnabled"]} == {BOB}
    assert rows[ANN]["onPremisesSyncEnabled"] is None
    (plan,) = rows[ANN]["assignedPlans"]
    assert (plan["service"], plan["capabilityStatus"]) == ("exchange", "Enabled")


def test_the_mailbox_address_is_the_main_one_and_the_login_an_alias(graph: Asking) -> None:
    dee = graph.get(f"/users/{user_id(DEE)}?$select={EVERYTHING}")
    assert (dee["userPrincipalName"], dee["mail"]) == (DEE, "dee.mail@fabrikam.example")
    assert dee["proxyAddresses"] == ["SMTP:dee.mail@fabrikam.example", f"smtp:{DEE}"]
    assert graph.get(f"/users/{ANN}?$select=proxyAddresses")["proxyAddresses"] == [f"SMTP:{ANN}"]


def test_a_user_may_have_other_names_than_the_platform_knows(fresh: Asking) -> None:
    fresh.vendor.graph.people.names[ANN] = Names(
        user_principal_name="a.smith@corp.example", aliases=(ANN, "smith@corp.example")
    )
    fresh.vendor.graph.people.names[BOB] = Names(mail="robert@corp.example")
    ann = fresh.get(f"/users/A.Smith@corp.example?$select={EVERYTHING}")
    assert (ann["id"], ann["userPrincipalName"], ann["mail"]) == (user_id(ANN), "a.smith@corp.example", ANN)
    assert ann["proxyAddresses"] == [f"SMTP:{ANN}", "smtp:a.smith@corp.example", "smtp:smith@corp.example"]
    assert fresh.ask("GET", f"/users/{ANN}").status_code == 404
    bob = fresh.get(f"/users/{BOB}?$select=mail,userPrincipalName")
    assert (bob["userPrincipalName"], bob["mail"]) == (BOB, "robert@corp.example")


def test_a_guest_is_found_by_a_name_with_a_sharp(fresh: Asking) -> None:
    fresh.vendor.graph.people.names[ANN] = Names(user_principal_name="ann_corp.example#EXT#@fabrikam.example")
    assert fresh.get("/users/ann_corp.example%23EXT%23@fabrikam.example")["id"] == user_id(ANN)


def test_a_guest_and_somebody_without_a_licence_can_be_told(fresh: Asking) -> None:
    fresh.vendor.graph.people.guests.add(ANN)
    fresh.vendor.graph.people.unlicensed.add(DEE)
    rows = {row["id"]: row for row in fresh.rows(f"/users?$select={EVERYTHING}")}
    assert rows[user_id(ANN)]["userType"] == "Guest"
    assert rows[user_id(DEE)]["assignedPlans"] == []
    assert mailbox(fresh, DEE) == (404, "MailboxNotEnabledForRESTAPI")


def test_in_a_hybrid_tenant_everybody_is_synchronised(monkeypatch: pytest.MonkeyPatch) -> None:
    with asking(monkeypatch, facts_of_tenant=tenant(hybrid=True)) as graph:
        rows = graph.rows("/users?$select=onPremisesSyncEnabled")
        assert rows == [{"onPremisesSyncEnabled": True}] * len(EVERYBODY)


def test_whoever_does_not_select_is_shown_little(graph: Asking) -> None:
    assert graph.get(f"/users/{ANN}").keys() - {"@odata.context"} == {"displayName", "mail", "userPrincipalName", "id"}
    assert graph.get("/users?$select=id&$top=1")["value"] == [{"id": user_id(ANN)}]


@pytest.mark.parametrize(
    "query",
    [
        "$top=0",
        "$top=1000",
        "$top=-1",
        "$top=x",
        "$select=shoeSize",
        "$filter=mail eq 'x'",
        "$orderby=mail",
        "$expand=x",
    ],
)
def test_no_other_query_of_users_is_taken(graph: Asking, query: str) -> None:
    assert refused(graph.ask("GET", f"/users?{query}")) == (400, "Request_BadRequest")


@pytest.mark.parametrize("path", ["", "/mailboxSettings", "/oauth2PermissionGrants"])
def test_nobody_else_is_found(graph: Asking, path: str) -> None:
    assert refused(graph.ask("GET", f"/users/nobody@corp.example{path}")) == (404, "Request_ResourceNotFound")


def mailbox(graph: Asking, email: str) -> tuple[int, str]:
    answer = graph.ask("GET", f"/users/{user_id(email)}/mailboxSettings")
    return (200, answer.json()["userPurpose"]) if answer.status_code == 200 else refused(answer)


def test_a_mailbox_tells_where_it_lies(graph: Asking) -> None:
    assert {email: mailbox(graph, email) for email in EVERYBODY} == {
        ANN: (200, "user"),
        BOB: (404, "MailboxNotEnabledForRESTAPI"),
        DEE: (200, "user"),
        GUY: (403, "ErrorAccessDenied"),
        IDA: (200, "user"),
        PIA: (403, "ErrorAccessDenied"),
    }


def test_a_room_and_a_shared_mailbox_say_so(fresh: Asking) -> None:
    fresh.vendor.graph.people.purposes |= {ANN: "room", DEE: "shared"}
    assert [mailbox(fresh, email)[1] for email in (ANN, DEE)] == ["room", "shared"]
    assert fresh.get(f"/users/{ANN}/mailboxSettings/userPurpose")["value"] == "room"


def test_pages_follow_an_opaque_link_and_the_first_alone_counts(fresh: Asking) -> None:
    fresh.sign_in()
    fresh.headers |= COUNTED
    pages = list(fresh.pages("/users?$select=id&$top=4&$count=true"))
    assert [[row["id"] for row in page["value"]] for page in pages] == [
        [user_id(one) for one in EVERYBODY[:4]],
        [user_id(one) for one in EVERYBODY[4:]],
    ]
    assert [page.get("@odata.count") for page in pages] == [6, None]
    assert "@odata.nextLink" not in pages[-1]
    del fresh.headers["ConsistencyLevel"]
    assert "@odata.count" not in fresh.get("/users?$count=true")


def test_a_page_may_be_empty_and_lead_on(fresh: Asking) -> None:
    fresh.vendor.graph.pages.size = 2
    fresh.vendor.graph.pages.empty = frozenset({2})
    pages = list(fresh.pages("/users?$select=id&$top=999"))
    assert [len(page["value"]) for page in pages] == [2, 0, 2, 2]
    assert [user_id(one) for one in EVERYBODY] == [row["id"] for page in pages for row in page["value"]]
    whole = fresh.grants()
    fresh.vendor.graph.pages.size = 1
    assert fresh.grants() == whole


def test_a_link_can_be_followed_again_and_only_as_it_is_and_for_a_time(fresh: Asking) -> None:
    fresh.vendor.graph.pages.size = 2
    link = fresh.get("/users?$select=id")["@odata.nextLink"]
    assert fresh.get(link)["value"] == fresh.get(link)["value"] == [{"id": user_id(one)} for one in EVERYBODY[2:4]]
    for other in (link.replace("$select=id", "$select=mail"), f"{link}x", link.replace("/users", "/servicePrincipals")):
        assert refused(fresh.ask("GET", other)) == (400, "Directory_ExpiredPageToken")
    fresh.stage.pass_time(minutes=16)
    assert refused(fresh.ask("GET", link)) == (400, "Directory_ExpiredPageToken")


def test_all_links_can_end_at_once(fresh: Asking) -> None:
    fresh.vendor.graph.pages.size = 2
    link = fresh.get("/users")["@odata.nextLink"]
    fresh.vendor.graph.pages.end()
    assert fresh.ask("GET", link).status_code == 400


@pytest.mark.parametrize("app,name", [(GRAPH_APP, "Microsoft Graph"), (EXCHANGE_APP, "Office 365 Exchange Online")])
def test_an_api_is_found_by_its_app(graph: Asking, app: str, name: str) -> None:
    (found,) = graph.rows(f"/servicePrincipals?$filter=appId eq '{app}'")
    assert (found["displayName"], found["id"]) == (name, principal_id(app))
    assert {"Calendars.Read", "EWS.AccessAsUser.All"} & {one["value"] for one in found["oauth2PermissionScopes"]}
    for path in (f"(appId='{app}')", f"/{principal_id(app)}"):
        shown = graph.get(f"/servicePrincipals{path}?$select=id,appId")
        assert {key: value for key, value in shown.items() if key != "@odata.context"} == {
            "id": principal_id(app),
            "appId": app,
        }


def test_the_platforms_app_is_there_once_somebody_consented(fresh: Asking) -> None:
    path = f"/servicePrincipals?$filter=appId eq '{fresh.keys.app_id}'"
    (found,) = fresh.rows(path)
    assert (found["id"], found["accountEnabled"]) == (fresh.client, True)
    fresh.vendor.graph.tenant.app_is_enabled = False
    assert not fresh.rows(path)[0]["accountEnabled"]
    fresh.vendor.graph.tenant.app_is_known = False
    assert fresh.rows(path) == []
    assert fresh.ask("GET", f"/servicePrincipals(appId='{fresh.keys.app_id}')").status_code == 404
    assert fresh.ask("GET", f"/servicePrincipals/{fresh.client}/oauth2PermissionGrants").status_code == 404


@pytest.mark.parametrize("query", ["$filter=displayName eq 'x'", "$filter=appId ne 'x'", "$select=x", "$top=1"])
def test_no_other_query_of_apps_is_taken(graph: Asking, query: str) -> None:
    assert graph.ask("GET", f"/servicePrincipals?{query}").status_code == 400


def test_the_policy_on_consent_is_the_tenants(graph: Asking) -> None:
    stated = graph.get("/policies/authorizationPolicy")
    assert stated["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"] == [SELF]


@pytest.mark.parametrize("known", [None, tenant(user_consent=UNKNOWN)])
def test_a_policy_that_nobody_knows_is_not_told(monkeypatch: pytest.MonkeyPatch, known: TenantFacts | None) -> None:
    with asking(monkeypatch, facts_of_tenant=known) as graph:
        assert refused(graph.ask("GET", "/policies/authorizationPolicy")) == (403, "Authorization_RequestDenied")


def test_many_users_come_in_pages_of_a_hundred_unless_more_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    users = [UserRecord(f"user{number:03}@corp.example", facts("")) for number in range(250)]
    with asking(monkeypatch, users=users, facts_of_tenant=TENANT) as graph:
        assert [len(page["value"]) for page in graph.pages("/users")] == [100, 100, 50]
        assert [len(page["value"]) for page in graph.pages("/users?$top=999")] == [250]


def test_nothing_else_is_there(graph: Asking) -> None:
    answers: list[httpx2.Response] = [
        graph.ask("GET", "/me"),
        graph.ask("POST", "/users", {}),
        graph.ask("DELETE", f"/users/{ANN}"),
        graph.ask("GET", "/servicePrincipals(appId='x')/owners"),
    ]
    assert {refused(one) for one in answers} == {(400, "BadRequest")}
