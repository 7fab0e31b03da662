"""What a connections-file states of users: facts with an age, which outrank older consent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from calplan.model.diagnostic import Diagnostic
from calplan.model.user import RawFacts


class StatedRow(NamedTuple):
    """One user of a file: equal facts are one object; ``as_of`` is in UTC, ``None`` where the file does not say."""

    facts: RawFacts
    mailbox: str | None
    evidence: str | None
    as_of: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """The users of one file by their login address in normal form."""

    rows: Mapping[str, StatedRow]
    notes: tuple[Diagnostic, ...]
    source: str
