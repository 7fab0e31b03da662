"""Graph's endpoints about delegated grants: https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.microsoft.asked import CONTEXT, Ask, GraphRefusedError, bad_request, not_found
from calplan.sandbox.servers.microsoft.held import EVERYBODY, ONE, RESOURCES, Grant, Held
from calplan.sandbox.servers.microsoft.lag import Lag
from calplan.sandbox.servers.microsoft.paging import Listing, Pages

LONGEST_SCOPE: Final = 3850
OF: Final = "oauth2PermissionGrants"
FILTERS: Final = ("clientId", "consentType", "principalId")
REQUIRED: Final = ("clientId", "consentType", "resourceId", "scope")
"""Fields that a new grant has to state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """The endpoints; ``clients`` are the service principals that can hold a grant."""

    held: Held
    pages: Pages
    lag: Lag
    clients: Callable[[], Iterable[str]]

    def list_all(self, ask: Ask) -> Answer:
        """GET /oauth2PermissionGrants"""
        ask.only("$filter", "$count")
        wanted = ask.clauses(*FILTERS)

        def rows() -> list[Grant]:
            principal = wanted.get("principalId")
            found = self.held.everything() if principal is None else self.held.of_user(principal)
            return [grant for grant in self.lag.seen(found) if _fits(grant, wanted)]

        return self._page(ask, rows)

    def list_of_client(self, ask: Ask) -> Answer:
        """GET /servicePrincipals/{client}/oauth2PermissionGrants"""
        ask.only("$count")
        client = ask.names["client"]
        if client not in self.clients():
            raise not_found(client)
        return self._page(ask, lambda: [one for one in self.lag.seen(self.held.everything()) if one.client == client])

    def list_of_user(self, ask: Ask, user: str) -> Answer:
        """GET /users/{user}/oauth2PermissionGrants"""
        ask.only("$count")
        return self._page(ask, lambda: [one for one in self.lag.seen(self.held.of_user(user)) if one.principal == user])

    def show(self, ask: Ask) -> Answer:
        """GET /oauth2PermissionGrants/{grant}"""
        ask.only()
        found = self.held.one(ask.names["grant"])
        seen = [one for one in self.lag.seen([] if found is None else [found]) if one.id == ask.names["grant"]]
        if not seen:
            raise not_found(ask.names["grant"])
        return Answer(body={"@odata.context": f"{CONTEXT}{OF}/$entity", **seen[0].fields()})

    def add(self, ask: Ask) -> Answer:
        """POST /oauth2PermissionGrants"""
        grant = self._stated(ask.json())
        if self.held.one(grant.id) is not None:
            raise GraphRefusedError(409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.")
        self.held.write(grant)
        self.lag.wrote(grant.id, None)
        return Answer(status=201, body={"@odata.context": f"{CONTEXT}{OF}/$entity", **grant.fields()})

    def change(self, ask: Ask) -> Answer:
        """PATCH /oauth2PermissionGrants/{grant}"""
        before = self._there(ask)
        stated = ask.json()
        others = stated.keys() - {"scope"}
        if others or "scope" not in stated:
            raise bad_request("Only the property 'scope' of a permission grant can be changed.")
        self.held.write(before._replace(scope=_scope(stated["scope"])))
        self.lag.wrote(before.id, before)
        return Answer(status=204)

    def delete(self, ask: Ask) -> Answer:
        """DELETE /oauth2PermissionGrants/{grant}"""
        before = self._there(ask)
        self.held.remove(before)
        self.lag.wrote(before.id, before)
        return Answer(status=204)

    def _page(self, ask: Ask, rows: Callable[[], list[Grant]]) -> Answer:
        return self.pages.answer(ask, Listing(of=OF, rows=rows, show=Grant.fields))

    def _there(self, ask: Ask) -> Grant:
        found = self.held.one(ask.names["grant"])
        if found is None:
            raise not_found(ask.names["grant"])
        return found

    def _stated(self, stated: dict[str, object]) -> Grant:
        """The grant that a request describes."""
        unknown = stated.keys() - {*REQUIRED, "principalId"}
        if unknown:
            raise bad_request(f"Invalid property '{min(unknown)}'.")
        words = {name: _word(stated, name) for name in REQUIRED[:-1]}
        scope, kind = _scope(stated.get("scope")), words["consentType"]
        principal = stated.get("principalId")
        if kind not in (EVERYBODY, ONE):
            raise bad_request("Invalid value specified for property 'consentType' of resource 'OAuth2PermissionGrant'.")
        if (kind == ONE) is not isinstance(principal, str) or (kind == EVERYBODY and principal is not None):
            raise bad_request("Invalid value specified for property 'principalId' of resource 'OAuth2PermissionGrant'.")
        whose = principal if isinstance(principal, str) else None
        if words["clientId"] not in self.clients():
            raise not_found(words["clientId"])
        if words["resourceId"] not in RESOURCES:
            raise not_found(words["resourceId"])
        if whose is not None and whose not in self.held.emails():
            raise not_found(whose)
        return Grant(words["clientId"], words["resourceId"], whose, scope)


def _word(stated: dict[str, object], name: str) -> str:
    value = stated.get(name)
    if not isinstance(value, str) or not value:
        raise bad_request(f"Invalid value specified for property '{name}' of resource 'OAuth2PermissionGrant'.")
    return value


def _scope(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_SCOPE:
        raise bad_request("Invalid value specified for property 'scope' of resource 'OAuth2PermissionGrant'.")
    return value


def _fits(grant: Grant, wanted: dict[str, str]) -> bool:
    fields = grant.fields()
    return all(fields[name] == value for name, value in wanted.items())
