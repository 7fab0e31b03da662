"""What is kept of runs, in words."""

from collections.abc import Iterator
from typing import TypedDict

from calplan.model.plural import plural
from calplan.render.untrusted import for_terminal


class RunLockDocument(TypedDict):
    """A run lock that is held; ``told`` is all of it in one sentence."""

    id: str
    operation: str
    who: str
    host: str
    pid: int
    link: str | None
    run: str | None
    fence: int
    taken_at: str
    heard_at: str
    told: str


class LastRunDocument(TypedDict):
    """The newest run of an account."""

    id: str
    status: str
    who: str
    started_at: str


class AccountDocument(TypedDict):
    """What is kept of one account: runs by status, and the end of its chain of records."""

    account: str
    runs: dict[str, int]
    records: int
    head: str
    last_run: LastRunDocument | None
    run_lock: RunLockDocument | None


class StateDocument(TypedDict):
    """The state, as ``state show -o json`` prints it; no ``revision`` where there is none yet."""

    format_version: str
    place: str
    database: str
    revision: str | None
    accounts: list[AccountDocument]


def state_text(document: StateDocument) -> Iterator[str]:
    """The state for a terminal, account by account."""
    return (for_terminal(line) + "\n" for line in _lines(document))


def _lines(document: StateDocument) -> Iterator[str]:
    if document["revision"] is None:
        yield f"There is no state at {document['place']}: nothing was applied with it yet."
        return
    yield f"State: {document['place']} ({document['database']}, revision {document['revision']})"
    for account in document["accounts"]:
        yield from _account(account)


def _account(account: AccountDocument) -> Iterator[str]:
    runs = ", ".join(f"{number} {status}" for status, number in sorted(account["runs"].items()))
    counted = plural(sum(account["runs"].values()), "run") + (f" ({runs})" if runs else "")
    yield f"{account['account']}: {counted}, {plural(account['records'], 'record')}"
    if last := account["last_run"]:
        yield f"  last run: {last['id']}, {last['status']}, by {last['who']}, {last['started_at']}"
    if lock := account["run_lock"]:
        yield f"  run lock: held by {lock['told']}"
        yield f"  If that run has ended for certain: calplan state unlock {lock['id']}"
    else:
        yield "  run lock: free"
