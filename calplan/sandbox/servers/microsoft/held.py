"""Delegated grants as the tenant holds them, read from the account's file and written back to it.

The file knows which scopes a user's own grant and the tenant-wide one hold. Graph knows two grants where one of the
scopes is Exchange Online's, and a text of scopes that a write replaces as a whole. So the text of a write is kept here,
and shown for as long as the file still says what that write made it say.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from calplan.model.unknown import Unknown
from calplan.sandbox.account.consents import grants
from calplan.sandbox.account.people import one_person
from calplan.sandbox.account.read import read_tenant
from calplan.sandbox.servers.microsoft.ids import (
    EXCHANGE_APP,
    GRAPH_APP,
    grant_id,
    guid,
    parts_of,
    principal_id,
    user_id,
)
from calplan.sandbox.servers.world import World

EVERYBODY: Final = "AllPrincipals"
ONE: Final = "Principal"
BESIDE: Final = ("openid", "offline_access", "profile", "User.Read")
"""Scopes that an app asks for along with those it is about; the account's file does not speak of them."""
EWS: Final = "EWS."
"""How the scopes of Exchange Online that the file knows begin; all others are Graph's."""
GRAPH: Final = principal_id(GRAPH_APP)
EXCHANGE: Final = principal_id(EXCHANGE_APP)
RESOURCES: Final = (GRAPH, EXCHANGE)
OTHER_APP: Final = guid("app", "Timesheets")
"""An app of somebody else, to which everybody in the tenant consented."""


class Grant(NamedTuple):
    """One grant; it is for everybody where ``principal`` is ``None``."""

    client: str
    resource: str
    principal: str | None
    scope: str

    @property
    def id(self) -> str:
        return grant_id(self.client, self.resource, self.principal)

    def fields(self) -> dict[str, object]:
        """The grant as Graph shows it."""
        return {
            "clientId": self.client,
            "consentType": EVERYBODY if self.principal is None else ONE,
            "id": self.id,
            "principalId": self.principal,
            "resourceId": self.resource,
            "scope": self.scope,
        }


class Text(NamedTuple):
    """The scopes as they were written, and what of them the account's file held after that."""

    scope: str
    stored: frozenset[str]


@dataclass(kw_only=True)
class Held:
    """The grants of the tenant: those of the platform's app in the account's file, those of others only here."""

    world: World
    client: str
    emails: Callable[[], Mapping[str, str]]
    """Users by their object ids."""
    _texts: dict[tuple[str | None, str], Text] = field(default_factory=dict)
    """By the user's address, or ``None`` for everybody, and by the resource."""
    others: dict[str, Grant] = field(default_factory=dict)

    def __post_init__(self) -> None:
        grant = Grant(principal_id(OTHER_APP), GRAPH, None, "User.Read Calendars.Read")
        self.others[grant.id] = grant

    def everything(self) -> list[Grant]:
        """Every grant of the tenant."""
        return [*self._of_the_app(), *self.others.values()]

    def of_user(self, principal: str) -> list[Grant]:
        """The grants that one user gave himself."""
        email = self.emails().get(principal)
        found = [] if email is None else list(self._both(email, self._stored(email)))
        return [*found, *(grant for grant in self.others.values() if grant.principal == principal)]

    def one(self, word: str) -> Grant | None:
        """The grant with an id."""
        parts = parts_of(word)
        if parts is None or parts[0] != self.client:
            return self.others.get(word)
        _, resource, *whose = parts
        email = self.emails().get(whose[0]) if whose else None
        if resource not in RESOURCES or (whose and email is None):
            return None
        return next((grant for grant in self._both(email, self._stored(email)) if grant.resource == resource), None)

    def write(self, grant: Grant) -> None:
        """Puts a grant there, or gives one that is there another text."""
        if grant.client != self.client:
            self.others[grant.id] = grant
            return
        email, before = self._place(grant)
        words = frozenset(grant.scope.split())
        kept = frozenset(one for one in _part(words, grant.resource) if one not in BESIDE or one in before)
        self._store(email, grant.resource, kept)
        self._texts[email, grant.resource] = Text(grant.scope, kept)

    def remove(self, grant: Grant) -> None:
        """Takes a grant away."""
        if grant.client != self.client:
            del self.others[grant.id]
            return
        email, _ = self._place(grant)
        self._texts.pop((email, grant.resource), None)
        self._store(email, grant.resource, frozenset())

    def _of_the_app(self) -> Iterator[Grant]:
        yield from self._both(None, self._stored(None))
        with self.world.view() as connection:
            for email, scopes, _ in grants(connection):
                yield from self._both(email, frozenset(scopes))

    def _both(self, email: str | None, scopes: frozenset[str]) -> Iterator[Grant]:
        for resource in RESOURCES:
            scope = self._text(email, resource, _part(scopes, resource))
            if scope is not None:
                yield Grant(self.client, resource, None if email is None else user_id(email), scope)

    def _text(self, email: str | None, resource: str, stored: frozenset[str]) -> str | None:
        written = self._texts.get((email, resource))
        if written is not None and written.stored == stored:
            return written.scope
        if not stored:
            return None
        beside = BESIDE if resource == GRAPH else ()
        return " ".join([*sorted(stored), *(one for one in beside if one not in stored)])

    def _stored(self, email: str | None) -> frozenset[str]:
        with self.world.view() as connection:
            return self._of_everybody(connection) if email is None else _own(connection, email)

    def _of_everybody(self, connection: sqlite3.Connection) -> frozenset[str]:
        tenant = read_tenant(connection, self.world.path)
        return frozenset() if tenant is None or isinstance(tenant.grant, Unknown) else tenant.grant

    def _place(self, grant: Grant) -> tuple[str | None, frozenset[str]]:
        """Whose grant it is, and what of it the account's file holds."""
        email = None if grant.principal is None else self.emails()[grant.principal]
        return email, _part(self._stored(email), grant.resource)

    def _store(self, email: str | None, resource: str, part: frozenset[str]) -> None:
        before = self._stored(email)
        scopes = (before - _part(before, resource)) | part
        with self.world.account() as account:
            if email is None:
                account.set_tenant_grant(scopes)
            else:
                account.set_own_grant(email, scopes)


def _own(connection: sqlite3.Connection, email: str) -> frozenset[str]:
    found = one_person(connection, email)
    return frozenset() if found is None else frozenset(json.loads(found[1].facts.own_grant or "[]"))


def _part(scopes: frozenset[str], resource: str) -> frozenset[str]:
    """The scopes of one resource, as far as the account's file tells them apart."""
    return frozenset(one for one in scopes if one.startswith(EWS) is (resource == EXCHANGE))
