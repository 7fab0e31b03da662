"""Ctrl-C, once and twice, while steps are performed; and a polite kill, which is the same."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import calplan, folder, nothing_kept, saved, surroundings
from tests.fault.make import report_of

LISTENS = """
import signal, sys
from calplan.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
"""
"""A job in the background is started deaf to interrupts, one under nohup to hangups, and tests in it too."""

SLOW = f"""{LISTENS}
import time
from calplan.providers.local.writing import WritableLocalPlatform
perform = WritableLocalPlatform.perform
def slowly(self, action, undo):
    print("performing", flush=True)
    receipt = perform(self, action, undo)
    time.sleep(float(sys.argv.pop()))
    sys.argv.append("0")
    return receipt
WritableLocalPlatform.perform = slowly
words, sys.argv[1:] = sys.argv[1:-1], sys.argv[-1:]
sys.exit(main.run(words).value)
"""
"""Takes as many seconds for its first step as the last word says."""

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def applying(*words: str, program: str = SLOW, wait: str = "1") -> Iterator["subprocess.Popen[str]"]:
    """An apply that is performing its first step."""
    child = subprocess.Popen(
        [sys.executable, "-c", program, "apply", *words, wait],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=surroundings(),
    )
    assert child.stdout is not None
    assert "performing\n" in iter(child.stdout.readline, "")
    yield child
    child.kill()
    child.wait(10)


def interrupted_in(place: str, *words: str, again_in: str = "") -> "subprocess.CompletedProcess[str]":
    """A command line that hears of Ctrl-C at the end of a function, and again at the start of another one.

    A function is given by its module and its name there.
    """
    program = f"""{LISTENS}
import importlib, os
def interrupted(place, *, first):
    module, _, name = place.partition(":")
    owner = importlib.import_module(module)
    *classes, name = name.split(".")
    for one in classes:
        owner = getattr(owner, one)
    before = getattr(owner, name)
    def replaced(*words, **more):
        if first:
            os.kill(os.getpid(), signal.SIGINT)
        given = before(*words, **more)
        os.kill(os.getpid(), signal.SIGINT)
        return given
    setattr(owner, name, replaced)
interrupted("{place}", first=False)
if "{again_in}":
    interrupted("{again_in}", first=True)
main.main()
"""
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=surroundings(),
        stdin=subprocess.DEVNULL,
        timeout=60,
    )


def lock_of(err: str) -> str:
    return err.partition("calplan state unlock ")[2].split()[0]


def run_of(err: str) -> str:
    return err.partition("calplan apply --resume ")[2].split()[0]


@pytest.mark.parametrize("number", SIGNALS, ids=lambda one: one.name)
def test_the_first_signal_lets_the_step_finish_and_is_7(number: signal.Signals, tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    saved(corp)
    with applying("corp.plan", "-o", "json=report.json") as child:
        child.send_signal(number)
        out, err = child.communicate(timeout=30)
    assert child.returncode == ExitCode.PARTLY_APPLIED.value, err
    assert "interrupted: finishing the step at hand; once more leaves at once" in err
    assert "error: interrupted before s2 (lock the settings for every user)" in err
    assert "done: s1; not started: none" in err
    assert "Traceback" not in out + err
    report = report_of(Path("report.json"))
    assert (report["status"], report["exit_code"]) == ("interrupted", 7)
    assert [one["result"] for one in json.loads(json.dumps(report["steps"]))] == ["done", "not_started"]
    assert calplan("plan", corp).last.startswith("Plan: 1 to change")
    resumed = calplan("apply", "--resume", run_of(err))
    assert resumed.code is ExitCode.DONE, resumed.err
    assert "Verified: 4 as forecast, 0 surprises" in resumed.out


def test_a_signal_during_the_last_step_changes_nothing(tmp_path: Path) -> None:
    folder(tmp_path / "corp", policy={"bidirectionalSync": True})
    with applying("corp", "--auto-approve") as child:
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)
    assert child.returncode == ExitCode.DONE.value, err
    assert "Applied 1 step in run " in out


def test_the_second_signal_leaves_at_once_and_the_run_can_be_resumed(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    saved(corp)
    with applying("corp.plan", "-o", "json=report.json", wait="30") as child:
        child.send_signal(signal.SIGINT)
        time.sleep(0.3)
        began = time.monotonic()
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=30)
    assert time.monotonic() - began < 20
    assert child.returncode == ExitCode.PARTLY_APPLIED.value, err
    assert "interrupted; run " in err
    assert "Traceback" not in err
    report = report_of(Path("report.json"))
    assert (report["status"], report["error"]) == ("interrupted", "interrupted")
    assert [one["result"] for one in json.loads(json.dumps(report["steps"]))] == ["unknown", "not_started"]
    resumed = calplan("apply", "--resume", run_of(err))
    assert resumed.code is ExitCode.DONE, resumed.err


def test_the_second_signal_is_heard_even_where_no_python_runs_and_the_run_lock_waits_for_a_person(
    tmp_path: Path,
) -> None:
    corp = folder(tmp_path / "corp")
    saved(corp)
    holder = sqlite3.connect(corp / "corp.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with applying("corp.plan") as child:
        child.send_signal(signal.SIGINT)
        time.sleep(0.3)
        began = time.monotonic()
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=30)
    holder.close()
    assert time.monotonic() - began < 8, "the account is waited for ten seconds"
    assert child.returncode == ExitCode.PARTLY_APPLIED.value, err
    assert "left at once; run " in err
    held = calplan("apply", "--resume", run_of(err))
    assert held.code is ExitCode.LOCKED
    assert f"calplan state unlock {lock_of(err)}" in held.err
    assert calplan("state", "unlock", lock_of(err)).code is ExitCode.DONE
    resumed = calplan("apply", "--resume", run_of(err))
    assert resumed.code is ExitCode.DONE, resumed.err
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.DONE


def test_the_second_signal_leaves_at_once_even_where_nobody_reads_what_is_said_any_more(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    saved(corp)
    holder = sqlite3.connect(corp / "corp.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with applying("corp.plan") as child:
        assert child.stderr is not None
        child.stderr.close()
        for _ in range(2):
            child.send_signal(signal.SIGINT)
            time.sleep(0.3)
        assert child.wait(8) == ExitCode.PARTLY_APPLIED.value, "the account is waited for ten seconds"
        assert child.stdout is not None
        child.stdout.close()
    holder.close()


def test_a_terminal_that_goes_away_twice_lets_the_step_finish(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    saved(corp)
    with applying("corp.plan") as child:
        child.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        child.send_signal(signal.SIGHUP)
        _, err = child.communicate(timeout=30)
    assert child.returncode == ExitCode.PARTLY_APPLIED.value, err
    assert "done: s1; not started: none" in err
    assert calplan("apply", "--resume", run_of(err)).code is ExitCode.DONE


def test_an_interrupt_when_all_is_written_never_says_that_nothing_was(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    found = interrupted_in("calplan.state.store:Store.release", "apply", "corp", "--auto-approve")
    assert found.returncode == ExitCode.DONE.value, found.stderr
    assert "Verified: 4 as forecast" in found.stdout
    assert "interrupted" not in found.stderr


def test_an_interrupt_while_the_report_is_written_leaves_the_exit_code_as_it_was(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    found = interrupted_in(
        "calplan.cli.apply_report:canonical_json", "apply", "corp", "--auto-approve", "-o", "json=report.json"
    )
    assert found.returncode == ExitCode.DONE.value, found.stderr
    assert found.stderr.endswith("interrupted; the report was not written\n")


def test_an_interrupt_that_python_drops_is_still_one_and_nothing_is_written(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    program = f"""{LISTENS}
import os
from calplan.cli import apply
make_plan = apply.make_plan
class Cleared:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
def interrupted(*words, **more):
    Cleared()
    return make_plan(*words, **more)
apply.make_plan = interrupted
main.main()
"""
    words = [sys.executable, "-c", program, "apply", "corp", "--auto-approve"]
    found = subprocess.run(words, capture_output=True, check=False, text=True, env=surroundings(), timeout=60)
    assert "Exception ignored in" in found.stderr
    assert found.returncode == ExitCode.INTERRUPTED.value, found.stderr
    assert "error: interrupted before s1" in found.stderr
    assert calplan("plan", corp).last.startswith("Plan: 2 to change")


def test_an_interrupt_while_a_run_is_begun_leaves_a_run_that_wrote_nothing(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    saved(corp)
    found = interrupted_in("calplan.state.store:Store.begin", "apply", "corp.plan", "-o", "json=report.json")
    assert found.returncode == ExitCode.INTERRUPTED.value, found.stderr
    assert "error: interrupted before s1" in found.stderr
    assert report_of(Path("report.json"))["status"] == "failed"
    assert calplan("apply", "corp.plan").code is ExitCode.DONE


def test_an_interrupt_while_a_resumed_run_is_planned_is_7_and_names_the_way_on(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    saved(corp)
    with applying("corp.plan") as child:
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=30)
    words = ("apply", "--resume", run_of(err), "-o", "json=report.json")
    found = interrupted_in("calplan.cli.resuming:make_plan", *words)
    assert found.returncode == ExitCode.PARTLY_APPLIED.value, found.stderr
    said = f"interrupted; nothing more was written; to go on: calplan apply --resume {run_of(err)}"
    assert found.stderr.splitlines() == [said]
    assert report_of(Path("report.json"))["error"] == said
    assert calplan("apply", "--resume", run_of(err)).code is ExitCode.DONE


def test_an_interrupt_when_the_run_lock_was_just_taken_leaves_it_to_nobody(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    found = interrupted_in("calplan.state.store:Store._take", "apply", "corp", "--auto-approve")
    assert found.returncode == ExitCode.INTERRUPTED.value, found.stderr
    assert nothing_kept()


def test_a_fault_of_calplan_in_the_middle_of_a_run_names_the_way_on(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    program = f"""{LISTENS}
from calplan.providers.local.writing import WritableLocalPlatform
perform = WritableLocalPlatform.perform
def broken(self, action, undo):
    perform(self, action, undo)
    raise RuntimeError
WritableLocalPlatform.perform = broken
main.main()
"""
    words = [sys.executable, "-c", program, "apply", "corp", "--auto-approve"]
    found = subprocess.run(words, capture_output=True, check=False, text=True, env=surroundings(), timeout=60)
    assert found.returncode == ExitCode.FAULT.value
    assert "calplan has a fault of its own: RuntimeError" in found.stderr
    assert calplan("apply", "--resume", run_of(found.stderr)).code is ExitCode.DONE


def test_a_second_interrupt_does_not_keep_the_run_lock_from_being_given_back(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    found = interrupted_in(
        "calplan.cli.apply:make_plan", "apply", "corp", "--auto-approve", again_in="calplan.state.store:Store.release"
    )
    assert found.returncode == ExitCode.INTERRUPTED.value, found.stderr
    assert nothing_kept()
