"""The directory's users as an administrator sees them: listed in pages, or one by one."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final, NamedTuple

from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.google import fields
from calplan.sandbox.servers.google.answers import ApiError, bad_request, invalid, not_authorized, not_found
from calplan.sandbox.servers.google.calls import GoogleCall
from calplan.sandbox.servers.google.ids import etag
from calplan.sandbox.servers.google.keys import GoogleKeys
from calplan.sandbox.servers.google.mask import masked
from calplan.sandbox.servers.google.page_tokens import GooglePageTokens
from calplan.sandbox.servers.google.people import TOP, GoogleUser, People
from calplan.sandbox.servers.world import Clock

MOST: Final = 500
USUAL: Final = 100
MINE: Final = "my_customer"
ENUMS: Final[Mapping[str, tuple[str, ...]]] = {
    "projection": ("basic", "custom", "full"),
    "viewType": ("admin_view", "domain_public"),
    "orderBy": ("email", "familyName", "givenName"),
    "sortOrder": ("ASCENDING", "DESCENDING"),
    "event": ("add", "delete", "makeAdmin", "undelete", "update"),
}
CREATED: Final = datetime(2021, 3, 1, 8, tzinfo=UTC)
CLAUSE: Final = re.compile(r"(?P<name>\w+)(?P<sign>[=:])(?P<value>'[^']*'|\S+)\s*")
USUAL_LAG: Final = timedelta(hours=1)


class Standing(NamedTuple):
    """What is found by searching, as it was at one moment."""

    suspended: frozenset[str]
    archived: frozenset[str]
    org_units: Mapping[str, str]


@dataclass(kw_only=True)
class Directory:
    """The endpoints about users."""

    keys: GoogleKeys
    clock: Clock
    people: People
    pages: GooglePageTokens
    search_lag: timedelta = USUAL_LAG
    """How long a search still finds what was so before."""
    _copied: tuple[datetime, Standing] = field(init=False)

    def __post_init__(self) -> None:
        self._copied = (self.clock(), self._standing())

    def list_users(self, call: GoogleCall) -> Answer:
        """GET admin/directory/v1/users"""
        _require_known(call, fields.PARAMETERS_OF_USERS)
        size = page_size(call, most=MOST, usual=USUAL)
        meant = self._meant(call)
        after = self.pages.after(call)
        rows = (one for one in self._ordered(call, after) if meant(one))
        shown = list(islice(rows, size + 1))
        content: dict[str, object] = {"kind": "admin#directory#users"}
        if shown:
            content["users"] = [self.user(one) for one in shown[:size]]
        content["etag"] = etag([one.primary for one in shown])
        if len(shown) > size:
            content["nextPageToken"] = self.pages.give(call, _sort_key(call)(shown[size - 1]))
        return Answer(body=masked(content, call.query.get("fields"), fields.USERS))

    def show_user(self, call: GoogleCall) -> Answer:
        """GET admin/directory/v1/users/{userKey}"""
        _require_known(call, fields.PARAMETERS_OF_USER)
        found = self.people.find(call.names["userKey"])
        if found is None:
            raise not_found("userKey")
        return Answer(body=masked(self.user(found), call.query.get("fields"), fields.USER))

    def user(self, user: GoogleUser) -> dict[str, object]:
        """A user as the directory shows him."""
        people, login = self.people, user.login
        given, family = _names(user)
        aliases = people.aliases.get(login, ())
        return {
            "kind": "admin#directory#user",
            "id": user.id,
            "etag": etag([user.primary, login in people.suspended, login in people.archived, aliases]),
            "primaryEmail": user.primary,
            "name": {"givenName": given, "familyName": family, "fullName": f"{given} {family}"},
            "isAdmin": user.primary == self.keys.subject.lower(),
            "isDelegatedAdmin": False,
            "lastLoginTime": _millis(CREATED + timedelta(days=1)),
            "creationTime": _millis(CREATED),
            **({"deletionTime": _millis(self.clock())} if login in people.vanished else {}),
            "agreedToTerms": True,
            "suspended": login in people.suspended,
            **({"suspensionReason": "ADMIN"} if login in people.suspended else {}),
            "archived": login in people.archived,
            "isGuestUser": False,
            **({"aliases": list(aliases)} if aliases else {}),
            "customerId": self.keys.customer_id,
            "orgUnitPath": people.org_units.get(login, TOP),
            "isMailboxSetup": True,
        }

    def _meant(self, call: GoogleCall) -> Callable[[GoogleUser], bool]:
        """Whether a user belongs in the list that is asked for."""
        customer, domain = call.query.get("customer"), call.query.get("domain")
        if not customer and not domain:
            raise bad_request()
        if customer and customer not in (MINE, self.keys.customer_id):
            raise not_authorized()
        ending = f"@{domain.lower()}" if domain else ""
        if ending and not any(one.primary.endswith(ending) for one in self.people.roster.users):
            raise ApiError(404, "notFound", "Domain not found")
        deleted = call.query.get("showDeleted", "false") == "true"
        found = self._search(call.query.get("query", ""))
        vanished = self.people.vanished
        return lambda one: (one.login in vanished) is deleted and one.primary.endswith(ending) and found(one)

    def _search(self, query: str) -> Callable[[GoogleUser], bool]:
        """Whether the lagging copy that searches are answered from has a user as a query says; clauses join by and."""
        clauses: list[tuple[str, str, str]] = []
        rest = query.strip()
        while rest:
            clause = CLAUSE.match(rest)
            if clause is None:
                raise invalid("query")
            clauses.append((clause["name"], clause["sign"], clause["value"].strip("'")))
            rest = rest[clause.end() :]
        if not clauses:
            return lambda _user: True
        if self.clock() - self._copied[0] >= self.search_lag:
            self._copied = (self.clock(), self._standing())
        copy = self._copied[1]
        tests = [_clause(copy, *clause) for clause in clauses]
        return lambda user: all(test(user) for test in tests)

    def _standing(self) -> Standing:
        people = self.people
        return Standing(frozenset(people.suspended), frozenset(people.archived), dict(people.org_units))

    def _ordered(self, call: GoogleCall, after: object) -> Iterator[GoogleUser]:
        """The users behind a place in the order that is asked for."""
        roster, key = self.people.roster, _sort_key(call)
        down = call.query.get("sortOrder") == "DESCENDING" and "orderBy" in call.query
        if call.query.get("orderBy", "email") == "email" and not down:
            start = roster.after(after[0]) if isinstance(after, tuple) else 0
            return islice(roster.users, start, None)
        rows = sorted(roster.users, key=key, reverse=down)
        if not isinstance(after, tuple):
            return iter(rows)
        return (one for one in rows if (key(one) < after if down else key(one) > after))


def page_size(call: GoogleCall, *, most: int, usual: int) -> int:
    """How many rows a page may have.

    Raises:
        ApiError: it is no number from 1 to ``most``.
    """
    text = call.query.get("maxResults")
    if text is None:
        return usual
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:10]) <= most:
        raise bad_request()
    return int(text)


def _require_known(call: GoogleCall, names: frozenset[str]) -> None:
    for name, value in call.query.items():
        if name not in names:
            raise ApiError(400, "badRequest", f'Invalid JSON payload received. Unknown name "{name}"')
        if name in ENUMS and value not in ENUMS[name]:
            raise invalid(name)
    if call.query.get("projection") == "custom" and "customFieldMask" not in call.query:
        raise invalid("customFieldMask")
    if call.query.get("alt", "json") != "json":
        raise invalid("alt")


def _clause(copy: Standing, name: str, sign: str, value: str) -> Callable[[GoogleUser], bool]:
    match name, sign:
        case "isSuspended", "=":
            return lambda user: (user.login in copy.suspended) is _truth(value)
        case "isArchived", "=":
            return lambda user: (user.login in copy.archived) is _truth(value)
        case "orgUnitPath", "=":
            return lambda user: _below(copy.org_units.get(user.login, TOP), value)
        case "email", "=":
            return lambda user: user.primary == value.lower()
        case "email", ":":
            return lambda user: user.primary.startswith(value.lower().removesuffix("*"))
        case _:
            raise invalid("query")


def _truth(word: str) -> bool:
    if word not in ("true", "false"):
        raise invalid("query")
    return word == "true"


def _below(path: str, wanted: str) -> bool:
    """Whether a unit is the wanted one, or lies below it."""
    return path == wanted or path.startswith(f"{wanted.rstrip(TOP)}{TOP}")


def _names(user: GoogleUser) -> tuple[str, str]:
    given, _, family = user.primary.partition("@")[0].partition(".")
    return given.capitalize(), (family or "User").capitalize()


def _sort_key(call: GoogleCall) -> Callable[[GoogleUser], tuple[str, ...]]:
    match call.query.get("orderBy"):
        case "givenName":
            return lambda user: (_names(user)[0].casefold(), user.primary)
        case "familyName":
            return lambda user: (_names(user)[1].casefold(), user.primary)
        case _:
            return lambda user: (user.primary,)


def _millis(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
