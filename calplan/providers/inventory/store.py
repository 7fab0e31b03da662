"""The inventory of one account: kept when its users are read, and used instead of reading them while it is fresh."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from weakref import finalize

from calplan.impact.coding import Coding
from calplan.impact.population import Count, put_together
from calplan.impact.roster import Sorting
from calplan.plan.beside import BesidePlatform
from calplan.providers.base import Clock, KeptPart, Memory, Part, Users
from calplan.providers.everybody import Everybody
from calplan.providers.inventory.file import DamagedInventoryError, failures, make, opened, remove
from calplan.providers.inventory.merging import clear, read_coding, read_kinds, write_kinds, write_pages
from calplan.providers.inventory.roster import StoredRoster
from calplan.providers.inventory.seal import SEAL, check, seal_of
from calplan.providers.inventory.spool import Spool
from calplan.providers.inventory.told import beside_of, beside_text, evidence_of, evidence_text

if TYPE_CHECKING:
    from collections.abc import Iterator

PUT: Final = "INSERT OR REPLACE INTO about VALUES (?, ?)"
PARTS: Final = "SELECT number, at, content FROM parts WHERE source = ? ORDER BY number"
LARGEST_SHARE: Final = 2
"""A file of which more than one page in this many is unused is written anew."""


class Inventory:
    """What is kept of one account in one file.

    ``identity`` says whose users they are and how they were coded: what was kept under another one is not used. A read
    is kept in one transaction at its end, so that nobody ever sees a part of it, whatever becomes of this process.
    """

    def __init__(self, file: Path, identity: str, clock: Clock) -> None:
        self._file = file
        self._identity = identity
        self._clock = clock

    def kept(self) -> Everybody | None:
        """Everybody as the last whole read found them, or ``None`` where none of this account is kept.

        Its users are read from the file when they are asked for, all as they stand at this moment.

        Raises:
            DamagedInventoryError: the file cannot be made out.
            ProviderError: it is another file, or cannot be used.
        """
        with failures(self._file):
            if not self._file.exists():
                return None
            connection = opened(self._file)
            connection.execute("BEGIN")
            about = dict(connection.execute("SELECT name, value FROM about"))
            if about.get("identity") != self._identity:
                connection.close()
                return None
            check(connection, about.get(SEAL))
            return self._everybody(connection, about)

    def keep(self, users: Users) -> Everybody:
        """Read users to their end, keep them in place of those that are kept, and give everybody.

        Raises:
            ProviderError: they cannot be read, or not be kept; then what was kept stays as it was.
        """
        make(self._file)
        with failures(self._file), closing(opened(self._file)) as connection:
            # A file that cannot be used is found out before anything is asked for.
            connection.execute("BEGIN")
            before, coding = _sealed(connection), read_coding(connection)
        with closing(Spool()) as spool:
            sorting = Sorting(spool)
            for batch in users.batches:
                sorting.add(batch.emails, coding.code(batch), batch.mailboxes)
            beside = BesidePlatform() if users.beside is None else users.beside()
            self._write(users, coding, sorting, beside, before)
        kept = self.kept()
        assert kept is not None, "it was written above"
        if evidence_text(kept.evidence) != evidence_text(users.evidence):
            # Somebody else kept a read of his own since, and that is the one that lies there.
            return kept
        return replace(kept, evidence=users.evidence, kept_at=None)

    def damage(self) -> DamagedInventoryError | None:
        """What is wrong with the file, if it cannot be made out.

        Raises:
            ProviderError: it is another file, or cannot be used.
        """
        try:
            with failures(self._file):
                if self._file.exists():
                    with closing(opened(self._file)) as connection:
                        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
                        read_kinds(connection)
                        if found != "ok":
                            raise sqlite3.DatabaseError(found)
                        about = dict(connection.execute("SELECT name, value FROM about"))
                        if about:
                            check(connection, about.get(SEAL))
                        for _ in StoredRoster(self._file, connection).pages():
                            """Each is held to its digest."""
        except DamagedInventoryError as error:
            return error
        return None

    def remove(self) -> None:
        """Take the file away.

        Raises:
            ProviderError: it cannot be removed.
        """
        remove(self._file)

    def _write(
        self, users: Users, coding: Coding, sorting: Sorting, beside: BesidePlatform, before: str | None
    ) -> None:
        with closing(opened(self._file)) as connection:
            with failures(self._file), transaction(connection):
                if _sealed(connection) != before:
                    # Somebody else kept a read of his own since, and numbered kinds in his own way.
                    clear(connection)
                count = Count(coding)
                write_pages(connection, count.counted(sorting.pages()))
                kinds = coding.of(count.sizes)
                write_kinds(connection, kinds, count.sizes)
                about = {
                    "identity": self._identity,
                    "roll": count.roll(kinds),
                    "evidence": evidence_text(users.evidence),
                    "beside": beside_text(beside),
                    "last_client_only": str(users.last_client_only),
                    "at": self._clock().isoformat(),
                }
                connection.executemany(PUT, about.items())
                connection.execute(PUT, (SEAL, seal_of(connection)))
                connection.execute("DELETE FROM parts")
            with failures(self._file):
                _tidy(connection)

    def _everybody(self, connection: sqlite3.Connection, about: dict[str, str]) -> Everybody:
        kinds, sizes = read_kinds(connection)
        return Everybody(
            population=put_together(
                StoredRoster(self._file, connection),
                kinds,
                sizes,
                about["roll"],
                last_client_only=about["last_client_only"] == str(True),
            ),
            evidence=evidence_of(about["evidence"]),
            beside=beside_of(about["beside"]),
            kept_at=datetime.fromisoformat(about["at"]),
        )


class Reading(Memory):
    """Parts of a read under way, in the file of an inventory, which are let go of once the read is whole."""

    def __init__(self, file: Path, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._connection: sqlite3.Connection | None = None

    def parts(self, source: str) -> Sequence[Part]:
        with failures(self._file):
            rows = self._opened().execute(PARTS, (source,))
            return tuple(KeptPart(number, datetime.fromisoformat(at), content) for number, at, content in rows)

    def keep(self, source: str, number: int, content: bytes) -> None:
        with failures(self._file):
            row = (source, number, self._clock().isoformat(), content)
            self._opened().execute("INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?)", row)

    def forget(self, source: str) -> None:
        with failures(self._file):
            self._opened().execute("DELETE FROM parts WHERE source = ?", (source,))

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            make(self._file)
            self._connection = opened(self._file)
            finalize(self, self._connection.close)
        return self._connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> "Iterator[None]":
    """All of it or nothing; nobody else writes meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _sealed(connection: sqlite3.Connection) -> str | None:
    """The seal of what is kept, if anything is."""
    row = connection.execute("SELECT value FROM about WHERE name = ?", (SEAL,)).fetchone()
    return None if row is None else row[0]


def _tidy(connection: sqlite3.Connection) -> None:
    """Give back what is no longer used, unless somebody is reading."""
    connection.execute("PRAGMA busy_timeout = 0")
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    try:
        if free * LARGEST_SHARE > pages:
            connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError:
        return
