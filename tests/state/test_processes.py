"""Processes of their own, at once and killed: one holder at a time, whole chains, and no record is lost."""

import subprocess
import sys
from typing import IO

import pytest

from calplan.state.errors import LockHeldError
from calplan.state.place import Place
from tests.cli.make import LONGEST, surroundings
from tests.state.make import OWNER, opened

TAKES = """
import sys
from calplan.state.errors import LockHeldError
from calplan.state.place import Place
from calplan.state.store import Store
from tests.state.make import OWNER
store = Store.open(Place.of(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
try:
    print(store.take("corp", OWNER, "apply").id, flush=True)
except LockHeldError as error:
    print("held", error.held.id, flush=True)
store.close()
"""

WRITES = """
import sys
from calplan.state.place import Place
from calplan.state.store import Store
from tests.state.make import begun
store = Store.open(Place.of(sys.argv[1]))
run, lock = begun(store, sys.argv[2])
print(run, flush=True)
for number in range(int(sys.argv[3])):
    store.record(run, "intent", {"step": f"s{number}"}, lock)
    print(number, flush=True)
store.finish(run, "applied", lock)
store.release(lock)
store.close()
"""


def started(script: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *words],
        env=surroundings(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def output(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


def test_of_two_that_take_a_run_lock_at_the_same_moment_one_gets_it_and_the_other_learns_of_it(
    place: Place, state_address: str
) -> None:
    takers = [started(TAKES, state_address) for _ in range(2)]
    assert [output(taker).readline() for taker in takers] == ["ready\n"] * 2
    said = sorted((taker.communicate("go\n", timeout=LONGEST)[0] for taker in takers), key=len)
    with opened(place) as store:
        (lock,) = store.locks()
    assert said == [f"{lock.id}\n", f"held {lock.id}\n"]


def test_writers_of_several_accounts_work_side_by_side_and_every_chain_is_whole(
    place: Place, state_address: str
) -> None:
    accounts = ("corp", "lab", "shop")
    writers = [started(WRITES, state_address, account, "12") for account in accounts]
    said = [writer.communicate(timeout=LONGEST)[0].split() for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 3
    with opened(place) as store:
        assert store.accounts() == accounts
        for account, (run, *_numbers) in zip(accounts, said, strict=True):
            report = store.check_chain(account)
            assert (report.records, report.faults) == (14, ())
            assert [one.run for one in store.records(run)] == [run] * 14
        assert store.locks() == ()


def test_what_was_recorded_is_there_after_its_process_was_killed(place: Place, state_address: str) -> None:
    with started(WRITES, state_address, "corp", "100000") as writer:
        run = output(writer).readline().strip()
        heard = [output(writer).readline() for _ in range(3)]
        writer.kill()
        # Not communicate(), which forgets what was read ahead.
        rest = output(writer).read().split()
    with opened(place) as store:
        assert store.check_chain("corp").faults == ()
        steps = [one.content["step"] for one in store.records(run)[1:]]
        # The last may have been recorded with no time left to say so.
        assert len(steps) - len(heard) - len(rest) in {0, 1}
        assert steps == [f"s{number}" for number in range(len(steps))]
        found = store.find(run)
        assert found is not None
        assert (found.status, found.finished_at) == ("running", None)
        with pytest.raises(LockHeldError):
            store.take("corp", OWNER, "apply")
        assert store.unlock(store.locks()[0].id, "bob") is not None
        store.take("corp", OWNER, "apply --resume")
