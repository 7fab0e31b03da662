"""The run lock as an apply takes it: one run per account at a time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import click

from calplan.cli.output import say
from calplan.cli.runs import owner, same_state
from calplan.model.limits import parse_age
from calplan.plan.gates import in_words
from calplan.render.untrusted import for_terminal
from calplan.state.errors import LockHeldError, StateError
from calplan.state.run_lock import HeldLock, Owner

if TYPE_CHECKING:
    from calplan.state.store import Store

BETWEEN_TRIES: Final = 0.5
"""Seconds."""


class Wait(click.ParamType[timedelta]):
    """A time such as 30s or 5m."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        try:
            return parse_age(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@contextmanager
def holding(
    store: "Store", account: str, who: str, operation: str, wait: timedelta = timedelta()
) -> "Iterator[HeldLock]":
    """The run lock of an account, heard of regularly, and given back at the end.

    Raises:
        LockHeldError: another run holds it, and went on doing so for the time given.
    """
    from calplan.state.heartbeat import beating  # noqa: PLC0415 - SQLAlchemy is imported when it is used

    lock = _taken(store, account, owner(who), operation, wait)
    try:
        with beating(store, lock):
            yield lock
    finally:
        try:
            store.release(lock)
        except StateError as error:
            say(f"the run lock could not be given back: {error}\nLater: {_unlock(store, lock)}")
        except KeyboardInterrupt:
            say(f"the run lock may still be held: {_unlock(store, lock)}")
            raise


def _unlock(store: "Store", lock: HeldLock) -> str:
    return f"calplan state unlock {lock.id}{same_state(store)}"


def _taken(store: "Store", account: str, owner: Owner, operation: str, wait: timedelta) -> HeldLock:
    until = time.monotonic() + wait.total_seconds()
    told = False
    while True:
        try:
            return store.take(account, owner, operation)
        except LockHeldError as error:
            left = until - time.monotonic()
            if left <= 0:
                raise
            if not told:
                say(for_terminal(f"{error}; waiting up to {in_words(wait)}"))
                told = True
            time.sleep(min(BETWEEN_TRIES, left))
