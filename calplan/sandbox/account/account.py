"""An account that can be written: every setting, and what writing it does to users, in one transaction."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple, Self
from weakref import finalize

from calplan.model.account import AssistantPair, PrivateAccess, TenantFacts
from calplan.model.levels import GroupModel, Groups
from calplan.model.service import Service
from calplan.model.settings import AccountSettings, Domains, Setting
from calplan.model.unknown import UNKNOWN, Unknown, Unmanaged
from calplan.model.user import RawFacts
from calplan.sandbox.account import consents
from calplan.sandbox.account.behaviour import barriers, reconnect, writes
from calplan.sandbox.account.behaviour.barriers import Barrier
from calplan.sandbox.account.behaviour.levels import Levels
from calplan.sandbox.account.behaviour.person import Happening, Person, Situation
from calplan.sandbox.account.create import AccountContents, fill
from calplan.sandbox.account.errors import AccountError, UnknownGroupError, UnknownPairError, UnknownUserError
from calplan.sandbox.account.leftovers import GOOGLE
from calplan.sandbox.account.people import Cell, let_act, one_person, store_person
from calplan.sandbox.account.read import read_groups, read_settings, read_tenant
from calplan.sandbox.account.schema import FACT_COLUMNS
from calplan.sandbox.account.settings_text import OF_GROUPS, Value, override_name, tenant_to_rows, value_text
from calplan.sandbox.account.store import account_errors, open_writable, reading, writing

IN_MEMORY: Final = Path(":memory:")
EDITS_WORK: Final = "edits_work"
STATED_NO_LONGER: Final = "null"
"""What the log of writes says of an override or a privilege that was taken away."""
NOT_STATED: Final = GroupModel()
NOTHING_KNOWN: Final = TenantFacts(hybrid=UNKNOWN, grant=UNKNOWN, user_consent=UNKNOWN)


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

    def __init__(self, path: Path, connection: sqlite3.Connection, model: GroupModel) -> None:
        self._path = path
        self._connection = connection
        self._model = model
        self._let_go = finalize(self, connection.close)

    @classmethod
    def open(cls, path: Path, model: GroupModel = NOT_STATED) -> Self:
        """The account in a file, on a platform that chooses among groups in this way."""
        return cls(path, open_writable(path), model)

    @classmethod
    def in_memory(cls, contents: AccountContents, model: GroupModel = NOT_STATED) -> Self:
        """An account without a file, gone when it is closed."""
        connection = sqlite3.connect(":memory:", isolation_level=None)
        fill(connection, contents)
        return cls(IN_MEMORY, connection, model)

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
        return self._write(Setting.ENABLED, on, writes.integration_written)

    def set_locked(self, on: bool) -> Written:
        """Puts the lock on for every user, or takes it off."""
        return self._write(Setting.LOCKED, on, writes.integration_written)

    def set_service(self, service: Service) -> Written:
        """Saves the default service with its URL, permissions and impersonation."""
        return self._write(Setting.SERVICE, service, writes.integration_written)

    def set_domains(self, domains: Domains) -> Written:
        """Lets only users in these domains integrate, or all."""
        return self._write(Setting.ALLOWED_DOMAINS, domains, writes.domains_written)

    def set_consent(self, on: bool) -> Written:
        """Flips the switch for consent on behalf of the whole account; nobody notices."""
        return self._write(Setting.CONSENT_FOR_ACCOUNT, on)

    def set_oauth(self, on: bool) -> Written:
        """Enforces OAuth 2.0 for Office 365, or no longer."""
        return self._write(Setting.ENFORCE_OAUTH, on, writes.oauth_written)

    def set_sync(self, on: bool) -> Written:
        """Keeps meetings in step in both directions, or no longer; nobody loses anything by it."""
        return self._write(Setting.BIDIRECTIONAL_SYNC, on)

    def set_override(self, group: str, setting: Setting, value: bool | Service | Unmanaged) -> Written:
        """Has a group, by id or name, state one setting for itself; ``UNMANAGED`` takes the statement away.

        Raises:
            UnknownGroupError: there is no such group.
            AccountError: a group cannot state this setting.
        """
        if setting not in OF_GROUPS:
            raise AccountError(f"a group cannot state {setting.value} for itself")
        text = None if isinstance(value, Unmanaged) else value_text(value)
        react = None if setting is Setting.BIDIRECTIONAL_SYNC else writes.integration_written
        with self._transaction():
            ids = read_groups(self._connection, self._path).ids
            if group not in ids:
                raise UnknownGroupError(group)
            return self._put(override_name(ids[group], setting), text, react)

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

    def set_tenant_grant(self, scopes: frozenset[str]) -> Written:
        """Gives the tenant-wide Microsoft grant exactly these scopes, as whoever administers the tenant can."""
        with self._transaction():
            tenant = read_tenant(self._connection, self._path) or NOTHING_KNOWN
            if tenant.grant == scopes:
                return Written(number=None)
            rows = tenant_to_rows(replace(tenant, grant=scopes))
            self._connection.executemany("INSERT OR REPLACE INTO tenant VALUES (?, ?)", rows.items())
            return self._log("office365.tenantGrant", rows["grant"])

    def revoke(self, whose: str, emails: frozenset[str]) -> Written:
        """Takes what these users consented to at ``google`` or ``office365`` away, with what lives by it."""
        with self._transaction():
            if whose == GOOGLE:
                gone = [one for one in sorted(emails) if consents.revoke_google(self._connection, one)]
            else:
                none = frozenset[str]()
                gone = [one for one in sorted(emails) if consents.set_own_grant(self._connection, one, none)]
            return self._log(f"{whose}.revokeStale", str(len(gone))) if gone else Written(number=None)

    def revoke_google(self, email: str) -> bool:
        """Takes a user's token at Google away; whether there was one."""
        with self._transaction():
            return consents.revoke_google(self._connection, email)

    def set_own_grant(self, email: str, scopes: frozenset[str]) -> bool:
        """Gives a user's own grant at Microsoft these scopes, none for no grant; whether that changed anything."""
        with self._transaction():
            return consents.set_own_grant(self._connection, email, scopes)

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

    def give_privilege(self, pair: AssistantPair, access: PrivateAccess) -> Written:
        """Lets an assistant schedule for a host; a privilege that is there stays as it is."""
        names = (pair.user, pair.assistant)
        with self._transaction():
            statement = "INSERT OR IGNORE INTO assistants VALUES (?, ?, ?)"
            if not self._connection.execute(statement, (*names, access.value)).rowcount:
                return Written(number=None)
            return self._log(f"privateEvents[{pair.user},{pair.assistant}]", access.value)

    def take_privilege(self, pair: AssistantPair) -> Written:
        """Lets an assistant schedule for a host no longer."""
        names = (pair.user, pair.assistant)
        with self._transaction():
            statement = "DELETE FROM assistants WHERE (user, assistant) = (?, ?)"
            if not self._connection.execute(statement, names).rowcount:
                return Written(number=None)
            return self._log(f"privateEvents[{pair.user},{pair.assistant}]", STATED_NO_LONGER)

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
            after = reconnect.authorise(person, self._situation_of(person)) if person.facts.status == "active" else None
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
            return barriers.before(person, self._situation_of(person))

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

    def groups(self) -> Groups:
        """The groups, and what they state for themselves."""
        with self._view():
            return read_groups(self._connection, self._path)

    def tenant(self) -> TenantFacts | None:
        """The facts about the Microsoft tenant, if the account stores any."""
        with self._view():
            return read_tenant(self._connection, self._path)

    # How it is done

    def _write(self, setting: Setting, value: Value, react: writes.React | None = None) -> Written:
        with self._transaction():
            return self._put(setting.value, value_text(value), react)

    def _put(self, name: str, text: str | None, react: writes.React | None) -> Written:
        """Gives a setting's row this text, or removes it, and lets that act; without ``react`` nobody notices."""
        before = self._levels()
        # The text is compared, not the value: it holds all that is stored.
        row = self._connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        if row == (None if text is None else (text,)):
            return Written(number=None)
        if text is None:
            self._connection.execute("DELETE FROM settings WHERE name = ?", (name,))
        else:
            self._connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, text))
        written = self._log(name, STATED_NO_LONGER if text is None else text)
        if react is not None and written.number is not None:
            let_act(self._connection, writes.reaction_of_each(before, self._levels(), react), written.number)
        return written

    def _log(self, setting: str, value: str) -> Written:
        cursor = self._connection.execute("INSERT INTO writes (setting, value) VALUES (?, ?)", (setting, value))
        return Written(number=cursor.lastrowid)

    def _levels(self) -> Levels:
        row = self._connection.execute("SELECT value FROM world WHERE name = ?", (EDITS_WORK,)).fetchone()
        account = Situation(
            settings=read_settings(self._connection, self._path),
            tenant=read_tenant(self._connection, self._path),
            edits_work=row != ("False",),
        )
        return Levels.of(account, read_groups(self._connection, self._path), self._model)

    def _situation_of(self, person: Person) -> Situation:
        return self._levels().situation_of(person.facts.groups, person.facts.primary_group)

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
