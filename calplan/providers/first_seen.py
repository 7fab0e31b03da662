"""Since when each consent is known, so that a file written later can be told from one that could not know of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from calplan.providers.base import Memory

SOURCE: Final = "consents first seen"
FirstSeen = Mapping[str, Mapping[str, datetime]]
"""By login address in normal form and by service."""


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """All of them: each moment once, and by login address and service which of them."""

    moments: list[datetime]
    users: dict[str, dict[str, int]]


def first_seen(memory: Memory) -> FirstSeen:
    """What is kept; what cannot be understood is as good as not kept.

    Raises:
        ProviderError: the memory cannot be read.
    """
    found: dict[str, dict[str, datetime]] = {}
    for part in memory.parts(SOURCE):
        try:
            kept = msgspec.json.decode(part.content, type=Kept)
            found |= {
                email: {service: kept.moments[number] for service, number in services.items()}
                for email, services in kept.users.items()
            }
        except (msgspec.MsgspecError, ValueError, IndexError):
            continue
    return found


def keep_seen(memory: Memory, old: FirstSeen, seen: FirstSeen, *, whole: bool) -> None:
    """Keep since when the consents that are there now are known.

    One that is gone is forgotten: given again, it is a new one. Only a reading of everything shows that it is gone.

    Raises:
        ProviderError: it cannot be kept.
    """
    known = seen if whole else {**old, **seen}
    moments: dict[datetime, int] = {}
    users = {
        email: {service: moments.setdefault(at, len(moments)) for service, at in sorted(services.items())}
        for email, services in sorted(known.items())
    }
    memory.keep(SOURCE, 0, msgspec.json.encode(Kept(moments=[*moments], users=users)))
