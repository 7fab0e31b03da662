"""The run lock as an apply takes it: one run per account at a time."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import click

from calplan.cli import clock
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import say
from calplan.model.limits import parse_age
from calplan.plan.gates import in_words

if TYPE_CHECKING:
    from calplan.state.store import HeldLock, Owner, Store

BETWEEN_TRIES: Final = 0.5
"""Seconds."""


class Wait(click.ParamType):
    """A time such as 30s or 5m."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        try:
            return parse_age(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def owner(who: str) -> "Owner":
    """Who takes a run lock: by name, machine, process, and the page of the pipeline's run where there is one."""
    from calplan.state.store import Owner  # noqa: PLC0415 - SQLAlchemy is imported when it is used

    return Owner(who=who, host=socket.gethostname(), pid=os.getpid(), link=run_link())


def run_link() -> str | None:
    """The page of the pipeline's run, where one runs us that says so."""
    server, repository, number = (
        os.environ.get(name) for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    )
    if server and repository and number:
        return f"{server}/{repository}/actions/runs/{number}"
    return os.environ.get("CI_JOB_URL") or None


@contextmanager
def holding(store: "Store", account: str, who: str, operation: str, wait: timedelta) -> "Iterator[HeldLock]":
    """The run lock of an account, heard of regularly, and given back at the end.

    Raises:
        StopError: another run holds it, and went on doing so for the time given.
    """
    from calplan.state.run_lock import beating  # noqa: PLC0415 - SQLAlchemy is imported when it is used
    from calplan.state.store import StateError  # noqa: PLC0415 - as above

    lock = _taken(store, account, owner(who), operation, wait)
    try:
        with beating(store, lock):
            yield lock
    finally:
        try:
            store.release(lock)
        except StateError as error:
            say(f"the run lock could not be given back: {error}\nLater: calplan state unlock {lock.id}")


def _taken(store: "Store", account: str, owner: "Owner", operation: str, wait: timedelta) -> "HeldLock":
    from calplan.state.store import LockHeldError  # noqa: PLC0415 - SQLAlchemy is imported when it is used

    until = time.monotonic() + wait.total_seconds()
    told = False
    while True:
        try:
            return store.take(account, owner, operation)
        except LockHeldError as error:
            left = until - time.monotonic()
            if left <= 0:
                raise StopError(ExitCode.LOCKED, _held(error.held)) from error
            if not told:
                say(f"{_holder(error.held, clock.now())}; waiting up to {in_words(wait)}")
                told = True
            time.sleep(min(BETWEEN_TRIES, left))


def _held(held: "HeldLock") -> str:
    return (
        f"error: {_holder(held, clock.now())}; nothing was written\n"
        f"Wait for it, or look: calplan state show. If that process is gone: calplan state unlock {held.id}"
    )


def _holder(held: "HeldLock", now: datetime) -> str:
    """Who holds a run lock, in one sentence without its full stop."""
    parts = [
        f"another run holds {held.account}: {held.operation} by {held.owner.who}",
        f"process {held.owner.pid} on {held.owner.host}",
        f"since {held.taken_at:%Y-%m-%d %H:%M:%S} UTC",
        f"last heard of {in_words(max(now - held.heard_at, timedelta()))} ago",
    ]
    parts += [f"run {held.run}"] if held.run else []
    parts += [held.owner.link] if held.owner.link else []
    return ", ".join(parts)
