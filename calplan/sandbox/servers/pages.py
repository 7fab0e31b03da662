"""Long lists in pages: sizes with a limit, and tokens that lead on for a quarter of an hour."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from calplan.sandbox.servers.answer import Call, RefusedError, invalid
from calplan.sandbox.servers.world import Clock

GOOD_FOR: Final = timedelta(minutes=15)
USUAL_SIZE: Final = 30
BYTES_OF_TOKEN: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a list goes on: after which row, and of which request it is the continuation."""

    after: str
    of: str
    until: datetime


@dataclass(slots=True)
class PageTokens:
    """The tokens that are out."""

    clock: Clock
    _places: dict[str, Place] = field(default_factory=dict)

    def give(self, call: Call, after: str) -> str:
        """A token for what comes after a row."""
        now = self.clock()
        self._places = {token: place for token, place in self._places.items() if place.until > now}
        token = secrets.token_urlsafe(BYTES_OF_TOKEN)
        self._places[token] = Place(after=after, of=_question(call), until=now + GOOD_FOR)
        return token

    def after(self, call: Call) -> str:
        """The row after which the page begins; the empty word for the first page.

        Raises:
            RefusedError: the token is none, has ended, or came from another request.
        """
        token = call.query.get("next_page_token", "")
        if not token:
            return ""
        place = self._places.get(token)
        if place is None or place.until <= self.clock() or place.of != _question(call):
            raise RefusedError(400, 300, "The next page token is invalid or expired.")
        return place.after

    def end(self, token: str) -> None:
        """Ends a token before its time."""
        self._places.pop(token, None)


def page_size(call: Call, *, most: int, usual: int = USUAL_SIZE) -> int:
    """How many rows a page may have.

    Raises:
        RefusedError: it is no number from 1 to ``most``.
    """
    text = call.query.get("page_size")
    if text is None:
        return usual
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:10]) <= most:
        raise invalid("page_size", f"The value must be a number from 1 to {most}.")
    return int(text)


def page_number(call: Call) -> int:
    """The number of the page, from 1: the way to ask for pages that the vendor no longer recommends.

    Raises:
        RefusedError: it is no such number.
    """
    text = call.query.get("page_number", "1")
    if not text.isascii() or not text.isdecimal() or int(text[:10]) < 1:
        raise invalid("page_number")
    return int(text[:10])


def cut(rows: Sequence[tuple[str, object]], tokens: PageTokens, call: Call, size: int) -> tuple[list[object], str]:
    """A page out of rows that begin with it, and the token that leads on; each row comes with its key."""
    shown = rows[:size]
    token = tokens.give(call, shown[-1][0]) if len(rows) > size else ""
    return [row for _, row in shown], token


def _question(call: Call) -> str:
    """What a request asks for, apart from the page: a token leads on in the list it came from alone."""
    rest = {name: value for name, value in call.query.items() if name not in ("next_page_token", "page_number")}
    return f"{call.path}?{sorted(rest.items())}"
