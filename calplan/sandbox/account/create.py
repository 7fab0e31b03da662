"""Making an account's file: whole or not at all, and never over another file."""

import os
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from calplan.model.account import AssistantPair, PrivateAccess, TenantFacts
from calplan.model.domain import Domain, domain_of
from calplan.model.levels import Group, Groups
from calplan.model.policy import GroupOverride
from calplan.model.settings import AccountSettings
from calplan.model.user import RawFacts
from calplan.sandbox.account.classes import Classes, groups_in, normal_facts
from calplan.sandbox.account.errors import (
    AccountExistsError,
    BadOverrideError,
    BadUserError,
    LeftoverJournalError,
    MissingFolderError,
)
from calplan.sandbox.account.schema import OWNER, TABLES
from calplan.sandbox.account.settings_text import override_to_rows, settings_to_rows, tenant_to_rows
from calplan.sandbox.account.store import account_errors, writing

SECONDS_UNTIL_ABANDONED: Final = 3600
ENDING_WHILE_MADE: Final = ".making"


class UserRecord(NamedTuple):
    """One user as an account is told of him: the words of a users file.

    ``mailbox`` is stated where it differs from ``email``. ``truth`` is stated where ``facts``, which the platform
    shows, does not say everything that is so.
    """

    email: str
    facts: RawFacts
    mailbox: str | None = None
    id: str | None = None
    licensed: str | None = None
    evidence: str | None = None
    as_of: str | None = None
    truth: RawFacts | None = None


class AccountContents(NamedTuple):
    """Everything an account is made of.

    ``groups`` maps ids to names; ``None`` stands for those that users name. ``overrides`` name groups by either.
    ``account`` is the name of the Account it is made for, so that nobody takes it for another's.
    """

    settings: AccountSettings
    users: Iterable[UserRecord]
    tenant: TenantFacts | None = None
    groups: Mapping[str, str] | None = None
    assistants: Mapping[AssistantPair, PrivateAccess] | None = None
    overrides: Iterable[GroupOverride] = ()
    account: str | None = None


def create_account(path: Path, contents: AccountContents) -> None:
    """Makes the file. A kill leaves no account; of two that make it at once, one wins and the other raises.

    Raises:
        AccountExistsError: there is a file already; it is left alone.
        LeftoverJournalError: the journal of an earlier account is in the way.
        BadUserError: a user comes twice, or a word is not of the vocabulary.
        BadOverrideError: a group that the account does not have overrides something, or one does twice.
        AccountError: the folder is missing or the file cannot be written.
    """
    if path.exists():
        raise AccountExistsError(path)
    if not path.parent.is_dir():
        raise MissingFolderError(path)
    journal = path.with_name(f"{path.name}-journal")
    if journal.exists():
        raise LeftoverJournalError(journal)
    with account_errors(path):
        _sweep(path)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}{ENDING_WHILE_MADE}")
        try:
            _make(draft, contents)
            _put_in_place(draft, path)
        finally:
            draft.unlink(missing_ok=True)


def fill(connection: sqlite3.Connection, contents: AccountContents) -> None:
    """Makes the tables of an empty database and puts the contents in.

    Raises:
        BadUserError: a user comes twice, or a word is not of the vocabulary.
        BadOverrideError: a group that the account does not have overrides something, or one does twice.
    """
    connection.executescript(TABLES)
    with writing(connection):
        connection.executemany("INSERT INTO settings VALUES (?, ?)", settings_to_rows(contents.settings).items())
        if contents.account is not None:
            connection.execute("INSERT INTO world VALUES (?, ?)", (OWNER, contents.account))
        if contents.tenant is not None:
            connection.executemany("INSERT INTO tenant VALUES (?, ?)", tenant_to_rows(contents.tenant).items())
        pairs = (contents.assistants or {}).items()
        connection.executemany(
            "INSERT INTO assistants VALUES (?, ?, ?)",
            [(_address(pair.user), _address(pair.assistant), access.value) for pair, access in pairs],
        )
        classes = Classes(connection)
        _insert_users(connection, contents, classes)
        groups = contents.groups
        if groups is None:
            named = connection.execute("SELECT DISTINCT facts FROM users").fetchall()
            groups = {group: group for (number,) in named for group in groups_in(classes[number])}
        connection.executemany("INSERT INTO groups_of_users VALUES (?, ?)", sorted(groups.items()))
        rows = _override_rows(groups, contents.overrides)
        connection.executemany("INSERT INTO settings VALUES (?, ?)", rows.items())


def _override_rows(named: Mapping[str, str], overrides: Iterable[GroupOverride]) -> dict[str, str]:
    groups = Groups(known=tuple(Group(id=number, name=name) for number, name in named.items()))
    first: dict[str, str] = {}
    rows: dict[str, str] = {}
    for override in overrides:
        if override.group not in groups.ids:
            raise BadOverrideError(f"the group {override.group} overrides settings, but the account has no such group")
        group = groups.id_of(override.group)
        if group in first:
            raise BadOverrideError(f"the group {override.group} overrides settings twice, once as {first[group]}")
        first[group] = override.group
        rows |= override_to_rows(group, override)
    return rows


def _make(draft: Path, contents: AccountContents) -> None:
    # The file holds addresses of people: nobody else gets to read it.
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    connection = sqlite3.connect(draft, isolation_level=None)
    try:
        # Nobody sees the draft, and it is thrown away if anything goes wrong: it needs no journal.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        fill(connection, contents)
    finally:
        connection.close()
    with draft.open("rb+") as written:
        os.fsync(written.fileno())


def _put_in_place(draft: Path, path: Path) -> None:
    """Gives the finished draft its name, unless somebody else was faster."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise AccountExistsError(path) from None
    except OSError:
        # The file system knows no hard links: renaming is as atomic, and only the check is not.
        if path.exists():
            raise AccountExistsError(path) from None
        draft.rename(path)


def _sweep(path: Path) -> None:
    """Removes drafts that a killed process left behind."""
    for draft in path.parent.glob(f".{path.name}.*{ENDING_WHILE_MADE}"):
        with suppress(OSError):
            if time.time() - draft.stat().st_mtime > SECONDS_UNTIL_ABANDONED:
                draft.unlink()


class _Coder:
    """Brings users into the form of the tables, each distinct word checked once."""

    def __init__(self, connection: sqlite3.Connection, settings: AccountSettings, classes: Classes) -> None:
        self._connection = connection
        self._settings = settings
        self._classes = classes
        self._class_ids: dict[RawFacts, int] = {}
        self._domain_ids: dict[str, int] = {}
        self._by_name: dict[Domain | None, int] = {}
        self.latest = ""

    def rows(self, users: Iterable[UserRecord]) -> Iterator[tuple[str, int, int, int, str | None]]:
        """One row of ``users`` for each user; ``latest`` names the one that came last."""
        for user in users:
            self.latest = email = _address(user.email)
            facts = self.class_of(user.facts)
            truth = facts if user.truth is None else self.class_of(user.truth)
            mailbox = _address(user.mailbox) if user.mailbox else None
            yield email, facts, truth, self.domain_of(email), None if mailbox == email else mailbox

    def class_of(self, facts: RawFacts) -> int:
        if facts not in self._class_ids:
            try:
                self._class_ids[facts] = self._classes.id_of(normal_facts(facts, self._settings))
            except ValueError as error:
                raise BadUserError(f"{self.latest}: {error}") from error
        return self._class_ids[facts]

    def domain_of(self, email: str) -> int:
        _, _, tail = email.rpartition("@")
        if tail not in self._domain_ids:
            domain = domain_of(email)
            if domain not in self._by_name:
                self._by_name[domain] = len(self._by_name) + 1
                name = domain.name if domain else None
                self._connection.execute("INSERT INTO domains VALUES (?, ?)", (self._by_name[domain], name))
            self._domain_ids[tail] = self._by_name[domain]
        return self._domain_ids[tail]


def _insert_users(connection: sqlite3.Connection, contents: AccountContents, classes: Classes) -> None:
    coder = _Coder(connection, contents.settings, classes)
    records: list[tuple[str, str | None, str | None, str | None, str | None]] = []

    def remembered() -> Iterator[UserRecord]:
        for user in contents.users:
            stated = (user.id, user.licensed, user.evidence, user.as_of)
            if any(stated):
                records.append((_address(user.email), *stated))
            yield user

    try:
        connection.executemany("INSERT INTO users VALUES (?, ?, ?, ?, ?)", coder.rows(remembered()))
    except sqlite3.IntegrityError:
        raise BadUserError(f"{coder.latest} is listed twice") from None
    connection.executemany("INSERT INTO user_records VALUES (?, ?, ?, ?, ?)", records)


def _address(text: str) -> str:
    return text.strip().lower()
