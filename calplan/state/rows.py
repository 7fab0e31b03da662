"""Rows of the state as values, and the statements that several operations share."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row

from calplan.state.chain import Entry, Head, StoredRun, canonical, digest, moment, origin, parsed
from calplan.state.errors import LockLostError
from calplan.state.run import Record, Run
from calplan.state.run_lock import HeldLock, Owner
from calplan.state.tables import ACCOUNTS, LOCKS, RECORDS, RUNS

AnyRow = Row[*tuple[Any, ...]]

LISTED: Final = tuple(column for column in RUNS.columns if column is not RUNS.c.plan)
"""What of a run is read where many are: its plan may be a megabyte."""


def storable(text: str) -> str:
    """Text that every database takes: what was no text, and NUL, is written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def header_of(run: Mapping[str, Any], plan_sha256: str) -> dict[str, object]:
    """What the first record of a run holds: all that never changes about it."""
    planned = run["plan_created_at"]
    return {
        "account": run["account"],
        "plan_id": run["plan_id"],
        "who": run["who"],
        "path": run["path"],
        "started_at": moment(run["started_at"]),
        "plan_created_at": None if planned is None else moment(planned),
        "plan_sha256": plan_sha256,
    }


def wait_for_turn(connection: Connection, account: str) -> AnyRow:
    """The row of an account, made if there is none; until the transaction ends nobody else writes to the account."""
    fresh = {"name": account, "head_number": 0, "head_digest": origin(account), "fence": 0}
    own_row = select(ACCOUNTS).where(ACCOUNTS.c.name == account).with_for_update()
    row = connection.execute(own_row).one_or_none()
    if row is None:
        add = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        connection.execute(add(ACCOUNTS).values(fresh).on_conflict_do_nothing())
        row = connection.execute(own_row).one()
    return row


def append(
    connection: Connection, account: AnyRow, *, run: str, at: datetime, kind: str, content: Mapping[str, object]
) -> int:
    """Add a record behind the head that ``wait_for_turn`` gave, once for each turn; gives its number."""
    number, text = account.head_number + 1, canonical(content)
    mark = digest(account.head_digest, run=run, number=number, at=at, kind=kind, text=text)
    record = {"account": account.name, "number": number, "run": run, "at": at, "kind": kind}
    connection.execute(insert(RECORDS).values(record | {"content": text, "digest": mark}))
    own_row = ACCOUNTS.c.name == account.name
    connection.execute(update(ACCOUNTS).where(own_row).values(head_number=number, head_digest=mark))
    return int(number)


def still_held(connection: Connection, lock: HeldLock) -> None:
    """Make certain, in this transaction, that a run lock is still its owner's.

    Raises:
        LockLostError: it is not.
    """
    row = connection.execute(select(LOCKS).where(LOCKS.c.account == lock.account)).one_or_none()
    if row is not None and row.held and (row.id, row.fence) == (lock.id, lock.fence):
        return
    now = f"it is held by {lock_of(row).told()}" if row is not None and row.held else "nobody holds it now"
    raise LockLostError(f"the run lock of {lock.account} was released by hand, and {now}; nothing more is written")


def owner_row(owner: Owner) -> dict[str, object]:
    link = None if owner.link is None else storable(owner.link)
    return {"owner": storable(owner.who), "host": storable(owner.host), "pid": owner.pid, "link": link}


def lock_of(row: AnyRow) -> HeldLock:
    return HeldLock(
        id=row.id,
        account=row.account,
        operation=row.operation,
        owner=Owner(who=row.owner, host=row.host, pid=row.pid, link=row.link),
        run=row.run,
        fence=row.fence,
        taken_at=row.taken_at,
        heard_at=row.heard_at,
    )


def run_of(row: AnyRow, plan: bytes = b"") -> Run:
    return Run(
        id=row.id,
        account=row.account,
        plan_id=row.plan_id,
        who=row.who,
        path=row.path,
        status=row.status,
        started_at=row.started_at,
        finished_at=row.finished_at,
        plan=plan,
        plan_created_at=row.plan_created_at,
    )


def record_of(row: AnyRow) -> Record:
    return Record(
        number=row.number, run=row.run, at=row.at, kind=row.kind, content=parsed(row.content), digest=row.digest
    )


def head_of(connection: Connection, account: str) -> Head:
    row = connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.name == account)).one_or_none()
    return (
        Head(number=0, digest=origin(account)) if row is None else Head(number=row.head_number, digest=row.head_digest)
    )


def entries_of(connection: Connection, account: str) -> Iterator[Entry]:
    """The chain of an account in order."""
    for row in connection.execute(select(RECORDS).where(RECORDS.c.account == account).order_by(RECORDS.c.number)):
        yield Entry(number=row.number, run=row.run, at=row.at, kind=row.kind, text=row.content, digest=row.digest)


def stored_runs(connection: Connection, account: str) -> Iterator[StoredRun]:
    """The runs of an account as they stand; their plans are read one by one."""
    for row in connection.execute(listed(account)).all():
        plan = connection.execute(select(RUNS.c.plan).where(RUNS.c.id == row.id)).scalar_one()
        yield StoredRun(
            id=row.id,
            header=header_of(row._asdict(), hashlib.sha256(plan).hexdigest()),
            status=row.status,
            finished_at=row.finished_at,
            first_record=row.first_record,
            last_status=row.last_status,
        )


def listed(account: str | None) -> Select[*tuple[Any, ...]]:
    """Runs without their plans, those of one account newest first whatever the clocks of machines said."""
    if account is None:
        return select(*LISTED).order_by(RUNS.c.started_at.desc(), RUNS.c.account, RUNS.c.first_record.desc())
    return select(*LISTED).where(RUNS.c.account == storable(account)).order_by(RUNS.c.first_record.desc())
