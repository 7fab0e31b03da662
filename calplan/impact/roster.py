"""Users in the order of their addresses, page by page: columns that are unpacked when looked at, and let go."""

import json
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Final, NamedTuple, Protocol

NUMBERS: Final = "Q"
"""How an array holds the numbers of kinds: eight bytes each."""
USERS_PER_PAGE: Final = 1024
RUN: Final = 32 * USERS_PER_PAGE
"""Users that are put in order at once."""
LINES: Final = b"\n"
LIST: Final = b"["


class Page(NamedTuple):
    """Some users, sorted by login address, each once: the number of each one's kind, and mailboxes that differ."""

    emails: list[str]
    kinds: "array[int]"
    mailboxes: dict[str, str]


class Packed(NamedTuple):
    """A page as bytes, and the first and last address in it."""

    first: str
    last: str
    emails: bytes
    kinds: bytes
    mailboxes: bytes


class Found(NamedTuple):
    """One user: the number of his kind, and his mailbox where that is another address."""

    kind: int
    mailbox: str | None


class Roster(Protocol):
    """Everybody, by address; nobody is held who is not looked at."""

    def pages(self, kinds: frozenset[int] | None = None) -> Iterator[Page]:
        """Every page, in order, or every page with anybody of these kinds."""
        ...

    def find(self, email: str) -> Found | None:
        """The user with this login address."""
        ...


class Shelf(Protocol):
    """A place where packed pages are put until everybody was read."""

    def put(self, page: Packed) -> int:
        """Keep a page, and say under which number."""
        ...

    def get(self, number: int) -> Packed:
        """The page of this number."""
        ...


class InMemory(Shelf):
    """A shelf that is gone with the process."""

    def __init__(self) -> None:
        self._pages: list[Packed] = []

    def put(self, page: Packed) -> int:
        self._pages.append(page)
        return len(self._pages) - 1

    def get(self, number: int) -> Packed:
        return self._pages[number]


@dataclass(slots=True)
class PackedRoster(Roster):
    """Everybody, in pages that are held as bytes."""

    packed: tuple[Packed, ...]
    _seen: tuple[int, Page] = field(default=(-1, Page([], array(NUMBERS), {})), compare=False, repr=False)

    def pages(self, kinds: frozenset[int] | None = None) -> Iterator[Page]:
        return (unpacked(page) for page in self.packed if kinds is None or has_any(page, kinds))

    def find(self, email: str) -> Found | None:
        number = bisect_right(self.packed, email, key=lambda page: page.first) - 1
        if number < 0:
            return None
        if number != self._seen[0]:
            # Whoever looks many up does so in their order.
            self._seen = (number, unpacked(self.packed[number]))
        return found_in(self._seen[1], email)


def found_in(page: Page, email: str) -> Found | None:
    """The user with this address in a page, if he is there."""
    at = bisect_left(page.emails, email)
    if at == len(page.emails) or page.emails[at] != email:
        return None
    return Found(page.kinds[at], page.mailboxes.get(email))


def has_any(page: Packed, kinds: frozenset[int]) -> bool:
    """Whether anybody in a page is of these kinds; nobody's address is unpacked for it."""
    return not kinds.isdisjoint(array(NUMBERS, page.kinds))


def mailboxes_of(emails: Iterable[str], mailboxes: Mapping[str, str]) -> dict[str, str]:
    """Those mailboxes that are some users', most often none."""
    return {email: mailboxes[email] for email in emails if email in mailboxes} if mailboxes else {}


def packed(page: Page) -> Packed:
    """A page as bytes. It must not be empty."""
    text = "\n".join(page.emails)
    # An address that holds a line break is no address, and is kept all the same.
    plain = text.count("\n") == len(page.emails) - 1
    written = LINES + text.encode("utf-8", "surrogatepass") if plain else _listed(page.emails)
    boxes = _listed([list(pair) for pair in page.mailboxes.items()]) if page.mailboxes else b""
    return Packed(page.emails[0], page.emails[-1], written, page.kinds.tobytes(), boxes)


def unpacked(page: Packed) -> Page:
    """The page that bytes stand for.

    Raises:
        ValueError: they stand for none.
    """
    text = page.emails[1:].decode("utf-8", "surrogatepass")
    emails = text.split("\n") if page.emails[:1] == LINES else json.loads(LIST + page.emails[1:])
    kinds = array(NUMBERS, page.kinds)
    if len(kinds) != len(emails):
        message = "a page has more users than kinds, or fewer"
        raise ValueError(message)
    return Page(emails, kinds, dict(json.loads(page.mailboxes)) if page.mailboxes else {})


def _listed(words: Sequence[object]) -> bytes:
    return json.dumps(words, separators=(",", ":")).encode("ascii")


class Sorting:
    """Puts users in order who come in any: in runs at first, which are merged once everybody was read.

    Who comes twice counts as he came last.
    """

    def __init__(self, shelf: Shelf, run: int = RUN, page: int = USERS_PER_PAGE) -> None:
        self._shelf = shelf
        self._run = run
        self._page = page
        self._held: dict[str, int] = {}
        self._boxes: dict[str, str] = {}
        self._runs: list[list[int]] = []
        self._ends: list[tuple[str, str]] = []

    def add(self, emails: Sequence[str], kinds: Iterable[int], mailboxes: Mapping[str, str]) -> None:
        """Take some users."""
        held = self._held
        if self._boxes:
            for email in self._boxes.keys() & set(emails):
                del self._boxes[email]
        held.update(zip(emails, kinds, strict=True))
        self._boxes.update(mailboxes)
        if len(held) >= self._run:
            self._put_away()

    def pages(self) -> Iterator[Page]:
        """Everybody, in order."""
        self._put_away()
        if all(last < first for (_, last), (first, _) in pairwise(self._ends)):
            return chain.from_iterable(map(self._read, self._runs))
        return merged([self._read(run) for run in self._runs])

    def _read(self, run: Iterable[int]) -> Iterator[Page]:
        return (unpacked(self._shelf.get(number)) for number in run)

    def _put_away(self) -> None:
        if self._held:
            pages = list(map(packed, cut(self._held, self._boxes, self._page)))
            self._runs.append([self._shelf.put(page) for page in pages])
            self._ends.append((pages[0].first, pages[-1].last))
            self._held, self._boxes = {}, {}


def cut(kinds: Mapping[str, int], mailboxes: Mapping[str, str], size: int = USERS_PER_PAGE) -> Iterator[Page]:
    """Users in any order as pages."""
    emails = sorted(kinds)
    for start in range(0, len(emails), size):
        some = emails[start : start + size]
        yield Page(some, array(NUMBERS, list(map(kinds.__getitem__, some))), mailboxes_of(some, mailboxes))


def merged(runs: Sequence[Iterator[Page]]) -> Iterator[Page]:
    """The users of several runs in one; who is in two counts as the later one has him.

    Of each run one page is held. What comes before the end of the page that ends first is complete in those pages.
    """
    heads = [_Head(run) for run in runs]
    while heads := [head for head in heads if head.fill()]:
        end = min(head.page.emails[-1] for head in heads)
        kinds: dict[str, int] = {}
        boxes: dict[str, str] = {}
        for head in heads:
            part = head.take(end)
            if boxes:
                for email in boxes.keys() & set(part.emails):
                    del boxes[email]
            kinds.update(zip(part.emails, part.kinds, strict=True))
            boxes.update(part.mailboxes)
        yield from cut(kinds, boxes, len(kinds))


class _Head:
    """The page of a run that is being merged, and how far."""

    def __init__(self, run: Iterator[Page]) -> None:
        self._run = run
        self._from = 0
        self.page = Page([], array(NUMBERS), {})

    def fill(self) -> bool:
        """Turn to the next page where this one is done; whether there is any."""
        while self._from == len(self.page.emails):
            following = next(self._run, None)
            if following is None:
                return False
            self.page, self._from = following, 0
        return True

    def take(self, end: str) -> Page:
        """What there is up to this address."""
        start, self._from = self._from, bisect_right(self.page.emails, end, self._from)
        emails = self.page.emails[start : self._from]
        return Page(emails, self.page.kinds[start : self._from], mailboxes_of(emails, self.page.mailboxes))
