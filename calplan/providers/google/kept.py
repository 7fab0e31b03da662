"""What a memory keeps of a sweep: when it began, how far it came, and the scopes each user gave, some users a part."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

import msgspec

from calplan.providers.base import Memory, Part

Held = dict[str, tuple[str, ...]] | None
"""The scopes one user gave each of the configured applications; ``None`` where they could not be read."""
FORM = 1
HEADER = 0


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The first part: ``form`` is how the others are written, ``log_until`` how far the log is counted in."""

    form: int
    begun: datetime
    finished: bool = False
    log_until: datetime | None = None


_PART = dict[str, dict[str, tuple[str, ...]] | None]


@dataclass(slots=True)
class Sweep:
    """The tokens of a directory as far as they were read. Every change is kept at once."""

    memory: Memory
    source: str
    header: Header
    held: dict[str, Held] = field(default_factory=dict)
    _part_of: dict[str, int] = field(default_factory=dict)
    _people_in: dict[int, list[str]] = field(default_factory=dict)

    @classmethod
    def of_memory(cls, memory: Memory, source: str, now: datetime, max_age: timedelta) -> Self | None:
        """The sweep that is kept, or ``None`` where there is none, it is too old, or it cannot be made out."""
        parts = {part.number: part for part in memory.parts(source)}
        header = _header(parts.get(HEADER))
        if header is None or not timedelta() <= now - header.begun < max_age:
            return None
        sweep = cls(memory, source, header)
        for number, part in sorted(parts.items()):
            if number != HEADER:
                sweep._take(number, part)
        return sweep

    @classmethod
    def begin(cls, memory: Memory, source: str, now: datetime) -> Self:
        """A new sweep in place of what is kept."""
        memory.forget(source)
        sweep = cls(memory, source, Header(form=FORM, begun=now))
        sweep._keep_header()
        return sweep

    def add(self, found: Mapping[str, Held]) -> None:
        """Keep what was read of users: of those who were read before in their place, of others in a new part."""
        new = [person for person in found if person not in self._part_of]
        self.held |= found
        if new:
            number = max(self._people_in, default=HEADER) + 1
            self._people_in[number] = new
            self._part_of |= dict.fromkeys(new, number)
        for number in sorted({self._part_of[person] for person in found}):
            content = {person: self.held[person] for person in self._people_in[number]}
            self.memory.keep(self.source, number, msgspec.json.encode(content))

    def finish(self) -> None:
        """Everybody was asked."""
        self.header = msgspec.structs.replace(self.header, finished=True)
        self._keep_header()

    def count_log_in(self, until: datetime) -> None:
        """Whatever the log said until a moment was looked into."""
        self.header = msgspec.structs.replace(self.header, log_until=until)
        self._keep_header()

    def _keep_header(self) -> None:
        self.memory.keep(self.source, HEADER, msgspec.json.encode(self.header))

    def _take(self, number: int, part: Part) -> None:
        try:
            content = msgspec.json.decode(part.content, type=_PART)
        except (ValueError, RecursionError):
            # Its users are asked again, and a part of a later number takes its place.
            self._people_in[number] = []
            return
        self._people_in[number] = list(content)
        self._part_of |= dict.fromkeys(content, number)
        self.held |= content


def _header(part: Part | None) -> Header | None:
    if part is None:
        return None
    try:
        header = msgspec.json.decode(part.content, type=Header)
    except (ValueError, RecursionError):
        return None
    return header if header.form == FORM and header.begun.tzinfo is not None else None
