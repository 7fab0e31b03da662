"""Microsoft's servers for tests: an account with every kind of grant and mailbox, and a program that asks Graph."""

import json
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from calplan.model.account import TenantFacts
from calplan.sandbox.account.create import UserRecord
from calplan.sandbox.servers.microsoft.ids import EXCHANGE_APP, GRAPH_APP, grant_id, principal_id, user_id
from calplan.sandbox.servers.microsoft.keys import MicrosoftKeys, new_microsoft_keys
from calplan.sandbox.servers.microsoft.vendor import Microsoft
from calplan.sandbox.servers.world import World
from tests.make import facts, tenant
from tests.sandbox.servers.stage import ANN, BOB, DEE, GUY, IDA, PIA, Stage, serving

BESIDE: Final = "openid offline_access profile User.Read"
EWS: Final = "EWS.AccessAsUser.All"
SELF: Final = "ManagePermissionGrantsForSelf.microsoft-user-default-recommended"
GRAPH: Final = principal_id(GRAPH_APP)
EXCHANGE: Final = principal_id(EXCHANGE_APP)
LIST: Final = "/oauth2PermissionGrants"
GRANTED: Final = ("Calendars.ReadWrite", "Contacts.Read")
PEOPLE: Final = (
    UserRecord(ANN, facts("office365-graph", "write", "read", own_grant=GRANTED)),
    UserRecord(BOB, facts("google", "read", "none", own_grant=["Calendars.Read", EWS], mailbox_location="on-premises")),
    UserRecord(DEE, facts("", own_grant=[]), mailbox="dee.mail@fabrikam.example"),
    UserRecord(GUY, facts("", own_grant=None, mailbox_location=None)),
    UserRecord(IDA, facts("", own_grant=["Calendars.Read", "Mail.Read"], status="inactive")),
    UserRecord(PIA, facts("", own_grant=[], mailbox_location="unknown", status="pending")),
)
"""One user of each kind that the directory tells apart."""
TENANT: Final = tenant(grant=["Calendars.Read", "Files.Read"], user_consent=[SELF])
WITHOUT: Final = tenant(grant=[], user_consent=[SELF])
"""A tenant in which nobody consented for everybody."""


@dataclass(slots=True, kw_only=True)
class Asking:
    """Asks Microsoft's servers as any program would; nothing of calplan's adapters is in it."""

    stage: Stage
    vendor: Microsoft
    http: httpx2.Client
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> MicrosoftKeys:
        return self.vendor.keys

    @property
    def login(self) -> str:
        """The authority of the tenant."""
        return f"{self.stage.url}/microsoft/login/{self.keys.tenant_id}"

    @property
    def client(self) -> str:
        """The object id of the platform's app."""
        return principal_id(self.keys.app_id)

    def sign_in(self, **form: str) -> httpx2.Response:
        """Post the form of the token endpoint, with what a test states otherwise; an empty word leaves a field out."""
        usual = {
            "client_id": self.keys.client_id,
            "client_info": "1",
            "client_secret": self.keys.client_secret,
            "grant_type": "client_credentials",
            "scope": "https://graph.microsoft.com/.default",
        }
        stated = {name: value for name, value in {**usual, **form}.items() if value}
        answer = self.http.post(f"{self.login}/oauth2/v2.0/token", data=stated)
        if answer.status_code == 200 and "json" in answer.headers["content-type"]:
            self.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        return answer

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> httpx2.Response:
        """Ask Graph, signing in first where that was not done; a path with an address in front is asked as it is."""
        if not self.headers:
            self.sign_in()
        said = {"content-type": "application/json"} if body is not None else {}
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(
            method,
            path if path.startswith("https:") else f"/microsoft/graph/v1.0{path}",
            content=None if body is None else json.dumps(body).encode(),
            headers={**self.headers, **said, **more},
        )

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """What a GET gives, as JSON."""
        return self.ask("GET", path).json()

    def pages(self, path: str) -> Iterator[dict[str, Any]]:
        """Every page of a list."""
        link: str | None = path
        while link is not None:
            page = self.get(link)
            yield page
            link = page.get("@odata.nextLink")

    def rows(self, path: str) -> list[dict[str, Any]]:
        """Every row of a list."""
        return [row for page in self.pages(path) for row in page["value"]]

    def grants(self, *more: str) -> dict[tuple[str | None, str], str]:
        """The scopes of the app's grants, by the user and the resource."""
        clauses = " and ".join([f"clientId eq '{self.client}'", *more])
        rows = self.rows(f"/oauth2PermissionGrants?$filter={clauses}")
        return {(row["principalId"], row["resourceId"]): row["scope"] for row in rows}


@contextmanager
def asking(
    patch: pytest.MonkeyPatch,
    *,
    users: Iterable[UserRecord] = PEOPLE,
    facts_of_tenant: TenantFacts | None = TENANT,
    permissions: frozenset[str] | None = None,
    certificate: str | None = None,
    folder: Path | None = None,
) -> Iterator[Asking]:
    """Microsoft's servers over TLS for as long as the block lasts."""

    def vendors(world: World) -> tuple[Microsoft]:
        fresh = new_microsoft_keys(world.account_id)
        keys = MicrosoftKeys(
            tenant_id=fresh.tenant_id,
            client_id=fresh.client_id,
            app_id=fresh.app_id,
            client_secret=fresh.client_secret,
            certificate=certificate,
            permissions=fresh.permissions if permissions is None else permissions,
        )
        return (Microsoft(world=world, keys=keys),)

    with serving(
        patch, users=users, pairs={}, tenant=facts_of_tenant, vendors=vendors, secure=True, folder=folder
    ) as stage:
        (vendor,) = stage.vendors
        assert isinstance(vendor, Microsoft)
        trusted = ssl.create_default_context(cafile=stage.authority)
        with httpx2.Client(base_url=stage.url, verify=trusted, trust_env=False) as http:
            yield Asking(stage=stage, vendor=vendor, http=http)


def own(graph: Asking, email: str) -> str | None:
    """What the account's file says of a user's own grant."""
    with graph.stage.account as account:
        return account.truth_of(email).own_grant


def of_everybody(graph: Asking) -> frozenset[str]:
    """What the account's file says of the tenant-wide grant."""
    with graph.stage.account as account:
        found = account.tenant()
    assert found is not None
    assert isinstance(found.grant, frozenset)
    return found.grant


def body(
    graph: Asking, email: str | None = DEE, scope: str = "Calendars.Read", *, resource: str = GRAPH
) -> dict[str, object]:
    """A new grant, for one user or for everybody."""
    whose: dict[str, object] = {} if email is None else {"principalId": user_id(email)}
    kind = "AllPrincipals" if email is None else "Principal"
    return {"clientId": graph.client, "consentType": kind, "resourceId": resource, "scope": scope, **whose}


def place(graph: Asking, email: str | None, resource: str = GRAPH) -> str:
    """The path of a grant."""
    return f"{LIST}/{grant_id(graph.client, resource, None if email is None else user_id(email))}"


def refused(answer: httpx2.Response) -> tuple[int, str]:
    """The status and the code of a refusal in Graph's shape."""
    error = answer.json()["error"]
    assert error["innerError"].keys() == {"date", "request-id", "client-request-id"}
    assert error["innerError"]["request-id"] == answer.headers["request-id"]
    return answer.status_code, error["code"]
