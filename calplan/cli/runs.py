"""Runs as commands keep and find them."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import click

from calplan.apply.flow import Done, Failed, Waiting
from calplan.cli.approval import Consent
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.wiring import Planned
from calplan.plan.gates import GateStatus
from calplan.plan.steps import Step

if TYPE_CHECKING:
    from calplan.state.store import Run, Store


state_option = click.option(
    "--state",
    metavar="PLACE",
    help="Where runs are kept: a file, or postgresql://...; CALPLAN_STATE or .calplan/state.db where left out.",
)


@contextmanager
def keep() -> "Iterator[Store]":
    """The state of this working directory, let go of at the end.

    Raises:
        StopError: it cannot be used.
    """
    from calplan.state.store import StateError, Store  # noqa: PLC0415 - SQLAlchemy is imported when it is used

    if os.environ.get("CALPLAN_STATE"):
        raise StopError(ExitCode.USAGE, "error: this version keeps its state in .calplan only; unset CALPLAN_STATE")
    try:
        store = Store.open()
        try:
            yield store
        finally:
            store.close()
    except StateError as error:
        raise StopError(ExitCode.UNREACHABLE, f"error: {error}") from error


@contextmanager
def peek(state: str | None = None) -> "Iterator[Store | None]":
    """The state for reading alone, let go of at the end; ``None`` where there is none.

    Raises:
        StopError: it cannot be read.
    """
    from calplan.state.store import DEFAULT, StateError, Store  # noqa: PLC0415 - SQLAlchemy is imported when it is used

    try:
        store = Store.look(DEFAULT if state is None else Path(state))
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
    """A run being kept: the journal of its steps."""

    store: "Store"
    id: str

    @classmethod
    def begin(cls, store: "Store", planned: Planned, consent: Consent, plan: bytes) -> Self:
        """Start a run, with the gates that were lifted for it."""
        run = {
            "account": planned.document["account"],
            "plan_id": planned.document["plan_id"],
            "who": consent.who,
            "path": json.dumps([str(Path(path).absolute()) for path in planned.paths]),
            "plan": plan,
        }
        kept = cls(store=store, id=store.begin(run))
        for gate in planned.plan.gates:
            if gate.status is GateStatus.OVERRIDDEN:
                lifted = {"gate": gate.id, "limit": gate.limit, "actual": gate.actual}
                store.record(kept.id, "override", {**lifted, "reason": consent.reason, "who": consent.who})
        return kept

    def intend(self, step: Step) -> None:
        """Note that a step is about to be performed."""
        self.store.record(self.id, "intent", {"step": step.id, "op": step.kind.value, "address": step.address})

    def note(self, step: Step, result: Done | Failed | Waiting) -> None:
        """Note how a step went."""
        match result:
            case Done(changed=changed):
                content: dict[str, object] = {"result": "done", "changed": changed}
            case Failed(message=message, outcome_unknown=unknown):
                content = {"result": "failed", "message": message, "outcome_unknown": unknown}
            case Waiting():
                content = {"result": "waiting"}
        self.store.record(self.id, "outcome", {"step": step.id, **content})

    def finish(self, status: str) -> None:
        """Say how the run stands at its end."""
        self.store.finish(self.id, status)
