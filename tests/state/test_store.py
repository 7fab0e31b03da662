"""What is remembered of runs: durable, private, and made once however many start at once."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from calplan.state.store import StateError, Store
from tests.cli.make import surroundings

RUN = {"account": "corp", "plan_id": "sha256:0", "who": "ann", "path": "[]", "plan": b"PK"}


@pytest.fixture
def store() -> Iterator[Store]:
    opened = Store.open()
    yield opened
    opened.close()


def test_a_run_is_found_again_by_its_id_or_its_beginning(store: Store) -> None:
    name = store.begin(RUN)
    for beginning in (name, name[:8]):
        found = store.find(beginning)
        assert found is not None
        assert (found.id, found.account, found.who, found.plan, found.status) == (name, "corp", "ann", b"PK", "running")
    store.finish(name, "applied")
    found = store.find(name)
    assert found is not None
    assert found.status == "applied"


@pytest.mark.parametrize("name", ["", "%", "_", "nothing", "' OR 1=1 --", "\udcff", "\0"])
def test_what_is_no_beginning_of_an_id_finds_nothing(name: str, store: Store) -> None:
    store.begin(RUN)
    assert store.find(name) is None


def test_a_beginning_of_several_ids_finds_none_of_them(store: Store) -> None:
    ids = [store.begin(RUN) for _ in range(17)]
    twice = next(one[0] for one in ids if sum(other[0] == one[0] for other in ids) > 1)
    assert store.find(twice) is None


def test_what_happened_is_kept_in_order_and_survives_another_opening(store: Store) -> None:
    name, other = store.begin(RUN), store.begin(RUN)
    for number in range(3):
        store.record(name, "intent", {"step": f"s{number}", "text": "\udcff \u202e \u660e"})
        store.record(other, "outcome", {})
    again = Store.open()
    kept = again.records(name)
    again.close()
    assert [(kind, content["step"]) for kind, content in kept] == [("intent", f"s{number}") for number in range(3)]


def test_text_that_no_database_takes_is_kept_as_escapes(store: Store) -> None:
    found = store.find(store.begin({**RUN, "who": "caf\udce9"}))
    assert found is not None
    assert found.who == "caf\\udce9"


def test_nobody_else_may_read_what_is_kept() -> None:
    old = os.umask(0)
    try:
        Store.open().close()
    finally:
        os.umask(old)
    assert stat.S_IMODE(Path(".calplan").stat().st_mode) == 0o700
    assert stat.S_IMODE(Path(".calplan/state.db").stat().st_mode) == 0o600


def spoil(kind: str) -> None:
    if kind == "file for a folder":
        Path(".calplan").write_text("x", encoding="utf-8")
        return
    Path(".calplan").mkdir()
    place = Path(".calplan/state.db")
    if kind == "folder for a file":
        place.mkdir()
    elif kind == "garbage":
        place.write_bytes(b"garbage, and a lot of it" * 100)
    else:
        other = sqlite3.connect(place)
        other.execute("CREATE TABLE runs (x)")
        other.execute("CREATE TABLE records (x)")
        other.commit()
        other.close()


def begun() -> None:
    opened = Store.open()
    try:
        opened.begin(RUN)
    finally:
        opened.close()


@pytest.mark.parametrize("kind", ["file for a folder", "folder for a file", "garbage", "of another program"])
def test_a_state_that_cannot_be_used_says_which_and_why_and_shows_no_statement(kind: str) -> None:
    spoil(kind)
    with pytest.raises(StateError) as told:
        begun()
    text = str(told.value)
    assert text.startswith(".calplan/state.db: the state cannot be ")
    assert "\n" not in text
    assert "INSERT" not in text


OPENS = f"RUN = {RUN!r}; from calplan.state.store import Store; s = Store.open(); s.begin(RUN); s.close()"


def test_first_runs_at_the_same_moment_do_not_get_in_each_others_way() -> None:
    start = [
        subprocess.Popen([sys.executable, "-c", OPENS], env=surroundings(), stderr=subprocess.PIPE) for _ in range(6)
    ]
    said = [(one.communicate(timeout=60)[1], one.returncode) for one in start]
    assert [code for _, code in said] == [0] * 6, said
    kept = sqlite3.connect(".calplan/state.db")
    assert kept.execute("SELECT count(*) FROM runs").fetchone() == (6,)
    kept.close()
