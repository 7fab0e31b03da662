"""The state: run locks, and runs with everything that happened in them, in a chain for each account."""

import hashlib
import re
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, Self

from sqlalchemy import Connection, delete, func, insert, select, update

from calplan.state import rows, schema
from calplan.state.chain import BEGIN, RUNNING, STATUS, ChainReport, Head, faults
from calplan.state.database import Database
from calplan.state.errors import LockHeldError, StateDamagedError, StateError
from calplan.state.memory import StateMemory
from calplan.state.place import Place
from calplan.state.run import NewRun, Record, Run
from calplan.state.run_lock import HeldLock, Owner
from calplan.state.tables import ACCOUNTS, LOCKS, RECORDS, RUNS

NOTE: Final = "note"
APPLIED: Final = "applied"
INTENT: Final = "intent"
BY_WRITING: Final = (BEGIN, INTENT, "outcome", STATUS)
"""The kinds of records that a run leaves by going on: not those of trying to, or of looking."""
PART_OF_AN_ID: Final = re.compile("[0-9a-f-]+")

Clock = Callable[[], datetime]


def real_time() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


class Store:
    """The state at one place. Whatever a method writes is durable when it returns.

    Every method raises ``StateError`` when the database fails.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @classmethod
    def open(cls, place: Place, clock: Clock = real_time) -> Self:
        """The state at a place, made or brought up to date where needed."""
        database = Database.to_write(place)
        try:
            schema.bring_up_to_date(database)
        except BaseException:
            database.close()
            raise
        return cls(database, clock)

    @classmethod
    def look(cls, place: Place) -> Self | None:
        """The state at a place for reading alone, or ``None`` where there is none; it makes and changes nothing."""
        database = Database.to_read(place)
        if database is None:
            return None
        try:
            with database.reading("opened") as connection:
                revision = schema.found(database, connection)
        except BaseException:
            database.close()
            raise
        if revision is None:
            database.close()
            return None
        return cls(database, real_time)

    @property
    def place(self) -> Place:
        """Where it lives."""
        return self._database.place

    def revision(self) -> str:
        """The revision of the tables."""
        with self._database.reading() as connection:
            return schema.found(self._database, connection) or schema.REVISION

    def memory(self, account: str) -> StateMemory:
        """What is kept of the readings of an account; it is read and written over the connections of this state."""
        return StateMemory(self._database, account, self._clock)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    # Run locks

    def take(self, account: str, owner: Owner, operation: str) -> HeldLock:
        """The run lock of an account.

        Raises:
            LockHeldError: another run holds it, however long nothing was heard of that one.
        """
        account, lock = rows.storable(account), str(uuid.uuid4())
        try:
            return self._take(account, lock, owner, operation)
        except LockHeldError:
            raise
        except BaseException:
            # An interrupt, or a connection that broke, may have come when the run lock was taken already.
            with suppress(StateError):
                self._give_back(account, lock)
            raise

    def _take(self, account: str, lock: str, owner: Owner, operation: str) -> HeldLock:
        with self._database.writing() as connection:
            turn = rows.wait_for_turn(connection, account)
            old = connection.execute(select(LOCKS).where(LOCKS.c.account == account)).one_or_none()
            if old is not None and old.held:
                raise LockHeldError.of(rows.lock_of(old))
            now, fence = self._clock(), turn.fence + 1
            values = {"account": account, **rows.owner_row(owner), "operation": rows.storable(operation), "run": None}
            values |= {"id": lock, "fence": fence, "taken_at": now, "heard_at": now, "held": True}
            connection.execute(delete(LOCKS).where(LOCKS.c.account == account))
            connection.execute(insert(LOCKS).values(values))
            connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.name == account).values(fence=fence))
            return rows.lock_of(connection.execute(select(LOCKS).where(LOCKS.c.account == account)).one())

    def hear(self, lock: HeldLock) -> None:
        """Note that the owner of a run lock is alive.

        Raises:
            LockLostError: the run lock is not his any more.
        """
        with self._database.writing() as connection:
            rows.wait_for_turn(connection, lock.account)
            rows.still_held(connection, lock)
            connection.execute(update(LOCKS).where(LOCKS.c.id == lock.id).values(heard_at=self._clock()))

    def release(self, lock: HeldLock) -> None:
        """Give a run lock back; one that was lost is left to whoever has it."""
        self._give_back(lock.account, lock.id)

    def _give_back(self, account: str, lock: str) -> None:
        with self._database.writing() as connection:
            rows.wait_for_turn(connection, account)
            connection.execute(update(LOCKS).where(LOCKS.c.id == lock).values(held=False))

    def attach(self, lock: HeldLock, run: str) -> None:
        """Note which run a run lock is held for, where the run has begun earlier.

        Raises:
            LockLostError: the run lock is not held any more.
        """
        with self._database.writing() as connection:
            rows.wait_for_turn(connection, lock.account)
            rows.still_held(connection, lock)
            self._account_of(connection, run, lock)
            connection.execute(update(LOCKS).where(LOCKS.c.id == lock.id).values(run=run))

    def locks(self) -> tuple[HeldLock, ...]:
        """The run locks that are held, by account."""
        with self._database.reading() as connection:
            held = connection.execute(select(LOCKS).where(LOCKS.c.held).order_by(LOCKS.c.account))
            return tuple(map(rows.lock_of, held))

    def unlock(self, id: str, by: str = "") -> HeldLock | None:  # noqa: A002 - what it is called everywhere
        """Release a run lock by hand, with a record of who did; ``None`` where none with exactly this id is held."""
        chosen = select(LOCKS).where(LOCKS.c.id == rows.storable(id), LOCKS.c.held)
        with self._database.writing() as connection:
            row = connection.execute(chosen).one_or_none()
            if row is None:
                return None
            turn = rows.wait_for_turn(connection, row.account)
            row = connection.execute(chosen).one_or_none()  # it may have been given back while we waited
            if row is None:
                return None
            connection.execute(update(LOCKS).where(LOCKS.c.id == row.id).values(held=False))
            lock = rows.lock_of(row)
            content = {"what": "run lock released by hand", "by": by, "id": lock.id, "held_by": lock.told()}
            rows.append(connection, turn, run=lock.run or "", at=self._clock(), kind=NOTE, content=content)
            return lock

    # Runs

    def begin(self, new: NewRun, lock: HeldLock) -> str:
        """Start a run under a run lock; gives its id.

        Raises:
            LockLostError: the run lock is not held any more.
        """
        run, now = str(uuid.uuid4()), self._clock()
        account, plan_id, who, path = map(rows.storable, (new.account, new.plan_id, new.who, new.path))
        if account != lock.account:
            raise StateError(f"a run of {account} cannot begin under the run lock of {lock.account}")
        row: dict[str, object] = {"id": run, "account": account, "plan_id": plan_id, "who": who, "path": path}
        row |= {"status": RUNNING, "started_at": now, "plan_created_at": new.plan_created_at}
        header = rows.header_of(row, hashlib.sha256(new.plan).hexdigest())
        with self._database.writing() as connection:
            turn = rows.wait_for_turn(connection, account)
            rows.still_held(connection, lock)
            number = rows.append(connection, turn, run=run, at=now, kind=BEGIN, content=header)
            row |= {"plan": new.plan, "first_record": number, "last_status": number}
            connection.execute(insert(RUNS).values(row))
            connection.execute(update(LOCKS).where(LOCKS.c.id == lock.id).values(run=run))
        return run

    def record(self, run: str, kind: str, content: Mapping[str, object], lock: HeldLock | None = None) -> None:
        """Add one thing that happened in a run.

        Raises:
            LockLostError: it was to happen under a run lock that is not held any more; nothing was written.
        """
        with self._database.writing() as connection:
            self._append(connection, run, kind, content, lock)

    def finish(self, run: str, status: str, lock: HeldLock | None = None) -> None:
        """Record how a run stands; with ``running`` it has no end again.

        Raises:
            LockLostError: see ``record``.
        """
        with self._database.writing() as connection:
            number, now = self._append(connection, run, STATUS, {"status": status}, lock)
            ended = None if status == RUNNING else now
            values = {"status": status, "finished_at": ended, "last_status": number}
            connection.execute(update(RUNS).where(RUNS.c.id == run).values(values))

    def _append(
        self, connection: Connection, run: str, kind: str, content: Mapping[str, object], lock: HeldLock | None
    ) -> tuple[int, datetime]:
        turn = rows.wait_for_turn(connection, self._account_of(connection, run, lock))
        if lock is not None:
            rows.still_held(connection, lock)
        now = self._clock()
        return rows.append(connection, turn, run=run, at=now, kind=kind, content=content), now

    def _account_of(self, connection: Connection, run: str, lock: HeldLock | None) -> str:
        account = connection.execute(select(RUNS.c.account).where(RUNS.c.id == run)).scalar_one_or_none()
        if account is None or (lock is not None and lock.account != account):
            whose = "" if lock is None else f" of {lock.account}"
            raise StateError(f"{self._database.place.name}: there is no run {run}{whose} in the state")
        return str(account)

    def find(self, name: str) -> Run | None:
        """The run with this id, or with this beginning of an id if there is only one."""
        name = name.lower()
        if not PART_OF_AN_ID.fullmatch(name):
            return None
        with self._database.reading() as connection:
            found = connection.execute(select(RUNS).where(RUNS.c.id.startswith(name)).limit(2)).all()
        return rows.run_of(found[0], found[0].plan) if len(found) == 1 else None

    def runs(self, account: str | None = None) -> tuple[Run, ...]:
        """The runs of an account, or all, newest first and without their plans."""
        with self._database.reading() as connection:
            return tuple(map(rows.run_of, connection.execute(rows.listed(account))))

    def runs_of_plan(self, account: str, plan_id: str) -> tuple[Run, ...]:
        """The runs that one plan was applied in, newest first and without their plans."""
        with self._database.reading() as connection:
            chosen = connection.execute(rows.listed(account).where(RUNS.c.plan_id == plan_id))
            return tuple(map(rows.run_of, chosen))

    def last_applied(self, account: str) -> Run | None:
        """The run that left an account as it was last applied: the one that came to its end last, with its plan."""
        applied = select(RUNS).where(RUNS.c.account == rows.storable(account), RUNS.c.status == APPLIED)
        with self._database.reading() as connection:
            row = connection.execute(applied.order_by(RUNS.c.last_status.desc()).limit(1)).one_or_none()
        return None if row is None else rows.run_of(row, row.plan)

    def later_writer(self, run: Run) -> Run | None:
        """The run that was about to write to the account last, if that was after this one did."""
        own = select(func.max(RECORDS.c.number)).where(RECORDS.c.run == run.id, RECORDS.c.kind.in_(BY_WRITING))
        others = (RECORDS.c.account == rows.storable(run.account), RECORDS.c.run != run.id, RECORDS.c.kind == INTENT)
        later = select(RECORDS.c.run).where(*others, RECORDS.c.number > own.scalar_subquery())
        with self._database.reading() as connection:
            id_of = later.order_by(RECORDS.c.number.desc()).limit(1).scalar_subquery()
            row = connection.execute(select(RUNS).where(RUNS.c.id == id_of)).one_or_none()
        return None if row is None else rows.run_of(row)

    def records(self, run: str) -> tuple[Record, ...]:
        """Everything that happened in a run, in order."""
        with self._database.reading() as connection:
            chosen = connection.execute(select(RECORDS).where(RECORDS.c.run == run).order_by(RECORDS.c.number))
            return tuple(map(rows.record_of, chosen))

    # The chain

    def accounts(self) -> tuple[str, ...]:
        """The accounts that the state knows."""
        with self._database.reading() as connection:
            return tuple(connection.execute(select(ACCOUNTS.c.name).order_by(ACCOUNTS.c.name)).scalars())

    def head(self, account: str) -> Head:
        """The end of an account's chain: how many records it has, and the digest to note elsewhere."""
        with self._database.reading() as connection:
            return rows.head_of(connection, rows.storable(account))

    def check_chain(self, account: str) -> ChainReport:
        """Whether everything kept of an account is as it was recorded; each fault is named."""
        account = rows.storable(account)
        try:
            with self._database.reading() as connection:
                head = rows.head_of(connection, account)
                entries = tuple(rows.entries_of(connection, account))
                found = faults(account, head, entries, tuple(rows.stored_runs(connection, account)))
        except StateDamagedError as error:
            return ChainReport(account=account, records=0, head="unknown", faults=(str(error),))
        return ChainReport(account=account, records=len(entries), head=head.digest, faults=found)
