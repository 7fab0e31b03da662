"""Scheduling privileges that come and go, and the log of who did what."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

from calplan.model.account import AssistantPair, PrivateAccess
from calplan.sandbox.account.account import Account
from calplan.sandbox.account.create import AccountContents, create_account
from calplan.sandbox.account.operations import Operation, note_operation, operations_between, time_text
from calplan.sandbox.account.read import read_assistants
from calplan.sandbox.account.store import open_read_only, open_writable
from tests.make import NOW, account

PAIR = AssistantPair(user="ceo@corp.example", assistant="pa@corp.example")
FILE = Path("corp.db")


def pairs() -> dict[AssistantPair, PrivateAccess]:
    with closing(open_read_only(FILE)) as connection:
        return read_assistants(connection)


def test_a_privilege_is_given_once_and_taken_once() -> None:
    create_account(FILE, AccountContents(settings=account(), users=[]))
    with Account.open(FILE) as scene:
        assert scene.give_privilege(PAIR, PrivateAccess.MANAGED).changed
        assert not scene.give_privilege(PAIR, PrivateAccess.HIDDEN).changed
        assert pairs() == {PAIR: PrivateAccess.MANAGED}
        assert scene.take_privilege(PAIR).changed
        assert not scene.take_privilege(PAIR).changed
        assert pairs() == {}
        assert scene.events() == ()


def test_a_file_has_no_log_of_operations_before_its_first_row() -> None:
    create_account(FILE, AccountContents(settings=account(), users=[]))
    with closing(open_read_only(FILE)) as connection:
        assert operations_between(connection, NOW, NOW) == ()


def test_the_log_of_operations_gives_a_span_of_time_the_newest_first() -> None:
    create_account(FILE, AccountContents(settings=account(), users=[]))
    times = [time_text(NOW + timedelta(hours=hour)) for hour in range(4)]
    rows = [Operation(time, "ann", "user", "Add", f"at {time}") for time in times]
    with closing(open_writable(FILE)) as connection:
        for row in rows:
            note_operation(connection, row)
        found = operations_between(connection, NOW + timedelta(hours=1), NOW + timedelta(hours=2))
    assert found == (rows[2], rows[1])
