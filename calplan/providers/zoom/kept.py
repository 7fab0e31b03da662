"""The pages of a list as far as it was read, kept so that a read that was killed goes on where it was.

A page is kept with the fields that calplan uses and no other. The vendor forgets the place after a page in a quarter of
an hour; a list whose last page is older, and was not the last of all, is begun again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

import msgspec

from calplan.model.user import Status
from calplan.providers.base import Memory, Part
from calplan.providers.http.message import text_of
from calplan.providers.zoom.messages import Page, UserPage, UserRow

TOKEN_LIVES: Final = timedelta(minutes=14)
READ_LASTS: Final = timedelta(hours=1)
"""Since the first page; what is older would make the whole look newer than it is."""


@dataclass(slots=True)
class KeptPages:
    """The pages of one list of users. ``source`` names the list."""

    memory: Memory
    source: str
    clock: Callable[[], datetime]

    def pages(self) -> Sequence[Page[UserRow]]:
        """The pages that a read can go on after; where there are none, nothing is kept any more."""
        parts = self.memory.parts(self.source)
        found = self._usable(parts)
        return found if found or not parts else self.emptied().pages()

    def _usable(self, parts: Sequence[Part]) -> list[UserPage]:
        """The pages in these parts, or none where they are not all there, are no pages, or are too old."""
        if not parts or [part.number for part in parts] != list(range(len(parts))):
            return []
        try:
            pages = [msgspec.json.decode(part.content, type=UserPage) for part in parts]
        except (msgspec.ValidationError, ValueError):
            return []
        goes_on = bool(text_of(pages[-1].next_page_token))
        first, last = (self.clock() - part.at for part in (parts[0], parts[-1]))
        in_time = timedelta() <= last <= first < READ_LASTS and (last < TOKEN_LIVES or not goes_on)
        return pages if in_time else []

    def keep(self, number: int, page: Page[UserRow]) -> None:
        """Keep the page of this number."""
        self.memory.keep(self.source, number, msgspec.json.encode(page))

    def emptied(self) -> Self:
        """The same without any page."""
        self.memory.forget(self.source)
        return self


@dataclass(frozen=True, slots=True)
class KeptLists:
    """Where the lists of users of one account are kept as far as they were read."""

    memory: Memory
    account: str
    clock: Callable[[], datetime]

    def of(self, status: Status) -> KeptPages:
        """The list of users with a status."""
        return KeptPages(self.memory, f"{self.account} {status.value}", self.clock)
