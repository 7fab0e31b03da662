"""``calplan state``: what is kept of runs, and the way out when a run lock outlived its run."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from calplan.cli import completing
from calplan.cli.approval import login_name
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.options import output_option
from calplan.cli.output import emit, say, targets
from calplan.cli.place import place_of, state_option
from calplan.cli.runs import keep, peek
from calplan.render.state_text import AccountDocument, LastRunDocument, RunLockDocument, StateDocument, state_text
from calplan.render.untrusted import for_terminal
from calplan.state.chain import RUNNING
from calplan.state.run import Run
from calplan.state.run_lock import HeldLock

if TYPE_CHECKING:
    from calplan.state.store import Store

FORMATS: Final = ("text", "json")


@click.group()
def state() -> None:
    """What is kept of runs."""


@state.command()
@click.option("--account", metavar="NAME", shell_complete=completing.account_names, help="Only this account.")
@output_option(FORMATS)
@state_option
def show(*, account: str | None, output: Sequence[str], state: str | None) -> ExitCode:
    """Show where the state lives, what is kept of each account, and who holds which run lock."""
    outputs = targets(output, FORMATS)
    with peek(state) as store:
        document = described(store, account, state)
    for target in outputs:
        parts = (json.dumps(document, indent=2, sort_keys=True) + "\n",) if target.format == "json" else None
        emit(parts or state_text(document), target.file)
    return ExitCode.DONE


@state.command()
@click.argument("lock", metavar="ID", shell_complete=completing.run_locks)
@click.option("--by", metavar="WHO", help="Who releases it; the login name where left out.")
@state_option
def unlock(lock: str, *, by: str | None, state: str | None) -> ExitCode:
    """Release the run lock with exactly this ID, whose run has ended for certain. It asks nothing.

    If the run is still going, it writes one more step at most and then stops. Who releases a run lock is recorded.
    """
    with peek(state) as looked:
        known = looked is not None and any(one.id == lock for one in looked.locks())
    if known:
        with keep(state) as store:
            released = store.unlock(lock, by or login_name())
            if released is not None:
                emit((for_terminal(f"Released the run lock of {released.account}, held by {released.told()}") + "\n",))
                _hint(store, released)
                return ExitCode.DONE
    message = f"error: no run lock with the whole id {lock!r} is held; calplan state show lists those that are"
    raise StopError(ExitCode.USAGE, message)


def _hint(store: "Store", released: HeldLock) -> None:
    run = None if released.run is None else store.find(released.run)
    if run is not None and run.status == RUNNING:
        say(f"Run {run.id} did not come to its end. To go on with it: calplan apply --resume {run.id}")


def described(store: "Store | None", account: str | None, state: str | None) -> StateDocument:
    """What is kept, as a document.

    Raises:
        StopError: nothing is kept of the account that was asked for.
    """
    place = place_of(state)
    accounts = () if store is None else store.accounts()
    if account is not None and account not in accounts:
        raise StopError(ExitCode.USAGE, f"error: nothing is kept of an account {account!r} at {place.name}")
    held = {} if store is None else {lock.account: lock for lock in store.locks()}
    shown = accounts if account is None else (account,)
    return {
        "format_version": "1.0",
        "place": place.name,
        "database": "PostgreSQL" if place.file is None else "SQLite",
        "revision": None if store is None else store.revision(),
        "accounts": [] if store is None else [_account(store, name, held.get(name)) for name in shown],
    }


def _account(store: "Store", name: str, lock: HeldLock | None) -> AccountDocument:
    runs, head = store.runs(name), store.head(name)
    return {
        "account": name,
        "runs": dict(Counter(run.status for run in runs)),
        "records": head.number,
        "head": head.digest,
        "last_run": _last_run(runs[0]) if runs else None,
        "run_lock": None if lock is None else _run_lock(lock),
    }


def _last_run(run: Run) -> LastRunDocument:
    return {"id": run.id, "status": run.status, "who": run.who, "started_at": _moment(run.started_at)}


def _run_lock(lock: HeldLock) -> RunLockDocument:
    return {
        "id": lock.id,
        "operation": lock.operation,
        "who": lock.owner.who,
        "host": lock.owner.host,
        "pid": lock.owner.pid,
        "link": lock.owner.link,
        "run": lock.run,
        "fence": lock.fence,
        "taken_at": _moment(lock.taken_at),
        "heard_at": _moment(lock.heard_at),
        "told": lock.told(),
    }


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
