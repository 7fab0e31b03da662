"""Tokens that lead on in a long list; nothing can be read from them, and they end after three days."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from calplan.sandbox.servers.google.answers import invalid
from calplan.sandbox.servers.google.calls import GoogleCall
from calplan.sandbox.servers.world import Clock

GOOD_FOR: Final = timedelta(days=3)
BYTES: Final = 36


class Place(NamedTuple):
    """Behind which row a list goes on, of which request, and until when."""

    after: object
    question: str
    until: datetime


@dataclass(slots=True)
class GooglePageTokens:
    """The tokens that are out."""

    clock: Clock
    _places: dict[str, Place] = field(default_factory=dict)

    def give(self, call: GoogleCall, after: object) -> str:
        """A token for what comes behind a row."""
        now = self.clock()
        # Tokens come in the order in which they end.
        for token, place in tuple(self._places.items()):
            if place.until > now:
                break
            del self._places[token]
        token = secrets.token_urlsafe(BYTES)
        self._places[token] = Place(after, call.question, now + GOOD_FOR)
        return token

    def after(self, call: GoogleCall) -> object | None:
        """The row behind which the page begins; ``None`` for the first page.

        Raises:
            ApiError: the token is none, has ended, or came from another request.
        """
        token = call.query.get("pageToken", "")
        if not token:
            return None
        place = self._places.get(token)
        if place is None or place.until <= self.clock() or place.question != call.question:
            raise invalid("pageToken")
        return place.after

    def end_all(self) -> None:
        """Ends every token that is out before its time."""
        self._places.clear()
