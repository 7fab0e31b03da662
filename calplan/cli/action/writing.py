"""Keeps the comment of a pull request at GitHub.

Source: GitHub Docs, "REST API endpoints for issue comments" and "Rate limits for the REST API", read 2026-11: 100
comments a page at most, a body of at most 65,536 characters, 403 or 429 beyond a limit with ``retry-after`` or
``x-ratelimit-remaining: 0``.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec

from calplan.cli.action.sticky import Comment, found, marked
from calplan.providers.errors import ProviderError
from calplan.providers.http.answer import Answer, Kind, Meaning, by_status
from calplan.providers.http.client import Writer
from calplan.providers.http.message import message_of
from calplan.providers.http.said import RefusedError
from calplan.providers.http.server import Server
from calplan.providers.http.tokens import Token
from calplan.providers.secret import Secret

PER_PAGE: Final = 100
MOST_PAGES: Final = 50
TOO_LONG: Final = 422
FORBIDDEN: Final = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a comment goes: below which pull request, by whom, for which account if that is known."""

    repository: str
    pull_request: int
    author: str
    account: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The token of a workflow, which is good for as long as its job."""

    secret: Secret = field(repr=False)

    def token(self, _now: float) -> Token:
        return Token(secret=self.secret, until=math.inf)


class _Author(msgspec.Struct):
    login: str = ""


class _Comment(msgspec.Struct):
    id: int
    body: str | None = None
    user: _Author | None = None


class _Refusal(msgspec.Struct):
    message: str = ""


def judged(answer: Answer) -> Meaning:
    """What GitHub means: beyond a limit it answers 403 as well."""
    meaning = by_status(answer)
    if answer.status == FORBIDDEN and (
        "retry-after" in answer.headers or answer.headers.get("x-ratelimit-remaining") == "0"
    ):
        return Meaning(kind=Kind.SLOW_DOWN)
    try:
        words = msgspec.json.decode(answer.body, type=_Refusal).message if meaning.kind is not Kind.FINE else ""
    except (msgspec.MsgspecError, ValueError):
        words = ""
    return Meaning(kind=meaning.kind, words=words)


def keep_comment(server: Server, place: Place, text: str, shorter: str) -> str:
    """Write a text into the comment of a pull request, or make that, and say what was done.

    Neither text begins with a marker; ``shorter`` takes the place of one that is too long.

    Raises:
        ProviderError: it was not written.
    """
    with Writer(server) as writer:
        there = found(_comments(writer, place), place.author, place.account)
        try:
            _put(writer, place, there, marked(text, there, place.account))
        except RefusedError as refused:
            if refused.status != TOO_LONG:
                raise
            _put(writer, place, there, marked(shorter, there, place.account))
            return "The plan is too long for a comment, which says where it stands instead"
        return "The comment was written anew" if there else "A comment was made"


def _comments(writer: Writer, place: Place) -> Iterator[Comment]:
    for page in range(1, MOST_PAGES + 1):
        answer = writer.get(*_thread(place), query={"per_page": PER_PAGE, "page": page})
        read = message_of(answer, list[_Comment], vendor="GitHub", asked="comments")
        for one in read:
            yield Comment(id=one.id, author="" if one.user is None else one.user.login, body=one.body or "")
        if len(read) < PER_PAGE:
            return
    raise ProviderError(f"there are more than {MOST_PAGES * PER_PAGE} comments, and none of them was found to be ours")


def _put(writer: Writer, place: Place, there: Comment | None, body: str) -> None:
    content = {"body": body}
    if there is None:
        writer.write("POST", *_thread(place), content=content, idempotent=False)
    else:
        parts = ("repos", *place.repository.split("/"), "issues", "comments", str(there.id))
        writer.write("PATCH", *parts, content=content, idempotent=True)


def _thread(place: Place) -> tuple[str, ...]:
    """The comments below a pull request, which GitHub keeps as those of an issue."""
    return ("repos", *place.repository.split("/"), "issues", str(place.pull_request), "comments")
