"""Owners, runs and places to keep them in, for tests of the state and of what stands on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from calplan.state.database import Database
from calplan.state.place import Place
from calplan.state.run import NewRun
from calplan.state.run_lock import HeldLock, Owner
from calplan.state.store import Store

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
OWNER: Final = Owner(who="ann", host="laptop", pid=4711, link=None)


class Ticking:
    """A clock that is a second later each time it is asked, from noon on."""

    def __init__(self, start: datetime = NOON) -> None:
        self.next = start

    def __call__(self) -> datetime:
        now, self.next = self.next, self.next + timedelta(seconds=1)
        return now


def new_run(account: str = "corp", *, who: str = "ann", plan_id: str = "sha256:0", plan: bytes = b"PK") -> NewRun:
    return NewRun(account=account, plan_id=plan_id, who=who, path="[]", plan=plan, plan_created_at=NOON)


@contextmanager
def opened(place: Place) -> Iterator[Store]:
    """The state at a place, closed afterwards."""
    store = Store.open(place, Ticking())
    try:
        yield store
    finally:
        store.close()


def begun(store: Store, account: str = "corp", *, plan_id: str = "sha256:0") -> tuple[str, HeldLock]:
    """A run lock, and a run that begins under it."""
    lock = store.take(account, OWNER, "apply")
    return store.begin(new_run(account, plan_id=plan_id), lock), lock


def applied(store: Store, account: str = "corp", *, plan_id: str = "sha256:0") -> str:
    """A run of one step that came to its end."""
    run, lock = begun(store, account, plan_id=plan_id)
    store.record(run, "intent", {"step": "s1"}, lock)
    store.record(run, "outcome", {"step": "s1", "result": "done"}, lock)
    store.finish(run, "applied", lock)
    store.release(lock)
    return run


@contextmanager
def behind_its_back(place: Place) -> Iterator[Connection]:
    """A transaction on the tables of a state, for somebody who changes what was recorded."""
    database = Database.to_write(place)
    try:
        with database.writing() as connection:
            yield connection
    finally:
        database.close()


def made_as(place: Place, revision: str) -> None:
    """The tables of an earlier calplan, empty."""
    from alembic import command  # noqa: PLC0415 - tests of one revision do without
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", "calplan.state:migrations")
    with behind_its_back(place) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@contextmanager
def opened_as_it_is(place: Place) -> Iterator[Store]:
    """The state as the calplan of its revision opened it: nothing is brought up to date."""
    database = Database.to_write(place)
    try:
        yield Store(database, Ticking())
    finally:
        database.close()
