"""What an account shows to whoever reads it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from calplan.model.account import AssistantPair, PrivateAccess, TenantFacts
from calplan.model.levels import Group, Groups
from calplan.model.settings import AccountSettings
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.model.user import RawFacts, UserBatch, decode
from calplan.sandbox.account.errors import CorruptAccountError
from calplan.sandbox.account.schema import FACT_COLUMNS, OWNER
from calplan.sandbox.account.settings_text import overrides_from_rows, settings_from_rows, tenant_from_rows

USERS_PER_PAGE: Final = 5_000


def read_settings(connection: sqlite3.Connection, path: Path) -> AccountSettings:
    """The settings as they stand.

    Raises:
        CorruptAccountError: the stored text is none that calplan writes.
    """
    rows = dict(connection.execute("SELECT name, value FROM settings"))
    try:
        return settings_from_rows(rows)
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptAccountError(f"{path} is damaged: its settings cannot be read") from error


def read_tenant(connection: sqlite3.Connection, path: Path) -> TenantFacts | None:
    """The facts about the Microsoft tenant, or ``None`` where the account stores none.

    Raises:
        CorruptAccountError: the stored text is none that calplan writes.
    """
    rows = dict(connection.execute("SELECT name, value FROM tenant"))
    try:
        return tenant_from_rows(rows)
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptAccountError(f"{path} is damaged: its tenant facts cannot be read") from error


def read_owner(connection: sqlite3.Connection) -> str | Unknown:
    """The name of the Account this one was made for; unknown where it was made for none."""
    row = connection.execute("SELECT value FROM world WHERE name = ?", (OWNER,)).fetchone()
    return UNKNOWN if row is None else str(row[0])


def read_assistants(connection: sqlite3.Connection) -> dict[AssistantPair, PrivateAccess]:
    """Every scheduling privilege, sorted."""
    rows = connection.execute("SELECT user, assistant, access FROM assistants ORDER BY user, assistant")
    return {AssistantPair(user=user, assistant=other): PrivateAccess(access) for user, other, access in rows}


def read_groups(connection: sqlite3.Connection, path: Path) -> Groups:
    """Every group and what it overrides, sorted by id.

    Raises:
        CorruptAccountError: the stored text is none that calplan writes, or a group that is not there overrides.
    """
    rows = connection.execute("SELECT id, name FROM groups_of_users ORDER BY id")
    groups = Groups(known=tuple(Group(id=number, name=name) for number, name in rows))
    try:
        overrides = overrides_from_rows(dict(connection.execute("SELECT name, value FROM settings")))
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptAccountError(f"{path} is damaged: what its groups override cannot be read") from error
    known = {group.id for group in groups.known}
    if any(override.group not in known for override in overrides):
        raise CorruptAccountError(f"{path} is damaged: a group that is not there overrides settings")
    return replace(groups, overrides=overrides)


def count_users(connection: sqlite3.Connection) -> int:
    """How many users there are, of any status."""
    (count,) = connection.execute("SELECT count(*) FROM users").fetchone()
    return int(count)


def read_classes(connection: sqlite3.Connection) -> dict[int, RawFacts]:
    """Every class of facts by its id.

    Raises:
        CorruptAccountError: the stored words are none that calplan writes.
    """
    rows = connection.execute(f"SELECT id, {FACT_COLUMNS} FROM facts")  # noqa: S608  (our own constant)
    classes = {row[0]: RawFacts._make(row[1:]) for row in rows}
    for facts in classes.values():
        try:
            decode(facts)
        except (ValueError, TypeError) as error:
            raise CorruptAccountError("the account is damaged: its users cannot be read") from error
    return classes


def read_users(connection: sqlite3.Connection, page: int = USERS_PER_PAGE) -> Iterator[UserBatch]:
    """Every user by address, in pages; users with equal facts share one tuple."""
    classes = read_classes(connection)
    rows = connection.execute("SELECT email, facts, mailbox FROM users ORDER BY email")
    while found := rows.fetchmany(page):
        yield UserBatch(
            emails=[row[0] for row in found],
            facts=[classes[row[1]] for row in found],
            mailboxes={email: mailbox for email, _, mailbox in found if mailbox},
        )
