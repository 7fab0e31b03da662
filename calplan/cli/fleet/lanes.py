"""Where batches are planned, each place behind the standard interface of executors: this process, or others."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Protocol, TypeVar

from calplan.cli.fleet.batches import Batch
from calplan.cli.fleet.order import Reply, plan_accounts
from calplan.cli.logs import listen

T = TypeVar("T")


class Lane(Protocol):
    """A place that plans batches, ``room`` of them at once."""

    room: int

    def plan(self, batch: Batch) -> Future[tuple[Reply, ...]]:
        """The replies to a batch, once they are there; an exception where the place was lost."""
        ...

    def renew(self) -> None:
        """Be ready for other batches after one was lost."""
        ...

    def gone(self) -> str | None:
        """Why nothing more is to be expected of this place, or ``None`` where it lives."""
        ...


class Here(Executor):
    """An executor that does what is submitted at once, in this thread."""

    def submit(self, fn: Callable[..., T], /, *args: object) -> Future[T]:  # type: ignore[override]  # nobody names any
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args))
        except Exception as error:  # noqa: BLE001 - as every executor does
            future.set_exception(error)
        return future


class OwnLane:
    """The process we are in."""

    room = 1

    def plan(self, batch: Batch) -> Future[tuple[Reply, ...]]:
        return Here().submit(plan_accounts, batch)

    def renew(self) -> None:
        return None

    def gone(self) -> str | None:
        return None


class ProcessLane:
    """One process. A pool of several is lost as a whole with any of them, and nobody could say over which batch."""

    room = 1

    def __init__(self) -> None:
        self._pool = _pool()

    def plan(self, batch: Batch) -> Future[tuple[Reply, ...]]:
        return self._pool.submit(plan_accounts, batch)

    def renew(self) -> None:
        self._pool.shutdown(wait=False)
        self._pool = _pool()

    def gone(self) -> str | None:
        return None

    def close(self) -> None:
        """Let the process go, which has nothing left to do."""
        self._pool.shutdown()


@contextmanager
def processes(number: int) -> Iterator[Sequence[Lane]]:
    """Lanes of this machine, one for each process; just this one where one is enough.

    Whatever ends the block early ends the processes as well, at once.
    """
    if number == 1:
        yield (OwnLane(),)
        return
    lanes = [ProcessLane() for _ in range(number)]
    try:
        yield lanes
        for lane in lanes:
            lane.close()
    finally:
        for child in multiprocessing.active_children():
            child.kill()


def _pool() -> ProcessPoolExecutor:
    # A fork would copy locks that other threads hold.
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """Make a new process one of ours: Ctrl-C is for the one that started it, and it does not outlive that one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    listen()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_after, args=(parent,), daemon=True).start()


def _leave_after(parent: "multiprocessing.process.BaseProcess") -> None:
    parent.join()
    os._exit(1)
