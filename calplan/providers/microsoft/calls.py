"""Calls of Graph that only read: one thing, a list page by page, or many things in one request."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final, TypeVar

from calplan.providers.errors import NotAuthorisedError, ProviderError, UnreachableError
from calplan.providers.http.answer import Answer
from calplan.providers.http.client import Reader
from calplan.providers.http.message import text_of
from calplan.providers.http.retry import Time
from calplan.providers.microsoft.messages import BatchAnswer, BatchPart, Page, decoded
from calplan.providers.microsoft.permissions import naming, needed_for
from calplan.providers.observing import Progress, Wait

NAME: Final = "Microsoft"
T = TypeVar("T")
Row = TypeVar("Row")
MOST_PAGES: Final = 100_000
"""More pages than the largest directory has: whoever has read so many is led in a circle."""
MOST_AT_ONCE: Final = 20
"""https://learn.microsoft.com/graph/json-batching"""
ROUNDS: Final = 5
LONGEST_WAIT: Final = 120.0
TOO_MANY: Final = 429
USUAL_WAIT: Final = 10.0
"""What is waited where a throttled part of a batch does not say how long: the window of the directory's quota."""


class Calls:
    """What can be asked of Graph; it belongs to one thread. Every method raises ``ProviderError``."""

    def __init__(self, reader: Reader, time: Time) -> None:
        self._reader = reader
        self.time = time

    def permissions(self) -> frozenset[str] | None:
        """The application permissions that calplan has, or ``None`` where its token does not tell them."""
        return self._reader.sign_in().scopes

    def get(self, *parts: str, kind: type[T], query: Mapping[str, str | int] | None = None) -> T:
        """The answer to a read, decoded."""
        return decoded(self._let_in(parts, lambda: self._reader.get(*parts, query=query)), kind, _path(parts))

    def tell(self, what: str | None, done: int, total: int | None = None) -> None:
        """Tell whoever observes how much of something was read or written by now."""
        if what is not None:
            self._reader.observe(Progress(source=NAME, what=what, done=done, total=total))

    def pages(
        self, *parts: str, kind: type[Page[Row]], query: Mapping[str, str | int], what: str | None = None
    ) -> Iterator[Page[Row]]:
        """Every page of a list; its links are followed as they are, and only below Graph's own address.

        ``what`` the list is of tells how far it was read; without it nothing is told.
        """
        read = 0
        self.tell(what, read)
        answer = self._let_in(parts, lambda: self._reader.get(*parts, query=query))
        met = set[str]()
        for _ in range(MOST_PAGES):
            page = decoded(answer, kind, _path(parts))
            read += len(page.value)
            self.tell(what, read)
            yield page
            link = text_of(page.next_link)
            if not link:
                return
            if link in met:
                break
            met.add(link)
            answer = self._let_in(parts, partial(self._reader.follow, link))
        raise UnreachableError(f"Microsoft Graph shows the same page of {_path(parts)} again and again")

    def _let_in(self, parts: tuple[str, ...], ask: Callable[[], Answer]) -> Answer:
        """The answer to a read; a refusal names the permission that is missing."""
        granted = self.permissions()
        try:
            return ask()
        except NotAuthorisedError as error:
            raise naming(error, needed_for(parts[0]), granted) from None

    def many(self, targets: Mapping[str, str]) -> dict[str, BatchPart]:
        """What comes of up to 20 reads in one request, by their names; one that stays throttled is left out."""
        assert len(targets) <= MOST_AT_ONCE
        answers: dict[str, BatchPart] = {}
        left = dict(targets)
        for attempt in range(ROUNDS):
            answer = decoded(self._reader.get_many(left), BatchAnswer, "/$batch")
            parts = {part.id: part for part in answer.responses if part.id in left}
            answers |= {name: part for name, part in parts.items() if part.status != TOO_MANY}
            waits = [_wait(part) for part in parts.values() if part.status == TOO_MANY]
            left = {name: target for name, target in left.items() if name not in answers}
            if not waits or attempt == ROUNDS - 1 or max(waits) > LONGEST_WAIT:
                break
            self._reader.observe(Wait(source=NAME, seconds=max(waits), asked=True))
            self.time.sleep(max(waits))
        return answers


def _path(parts: tuple[str, ...]) -> str:
    return "".join(f"/{part}" for part in parts)


def _wait(part: BatchPart) -> float:
    """The seconds that a throttled part asks to wait."""
    headers = part.headers if isinstance(part.headers, dict) else {}
    stated = next((value.strip() for name, value in headers.items() if name.lower() == "retry-after"), "")
    return float(stated) if stated.isascii() and stated.isdigit() and len(stated) < 7 else USUAL_WAIT  # noqa: PLR2004 - no wait has as many digits


def quoted(word: str) -> str:
    """A word as a filter writes it.

    Raises:
        ProviderError: it cannot be written as one.
    """
    if not word.isprintable():
        raise ProviderError("an id holds letters that no filter can; nothing was sent")
    return "'" + word.replace("'", "''") + "'"
