"""The run lock of an account: one holder, never stolen, released by hand only by its whole id, and fenced."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from calplan.state.errors import LockHeldError, LockLostError
from calplan.state.heartbeat import beating
from calplan.state.place import Place
from calplan.state.run_lock import HeldLock, Owner
from calplan.state.store import Store
from tests.cli.make import LONGEST
from tests.state.make import OWNER, begun, new_run, opened

RUNNER = Owner(who="deploy", host="runner-7", pid=12, link="https://ci.corp.example/jobs/99")


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    with opened(place) as store:
        yield store


def test_a_run_lock_is_taken_once_and_whoever_comes_second_is_told_who_has_it(store: Store) -> None:
    lock = store.take("corp", RUNNER, "apply")
    run = store.begin(new_run(), lock)
    with pytest.raises(LockHeldError) as told:
        store.take("corp", OWNER, "apply")
    assert told.value.held == store.locks()[0]
    assert told.value.held.run == run
    assert str(told.value) == (
        "another run holds the run lock of corp: deploy on runner-7, process 12, since 2026-11-22 12:00:00 UTC, "
        f"last heard of at 2026-11-22 12:00:00 UTC, for apply, run {run}, https://ci.corp.example/jobs/99. "
        f"If that run has ended for certain: calplan state unlock {lock.id}"
    )


def test_accounts_have_run_locks_of_their_own(store: Store) -> None:
    corp, lab = store.take("corp", OWNER, "apply"), store.take("lab", OWNER, "apply")
    assert store.locks() == (corp, lab)
    store.release(corp)
    assert store.locks() == (lab,)


def test_a_run_lock_that_was_given_back_can_be_taken_and_its_number_grows(store: Store) -> None:
    fences = []
    for _ in range(3):
        lock = store.take("corp", OWNER, "apply")
        fences.append(lock.fence)
        store.release(lock)
    assert fences == [1, 2, 3]


def test_a_sign_of_life_is_noted(store: Store) -> None:
    lock = store.take("corp", OWNER, "apply")
    store.hear(lock)
    (heard,) = store.locks()
    assert heard.heard_at > lock.heard_at == lock.taken_at == heard.taken_at


def test_a_run_that_is_resumed_is_named_by_the_run_lock(store: Store) -> None:
    run, lock = begun(store)
    store.release(lock)
    again = store.take("corp", OWNER, "apply --resume")
    assert again.run is None
    store.attach(again, run)
    assert store.locks()[0].run == run


@pytest.mark.parametrize(
    "change", [str.upper, lambda whole: whole[:8], lambda whole: whole[:-1], lambda _: "", lambda _: "\0\udcff"]
)
def test_only_its_whole_id_releases_a_run_lock(store: Store, change: Callable[[str], str]) -> None:
    lock = store.take("corp", OWNER, "apply")
    assert store.unlock(change(lock.id), "bob") is None
    assert store.locks() == (lock,)


def test_who_releases_a_run_lock_by_hand_is_recorded(store: Store) -> None:
    run, lock = begun(store)
    released = store.unlock(lock.id, "bob")
    assert released is not None
    assert (released.id, released.run) == (lock.id, run)
    assert store.locks() == ()
    note = store.records(run)[-1]
    assert note.kind == "note"
    assert note.content == {"what": "run lock released by hand", "by": "bob", "id": lock.id, "held_by": released.told()}
    assert store.check_chain("corp").faults == ()
    assert store.unlock(lock.id, "bob") is None


def test_a_run_lock_without_a_run_is_released_by_hand_as_well(store: Store) -> None:
    lock = store.take("corp", OWNER, "apply")
    assert store.unlock(lock.id, "bob") == lock
    report = store.check_chain("corp")
    assert (report.records, report.faults) == (1, ())


WRITES = {
    "hear": lambda store, _run, lock: store.hear(lock),
    "attach": lambda store, run, lock: store.attach(lock, run),
    "begin": lambda store, _run, lock: store.begin(new_run(), lock),
    "record": lambda store, run, lock: store.record(run, "intent", {"step": "s2"}, lock),
    "finish": lambda store, run, lock: store.finish(run, "applied", lock),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("taken_again", [False, True])
def test_after_a_run_lock_was_released_by_hand_its_owner_writes_nothing(
    store: Store, taken_again: bool, write: Callable[[Store, str, HeldLock], object]
) -> None:
    run, lock = begun(store)
    store.unlock(lock.id, "bob")
    other = store.take("corp", RUNNER, "apply") if taken_again else None
    before = store.check_chain("corp"), store.find(run), store.runs(), store.locks()
    with pytest.raises(LockLostError) as told:
        write(store, run, lock)
    now = "it is held by deploy on runner-7" if taken_again else "nobody holds it now"
    assert f"the run lock of corp was released by hand, and {now}" in str(told.value)
    assert (store.check_chain("corp"), store.find(run), store.runs(), store.locks()) == before
    store.release(lock)
    assert store.locks() == (() if other is None else (other,))


def test_a_heartbeat_gives_signs_of_life_until_its_block_ends(store: Store) -> None:
    lock = store.take("corp", OWNER, "apply")
    with beating(store, lock, every=0.01):
        until(lambda: store.locks()[0].heard_at != lock.heard_at)
    assert not heartbeats()
    last = store.locks()[0].heard_at
    assert store.locks()[0].heard_at == last


def test_a_heartbeat_ends_with_the_run_lock_and_leaves_it_to_the_next_write_to_tell(store: Store) -> None:
    lock = store.take("corp", OWNER, "apply")
    with beating(store, lock, every=0.01):
        store.unlock(lock.id, "bob")
        until(lambda: not heartbeats())
    with pytest.raises(LockLostError):
        store.hear(lock)


def until(it_is_so: Callable[[], bool]) -> None:
    """Wait for something that another thread does; not for ever."""
    deadline = time.monotonic() + LONGEST
    while not it_is_so():
        assert time.monotonic() < deadline


def heartbeats() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "heartbeat of the run lock"]
