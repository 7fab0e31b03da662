"""The pages of a list as far as it was read, kept so that a read that was killed goes on where it was.

A page is kept with the fields that calplan uses and no other. The vendor forgets the place after a page in a quarter of
an hour; a list whose last page is older is begun again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

import msgspec

from calplan.providers.base import Memory
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
        numbers = [part.number for part in parts]
        if not parts or numbers != list(range(len(parts))):
            return self.emptied().pages() if parts else ()
        now = self.clock()
        if not timedelta() <= now - parts[-1].at < TOKEN_LIVES or now - parts[0].at >= READ_LASTS:
            return self.emptied().pages()
        try:
            return [msgspec.json.decode(part.content, type=UserPage) for part in parts]
        except (msgspec.ValidationError, ValueError):
            return self.emptied().pages()

    def keep(self, number: int, page: Page[UserRow]) -> None:
        """Keep the page of this number."""
        self.memory.keep(self.source, number, msgspec.json.encode(page))

    def emptied(self) -> Self:
        """The same without any page."""
        self.memory.forget(self.source)
        return self
