"""What a file states of people's connections, beside the platform: somebody who knows wrote it down."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from calplan.model.diagnostic import Diagnostic
from calplan.model.user import RawFacts


class StatedRow(NamedTuple):
    """What one row states; equal rows are one object, and so are equal facts.

    ``mailbox`` is stated only where it is not the login address. ``evidence`` says in words of the file where its facts
    come from, ``as_of`` since when they are true (UTC); ``None`` where the row does not say.
    """

    facts: RawFacts
    mailbox: str | None
    evidence: str | None
    as_of: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """All rows of one file by login address, in the form in which addresses are compared.

    ``notes`` say what was ignored and what is not there; ``source`` names the file for a person.
    """

    rows: Mapping[str, StatedRow]
    notes: tuple[Diagnostic, ...]
    source: str
