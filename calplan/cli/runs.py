"""Runs as commands keep and find them."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from calplan.apply.document import OverrideDocument
from calplan.apply.flow import Done, Failed, Waiting
from calplan.apply.standing import Found
from calplan.cli.apply_report import ApplyReport
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.run_lock import run_link
from calplan.plan.steps import Step

if TYPE_CHECKING:
    from calplan.state.store import HeldLock, Place, Run, Store

Command = TypeVar("Command", bound=Callable[..., object])

state_option = click.option(
    "--state",
    metavar="PLACE",
    help="Where runs are kept: a file, or postgresql://...; CALPLAN_STATE or .calplan/state.db where left out.",
)


def place_of(state: str | None) -> "Place":
    """Where the state lives: what the option says, or CALPLAN_STATE, or the working directory.

    Raises:
        StopError: it is no place that can be understood.
    """
    from calplan.state.store import Place, StateError  # noqa: PLC0415 - SQLAlchemy is imported when it is used

    try:
        return Place.of(state or os.environ.get("CALPLAN_STATE") or None)
    except StateError as error:
        raise StopError(ExitCode.USAGE, f"error: {error}") from error


@contextmanager
def keep(state: str | None) -> "Iterator[Store]":
    """The state, made if there is none yet, let go of at the end.

    Raises:
        StopError: it cannot be used.
    """
    from calplan.state.store import StateError, Store  # noqa: PLC0415 - SQLAlchemy is imported when it is used

    try:
        store = Store.open(place_of(state))
        try:
            yield store
        finally:
            store.close()
    except StateError as error:
        raise StopError(ExitCode.UNREACHABLE, f"error: {error}") from error


@contextmanager
def peek(state: str | None) -> "Iterator[Store | None]":
    """The state to be read only, ``None`` where there is none.

    Raises:
        StopError: it cannot be used.
    """
    from calplan.state.store import StateError, Store  # noqa: PLC0415 - SQLAlchemy is imported when it is used

    try:
        store = Store.look(place_of(state))
        try:
            yield store
        finally:
            if store is not None:
                store.close()
    except StateError as error:
        raise StopError(ExitCode.UNREACHABLE, f"error: {error}") from error


def find(store: "Store | None", name: str) -> "Run":
    """The run with this id, or this beginning of one.

    Raises:
        StopError: there is no such run, or more than one.
    """
    run = None if store is None else store.find(name)
    if run is None:
        raise StopError(ExitCode.USAGE, f"error: there is no run {name!r} here, or more than one that begins so")
    return run


def paths_of(run: "Run") -> tuple[Path, ...]:
    """Where the documents of a run lie."""
    return tuple(map(Path, json.loads(run.path)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A run being kept: the journal of its steps. It tells the report of each step as well."""

    store: "Store"
    id: str
    lock: "HeldLock"
    report: ApplyReport
    resumed: bool = False

    def intend(self, step: Step) -> None:
        """Note that a step is about to be performed."""
        self._record("intent", {"step": step.id, "op": step.kind.value, "address": step.address})

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

    def found(self, step: str, found: Found) -> None:
        """Note how the place of a step stands, by the id of the step."""
        self._record("readback", {"step": step, "found": found.value})

    def override(self, lifted: OverrideDocument) -> None:
        """Note that a gate was lifted."""
        self._record("override", dict(lifted))

    def begin_again(self, who: str) -> None:
        """Note that somebody goes on with the run."""
        self._record("resume", {"who": who, "link": run_link()})

    def finish(self, status: str) -> None:
        """Say how the run stands at its end."""
        self.store.finish(self.id, status, self.lock)

    def _record(self, kind: str, content: dict[str, object]) -> None:
        self.store.record(self.id, kind, content, self.lock)
