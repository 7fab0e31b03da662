"""How long the local account takes to be read and written, beside reading the same rows raw. Printed, not judged."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calplan.plan.actions import SetEnabled, SetLock, SetService
from calplan.providers.local.platform import LocalPlatform
from calplan.providers.local.writing import WritableLocalPlatform
from calplan.sandbox.account.plausible import plausible_account
from tests.bench.told import Ratio, Tell
from tests.make import graph

USERS = 100_000
RAW = "SELECT email, f.*, mailbox FROM users JOIN facts AS f ON f.id = users.facts ORDER BY email"
CODED = "SELECT email, facts, mailbox FROM users ORDER BY email"


def best_of(times: int, work: Callable[[], int]) -> float:
    seconds = []
    for _ in range(times):
        begin = time.perf_counter()
        assert work() == USERS
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


@pytest.mark.bench
def test_reading_and_writing_a_hundred_thousand_users(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], tell: Tell
) -> None:
    path = tmp_path / "contoso.db"
    begin = time.perf_counter()
    plausible_account(path, users=USERS, seed=1)
    made = time.perf_counter() - begin

    def clock() -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC)

    def read() -> int:
        with LocalPlatform(path, clock) as platform:
            return sum(len(batch.emails) for batch in platform.read_users().batches)

    def raw(statement: str) -> Callable[[], int]:
        def fetch() -> int:
            with closing(sqlite3.connect(path)) as connection:
                return len(connection.execute(statement).fetchall())

        return fetch

    reading = best_of(5, read)
    what, figure = f"reading {USERS:,} users of a local account", f"{reading * 1000:.0f} ms"
    for name, statement in {"coded rows, SQLite": CODED, "rows of words, SQLite": RAW}.items():
        tell(Ratio(what=what, figure=figure, beside=name, ratio=reading / best_of(5, raw(statement))))
    with capsys.disabled():
        print(f"\nmade {USERS} users in {made:.2f} s; read in {reading * 1000:.0f} ms")
        with WritableLocalPlatform(path, clock) as platform:
            for action in (SetService(service=graph()), SetLock(on=True), SetEnabled(on=False), SetEnabled(on=True)):
                begin = time.perf_counter()
                platform.perform(action)
                print(f"  {type(action).__name__} written in {time.perf_counter() - begin:.2f} s")
