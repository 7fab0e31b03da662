"""Who consented, concluded from the log alone: blind to whatever is older than half a year.

Of somebody of whom the log says nothing, nothing is known: he may have consented before it begins.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from calplan.providers.base import Memory, Part
from calplan.providers.errors import NotAuthorisedError, ProviderError
from calplan.providers.google.calls import AUTHORIZE, Entry
from calplan.providers.google.connecting import Servers
from calplan.providers.google.sweeping import OVERLAP, log_since
from calplan.providers.google.workspace import Workspace
from calplan.providers.http.client import Reader

REMEMBERS: Final = timedelta(days=180)
"""Google answers for no earlier time."""
FORM: Final = 1
HEADER: Final = 0
IN_A_PART: Final = 1000


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The first part of what is kept: up to when the log was read."""

    form: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentLog:
    """What the log said so far; ``failure``: it could not be read up to now."""

    entries: tuple[Entry, ...]
    failure: str | None = None


def read_log(servers: Servers, workspace: Workspace, memory: Memory, now: datetime) -> ConsentLog:
    """The log as far back as anybody remembers it: what is kept, and what came since.

    Raises:
        NotAuthorisedError: it must not be read, and nothing of it is kept.
    """
    kept, until = _kept(memory.parts(workspace.source), now)
    since = now - REMEMBERS if until is None else until - OVERLAP
    try:
        with Reader(servers.log()) as reader:
            found = log_since(reader, workspace, max(since, now - REMEMBERS))
    except ProviderError as error:
        if isinstance(error, NotAuthorisedError) and until is None:
            raise
        return ConsentLog(entries=kept, failure=f"the log of consents was not read: {error}")
    if until is None:
        memory.forget(workspace.source)
    known = set(kept)
    new = [entry for entry in found if entry not in known]
    entries = (*kept, *new)
    for begin in range(len(kept) - len(kept) % IN_A_PART, len(entries), IN_A_PART):
        content = msgspec.json.encode(entries[begin : begin + IN_A_PART])
        memory.keep(workspace.source, begin // IN_A_PART + 1, content)
    memory.keep(workspace.source, HEADER, msgspec.json.encode(Header(form=FORM, until=now)))
    return ConsentLog(entries=entries)


def scopes_held(entries: Iterable[Entry], clients: frozenset[str]) -> tuple[str, ...] | None:
    """The scopes that one person holds out to these applications, by all that the log says of him.

    Nothing where he took everything back, and ``None`` where nobody can tell.
    """
    of_client: dict[str, list[Entry]] = {client: [] for client in clients}
    for entry in sorted(entries):
        if entry.client in of_client:
            of_client[entry.client].append(entry)
    folded = [_folded(said) for said in of_client.values()]
    held = {scope for scopes in folded if scopes for scope in scopes}
    if held:
        return tuple(sorted(held))
    return None if any(scopes is None for scopes in folded) else ()


def _folded(said: list[Entry]) -> frozenset[str] | None:
    """What is left of one application's scopes after these entries, oldest first, or ``None`` where that is unclear."""
    scopes: set[str] = set()
    clear = False
    for entry in said:
        if entry.name == AUTHORIZE:
            scopes |= set(entry.scopes)
            clear = bool(entry.scopes)
            continue
        held = bool(scopes)
        scopes -= set(entry.scopes) if entry.scopes else scopes
        # Without a consent in the log, a list of what was taken back may leave anything.
        clear = not scopes and (held or not entry.scopes)
    last = said[-1] if said else None
    if last is None or any(one.time == last.time and one.name != last.name for one in said):
        return None
    return frozenset(scopes) if clear else None


def _kept(parts: Iterable[Part], now: datetime) -> tuple[tuple[Entry, ...], datetime | None]:
    """What is kept of the log and up to when it was read; nothing where there would be a hole, or it is unreadable."""
    by_number = {part.number: part for part in parts}
    header = by_number.pop(HEADER, None)
    try:
        stated = None if header is None else msgspec.json.decode(header.content, type=Header)
        said = [msgspec.json.decode(part.content, type=tuple[Entry, ...]) for _, part in sorted(by_number.items())]
    except (ValueError, RecursionError):
        return (), None
    if stated is None or stated.form != FORM or stated.until.tzinfo is None:
        return (), None
    if not timedelta() <= now - stated.until < REMEMBERS:
        return (), None
    return tuple(entry for part in said for entry in part), stated.until
