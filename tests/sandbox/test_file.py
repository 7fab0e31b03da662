"""The account's file: made whole or not at all, recognised, and read without a trace."""

import multiprocessing
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.synchronize import Barrier as Meeting
from pathlib import Path

import pytest

from calplan.model.levels import Group, Groups
from calplan.sandbox.account.account import Account
from calplan.sandbox.account.create import AccountContents, UserRecord, create_account
from calplan.sandbox.account.errors import (
    AccountError,
    AccountExistsError,
    BadUserError,
    BusyAccountError,
    CorruptAccountError,
    ForbiddenAccountError,
    ForeignFileError,
    LeftoverJournalError,
    MissingAccountError,
    MissingFolderError,
    NewerAccountError,
)
from calplan.sandbox.account.read import count_users, read_groups, read_settings, read_users
from calplan.sandbox.account.store import open_read_only, open_writable, reading, translated, writing
from tests.make import account, facts

SPAWN = multiprocessing.get_context("spawn")


def users(count: int) -> Iterator[UserRecord]:
    for number in range(count):
        yield UserRecord(f"user{number:05}@corp.example", facts("google", "write", "read"))


def contents(count: int = 3) -> AccountContents:
    return AccountContents(settings=account(), users=users(count))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "contoso.db"
    create_account(made, contents())
    return made


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_an_account_is_one_file_that_only_its_owner_reads(path: Path) -> None:
    assert names(path.parent) == ["contoso.db"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_reading_leaves_no_trace_and_never_writes(path: Path) -> None:
    before = path.read_bytes()
    with closing(open_read_only(path)) as connection, reading(connection):
        assert read_settings(connection, path) == account()
        assert count_users(connection) == 3
        assert names(path.parent) == ["contoso.db"]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM users")
    with closing(open_read_only(path)) as connection:
        connection.execute("PRAGMA query_only = OFF")
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM users")
    assert path.read_bytes() == before


def test_users_come_by_address_in_pages_and_share_equal_facts(tmp_path: Path) -> None:
    made = tmp_path / "a.db"
    shuffled = sorted(users(7), key=lambda user: user.email[::-1])
    create_account(made, AccountContents(settings=account(), users=shuffled))
    with closing(open_read_only(made)) as connection:
        pages = list(read_users(connection, page=3))
    assert [len(page.emails) for page in pages] == [3, 3, 1]
    emails = [email for page in pages for email in page.emails]
    assert emails == sorted(emails)
    assert len({id(one) for page in pages for one in page.facts}) == 1


def test_addresses_are_trimmed_and_lower_case_and_only_other_mailboxes_are_kept(tmp_path: Path) -> None:
    made = tmp_path / "a.db"
    rows = [
        UserRecord(" Ann@Corp.example ", facts(), mailbox="ann@corp.example"),
        UserRecord("bob@corp.example", facts(), mailbox="Bob@mail.example"),
    ]
    create_account(made, AccountContents(settings=account(), users=rows))
    with closing(open_read_only(made)) as connection:
        (page,) = read_users(connection)
    assert page.emails == ["ann@corp.example", "bob@corp.example"]
    assert page.mailboxes == {"bob@corp.example": "bob@mail.example"}


def test_groups_are_those_that_users_name_unless_told(tmp_path: Path) -> None:
    user = UserRecord("ann@corp.example", facts(groups=("Staff",), primary_group="Sales"))
    create_account(tmp_path / "a.db", AccountContents(settings=account(), users=[user]))
    create_account(tmp_path / "b.db", AccountContents(settings=account(), users=[user], groups={"g1": "Staff"}))
    with closing(open_read_only(tmp_path / "a.db")) as connection:
        groups = read_groups(connection, tmp_path)
        assert groups == Groups(known=(Group(id="Sales", name="Sales"), Group(id="Staff", name="Staff")))
    with closing(open_read_only(tmp_path / "b.db")) as connection:
        assert read_groups(connection, tmp_path).known == (Group(id="g1", name="Staff"),)


def not_an_account(path: Path, kind: str) -> None:
    match kind:
        case "missing":
            path.unlink()
        case "folder":
            path.unlink()
            path.mkdir()
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("apiVersion: calplan/v1\n" * 100, "utf-8")
        case "short":
            path.write_bytes(b"SQLite format 3\0")
        case _:
            with closing(sqlite3.connect(path)) as connection:
                connection.execute(kind)


@pytest.mark.parametrize(
    "kind,error",
    [
        ("missing", MissingAccountError),
        ("folder", ForeignFileError),
        ("empty", ForeignFileError),
        ("text", ForeignFileError),
        ("short", ForeignFileError),
        ("PRAGMA application_id = 7", ForeignFileError),
        ("PRAGMA user_version = 2", NewerAccountError),
        ("PRAGMA user_version = 0", CorruptAccountError),
        ("DROP TABLE settings", CorruptAccountError),
    ],
)
def test_what_is_no_account_is_told_apart(path: Path, kind: str, error: type[AccountError]) -> None:
    not_an_account(path, kind)
    with pytest.raises(error, match=r"contoso\.db"):
        open_read_only(path)
    with pytest.raises(error):
        Account.open(path)


@pytest.mark.parametrize("value", ["{", '"x"', "[]", '{"type":"fax"}', '{"type":"google"}'])
def test_settings_that_calplan_never_wrote_are_damage(path: Path, value: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE settings SET value = ? WHERE name = 'integration.service'", (value,))
    with closing(open_read_only(path)) as connection, pytest.raises(CorruptAccountError, match="settings"):
        read_settings(connection, path)


def test_a_cut_off_file_is_damaged(path: Path) -> None:
    with path.open("rb+") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(CorruptAccountError):
        open_read_only(path)


def test_the_systems_errors_have_our_names(path: Path) -> None:
    assert isinstance(translated(path, PermissionError(13, "no")), ForbiddenAccountError)
    assert "cannot be used" in str(translated(path, IsADirectoryError(21, "Is a directory")))


def test_who_waits_too_long_for_another_writer_is_told(path: Path) -> None:
    with closing(open_writable(path)) as first, closing(open_writable(path, wait=0)) as second, writing(first):
        with pytest.raises(sqlite3.OperationalError) as caught, writing(second):
            pass
        assert isinstance(translated(path, caught.value), BusyAccountError)


def test_an_account_is_never_overwritten(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(AccountExistsError):
        create_account(path, contents())
    assert path.read_bytes() == before


def test_a_bad_user_leaves_nothing(tmp_path: Path) -> None:
    twice = [UserRecord("ann@corp.example", facts()), UserRecord("ANN@corp.example ", facts())]
    with pytest.raises(BadUserError, match=r"ann@corp\.example is listed twice"):
        create_account(tmp_path / "a.db", AccountContents(settings=account(), users=twice))
    odd = [UserRecord("ann@corp.example", facts("fax"))]
    with pytest.raises(BadUserError, match=r"ann@corp\.example: 'fax'"):
        create_account(tmp_path / "a.db", AccountContents(settings=account(), users=odd))
    assert names(tmp_path) == []


def test_a_missing_folder_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(MissingFolderError, match="nowhere"):
        create_account(tmp_path / "nowhere" / "a.db", contents())


def test_the_journal_of_a_removed_account_is_not_taken_for_the_new_ones(tmp_path: Path) -> None:
    (tmp_path / "a.db-journal").write_bytes(b"old")
    with pytest.raises(LeftoverJournalError, match=r"a\.db-journal"):
        create_account(tmp_path / "a.db", contents())


def make_after_meeting(path: Path, meeting: Meeting) -> None:
    meeting.wait(30)
    try:
        create_account(path, contents(2000))
    except AccountExistsError:
        return


def test_of_processes_that_make_the_account_at_once_one_makes_it_for_all(tmp_path: Path) -> None:
    made, meeting = tmp_path / "a.db", SPAWN.Barrier(3)
    processes = [SPAWN.Process(target=make_after_meeting, args=(made, meeting)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert names(tmp_path) == ["a.db"]
    with closing(open_read_only(made)) as connection:
        assert count_users(connection) == 2000


def killed_at(number: int) -> Iterator[UserRecord]:
    yield from users(number)
    os.kill(os.getpid(), signal.SIGKILL)


def make_and_die(path: Path) -> None:
    create_account(path, AccountContents(settings=account(), users=killed_at(20_000)))


def test_a_kill_while_it_is_made_leaves_no_account_and_the_next_run_makes_one(tmp_path: Path) -> None:
    made = tmp_path / "a.db"
    process = SPAWN.Process(target=make_and_die, args=(made,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert not made.exists()
    (draft,) = tmp_path.iterdir()
    create_account(made, contents())
    assert names(tmp_path) == sorted(["a.db", draft.name])
    two_hours_ago = time.time() - 7200
    os.utime(draft, (two_hours_ago, two_hours_ago))
    made.unlink()
    create_account(made, contents())
    assert names(tmp_path) == ["a.db"]


def write_and_die(path: Path) -> None:
    connection = open_writable(path)
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE users SET mailbox = email || '.changed'")
    connection.execute("UPDATE settings SET value = 'false'")
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_write_that_was_killed_is_undone_by_whoever_comes_next(tmp_path: Path) -> None:
    made = tmp_path / "a.db"
    create_account(made, contents(5000))
    process = SPAWN.Process(target=write_and_die, args=(made,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert names(tmp_path) == ["a.db", "a.db-journal"]
    with closing(open_read_only(made)) as connection:
        assert read_settings(connection, made) == account()
        assert not any(page.mailboxes for page in read_users(connection))
    assert names(tmp_path) == ["a.db"]
