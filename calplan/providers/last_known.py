"""The connections that were known last, kept from one plan to the next so that a tenant-wide grant blinds none."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from calplan.plan.joining import LastKnown
from calplan.providers.base import Memory

SOURCE: Final = "last known connections"


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """All of them: each distinct connection once, and by login address which of them and when it was seen so."""

    connections: list[tuple[str, str | None, str | None, str | None, str | None]]
    moments: list[datetime]
    users: dict[str, tuple[int, int]]


def last_known(memory: Memory) -> dict[str, LastKnown]:
    """By login address in normal form; what cannot be understood is as good as not kept.

    Raises:
        ProviderError: the memory cannot be read.
    """
    found: dict[str, LastKnown] = {}
    for part in memory.parts(SOURCE):
        try:
            kept = msgspec.json.decode(part.content, type=Kept)
            found |= {
                email: LastKnown(*kept.connections[number], as_of=kept.moments[moment])
                for email, (number, moment) in kept.users.items()
            }
        except (msgspec.MsgspecError, ValueError, IndexError):
            continue
    return found


def keep_known(
    memory: Memory, old: Mapping[str, LastKnown], new: Mapping[str, LastKnown], now: datetime, max_age: timedelta
) -> None:
    """Keep what was found out now, and of what was known before as much as is not too old.

    Raises:
        ProviderError: it cannot be kept.
    """
    still = {email: one for email, one in old.items() if now - one.as_of <= max_age}
    newest = {email: one for email, one in new.items() if email not in still or one.as_of >= still[email].as_of}
    known = {**still, **newest}
    connections: dict[tuple[str, str | None, str | None, str | None, str | None], int] = {}
    moments: dict[datetime, int] = {}
    users = {
        email: (
            connections.setdefault(one[:5], len(connections)),
            moments.setdefault(one.as_of, len(moments)),
        )
        for email, one in sorted(known.items())
    }
    kept = Kept(connections=[*connections], moments=[*moments], users=users)
    memory.keep(SOURCE, 0, msgspec.json.encode(kept))
