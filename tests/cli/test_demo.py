"""The demo runs the main job, and touches nothing but its own folder."""

import json
import os
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import calplan


def test_the_demo_plans_applies_verifies_and_says_what_to_try_next() -> None:
    said = calplan("demo")
    assert said.code is ExitCode.DONE, said.err
    steps = [line for line in said.out.splitlines() if line[:2] in {"1.", "2.", "3.", "4."}]
    assert [line[:2] for line in steps] == ["1.", "2.", "3.", "4."]
    assert "report.html, with every user" in steps[1]
    assert Path("calplan-demo/report.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert steps[-1] == "4. Planned again: no changes left."
    assert "0 surprises, 0 false alarms" in said.out
    assert os.listdir() == ["calplan-demo"]  # noqa: PTH208 - names, not paths


def test_the_demo_shows_gates_that_refuse_and_lifts_them_with_a_reason() -> None:
    said = calplan("demo")
    refused = [line.split()[1] for line in said.out.splitlines() if line.startswith("  refused  limit.")]
    assert refused == ["limit.disconnected", "limit.silent", "limit.blocked"]
    report = Path("calplan-demo/report.html").read_text("utf-8")
    assert all(gate in report for gate in refused)
    state = "calplan-demo/.calplan/state.db"
    run = json.loads(calplan("history", "--state", state, "-o", "json").out)["runs"][0]["id"]
    log = calplan("log", run, "--state", state).out
    assert log.count("nobody in a demo is real") == len(refused)


def test_what_the_demo_says_to_try_next_works(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line.split("  ")[1] for line in calplan("demo").out.splitlines() if line.startswith("  calplan ")]
    assert len(lines) == 3
    monkeypatch.chdir("calplan-demo")
    for line in lines:
        assert calplan(*line.split()[1:]).code is ExitCode.DONE, line


def test_terms_from_outside_are_not_about_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALPLAN_GATES", "nowhere")
    assert calplan("demo").code is ExitCode.DONE
    assert calplan("plan", "calplan-demo").code is ExitCode.USAGE


def test_the_demo_runs_again_in_its_own_folder() -> None:
    assert calplan("demo", "--dir", "here/demo").code is ExitCode.DONE
    assert calplan("demo", "--dir", "here/demo").code is ExitCode.DONE


def test_the_demo_never_touches_what_somebody_changed() -> None:
    calplan("demo")
    policy = Path("calplan-demo/policy.yaml")
    policy.write_text("# mine now\n" + policy.read_text("utf-8"), encoding="utf-8")
    said = calplan("demo")
    assert said.code is ExitCode.USAGE
    assert "remove it, or give another --dir" in said.err
    assert policy.read_text("utf-8").startswith("# mine now\n")


def test_the_demo_never_touches_a_folder_of_others() -> None:
    Path("mine").mkdir()
    Path("mine/letter.txt").write_text("dear", encoding="utf-8")
    assert calplan("demo", "--dir", "mine").code is ExitCode.USAGE
    assert os.listdir("mine") == ["letter.txt"]  # noqa: PTH208 - names, not paths
    assert calplan("demo", "--dir", "mine/letter.txt").code is ExitCode.USAGE
    assert calplan("demo", "--dir", "mine/letter.txt/demo").code is ExitCode.USAGE
