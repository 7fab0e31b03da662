"""Of two applies one wins, the other is told who is there; and whoever was taken for dead cannot go on writing."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import PROGRAM, calplan, folder, saved, surroundings


def begin(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=surroundings()
    )


def test_of_two_applies_started_together_one_wins_and_the_other_is_6(state_address: str, tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    saved(corp)
    state = ("--state", state_address)
    holder = sqlite3.connect(corp / "corp.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")  # whoever wins waits here, in its first step
    both = [begin("apply", "corp.plan", *state, "--by", who) for who in ("ann", "bob")]
    while all(one.poll() is None for one in both):
        time.sleep(0.05)
    loser = next(one for one in both if one.poll() is not None)
    winner = both[1 - both.index(loser)]
    holder.close()
    _, said = loser.communicate(timeout=30)
    out, err = winner.communicate(timeout=30)
    assert loser.returncode == ExitCode.LOCKED.value, said
    assert f"error: another run holds the run lock of corp: {('ann', 'bob')[both.index(winner)]} on " in said
    assert f"process {winner.pid}" in said
    assert "nothing was written" in said
    assert winner.returncode == 0, err
    assert "Applied 2 steps in run " in out
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.DONE


def test_who_waits_for_a_run_goes_on_once_it_is_over(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy={"bidirectionalSync": True})
    assert calplan("plan", corp).code is ExitCode.DONE
    holder = sqlite3.connect(corp / "corp.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    first = begin("apply", "corp", "--auto-approve")
    assert first.stderr is not None
    assert first.stderr.readline().startswith("s1: ")
    second = begin("apply", "corp", "--auto-approve", "--lock-timeout", "1m")
    assert second.stderr is not None
    assert "; waiting up to 1m" in second.stderr.readline()
    holder.close()
    assert first.wait(30) == 0
    out, _ = second.communicate(timeout=30)
    first.communicate()
    assert second.returncode == 0
    assert out.splitlines()[-1] == "Nothing to apply: the account is as the policy wants it."


STOPPED = """
import os, signal, sys
from calplan.cli import main
from calplan.providers.local.writing import WritableLocalPlatform
perform = WritableLocalPlatform.perform
def stopped(self, action, undo):
    receipt = perform(self, action, undo)
    print("performed", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)
    return receipt
WritableLocalPlatform.perform = stopped
main.main()
"""
"""Stands still after its first step, as a machine does that is suspended."""


def test_who_was_taken_for_dead_writes_nothing_more_when_it_wakes_up(state_address: str, tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    saved(corp)
    state = ("--state", state_address)
    asleep = subprocess.Popen(
        [sys.executable, "-c", STOPPED, "apply", "corp.plan", *state],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=surroundings(),
    )
    assert asleep.stdout is not None
    assert asleep.stdout.readline() == "performed\n"
    os.waitid(os.P_PID, asleep.pid, os.WSTOPPED | os.WNOWAIT)
    refused = calplan("apply", "corp.plan", *state)
    assert refused.code is ExitCode.LOCKED
    lock = refused.err.partition("calplan state unlock ")[2].split()[0]
    assert calplan("state", "unlock", lock, *state).code is ExitCode.DONE
    run = refused.err.partition(", run ")[2].split()[0].rstrip(".,")
    resumed = calplan("apply", "--resume", run, *state)
    assert resumed.code is ExitCode.DONE, resumed.err
    asleep.send_signal(signal.SIGCONT)
    _, err = asleep.communicate(timeout=30)
    assert asleep.returncode == ExitCode.PARTLY_APPLIED.value, err
    assert "the run lock" in err
    assert "s2: " not in err
    assert calplan("log", "--verify-chain", *state).code is ExitCode.DONE
