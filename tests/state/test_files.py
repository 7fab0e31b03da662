"""The state in a file: private, whole after whatever happened to it, and only looked at by who only looks."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from calplan.state.errors import StateError
from calplan.state.place import DEFAULT, Place
from calplan.state.store import Store
from tests.cli.make import somebody_without_rights, surroundings
from tests.state.make import OWNER, applied, begun, opened

HERE = Place.of(None)


def test_nobody_else_may_read_what_is_kept() -> None:
    old = os.umask(0)
    try:
        Store.open(HERE).close()
    finally:
        os.umask(old)
    assert stat.S_IMODE(Path(".calplan").stat().st_mode) == 0o700
    assert stat.S_IMODE(DEFAULT.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["a?mode=memory", "a#b", "a%41", "caf\udce9", "a b/c'd", "\u660e"])
def test_a_file_may_have_any_name(name: str) -> None:
    with opened(Place.of(f"./{name}")) as store:
        run = applied(store)
    assert Path(name).is_file()
    looked = Store.look(Place.of(f"./{name}"))
    assert looked is not None
    assert [one.id for one in looked.runs()] == [run]
    looked.close()


def spoil(kind: str) -> None:
    if kind == "file for a folder":
        Path(".calplan").write_text("x", encoding="utf-8")
        return
    Path(".calplan").mkdir()
    if kind == "folder for a file":
        DEFAULT.mkdir()
    else:
        DEFAULT.write_bytes(b"garbage, and a lot of it" * 100)


@pytest.mark.parametrize("kind", ["file for a folder", "folder for a file", "garbage"])
def test_a_state_that_cannot_be_used_says_which_and_why_and_shows_no_statement(kind: str) -> None:
    spoil(kind)
    with pytest.raises(StateError) as told:
        Store.open(HERE)
    text = str(told.value)
    assert text.startswith(".calplan/state.db: the state cannot be opened: ")
    assert "\n" not in text
    assert "SELECT" not in text


def test_looking_makes_nothing_and_changes_nothing() -> None:
    assert Store.look(HERE) is None
    assert list(Path().iterdir()) == []
    Path(".calplan").mkdir()
    DEFAULT.touch()
    assert Store.look(HERE) is None
    assert DEFAULT.read_bytes() == b""
    with opened(HERE) as store:
        run = applied(store)
    before = DEFAULT.read_bytes()
    looked = Store.look(HERE)
    assert looked is not None
    try:
        assert [one.id for one in looked.runs()] == [run]
        with pytest.raises(StateError, match="attempt to write a readonly database"):
            looked.record(run, "note", {})
    finally:
        looked.close()
    assert DEFAULT.read_bytes() == before
    assert [one.name for one in Path(".calplan").iterdir()] == ["state.db"]


@pytest.fixture
def folder_for_all() -> Iterator[Path]:
    """A folder that everybody may enter; pytest's own are for their owner alone."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_state_in_a_folder_where_nothing_may_be_written_can_be_looked_at(folder_for_all: Path) -> None:
    place = Place.of(str(folder_for_all / "kept" / "state.db"))
    with opened(place) as store:
        run = applied(store)
    (folder_for_all / "kept" / "state.db").chmod(0o444)
    (folder_for_all / "kept").chmod(0o555)
    with somebody_without_rights():
        looked = Store.look(place)
        assert looked is not None
        assert [one.id for one in looked.runs()] == [run]
        looked.close()
        store = Store.open(place)
        with pytest.raises(StateError) as told:
            store.record(run, "note", {})
        store.close()
    (folder_for_all / "kept").chmod(0o700)
    assert str(told.value) == f"{place.name}: the state cannot be used: attempt to write a readonly database"


def test_what_a_killed_writer_left_half_written_is_undone() -> None:
    """A copy of the file and its journal in the middle of a transaction is what a power failure leaves behind."""
    with opened(HERE) as store:
        run, _lock = begun(store)
    writer = sqlite3.connect(DEFAULT, isolation_level=None)
    writer.execute("PRAGMA cache_size = 1")  # so that changed pages reach the file before the end
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE runs SET status = 'applied'")
    for number in range(9, 400):
        row = ("corp", number, run, "2026-11-22 12:00:00.000000", "note", "x" * 500, "0" * 64)
        writer.execute("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    Path("torn").mkdir()
    for part in ("state.db", "state.db-journal"):
        shutil.copy(Path(".calplan") / part, "torn")
    writer.execute("ROLLBACK")
    writer.close()
    torn = Path("torn/state.db").read_bytes()
    looked = Store.look(Place.of("torn/state.db"))
    assert looked is not None
    assert Path("torn/state.db").read_bytes() != torn
    assert [one.status for one in looked.runs()] == ["running"]
    report = looked.check_chain("corp")
    assert (report.records, report.faults) == (1, ())
    looked.close()


FILLS = """
import resource
from calplan.state.errors import StateError
from calplan.state.place import Place
from calplan.state.store import Store
from tests.state.make import begun
store = Store.open(Place.of(None))
run, lock = begun(store)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    for number in range(100):
        store.record(run, "note", {"text": "x" * 10_000}, lock)
        print(number, flush=True)
except StateError as error:
    print(error)
"""


def test_where_no_room_is_left_the_record_is_refused_and_what_was_recorded_stays() -> None:
    said = subprocess.run(
        [sys.executable, "-c", FILLS], env=surroundings(), capture_output=True, text=True, check=False, timeout=60
    )
    *numbers, last = said.stdout.splitlines()
    assert last.startswith(".calplan/state.db: the state cannot be used: "), said.stderr
    with opened(HERE) as store:
        report = store.check_chain("corp")
        assert (report.records, report.faults) == (1 + len(numbers), ())
        store.take("lab", OWNER, "apply")


@pytest.mark.parametrize("kind", ["moved", "replaced"])
def test_a_file_that_is_moved_or_replaced_while_it_is_used_takes_no_more_records_and_says_so(kind: str) -> None:
    with opened(HERE) as store:
        run, lock = begun(store)
        DEFAULT.rename("aside.db")
        if kind == "replaced":
            shutil.copy("aside.db", DEFAULT)
        with pytest.raises(StateError, match=r"its file was moved, removed or replaced while it was in use$"):
            store.record(run, "intent", {"step": "s1"}, lock)


@pytest.mark.parametrize(
    "change", ["runs SET started_at = 'x'", "records SET at = 7", "accounts SET head_number = 'x'"]
)
def test_values_that_are_none_of_ours_are_a_fault_of_the_chain_and_end_nothing_in_a_traceback(change: str) -> None:
    with opened(HERE) as store:
        run = applied(store)
    with sqlite3.connect(DEFAULT) as database:
        database.execute(f"UPDATE {change}")
    database.close()
    with opened(HERE) as store:
        assert "holds a value of a form that calplan never writes" in store.check_chain("corp").faults[0]
        if not change.startswith("accounts"):
            with pytest.raises(StateError, match="somebody changed it; go back to a copy of it"):
                _ = (store.runs(), store.records(run))
