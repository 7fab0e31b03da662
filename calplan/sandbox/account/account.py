"""An account that can be written: every setting, and what writing it does to users, in one transaction."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple, Self
from weakref import finalize

from calplan.model.account import AssistantPair, PrivateAccess, TenantFacts
from calplan.model.service import Service
from calplan.model.settings import AccountSettings, Domains, Setting
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.model.user import RawFacts
from calplan.sandbox.account.behaviour import barriers, reconnect, writes
from calplan.sandbox.account.behaviour.barriers import Barrier
from calplan.sandbox.account.behaviour.person import Happening, Person, Situation
from calplan.sandbox.account.create import AccountContents, fill
from calplan.sandbox.account.errors import UnknownPairError, UnknownUserError
from calplan.sandbox.account.people import Cell, let_act, one_person, store_person
from calplan.sandbox.account.read import read_settings, read_tenant
from calplan.sandbox.account.schema import FACT_COLUMNS
from calplan.sandbox.account.settings_text import settings_to_rows, tenant_to_rows
from calplan.sandbox.account.store import account_errors, open_writable, reading, writing

IN_MEMORY: Final = Path(":memory:")
EDITS_WORK: Final = "edits_work"
NOTHING_KNOWN: Final = TenantFacts(hybrid=UNKNOWN, grant=UNKNOWN, user_consent=UNKNOWN)

React = Callable[[Situation, Situation], writes.Reaction | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of a write: its number, or ``None`` when everything was so already."""

    number: int | None

    @property
    def changed(self) -> bool:
        return self.number is not None


class Event(NamedTuple):
    """One thing a user noticed, and the number of the write that caused it."""

    write: int
    email: str
    what: Happening


class Account:
    """The simulated platform. Each method is one transaction; each write may be repeated without harm.

    Raises:
        AccountError: there is no account, or it cannot be used; every method may raise it.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        self._let_go = finalize(self, connection.close)

    @classmethod
    def open(cls, path: Path) -> Self:
        """The account in a file."""
        return cls(path, open_writable(path))

    @classmethod
    def in_memory(cls, contents: AccountContents) -> Self:
        """An account without a file, gone when it is closed."""
        connection = sqlite3.connect(":memory:", isolation_level=None)
        fill(connection, contents)
        return cls(IN_MEMORY, connection)

    def close(self) -> None:
        """Lets go of the file."""
        self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # Settings

    def set_enabled(self, on: bool) -> Written:
        """Turns the integration on or off for the whole account."""
        return self._write(Setting.ENABLED, lambda now: replace(now, enabled=on), writes.enabled_written)

    def set_locked(self, on: bool) -> Written:
        """Puts the lock on for every user, or takes it off."""
        return self._write(Setting.LOCKED, lambda now: replace(now, locked=on), writes.locked_written)

    def set_service(self, service: Service) -> Written:
        """Saves the default service with its URL, permissions and impersonation."""
        return self._write(Setting.SERVICE, lambda now: replace(now, service=service), writes.service_written)

    def set_domains(self, domains: Domains) -> Written:
        """Lets only users in these domains integrate, or all."""
        change = Setting.ALLOWED_DOMAINS
        return self._write(change, lambda now: replace(now, allowed_domains=domains), writes.domains_written)

    def set_consent(self, on: bool) -> Written:
        """Flips the switch for consent on behalf of the whole account; nobody notices."""
        change = Setting.CONSENT_FOR_ACCOUNT
        return self._write(change, lambda now: replace(now, consent_for_account=on), _nobody_notices)

    def set_oauth(self, on: bool) -> Written:
        """Enforces OAuth 2.0 for Office 365, or no longer."""
        return self._write(Setting.ENFORCE_OAUTH, lambda now: replace(now, enforce_oauth=on), writes.oauth_written)

    def set_sync(self, on: bool) -> Written:
        """Keeps meetings in step in both directions, or no longer; nobody loses anything by it."""
        change = Setting.BIDIRECTIONAL_SYNC
        return self._write(change, lambda now: replace(now, bidirectional_sync=on), _nobody_notices)

    # What lies beside the settings

    def ensure_grant(self, scopes: frozenset[str]) -> Written:
        """Widens the tenant-wide Microsoft grant to hold these scopes; others stay."""
        with self._transaction():
            tenant = read_tenant(self._connection, self._path) or NOTHING_KNOWN
            held = frozenset[str]() if isinstance(tenant.grant, Unknown) else tenant.grant
            if scopes <= held and not isinstance(tenant.grant, Unknown):
                return Written(number=None)
            rows = tenant_to_rows(replace(tenant, grant=held | scopes))
            self._connection.executemany("INSERT OR REPLACE INTO tenant VALUES (?, ?)", rows.items())
            return self._log("office365.tenantGrant", rows["grant"])

    def set_private_access(self, pair: AssistantPair, access: PrivateAccess) -> Written:
        """Lets an assistant see a host's private events, or no longer (S46); only if there is such a privilege.

        Raises:
            UnknownPairError: the host gave this assistant no scheduling privilege.
        """
        names = (pair.user, pair.assistant)
        with self._transaction():
            query = "SELECT access FROM assistants WHERE (user, assistant) = (?, ?)"
            found = self._connection.execute(query, names).fetchone()
            if found is None:
                raise UnknownPairError(*names)
            if found == (access.value,):
                return Written(number=None)
            statement = "UPDATE assistants SET access = ? WHERE (user, assistant) = (?, ?)"
            self._connection.execute(statement, (access.value, *names))
            return self._log(f"privateEvents[{pair.user},{pair.assistant}]", access.value)

    def suppose_edits_work(self, works: bool) -> None:
        """Decides how the world turns out: whether a running impersonation survives an edit of its login."""
        with self._transaction():
            self._connection.execute("INSERT OR REPLACE INTO world VALUES (?, ?)", (EDITS_WORK, str(works)))

    # Users

    def reconnect(self, email: str) -> bool:
        """Has a user authorise what the account offers; gives whether that worked.

        Raises:
            UnknownUserError: there is no such user.
        """
        with self._transaction():
            cell, person = self._person(email)
            after = reconnect.authorise(person, self._situation()) if person.facts.status == "active" else None
            if after is None:
                return False
            store_person(self._connection, email, cell, after.facts)
            return True

    def barriers_for(self, email: str) -> tuple[Barrier, ...]:
        """What keeps a user from setting the integration up by himself.

        Raises:
            UnknownUserError: there is no such user.
        """
        with self._view():
            _, person = self._person(email)
            return barriers.before(person, self._situation())

    def can_set_up(self, email: str) -> bool:
        """Whether a user could set the integration up by himself now.

        Raises:
            UnknownUserError: there is no such user.
        """
        return not self.barriers_for(email)

    def truth_of(self, email: str) -> RawFacts:
        """What is so of a user, shown by the platform or not.

        Raises:
            UnknownUserError: there is no such user.
        """
        with self._view():
            return self._person(email)[1].facts

    def truths(self) -> dict[str, RawFacts]:
        """What is so of every user."""
        query = f"SELECT email, {FACT_COLUMNS} FROM users JOIN facts AS f ON f.id = users.truth"  # noqa: S608  (ours)
        with self._view():
            return {row[0]: RawFacts._make(row[1:]) for row in self._connection.execute(query)}

    def events(self, after: int = 0) -> tuple[Event, ...]:
        """What users noticed of the writes with a number above ``after``, in order."""
        query = "SELECT write, email, what FROM events WHERE write > ? ORDER BY write, email, what"
        with self._view():
            rows = self._connection.execute(query, (after,))
            return tuple(Event(write, email, Happening(what)) for write, email, what in rows)

    def settings(self) -> AccountSettings:
        """The settings as they stand."""
        with self._view():
            return read_settings(self._connection, self._path)

    def tenant(self) -> TenantFacts | None:
        """The facts about the Microsoft tenant, if the account stores any."""
        with self._view():
            return read_tenant(self._connection, self._path)

    # How it is done

    def _write(self, setting: Setting, change: Callable[[AccountSettings], AccountSettings], react: React) -> Written:
        with self._transaction():
            before = self._situation()
            after = replace(before, settings=change(before.settings))
            text = settings_to_rows(after.settings)[setting.value]
            # The text is compared, not the value: it holds all that is stored.
            if text == settings_to_rows(before.settings)[setting.value]:
                return Written(number=None)
            self._connection.execute("UPDATE settings SET value = ? WHERE name = ?", (text, setting.value))
            written = self._log(setting.value, text)
            reaction = react(before, after)
            if reaction is not None and written.number is not None:
                let_act(self._connection, reaction, written.number)
            return written

    def _log(self, setting: str, value: str) -> Written:
        cursor = self._connection.execute("INSERT INTO writes (setting, value) VALUES (?, ?)", (setting, value))
        return Written(number=cursor.lastrowid)

    def _situation(self) -> Situation:
        row = self._connection.execute("SELECT value FROM world WHERE name = ?", (EDITS_WORK,)).fetchone()
        return Situation(
            settings=read_settings(self._connection, self._path),
            tenant=read_tenant(self._connection, self._path),
            edits_work=row != ("False",),
        )

    def _person(self, email: str) -> tuple[Cell, Person]:
        found = one_person(self._connection, email)
        if found is None:
            raise UnknownUserError(email)
        return found

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with account_errors(self._path), writing(self._connection):
            yield

    @contextmanager
    def _view(self) -> Iterator[None]:
        with account_errors(self._path), reading(self._connection):
            yield


def _nobody_notices(_before: Situation, _after: Situation) -> None:
    return None
