"""What sources beside the platform know of people: traces of a connection, never the connection itself.

Consent is not connection. A token or a grant shows that somebody let the vendor in once; whether the platform still
uses it nobody there can tell. So whatever is concluded from a trace is *inferred*, and says from what.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from calplan.model.account import Evidence
from calplan.model.service import ServiceType


class Basis(Enum):
    """On what the facts about a user's connection rest; the values are the words of the column ``evidence``."""

    PLATFORM = "platform"
    CONNECTIONS_FILE = "connections-file"
    GOOGLE_TOKENS = "google-tokens"
    GOOGLE_LOG = "google-log"
    MICROSOFT_GRANTS = "microsoft-grants"
    NO_TRACE = "no-trace"
    LAST_KNOWN = "last-known"


STATED: Final = frozenset({Basis.PLATFORM, Basis.CONNECTIONS_FILE})
"""Somebody who knows says so; everything else is inferred."""


class Trace(NamedTuple):
    """What consent to one service was found; levels are words of ``Permission``, ``None`` where it has none."""

    service: ServiceType
    calendar: str | None = None
    contacts: str | None = None


class Known(NamedTuple):
    """What one source knows of one person; equal ones should be one object.

    ``traces`` is ``None`` where they could not be read, and empty where they were read and there are none.
    ``own_grant`` and ``mailbox_location`` are as in ``RawFacts``, ``None`` where the source does not know them.
    """

    traces: tuple[Trace, ...] | None
    own_grant: str | None = None
    mailbox_location: str | None = None


class Person(NamedTuple):
    """A person of a directory. ``names`` are what he signs in with and his main address, ``aliases`` his others."""

    id: str
    names: tuple[str, ...]
    aliases: tuple[str, ...]
    known: Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """What one source says of everybody in its directory.

    ``shows`` are the services of which it would see a trace. ``hides``: a tenant-wide grant stands for people without
    a trace of their own. ``evidence.complete`` is false where not everybody could be asked for; whoever is missing from
    ``people`` then counts as unread, and ``failure`` says why.
    """

    basis: Basis
    evidence: Evidence
    shows: frozenset[ServiceType]
    people: Sequence[Person]
    hides: bool = False
    failure: str | None = None
