"""The account behind the servers, as the vendor would know it: users with ids, groups with ids, an owner, a clock."""

import sqlite3
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from re import compile as pattern
from typing import Final

from calplan.model.levels import GroupModel, Groups
from calplan.sandbox.account.account import NOT_STATED, Account
from calplan.sandbox.account.operations import Operation, note_operation, time_text
from calplan.sandbox.account.read import read_groups
from calplan.sandbox.account.store import account_errors, open_read_only, open_writable, reading

Clock = Callable[[], datetime]
USABLE: Final = pattern(r"[A-Za-z0-9_-]{1,64}")
"""Ids that fit into a path as they are."""
LENGTH_OF_ID: Final = 22
"""The vendor's ids are sixteen bytes in URL-safe base64."""
ME: Final = "me"
NOBODY: Final = "owner"
"""What the log of operations calls the owner of an account in which nobody is active."""


def this_moment() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)


def made_up_id(kind: str, word: str) -> str:
    """An id that looks like the vendor's, always the same for the same word."""
    return urlsafe_b64encode(sha256(f"{kind}\0{word}".encode()).digest()).decode()[:LENGTH_OF_ID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Ids and addresses of users; users neither come nor go while an account is served."""

    ids: Mapping[str, str]
    emails: Mapping[str, str]
    owner: str | None

    def email_of(self, word: str) -> str | None:
        """The address of the user that an id, an address or ``me`` names."""
        if word == ME:
            return self.owner
        address = word.strip().lower()
        return address if address in self.ids else self.emails.get(word)

    def id_of(self, email: str) -> str:
        """The id of a user, also of one outside of the account."""
        return self.ids.get(email) or made_up_id("user", email)


@dataclass(frozen=True, kw_only=True)
class World:
    """An account's file, and what the vendor knows beside it.

    Raises:
        AccountError: there is no account, or it cannot be used; every method may raise it.
    """

    path: Path
    clock: Clock = field(default=this_moment)
    model: GroupModel = NOT_STATED
    """How this platform chooses among groups: of that the file says nothing."""

    @contextmanager
    def view(self) -> Iterator[sqlite3.Connection]:
        """The account as it stands at one moment."""
        with closing(open_read_only(self.path)) as connection, account_errors(self.path), reading(connection):
            yield connection

    @contextmanager
    def account(self) -> Iterator[Account]:
        """The account, to be written."""
        with Account.open(self.path, self.model) as account:
            yield account

    def note(self, category: str, action: str, detail: str) -> None:
        """Puts a row into the log of operations; whoever writes here acts as the account's owner."""
        operator = self.directory.owner or NOBODY
        row = Operation(time_text(self.clock()), operator, category, action, detail)
        with closing(open_writable(self.path)) as connection, account_errors(self.path):
            note_operation(connection, row)

    @cached_property
    def account_id(self) -> str:
        """The account's id at the vendor."""
        return made_up_id("account", str(self.path.stem))

    @cached_property
    def directory(self) -> Directory:
        """Who is who."""
        with self.view() as connection:
            rows = connection.execute(
                "SELECT email, id FROM users LEFT JOIN user_records USING (email) ORDER BY email"
            ).fetchall()
            owner = connection.execute(
                "SELECT email FROM users JOIN facts ON facts.id = users.facts WHERE status = 'active' LIMIT 1"
            ).fetchone()
        times = Counter(stated for _, stated in rows)
        ids = {
            email: stated if stated and USABLE.fullmatch(stated) and times[stated] == 1 else made_up_id("user", email)
            for email, stated in rows
        }
        return Directory(
            ids=ids, emails={one: email for email, one in ids.items()}, owner=None if owner is None else owner[0]
        )

    @cached_property
    def groups(self) -> "GroupIds":
        """Which group is which."""
        with self.view() as connection:
            return GroupIds.of(read_groups(connection, self.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupIds:
    """The vendor's ids of the account's groups.

    A group of which the file knows a name alone gets an id of its own: at the vendor no group's id is its name.
    """

    names: Mapping[str, str]
    own: Mapping[str, str]
    """The id that the account's file has for a group, by the vendor's."""
    words: Mapping[str, str]
    """The vendor's id, by every word that the account's file has for a group."""

    @classmethod
    def of(cls, groups: Groups) -> "GroupIds":
        ids = {
            one.id: one.id if one.id != one.name and USABLE.fullmatch(one.id) else made_up_id("group", one.id)
            for one in groups.known
        }
        return cls(
            names={ids[one.id]: one.name for one in groups.known},
            own={theirs: ours for ours, theirs in ids.items()},
            words={word: ids[ours] for word, ours in groups.ids.items()},
        )
