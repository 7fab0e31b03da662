"""What is asked of Google: users page by page, the tokens of one user, and what the log says of some applications."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from calplan.providers.errors import ProviderError
from calplan.providers.google.messages import (
    Activity,
    ActivityPage,
    OneToken,
    TokenList,
    UserPage,
    UserRow,
    decoded,
    texts_of,
)
from calplan.providers.http.client import Reader
from calplan.providers.http.message import Text, text_of
from calplan.providers.http.said import RefusedError

USERS: Final = ("admin", "directory", "v1", "users")
LOG: Final = ("admin", "reports", "v1", "activity", "users", "all", "applications", "token")
TOKENS: Final = "tokens"
LARGEST_PAGE: Final = 500
LARGEST_LOG_PAGE: Final = 1000
USER_FIELDS: Final = "kind,nextPageToken,users(id,primaryEmail,aliases,nonEditableAliases,suspended,archived)"
TOKEN_FIELDS: Final = "kind,items(clientId,scopes,userKey)"  # noqa: S105 - names of fields
NOT_FOUND: Final = 404
AUTHORIZE: Final = "authorize"
REVOKE: Final = "revoke"
Page = TypeVar("Page")


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One consent or one revocation in the log. ``qualifier`` tells it from others of the same moment."""

    time: str
    qualifier: str
    person: str
    email: str
    client: str
    name: str
    scopes: tuple[str, ...]


def users_of(reader: Reader, customer: str) -> Iterator[list[UserRow]]:
    """Every user of a customer, a page at a time; without a query, which would answer from a copy hours old.

    Raises:
        ProviderError: they cannot be read.
    """

    def ask(token: str) -> UserPage:
        more = {"pageToken": token} if token else {}
        query: dict[str, str | int] = {
            "customer": customer,
            "maxResults": LARGEST_PAGE,
            "fields": USER_FIELDS,
            **more,
        }
        return decoded(reader.get(*USERS, query=query), UserPage, "users")

    for page in _pages(ask, lambda page: page.next_page_token):
        yield page.users if isinstance(page.users, list) else []


def tokens_of(reader: Reader, person: str, clients: frozenset[str]) -> dict[str, tuple[str, ...]] | None:
    """The scopes that a user, by his id, gave each of these applications; ``None`` where he is not there any more.

    Raises:
        ProviderError: his tokens cannot be read.
    """
    try:
        answer = reader.get(*USERS, person, TOKENS, query={"fields": TOKEN_FIELDS})
    except RefusedError as error:
        if error.status != NOT_FOUND:
            raise
        return None
    listed = decoded(answer, TokenList, "the tokens of a user")
    found: dict[str, tuple[str, ...]] = {}
    for row in listed.items if isinstance(listed.items, list) else []:
        client = text_of(row.client_id)
        if client not in clients:
            continue
        _require_his(row.user_key, person)
        found[client] = tuple(sorted({*found.get(client, ()), *texts_of(row.scopes)}))
    return found


def token_of(reader: Reader, person: str, client: str) -> OneToken | None:
    """The token of one user, by his id, for one application; ``None`` where there is none.

    Raises:
        ProviderError: it cannot be read, or it is not the one that was asked for.
    """
    try:
        answer = reader.get(*USERS, person, TOKENS, client)
    except RefusedError as error:
        if error.status != NOT_FOUND:
            raise
        return None
    token = decoded(answer, OneToken, "the token of a user")
    _require_his(token.user_key, person)
    if text_of(token.client_id) != client:
        raise ProviderError("Google shows the token of another application than the one asked for; nothing was changed")
    return token


def entries_of(reader: Reader, customer: str, name: str, client: str, since: datetime) -> Iterator[Entry]:
    """What the log says of one kind of event and one application since a moment; each is looked at again here.

    Google ignores a filter that it does not understand, so what it lets through is not believed.

    Raises:
        ProviderError: the log cannot be read.
    """
    start = since.astimezone(UTC)

    def ask(token: str) -> ActivityPage:
        query: dict[str, str | int] = {
            "customerId": customer,
            "eventName": name,
            "filters": f"client_id=={client}",
            "startTime": f"{start:%Y-%m-%dT%H:%M:%S}.{start.microsecond // 1000:03d}Z",
            "maxResults": LARGEST_LOG_PAGE,
        }
        more = {"pageToken": token} if token else {}
        return decoded(reader.get(*LOG, query={**query, **more}), ActivityPage, "the log")

    for page in _pages(ask, lambda page: page.next_page_token):
        for row in page.items if isinstance(page.items, list) else []:
            yield from _entries(row, name, client, start)


def _entries(row: Activity, name: str, client: str, start: datetime) -> Iterator[Entry]:
    moment = _moment(row.id.time)
    if moment is None or moment < start.replace(microsecond=0):
        return
    for event in row.events:
        parameters = event.parameters if isinstance(event.parameters, list) else []
        named = {one.name: one for one in parameters}
        about = named.get("client_id")
        if event.name != name or about is None or text_of(about.value) != client:
            continue
        scopes = named.get("scope")
        yield Entry(
            time=f"{moment:%Y-%m-%dT%H:%M:%S.%f}",
            qualifier=row.id.unique_qualifier,
            person=text_of(row.actor.profile_id),
            email=text_of(row.actor.email),
            client=client,
            name=name,
            scopes=() if scopes is None else _listed(scopes.multi_value, scopes.value),
        )


def _listed(several: Sequence[str] | object, one: Text) -> tuple[str, ...]:
    listed = tuple(str(scope) for scope in several) if isinstance(several, list) else ()
    return listed or tuple(text_of(one).split())


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).astimezone(UTC)


def _require_his(key: Text, person: str) -> None:
    """Refuse a token that is somebody else's: tokens name their user by his id and by nothing else."""
    if text_of(key) not in ("", person):
        raise ProviderError("Google shows the token of another user than the one asked for; nothing was taken from it")


def _pages(ask: Callable[[str], Page], following: Callable[[Page], Text]) -> Iterator[Page]:
    """The pages of a list from its first on.

    Raises:
        ProviderError: Google leads in a circle.
    """
    token, met = "", set[str]()
    while True:
        page = ask(token)
        yield page
        token = text_of(following(page))
        if not token:
            return
        if token in met:
            raise ProviderError("Google shows the same page of a list again and again; nothing was taken from it")
        met.add(token)
