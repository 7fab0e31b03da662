"""What took long to read is kept part by part: whole or not at all, by several processes, in both databases."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from calplan.providers.base import Forgetful, Memory
from calplan.state.errors import StateError
from calplan.state.place import Place
from calplan.state.store import Store
from tests.cli.make import LONGEST
from tests.state.make import NOON, Ticking, applied, behind_its_back, opened
from tests.state.test_processes import output, started

SECOND = timedelta(seconds=1)
CONTENT = bytes(range(256)) + b"\0\0\xff'\"\\"
KIBIBYTE = 1024


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    with opened(place) as store:
        yield store


def of_the_state(store: Store) -> Memory:
    return store.memory("corp")


def of_the_process(_store: Store) -> Memory:
    return Forgetful(Ticking())


@pytest.mark.parametrize("memory_of", [of_the_state, of_the_process])
def test_parts_are_kept_by_number_and_by_source(memory_of: Callable[[Store], Memory], store: Store) -> None:
    memory = memory_of(store)
    assert list(memory.parts("google")) == []
    for number, content in ((7, b"seven"), (0, CONTENT), (7, b"new"), (2, b"")):
        memory.keep("google", number, content)
    memory.keep("microsoft", 7, b"other")
    assert [(one.number, one.at - NOON, one.content) for one in memory.parts("google")] == [
        (0, SECOND, CONTENT),
        (2, 3 * SECOND, b""),
        (7, 2 * SECOND, b"new"),
    ]
    memory.forget("google")
    memory.forget("nobody")
    assert list(memory.parts("google")) == []
    assert [one.content for one in memory.parts("microsoft")] == [b"other"]


def test_each_account_has_its_own(store: Store) -> None:
    for account in ("corp", "lab", "cörp\0\udcff"):
        store.memory(account).keep("google", 0, account.encode("utf-8", "surrogateescape"))
    store.memory("lab").forget("google")
    assert [one.content for one in store.memory("corp").parts("google")] == [b"corp"]
    assert store.memory("lab").parts("google") == ()
    assert [one.content for one in store.memory("cörp\0\udcff").parts("google")] == ["cörp\0".encode() + b"\xff"]


def test_it_is_no_record_and_makes_no_account(store: Store) -> None:
    store.memory("corp").keep("google", 0, CONTENT)
    assert store.accounts() == ()
    applied(store)
    store.memory("corp").forget("google")
    assert store.check_chain("corp").faults == ()


def test_what_was_kept_is_there_the_next_time_also_for_who_only_looks(place: Place) -> None:
    with opened(place) as store:
        store.memory("corp").keep("google", 3, CONTENT)
    looked = Store.look(place)
    assert looked is not None
    assert looked.memory("corp").parts("google") == ((3, NOON, CONTENT),)
    with pytest.raises(StateError, match="the state cannot be used"):
        looked.memory("corp").keep("google", 3, b"")
    with pytest.raises(StateError, match="the state cannot be used"):
        looked.memory("corp").forget("google")
    looked.close()


def test_a_hundred_parts_of_300_kibibytes_are_fine(store: Store) -> None:
    memory = store.memory("corp")
    contents = [hashlib.sha256(bytes([number])).digest() * (300 * KIBIBYTE // 32) for number in range(100)]
    for number, content in enumerate(contents):
        memory.keep("google", number, content)
    assert [(one.number, one.content) for one in memory.parts("google")] == list(enumerate(contents))


def test_a_failure_is_one_sentence_that_holds_nothing_of_the_content(store: Store, place: Place) -> None:
    with behind_its_back(place) as connection:
        connection.exec_driver_sql("DROP TABLE readings")
    memory = store.memory("corp")
    tried: list[Callable[[], object]] = [
        lambda: memory.parts("google"),
        lambda: memory.keep("google", 0, b"bob@corp.example"),
        lambda: memory.forget("google"),
    ]
    for attempt in tried:
        with pytest.raises(StateError, match="the state cannot be used: ") as told:
            attempt()
        assert str(told.value).startswith(f"{place.name}: ")
        assert "bob" not in str(told.value)
        assert "\n" not in str(told.value)


def test_what_somebody_else_wrote_there_is_told() -> None:
    with opened(Place.of("state.db")) as store:
        store.memory("corp").keep("google", 0, CONTENT)
        other = sqlite3.connect("state.db")
        other.execute("UPDATE readings SET at = 'yesterday'")
        other.commit()
        other.close()
        with pytest.raises(StateError, match="a value of a form that calplan never writes"):
            store.memory("corp").parts("google")


KEEPS = """
import sys
from calplan.state.place import Place
from calplan.state.store import Store
store = Store.open(Place.of(sys.argv[1]))
memory = store.memory("corp")
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    memory.keep(sys.argv[2], number, sys.argv[2].encode() * 1000)
    memory.keep("both", number, sys.argv[2].encode() * 1000)
store.close()
"""


def test_two_processes_keep_parts_at_once(place: Place, state_address: str) -> None:
    keepers = [started(KEEPS, state_address, name, "15") for name in ("google", "microsoft")]
    assert [output(keeper).readline() for keeper in keepers] == ["ready\n"] * 2
    for keeper in keepers:
        assert keeper.stdin is not None
        keeper.stdin.write("go\n")
        keeper.stdin.flush()
    for keeper in keepers:
        keeper.communicate(timeout=LONGEST)
    assert [keeper.returncode for keeper in keepers] == [0, 0]
    with opened(place) as store:
        memory = store.memory("corp")
        for name in ("google", "microsoft"):
            assert [(one.number, one.content) for one in memory.parts(name)] == [
                (number, name.encode() * 1000) for number in range(15)
            ]
        both = memory.parts("both")
        assert [one.number for one in both] == list(range(15))
        assert {one.content for one in both} <= {b"google" * 1000, b"microsoft" * 1000}


DIES = """
import os, signal, sys
from sqlalchemy import Engine, event
from calplan.state.place import Place
from calplan.state.store import Store
store = Store.open(Place.of(sys.argv[1]))
memory = store.memory("corp")
memory.keep("google", 0, b"old" * 100_000)
@event.listens_for(Engine, sys.argv[2])
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
memory.keep("google", 0, b"new" * 100_000)
"""


@pytest.mark.parametrize("moment", ["before_cursor_execute", "after_cursor_execute", "commit"])
def test_a_part_that_was_being_kept_when_its_process_was_killed_is_the_old_one(
    moment: str, place: Place, state_address: str
) -> None:
    died = started(DIES, state_address, moment)
    died.communicate(timeout=LONGEST)
    assert died.returncode == -9
    with opened(place) as store:
        ((number, _at, content),) = store.memory("corp").parts("google")
        assert (number, content) == (0, b"old" * 100_000)
        store.memory("corp").keep("google", 0, b"newest")


OVERWRITES = """
import sys
from calplan.state.place import Place
from calplan.state.store import Store
memory = Store.open(Place.of(sys.argv[1])).memory("corp")
for number in range(1_000_000):
    memory.keep("google", 0, str(number % 10).encode() * 300_000)
    print(number, flush=True)
"""


def test_a_process_that_is_killed_at_any_moment_leaves_a_part_whole(place: Place, state_address: str) -> None:
    for heard in (1, 2, 4):
        with started(OVERWRITES, state_address) as writer:
            for _ in range(heard):
                output(writer).readline()
            writer.kill()
            said = [heard - 1, *map(int, output(writer).read().split())]
        with opened(place) as store:
            ((_, _, content),) = store.memory("corp").parts("google")
        # The last may have been kept with no time left to say so.
        assert content in {str(number % 10).encode() * 300_000 for number in (said[-1], said[-1] + 1)}


def test_a_file_that_is_locked_for_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calplan.state.database.SECONDS_TO_WAIT", 0)
    with opened(Place.of("state.db")) as store:
        other = sqlite3.connect("state.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StateError, match="another process has been writing to it"):
            store.memory("corp").keep("google", 0, CONTENT)
        other.close()
        store.memory("corp").keep("google", 0, CONTENT)
