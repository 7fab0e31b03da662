"""Everything the simulated Microsoft takes and gives has the form that Microsoft publishes, in our own words.

The schemas beside this file are written by hand after Graph's metadata and the pages on Microsoft's login: a subset,
with what may be null as a list of types. All traffic of this test runs through them, and each is shown to reject.
"""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

import httpx2
import pytest
from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry, Resource

from calplan.sandbox.servers.faults import parse
from calplan.sandbox.servers.microsoft.login import LoginFault
from tests.sandbox.servers.microsoft_stage import LIST, Asking, asking, body, place
from tests.sandbox.servers.stage import ANN, BOB, DEE, GUY

pytestmark = pytest.mark.loopback
FOLDER: Final = Path(__file__).with_name("graph")
SCHEMAS: Final[dict[str, Any]] = {file.stem: json.loads(file.read_text("utf-8")) for file in FOLDER.glob("*.json")}
MESSAGES: Final = sorted(SCHEMAS.keys() - {"parts"})
REGISTRY: Final[Registry[Any]] = Registry().with_resources(
    (one["$id"], Resource.from_contents(one)) for one in SCHEMAS.values()
)
GRAPH: Final = "/microsoft/graph/v1.0"
LOGIN: Final = "/microsoft/login/[^/]+"
ROUTES: Final = (
    ("GET", f"{LOGIN}(/v2.0)?/.well-known/openid-configuration", None, "discovery"),
    ("POST", f"{LOGIN}/oauth2/v2.0/token", "tokenRequest", "tokenResponse"),
    ("GET", "/microsoft/oidc", None, "proof"),
    ("POST", f"{GRAPH}/[$]batch", "batchRequest", "batchResponse"),
    ("GET", f"{GRAPH}/oauth2PermissionGrants", None, "oauth2PermissionGrantCollection"),
    ("POST", f"{GRAPH}/oauth2PermissionGrants", "oauth2PermissionGrantCreate", "oauth2PermissionGrant"),
    ("GET", f"{GRAPH}/oauth2PermissionGrants/[^/]+", None, "oauth2PermissionGrant"),
    ("PATCH", f"{GRAPH}/oauth2PermissionGrants/[^/]+", "oauth2PermissionGrantUpdate", None),
    ("DELETE", f"{GRAPH}/oauth2PermissionGrants/[^/]+", None, None),
    ("GET", f"{GRAPH}/(users|servicePrincipals)/[^/]+/oauth2PermissionGrants", None, "oauth2PermissionGrantCollection"),
    ("GET", f"{GRAPH}/users", None, "userCollection"),
    ("GET", f"{GRAPH}/users/[^/]+", None, "user"),
    ("GET", f"{GRAPH}/users/[^/]+/mailboxSettings", None, "mailboxSettings"),
    ("GET", f"{GRAPH}/users/[^/]+/mailboxSettings/userPurpose", None, "userPurpose"),
    ("GET", f"{GRAPH}/servicePrincipals", None, "servicePrincipalCollection"),
    ("GET", f"{GRAPH}/servicePrincipals([(]appId='[^/]+'[)]|/[^/]+)", None, "servicePrincipal"),
    ("GET", f"{GRAPH}/policies/authorizationPolicy", None, "authorizationPolicy"),
)
"""By method and path: the form of what is sent, and of what comes back where it worked; ``None`` for no body."""


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(SCHEMAS[name], registry=REGISTRY)


@dataclass(slots=True)
class Traffic:
    """Holds every message that passes against its schema, and keeps those that have one."""

    messages: dict[str, list[Any]] = field(default_factory=dict)
    routes: set[int] = field(default_factory=set)
    asked: set[tuple[str, str]] = field(default_factory=set)

    def check(self, response: httpx2.Response) -> None:
        """Called for each answer; what was refused may have been sent in any form."""
        request, method = response.request, response.request.method
        response.read()
        (index,) = [
            number
            for number, (verb, path, _, _) in enumerate(ROUTES)
            if verb == method and re.fullmatch(path, request.url.path)
        ]
        _, _, sent, given = ROUTES[index]
        if response.status_code >= 400:
            self._hold("tokenError" if "/login/" in request.url.path else "error", response.json())
            return
        self.routes.add(index)
        self.asked.add((method, request.url.path.removeprefix(GRAPH)))
        form = "urlencoded" in request.headers.get("content-type", "")
        if sent is None:
            assert request.read() == b""
        else:
            self._hold(sent, dict(parse_qsl(request.read().decode())) if form else json.loads(request.read()))
        if given is None:
            assert response.content == b""
        else:
            self._hold(given, response.json())

    def hold_inside(self, method: str, url: str, status: int, stated: object) -> None:
        """The same for an answer inside of a batch."""
        (given,) = [one for verb, path, _, one in ROUTES if verb == method and re.fullmatch(path, f"{GRAPH}{url}")]
        self._hold("error" if status >= 400 or given is None else given, stated)

    def _hold(self, name: str, message: object) -> None:
        validator(name).validate(message)
        self.messages.setdefault(name, []).append(message)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    folder = tmp_path_factory.mktemp("contract") / "corp"
    with pytest.MonkeyPatch.context() as patch, asking(patch, folder=folder) as graph:
        yield graph


@pytest.fixture(scope="module")
def traffic(graph: Asking) -> Traffic:
    """Every route, every message."""
    traffic = Traffic()
    graph.http.event_hooks = {"response": [traffic.check]}
    sign_in(graph)
    read(graph)
    write(graph)
    ask_at_once(graph, traffic)
    graph.http.event_hooks = {}
    return traffic


def sign_in(graph: Asking) -> None:
    for version in ("", "/v2.0"):
        graph.http.get(f"{graph.login}{version}/.well-known/openid-configuration")
    headers = {"authorization": f"bearer {graph.keys.request_token}"}
    proof = graph.http.get("/microsoft/oidc?audience=api://AzureADTokenExchange", headers=headers).json()["value"]
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert graph.sign_in(client_secret="", client_assertion=proof, client_assertion_type=kind).status_code == 200
    assert graph.sign_in(client_secret="another").status_code == 401
    graph.vendor.login.faults += [LoginFault.WRONG_SECRET, LoginFault.TOO_MANY, LoginFault.BROKEN]
    assert [graph.sign_in().status_code for _ in range(4)] == [401, 429, 500, 200]


def read(graph: Asking) -> None:
    everything = "id,displayName,userPrincipalName,mail,proxyAddresses,accountEnabled,userType,assignedPlans"
    graph.vendor.graph.pages.size, graph.vendor.graph.pages.empty = 3, frozenset({2})
    graph.headers["ConsistencyLevel"] = "eventual"
    assert len(graph.rows("/users?$count=true")) == 6
    assert len(graph.rows(f"/users?$select={everything},onPremisesSyncEnabled,givenName,surname")) == 6
    assert graph.grants()
    for path in (f"/users/{ANN}", f"/servicePrincipals/{graph.client}"):
        graph.get(path)
        graph.get(f"{path}/oauth2PermissionGrants")
    graph.get(place(graph, None))
    graph.get(place(graph, ANN))
    assert [graph.ask("GET", f"/users/{one}/mailboxSettings").status_code for one in (ANN, BOB, GUY)] == [200, 404, 403]
    graph.get(f"/users/{ANN}/mailboxSettings/userPurpose")
    assert len(graph.rows("/servicePrincipals")) == 5
    graph.get(f"/servicePrincipals(appId='{graph.keys.app_id}')")
    graph.get("/policies/authorizationPolicy")
    assert graph.ask("GET", "/users?$top=1000").status_code == 400
    for status in (401, 403, 404, 429, 500, 503, 504, 507):
        graph.stage.fault(f"GET {GRAPH}/users:{status}")
        assert graph.ask("GET", "/users").status_code == status


def write(graph: Asking) -> None:
    assert graph.ask("POST", LIST, body(graph)).status_code == 201
    assert graph.ask("POST", LIST, body(graph)).status_code == 409
    assert graph.ask("PATCH", place(graph, None), {"scope": "Contacts.Read"}).status_code == 204
    assert graph.ask("DELETE", place(graph, None)).status_code == 204
    assert graph.ask("POST", LIST, body(graph, None)).status_code == 201
    assert graph.ask("DELETE", place(graph, DEE)).status_code == 204
    assert graph.ask("DELETE", place(graph, DEE)).status_code == 404


def ask_at_once(graph: Asking, traffic: Traffic) -> None:
    kind = {"Content-Type": "application/json"}
    requests: list[dict[str, Any]] = [
        {"id": "1", "method": "GET", "url": f"/users/{ANN}/mailboxSettings"},
        {"id": "2", "method": "GET", "url": f"/users/{BOB}/mailboxSettings"},
        {"id": "3", "method": "GET", "url": "/users"},
        {"id": "4", "method": "POST", "url": LIST, "headers": kind, "body": body(graph)},
        {"id": "5", "method": "GET", "url": place(graph, ANN), "dependsOn": ["2"]},
        {"id": "6", "method": "DELETE", "url": place(graph, DEE), "dependsOn": ["4"]},
    ]
    graph.vendor.batch.faults.add(parse("GET /users:429"))
    answer = graph.ask("POST", "/$batch", {"requests": requests}).json()["responses"]
    found = {one["id"]: one for one in answer}
    assert {number: one["status"] for number, one in found.items()} == {
        "1": 200,
        "2": 404,
        "3": 429,
        "4": 201,
        "5": 424,
        "6": 204,
    }
    for one in requests[:5]:
        there = found[one["id"]]
        traffic.hold_inside(one["method"], one["url"], there["status"], there["body"])


def test_every_route_of_the_emulator_was_asked_and_is_in_the_contract(graph: Asking, traffic: Traffic) -> None:
    assert traffic.routes == set(range(len(ROUTES)))
    for endpoint in graph.vendor.graph.endpoints:
        asked = [path for method, path in traffic.asked if method == endpoint.method and endpoint.path.fullmatch(path)]
        assert asked, endpoint.path.pattern


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_each_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$id"].endswith(f"/{name}.json")


def wrong(value: object) -> object:
    """A value of a type that no property has beside this one."""
    return {} if isinstance(value, list) else [] if isinstance(value, dict) else {"other": [value]}


def spoiled(message: Any) -> Iterator[Any]:  # noqa: ANN401 - JSON
    """The message with one value of another type, for each value; a body inside of a batch has a schema of its own."""
    if isinstance(message, dict):
        for name, value in message.items():
            yield {**message, name: wrong(value)}
            if name != "body":
                yield from ({**message, name: one} for one in spoiled(value))
    if isinstance(message, list):
        for index, value in enumerate(message[:6]):
            for one in (wrong(value), *spoiled(value)):
                copy = deepcopy(message)
                copy[index] = one
                yield copy


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_with_a_value_of_another_type_is_rejected(traffic: Traffic, name: str) -> None:
    check = validator(name)
    tried = [one for message in traffic.messages[name][:20] for one in spoiled(message)]
    assert tried
    assert [one for one in tried if check.is_valid(one)] == []


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_of_another_shape_is_rejected(traffic: Traffic, name: str) -> None:
    check, message = validator(name), traffic.messages[name][0]
    assert not check.is_valid([message])
    assert not check.is_valid({**message, "another": 1})
    for required in SCHEMAS[name].get("required", ()):
        assert not check.is_valid({key: value for key, value in message.items() if key != required})


@pytest.mark.parametrize(
    "name,change",
    [
        ("oauth2PermissionGrant", {"consentType": "Everybody"}),
        (
            "oauth2PermissionGrant",
            {"consentType": "AllPrincipals", "principalId": "11111111-1111-4111-8111-111111111111"},
        ),
        ("oauth2PermissionGrant", {"consentType": "Principal", "principalId": None}),
        ("oauth2PermissionGrant", {"scope": "x" * 3851}),
        ("oauth2PermissionGrant", {"clientId": "Zoom"}),
        ("oauth2PermissionGrantCollection", {"@odata.nextLink": None}),
        ("mailboxSettings", {"userPurpose": "person"}),
        ("tokenResponse", {"expires_in": "3599"}),
    ],
)
def test_a_value_that_microsoft_does_not_have_is_rejected(
    traffic: Traffic, name: str, change: dict[str, object]
) -> None:
    message = traffic.messages[name][0]
    assert validator(name).is_valid(message)
    assert not validator(name).is_valid({**message, **change})


def test_what_the_schemas_reject_the_emulator_refuses(graph: Asking, traffic: Traffic) -> None:
    for name, method, path in (
        ("oauth2PermissionGrantCreate", "POST", LIST),
        ("oauth2PermissionGrantUpdate", "PATCH", place(graph, ANN)),
        ("batchRequest", "POST", "/$batch"),
    ):
        for message in traffic.messages[name]:
            taken = [one for one in spoiled(message) if graph.ask(method, path, one).status_code != 400]
            assert taken == []


def test_a_message_in_another_form_is_noticed_as_it_passes(graph: Asking) -> None:
    graph.stage.fault(f"GET {GRAPH}/users:invent")
    answer = graph.ask("GET", "/users")
    assert answer.status_code == 200
    with pytest.raises(ValidationError):
        Traffic().check(answer)
    Traffic().check(graph.ask("GET", "/users"))
