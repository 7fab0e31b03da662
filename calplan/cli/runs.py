"""Runs as commands keep and find them."""

import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from calplan.apply.document import OverrideDocument
from calplan.apply.flow import Done, Failed, Waiting
from calplan.apply.progress import UNDO
from calplan.apply.standing import Found
from calplan.cli.apply_report import ApplyReport
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.place import place_of
from calplan.plan.steps import Step
from calplan.policyfile.packs import path_recorded
from calplan.render.untrusted import for_terminal
from calplan.state.chain import RUNNING
from calplan.state.errors import LockHeldError, LockLostError, StateError
from calplan.state.place import Place
from calplan.state.run import Run
from calplan.state.run_lock import HeldLock, Owner

if TYPE_CHECKING:
    from calplan.state.store import Store


@contextmanager
def keep(state: str | None = None, *, with_run: str | None = None) -> "Iterator[Store]":
    """The state, let go of at the end; made where there is none, unless a run in it is wanted.

    Raises:
        StopError: it cannot be used, or another run holds the run lock that is asked for.
    """
    place = place_of(state)
    if with_run is not None and _nothing_at(place):
        nothing = f"there is no run {with_run!r} here: nothing is kept at {place.name}"
        raise StopError(ExitCode.USAGE, f"error: {nothing}; --state names another place")
    from calplan.state.store import Store  # noqa: PLC0415 - SQLAlchemy is imported when it is used

    with _stopping(state):
        store = Store.open(place)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def peek(state: str | None = None) -> "Iterator[Store | None]":
    """The state for reading alone, let go of at the end; ``None`` where there is none.

    Raises:
        StopError: it cannot be read.
    """
    place = place_of(state)
    if place.file is not None and not os.path.lexists(place.file):
        yield None
        return
    from calplan.state.store import Store  # noqa: PLC0415 - SQLAlchemy is imported when it is used

    with _stopping(state):
        store = Store.look(place)
        try:
            yield store
        finally:
            if store is not None:
                store.close()


@contextmanager
def _stopping(state: str | None) -> Iterator[None]:
    try:
        yield
    except LockHeldError as error:
        same = " (with the same --state)" if state else ""
        raise StopError(ExitCode.LOCKED, for_terminal(f"error: {error}{same}") + "\nnothing was written") from error
    except LockLostError as error:
        raise StopError(ExitCode.LOCKED, for_terminal(f"error: {error}")) from error
    except StateError as error:
        raise StopError(ExitCode.UNREACHABLE, for_terminal(f"error: {error}")) from error


def _nothing_at(place: Place) -> bool:
    """Whether there is certainly no file at a place; what cannot be looked at is left to whoever opens it."""
    if place.file is None:
        return False
    try:
        os.lstat(place.file)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def same_state(store: "Store") -> str:
    """What to add to a command line that is told to somebody, where it would not find this state by itself."""
    try:
        found = place_of(None) == store.place
    except StopError:
        found = False
    return "" if found else " (with the same --state)"


def owner(who: str) -> Owner:
    """Who takes a run lock here: the name, this machine and process, and the run of the CI system if it is one."""
    return Owner(who=who, host=socket.gethostname(), pid=os.getpid(), link=_link())


def _link() -> str | None:
    """The address of the CI run that this is a part of, as GitLab and GitHub give it."""
    if job := os.environ.get("CI_JOB_URL"):
        return job
    parts = [os.environ.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")]
    server, repository, run = parts
    return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else None


def find(store: "Store | None", name: str) -> Run:
    """The run with this id, or this beginning of one.

    Raises:
        StopError: there is no such run, or more than one.
    """
    run = None if store is None else store.find(name)
    if run is None:
        message = f"error: there is no run {name!r} here, or more than one that begins so; calplan history lists them"
        raise StopError(ExitCode.USAGE, message)
    return run


def paths_of(run: Run) -> tuple[Path, ...]:
    """Where the documents of a run lie.

    Raises:
        StopError: they are gone from there, or that cannot be read any more.
    """
    try:
        paths = tuple(map(path_recorded, json.loads(run.path)))
    except (AttributeError, TypeError, ValueError):
        paths = ()
    if not paths:
        message = (
            f"error: the state does not say any more where the documents of run {run.id} are; say where: --path PATH"
        )
        raise StopError(ExitCode.INVALID, message)
    for path in paths:
        if not path.exists():
            message = f"error: the documents of run {run.id} are not at {path} any more; say where: --path PATH"
            raise StopError(ExitCode.USAGE, message)
    return paths


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A run being kept: the journal of its steps. It tells the report of each step as well.

    ``resumed``: it was begun earlier; ``wrote``: steps of it were done then.
    """

    store: "Store"
    id: str
    lock: HeldLock
    report: ApplyReport
    resumed: bool = False
    wrote: bool = False

    def intend(self, step: Step) -> None:
        """Note that a step is about to be performed."""
        self._record("intent", {"step": step.id, "op": step.kind.value, "address": step.address})
        self.report.intends(step.id)

    def note(self, step: Step, result: Done | Failed | Waiting) -> None:
        """Note how a step went."""
        self.report.took(step.id, result)
        match result:
            case Done(changed=changed):
                content: dict[str, object] = {"result": "done", "changed": changed}
            case Failed(message=message, outcome_unknown=unknown):
                content = {"result": "unknown" if unknown else "failed", "message": message}
            case Waiting():
                content = {"result": "waiting"}
        self._record("outcome", {"step": step.id, **content})

    def read_back(self, step: Step, found: Found) -> None:
        """Note how the place of a step stands whose outcome was in doubt."""
        self.found(step.id, found)

    def undo(self, step: Step, half: Mapping[str, str]) -> None:
        """Note what it takes to finish a write of which the first part is done."""
        self._record(UNDO, {"step": step.id, "half": dict(half)})

    def found(self, step: str, found: Found) -> None:
        """Note how the place of a step stands, by the id of the step."""
        self._record("readback", {"step": step, "found": found.value})

    def override(self, lifted: OverrideDocument) -> None:
        """Note that a gate was lifted."""
        self._record("override", dict(lifted))

    def begin_again(self, who: str) -> None:
        """Note that somebody goes on with the run."""
        self._record("resume", {"who": who, "link": _link()})

    def go_on(self, stood: str) -> None:
        """Say that the run, which stood otherwise, has no end again: it is about to write."""
        if stood != RUNNING:
            self.finish(RUNNING)
        self.report.status = RUNNING

    def finish(self, status: str) -> None:
        """Say how the run stands at its end."""
        self.store.finish(self.id, status, self.lock)

    def _record(self, kind: str, content: dict[str, object]) -> None:
        self.store.record(self.id, kind, content, self.lock)
