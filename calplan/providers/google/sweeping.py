"""Everybody's tokens: swept once, gone on with where a sweep was broken off, brought up to date by the log.

A sweep of 50,000 users takes Google more than twenty minutes, so what it found is kept as it goes along.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from calplan.plan.address_book import CLAIMED
from calplan.providers.base import Memory
from calplan.providers.errors import NotAuthorisedError, ProviderError
from calplan.providers.google.asking import Crew
from calplan.providers.google.calls import AUTHORIZE, REVOKE, Entry, entries_of
from calplan.providers.google.connecting import Servers
from calplan.providers.google.directory import Directory
from calplan.providers.google.kept import Sweep
from calplan.providers.google.workspace import Workspace
from calplan.providers.http.client import Reader

OVERLAP: Final = timedelta(hours=24)
"""How far back the log is read again: entries come late, and those who collect them lose some without an overlap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What is known of tokens; ``all_now``: every one was read in this very call. ``failure`` says who is missing."""

    sweep: Sweep
    all_now: bool
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeping:
    """What a sweep is made with."""

    workspace: Workspace
    servers: Servers
    memory: Memory
    max_age: timedelta

    def kept(self, now: datetime) -> Sweep | None:
        """The sweep that is kept and still counts."""
        return Sweep.of_memory(self.memory, self.workspace.source, now, self.max_age)

    def brought_up_to_date(self, directory: Directory, now: datetime) -> Swept:
        """The tokens of everybody in the directory, as far as they could be read."""
        sweep = self.kept(now)
        if directory.failure is not None:
            # Whoever is not listed yet would be missing from a sweep that looks finished.
            empty = sweep if sweep is not None else Sweep.begin(self.memory, self.workspace.source, now)
            return Swept(sweep=empty, all_now=False, failure=directory.failure)
        if sweep is None:
            return self._swept_anew(directory, now)
        if not sweep.header.finished:
            return self._asked(sweep, directory, all_now=not sweep.held)
        try:
            changed = self._changed(sweep, directory)
        except NotAuthorisedError:
            return self._swept_anew(directory, now)
        except ProviderError as error:
            failure = f"what changed since {sweep.header.begun:%Y-%m-%d %H:%M} UTC was not read from the log: {error}"
            return Swept(sweep=sweep, all_now=False, failure=failure)
        # What they held is over, whether or not they can be asked now.
        sweep.add(dict.fromkeys(changed))
        swept = self._asked(sweep, directory, all_now=False)
        if swept.failure is None:
            sweep.count_log_in(now)
        return swept

    def _swept_anew(self, directory: Directory, now: datetime) -> Swept:
        sweep = Sweep.begin(self.memory, self.workspace.source, now)
        return self._asked(sweep, directory, all_now=True)

    def _asked(self, sweep: Sweep, directory: Directory, *, all_now: bool) -> Swept:
        """The sweep after everybody was asked for whose tokens are not read; finished where that was to some avail."""
        people = [person for person in directory.entrants if sweep.held.get(person) is None]
        reached, why = 0, ""
        if people:
            answered = len(directory.entrants) - len(people)
            with Crew(self.servers, self.workspace.clients, answered) as crew:
                for found in crew.ask(people):
                    sweep.add(found)
                    reached += len(found)
                why = crew.tally.why
        unread = sum(sweep.held.get(person) is None for person in directory.entrants)
        if reached < len(people) or (not sweep.header.finished and unread > len(directory.entrants) - unread):
            failure = (
                f"the tokens of {unread:,} of {len(directory.entrants):,} users were not read:"
                f" {why or 'Google does not find them any more'}. The next run goes on from here"
            )
            return Swept(sweep=sweep, all_now=False, failure=failure)
        if not sweep.header.finished:
            sweep.finish()
        return Swept(sweep=sweep, all_now=all_now)

    def _changed(self, sweep: Sweep, directory: Directory) -> set[str]:
        """Whom the log names since the sweep: it says who changed, and his tokens say what is so.

        Raises:
            ProviderError: the log cannot be read.
        """
        since = (sweep.header.log_until or sweep.header.begun) - OVERLAP
        with Reader(self.servers.log()) as reader:
            return set(by_person(log_since(reader, self.workspace, since), directory))


def log_since(reader: Reader, workspace: Workspace, since: datetime) -> list[Entry]:
    """Every consent and revocation of the configured applications since a moment, oldest first, each once.

    Raises:
        ProviderError: the log cannot be read.
    """
    found = {
        (entry.time, entry.qualifier, entry.client, entry.name): entry
        for name in (AUTHORIZE, REVOKE)
        for client in sorted(workspace.clients)
        for entry in entries_of(reader, workspace.customer, name, client, since)
    }
    return sorted(found.values())


def by_person(entries: Iterable[Entry], directory: Directory) -> dict[str, list[Entry]]:
    """Entries by whom of a directory they name: by his id, or by his address where that is of nobody in it."""
    book, found = directory.book(), dict[str, list[Entry]]()
    for entry in entries:
        named = entry.person
        if named not in directory.entrants:
            person = book.find(entry.email) if entry.email else None
            if person is None or person is CLAIMED:
                continue
            named = person.id
        found.setdefault(named, []).append(entry)
    return found
