"""What is remembered of runs: found again, in order, durable, and private."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from calplan.state.errors import StateError
from calplan.state.place import Place
from calplan.state.store import Store
from tests.state.make import NOON, OWNER, Ticking, applied, begun, new_run, opened


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    with opened(place) as store:
        yield store


def test_a_run_is_found_again_by_its_id_or_its_beginning(store: Store) -> None:
    run, lock = begun(store)
    for name in (run, run[:8], run[:8].upper()):
        found = store.find(name)
        assert found is not None
        assert (found.id, found.account, found.who, found.plan, found.status) == (run, "corp", "ann", b"PK", "running")
        assert (found.plan_created_at, found.finished_at) == (NOON, None)
    store.finish(run, "applied", lock)
    found = store.find(run)
    assert found is not None
    assert found.status == "applied"
    assert found.finished_at is not None
    assert found.finished_at > found.started_at > NOON


@pytest.mark.parametrize("name", ["", "%", "_", "nothing", "' OR 1=1 --", "\udcff", "\0"])
def test_what_is_no_beginning_of_an_id_finds_nothing(name: str, store: Store) -> None:
    begun(store)
    assert store.find(name) is None


def test_a_beginning_of_several_ids_finds_none_of_them(store: Store) -> None:
    lock = store.take("corp", OWNER, "apply")
    ids = [store.begin(new_run(), lock) for _ in range(17)]
    twice = next(one[0] for one in ids if sum(other[0] == one[0] for other in ids) > 1)
    assert store.find(twice) is None


def test_what_happened_is_kept_in_order_and_survives_another_opening(place: Place, store: Store) -> None:
    (run, lock), (other, lock_of_other) = begun(store), begun(store, "lab")
    for number in range(3):
        store.record(run, "intent", {"step": f"s{number}", "text": "\udcff \u202e \u660e \0"}, lock)
        store.record(other, "outcome", {}, lock_of_other)
    with opened(place) as again:
        kept = again.records(run)
    assert [one.kind for one in kept] == ["begin", "intent", "intent", "intent"]
    assert [one.content.get("step") for one in kept[1:]] == ["s0", "s1", "s2"]
    assert kept[1].content["text"] == "\udcff \u202e \u660e \0"
    assert [one.number for one in kept] == [1, 2, 3, 4]
    assert all(one.at.utcoffset() == timedelta() for one in kept)


def test_text_that_no_database_takes_is_kept_as_escapes(store: Store) -> None:
    lock = store.take("corp", OWNER, "apply")
    found = store.find(store.begin(new_run(who="caf\udce9\0"), lock))
    assert found is not None
    assert found.who == "caf\\udce9\\x00"
    assert store.check_chain("corp").faults == ()


def test_runs_are_listed_newest_first_by_account_and_by_plan(store: Store) -> None:
    first, second = applied(store), applied(store, plan_id="sha256:1")
    third = applied(store, "lab")
    assert [run.id for run in store.runs("corp")] == [second, first]
    assert {run.id for run in store.runs()} == {first, second, third}
    assert [run.id for run in store.runs_of_plan("corp", "sha256:1")] == [second]
    assert store.runs_of_plan("lab", "sha256:1") == ()
    assert store.accounts() == ("corp", "lab")


def test_the_last_applied_run_is_the_one_that_came_to_its_end_last(store: Store) -> None:
    assert store.last_applied("corp") is None
    halted, lock = begun(store)
    store.finish(halted, "interrupted", lock)
    store.release(lock)
    later = applied(store)
    last = store.last_applied("corp")
    assert last is not None
    assert (last.id, last.plan) == (later, b"PK")
    lock = store.take("corp", OWNER, "apply --resume")
    store.attach(lock, halted)
    store.finish(halted, "running", lock)
    resumed = store.find(halted)
    assert resumed is not None
    assert (resumed.status, resumed.finished_at) == ("running", None)
    store.finish(halted, "applied", lock)
    last = store.last_applied("corp")
    assert last is not None
    assert last.id == halted
    assert store.last_applied("lab") is None


def test_runs_are_in_the_order_they_were_recorded_though_a_clock_was_set_back(place: Place, store: Store) -> None:
    first = applied(store)
    earlier = Store.open(place, Ticking(NOON - timedelta(days=1)))
    second = applied(earlier)
    earlier.close()
    assert [run.id for run in store.runs("corp")] == [second, first]
    last = store.last_applied("corp")
    assert last is not None
    assert last.id == second
    assert store.check_chain("corp").faults == ()


def test_nothing_is_recorded_of_a_run_that_nobody_began(store: Store) -> None:
    run, _lock = begun(store)
    lab = store.take("lab", OWNER, "apply")
    with pytest.raises(StateError, match="there is no run nothing in the state"):
        store.record("nothing", "intent", {})
    with pytest.raises(StateError, match=f"there is no run {run} of lab in the state"):
        store.record(run, "intent", {}, lab)
    with pytest.raises(StateError, match="a run of corp cannot begin under the run lock of lab"):
        store.begin(new_run("corp"), lab)
    assert [one.kind for one in store.records(run)] == ["begin"]


def test_the_run_that_wrote_after_another_is_told_whatever_the_clocks_said(place: Place) -> None:
    with opened(place) as store:
        old, lock = begun(store)
        store.record(old, "intent", {"step": "s1"}, lock)
        store.release(lock)
        run = store.find(old)
        assert run is not None
        assert store.later_writer(run) is None
        begun(store, "lab")
    with closing(Store.open(place, Ticking(NOON - timedelta(hours=1)))) as store:
        nothing, lock = begun(store)
        store.finish(nothing, "failed", lock)
        assert store.later_writer(run) is None, "it wrote nothing"
        store.release(lock)
        later = applied(store)
        store.record(old, "resume", {"who": "ann"})
        found = store.later_writer(run)
        assert found is not None
        assert (found.id, found.started_at < run.started_at) == (later, True)
        newest = store.find(later)
        assert newest is not None
        assert store.later_writer(newest) is None


def test_what_is_observed_later_is_recorded_without_a_run_lock(store: Store) -> None:
    run = applied(store)
    store.record(run, "verification", {"within": True})
    assert store.records(run)[-1].content == {"within": True}
    assert store.check_chain("corp").faults == ()
