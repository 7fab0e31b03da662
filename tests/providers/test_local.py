"""The local platform: one moment for a plan, nothing written by reading, and errors in everybody's words."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calplan.plan.actions import SetLock
from calplan.policyfile import documents
from calplan.providers.errors import InvalidAccountError, NotAuthorisedError, ProviderError, UnreachableError
from calplan.providers.local.creation import create_on_first_use
from calplan.providers.local.platform import LocalPlatform
from calplan.providers.local.translation import translated
from calplan.providers.local.writing import WritableLocalPlatform
from calplan.sandbox.account.create import AccountContents, UserRecord, create_account
from calplan.sandbox.account.errors import AccountError, BusyAccountError, ForbiddenAccountError
from calplan.sandbox.account.store import open_writable, writing
from tests.cli.make import somebody_without_rights
from tests.make import account, facts


def now() -> datetime:
    return datetime(2026, 11, 22, 12, tzinfo=UTC)


def users(count: int) -> Iterator[UserRecord]:
    for number in range(count):
        yield UserRecord(f"user{number:05}@corp.example", facts("google", "write", "read"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "contoso.db"
    create_account(made, AccountContents(settings=account(), users=users(12_000)))
    return made


def test_reads_of_two_moments_are_never_mixed(path: Path) -> None:
    with LocalPlatform(path, now) as plan, WritableLocalPlatform(path, now) as other:
        assert plan.read_settings().value.locked is False
        other.perform(SetLock(on=True))
        with pytest.raises(UnreachableError, match="was written to while it was being read"):
            plan.read_users()
    with LocalPlatform(path, now) as plan:
        assert plan.read_settings().value.locked is True


def test_a_stream_shows_one_moment_to_its_end(path: Path) -> None:
    with LocalPlatform(path, now) as plan, closing(open_writable(path, wait=0)) as other:
        batches = plan.read_users().batches
        first = next(batches)
        with pytest.raises(sqlite3.OperationalError, match="locked"), writing(other):
            other.execute("DELETE FROM users")
        assert plan.read_settings().value == account()
        assert plan.read_assistants().value == {}
        rest = list(batches)
        assert len(first.emails) + sum(len(batch.emails) for batch in rest) == 12_000
        with writing(other):
            other.execute("DELETE FROM users")


def test_a_plan_that_is_not_reading_keeps_nobody_from_writing(path: Path) -> None:
    with LocalPlatform(path, now) as plan:
        plan.read_settings()
        list(plan.read_users().batches)
        next(plan.read_users().batches)
        with closing(open_writable(path, wait=0)) as other, writing(other):
            other.execute("DELETE FROM users")


def test_reading_leaves_no_file_behind(path: Path) -> None:
    before = path.read_bytes()
    plan = LocalPlatform(path, now)
    list(plan.read_users().batches)
    assert [one.name for one in path.parent.iterdir()] == ["contoso.db"]
    plan.close()
    assert path.read_bytes() == before


def test_sqlite_itself_refuses_to_write_through_a_reader(path: Path) -> None:
    with LocalPlatform(path, now) as plan, pytest.raises(sqlite3.OperationalError, match="readonly"):
        plan._connection.execute("UPDATE settings SET value = 'true'")


def test_a_reader_that_is_dropped_lets_go_of_its_file(path: Path) -> None:
    plan = LocalPlatform(path, now)
    connection = plan._connection
    del plan
    with pytest.raises(sqlite3.ProgrammingError):
        connection.execute("SELECT 1")


@pytest.mark.parametrize("content", [None, b"", b"text"])
def test_what_is_no_account_is_an_invalid_account(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "odd.db"
    if content is not None:
        path.write_bytes(content)
    for kind in (LocalPlatform, WritableLocalPlatform):
        with pytest.raises(InvalidAccountError, match=r"odd\.db"):
            kind(path, now)


def test_damage_met_in_the_middle_of_a_stream_is_an_invalid_account(path: Path) -> None:
    with path.open("rb+") as file:
        size = path.stat().st_size
        file.seek(size // 2)
        file.write(b"\xff" * (size // 2))
    with LocalPlatform(path, now) as plan, pytest.raises(InvalidAccountError, match="damaged"):
        list(plan.read_users().batches)


def test_a_busy_account_is_unreachable(path: Path) -> None:
    with closing(open_writable(path, wait=0)) as other, writing(other):
        other.execute("DELETE FROM users")
        platform = WritableLocalPlatform(path, now)
        platform._account._connection.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(UnreachableError, match="in use") as caught:
            platform.perform(SetLock(on=True))
        assert not caught.value.outcome_unknown


@pytest.mark.parametrize(
    "error,expected",
    [
        (ForbiddenAccountError("no"), NotAuthorisedError),
        (BusyAccountError(Path("a.db")), UnreachableError),
        (AccountError("odd"), ProviderError),
    ],
)
def test_the_accounts_errors_have_a_providers_name(error: AccountError, expected: type[ProviderError]) -> None:
    assert type(translated(error)) is expected


def test_a_doubtful_write_stays_doubtful() -> None:
    assert translated(AccountError("disk", outcome_unknown=True)).outcome_unknown


def test_an_account_in_a_folder_that_nobody_may_enter_is_not_for_us(tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o000)
    files = documents.CreateFiles(users=tmp_path / "users.ndjson", settings=tmp_path / "live.yaml")
    platform = documents.LocalPlatform(path=shut / "corp.db", create=files)
    with somebody_without_rights(), pytest.raises(NotAuthorisedError, match="no permission to use"):
        create_on_first_use(platform, "corp")
