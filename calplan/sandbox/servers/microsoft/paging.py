"""Long lists in pages: an opaque link leads on, a page may be empty in between, the count stands on the first alone."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar
from urllib.parse import quote, urlencode

from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.microsoft.asked import CONTEXT, Ask, GraphRefusedError
from calplan.sandbox.servers.world import Clock

T = TypeVar("T")
USUAL_SIZE: Final = 100
GOOD_FOR: Final = timedelta(minutes=15)
BYTES_OF_TOKEN: Final = 24
FIRST: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a list goes on: rows as they were when it began, how many were shown, and the number of the page."""

    rows: Sequence[object]
    start: int
    page: int
    of: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[T]):
    """A list: its name, its rows, asked for once when it begins, how one is shown, and how many a page has."""

    of: str
    rows: Callable[[], Sequence[T]]
    show: Callable[[T], object]
    size: int = USUAL_SIZE


@dataclass(slots=True)
class Pages:
    """The lists that are being read.

    ``size`` is the most that any page holds, whatever was asked for. The pages with the numbers ``empty`` hold nothing
    and lead on all the same.
    """

    clock: Clock
    size: int | None = None
    empty: frozenset[int] = frozenset()
    _places: dict[str, Place] = field(default_factory=dict)

    def _going_on(self, ask: Ask) -> Place | None:
        token = ask.query.get("$skiptoken")
        if token is None:
            return None
        place = self._places.get(token)
        if place is None or place.until <= self.clock() or place.of != _question(ask):
            words = "The specified page token value has expired or is not valid."
            raise GraphRefusedError(400, "Directory_ExpiredPageToken", words)
        return place

    def answer(self, ask: Ask, listing: Listing[T]) -> Answer:
        """One page of a list, the first or the one that a link leads to.

        Raises:
            GraphRefusedError: the link was not given here for this list, or is too old.
        """
        place = self._going_on(ask)
        if place is None:
            until = self.clock() + GOOD_FOR
            place = Place(rows=listing.rows(), start=0, page=FIRST, of=_question(ask), until=until)
        most = min(listing.size, self.size or listing.size)
        end = place.start if place.page in self.empty else place.start + most
        stated: dict[str, object] = {"@odata.context": f"{CONTEXT}{listing.of}"}
        if place.page == FIRST and _counts(ask):
            stated["@odata.count"] = len(place.rows)
        if end < len(place.rows):
            stated["@odata.nextLink"] = self._link(ask, place, end)
        stated["value"] = [listing.show(row) for row in place.rows[place.start : end]]  # type: ignore[arg-type]  # as they came
        return Answer(body=stated)

    def end(self) -> None:
        """Ends every link before its time."""
        self._places = {}

    def _link(self, ask: Ask, place: Place, start: int) -> str:
        now = self.clock()
        self._places = {token: one for token, one in self._places.items() if one.until > now}
        token = secrets.token_urlsafe(BYTES_OF_TOKEN)
        self._places[token] = replace(place, start=start, page=place.page + 1, until=now + GOOD_FOR)
        query = {**{name: value for name, value in ask.query.items() if name != "$skiptoken"}, "$skiptoken": token}
        return f"{ask.origin}/microsoft/graph/v1.0{quote(ask.path)}?{urlencode(query, safe='$,')}"


def _counts(ask: Ask) -> bool:
    """Directory objects are counted only for who accepts that the count may lag."""
    return ask.query.get("$count") == "true" and ask.headers.get("consistencylevel", "").lower() == "eventual"


def _question(ask: Ask) -> str:
    rest = {name: value for name, value in ask.query.items() if name != "$skiptoken"}
    return f"{ask.path}?{sorted(rest.items())}"
