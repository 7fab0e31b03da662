"""Graph as far as calplan has to do with it: which call asks for which permission, and how much it costs."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.microsoft.asked import Ask, GraphRefusedError, denied, error
from calplan.sandbox.servers.microsoft.grants import Grants
from calplan.sandbox.servers.microsoft.held import Held
from calplan.sandbox.servers.microsoft.ids import principal_id
from calplan.sandbox.servers.microsoft.keys import MicrosoftKeys
from calplan.sandbox.servers.microsoft.lag import Lag
from calplan.sandbox.servers.microsoft.login import Login, Signed
from calplan.sandbox.servers.microsoft.paging import Pages
from calplan.sandbox.servers.microsoft.people import People
from calplan.sandbox.servers.microsoft.permissions import (
    READ_APPS,
    READ_GRANTS,
    READ_MAILBOXES,
    READ_POLICIES,
    READ_USERS,
    WRITE_GRANTS,
)
from calplan.sandbox.servers.microsoft.tenant import Tenant
from calplan.sandbox.servers.microsoft.throttling import ThrottledError, Throttling, cost_of
from calplan.sandbox.servers.world import World

NAME: Final = re.compile(r"\{(\w+)\}")
CHALLENGE: Final = 'Bearer realm="", error="invalid_token"'
USUAL_COST: Final = 1
COSTLY: Final = 2
"""What reading users or grants costs, before anything is taken off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One call: parts of its path in braces vary. ``answer`` gets the request and the token's permissions."""

    method: str
    path: re.Pattern[str]
    answer: Callable[[Ask, frozenset[str]], Answer]
    permissions: frozenset[str]
    cost: int


@dataclass(kw_only=True)
class Graph:
    """Graph over one account."""

    world: World
    keys: MicrosoftKeys
    login: Login
    pages: Pages = field(init=False)
    throttling: Throttling = field(init=False)
    lag: Lag = field(default_factory=Lag)
    held: Held = field(init=False)
    people: People = field(init=False)
    tenant: Tenant = field(init=False)
    endpoints: tuple[Endpoint, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.pages = Pages(self.world.clock)
        self.throttling = Throttling(self.world.clock)
        self.people = People(world=self.world, pages=self.pages)
        app = principal_id(self.keys.app_id)
        self.held = Held(world=self.world, client=app, emails=lambda: self.people.emails)
        self.tenant = Tenant(world=self.world, keys=self.keys, pages=self.pages)
        grants = Grants(held=self.held, pages=self.pages, lag=self.lag, clients=self.tenant.clients)
        self.endpoints = endpoints(grants, self.people, self.tenant)

    def sign(self, ask: Ask) -> Signed | Answer:
        """What the token of a request allows, or the answer to one that has none that is good now."""
        authorization = ask.headers.get("authorization", "")
        signed = self.login.signed(authorization)
        if signed is not None and signed.until > self.world.clock():
            return signed
        words = "Access token is empty." if not authorization else "CompactToken validation failed."
        if signed is not None:
            words = "Lifetime validation failed, the token is expired."
        refusal = self.refusal(ask, GraphRefusedError(401, "InvalidAuthenticationToken", words))
        return replace(refusal, headers={**refusal.headers, "WWW-Authenticate": CHALLENGE})

    def answer(self, ask: Ask, signed: Signed) -> Answer:
        """The answer to one request that is signed."""
        try:
            endpoint, names = self._endpoint(ask)
            taken = self.throttling.take(cost_of(ask, endpoint.cost))
            if not signed.permissions & endpoint.permissions:
                raise denied()
            answer = endpoint.answer(replace(ask, names=names), signed.permissions & endpoint.permissions)
        except GraphRefusedError as refused:
            return self.refusal(ask, refused)
        return replace(answer, headers={**answer.headers, **taken})

    def refusal(self, ask: Ask, refused: GraphRefusedError) -> Answer:
        """An error as it is answered."""
        sent = ask.headers.get("client-request-id")
        answer = error(refused.status, refused.code, str(refused), self.world.clock(), sent)
        more = refused.headers if isinstance(refused, ThrottledError) else {}
        return replace(answer, headers={**answer.headers, **more})

    def _endpoint(self, ask: Ask) -> tuple[Endpoint, Mapping[str, str]]:
        for endpoint in self.endpoints:
            found = endpoint.path.fullmatch(ask.path) if endpoint.method == ask.method else None
            if found is not None:
                return endpoint, found.groupdict()
        segment = ask.path.strip("/").partition("/")[0]
        raise GraphRefusedError(400, "BadRequest", f"Resource not found for the segment '{segment}'.")


def endpoints(grants: Grants, people: People, tenant: Tenant) -> tuple[Endpoint, ...]:
    """Every call there is."""
    one_user, one_grant, one_app = "/users/{user}", "/oauth2PermissionGrants/{grant}", "/servicePrincipals/{client}"
    rows: tuple[tuple[str, str, Callable[[Ask, frozenset[str]], Answer], frozenset[str], int], ...] = (
        ("GET", "/oauth2PermissionGrants", _plain(grants.list_all), READ_GRANTS, COSTLY),
        ("POST", "/oauth2PermissionGrants", _plain(grants.add), WRITE_GRANTS, USUAL_COST),
        ("GET", one_grant, _plain(grants.show), READ_GRANTS, COSTLY),
        ("PATCH", one_grant, _plain(grants.change), WRITE_GRANTS, USUAL_COST),
        ("DELETE", one_grant, _plain(grants.delete), WRITE_GRANTS, USUAL_COST),
        ("GET", "/users", people.list_all, READ_USERS, COSTLY),
        ("GET", one_user, people.show, READ_USERS, USUAL_COST),
        ("GET", f"{one_user}/mailboxSettings", _plain(people.mailbox), READ_MAILBOXES, USUAL_COST),
        ("GET", f"{one_user}/mailboxSettings/userPurpose", _plain(people.purpose), READ_MAILBOXES, USUAL_COST),
        (
            "GET",
            f"{one_user}/oauth2PermissionGrants",
            lambda ask, _: grants.list_of_user(ask, people.id_of(ask)),
            READ_GRANTS,
            COSTLY,
        ),
        ("GET", "/servicePrincipals", _plain(tenant.list_principals), READ_APPS, USUAL_COST),
        ("GET", "/servicePrincipals(appId='{app}')", _plain(tenant.show_principal), READ_APPS, USUAL_COST),
        ("GET", one_app, _plain(tenant.show_principal), READ_APPS, USUAL_COST),
        ("GET", f"{one_app}/oauth2PermissionGrants", _plain(grants.list_of_client), READ_GRANTS, COSTLY),
        ("GET", "/policies/authorizationPolicy", _plain(tenant.authorization_policy), READ_POLICIES, USUAL_COST),
    )
    return tuple(
        Endpoint(method=method, path=_form(path), answer=answer, permissions=permissions, cost=cost)
        for method, path, answer, permissions, cost in rows
    )


def _plain(answer: Callable[[Ask], Answer]) -> Callable[[Ask, frozenset[str]], Answer]:
    """An answer that is the same whatever else the token allows."""
    return lambda ask, _: answer(ask)


def _form(path: str) -> re.Pattern[str]:
    return re.compile(NAME.sub(r"(?P<\1>[^/]+)", path.replace("(", r"\(").replace(")", r"\)")))
