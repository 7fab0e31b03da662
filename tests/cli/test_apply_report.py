"""The report of an apply is written however the apply ends, and in one form."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from calplan.cli.approval import login_name
from calplan.cli.exit_codes import ExitCode
from calplan.policyfile.schema import raw_schema, schema_of
from tests.cli.make import at_a_terminal, calplan, drifted, folder, saved, start, state

REPORT = Path("report.json")


def written() -> dict[str, Any]:
    """The report, held against its schema."""
    report: dict[str, Any] = json.loads(REPORT.read_text(encoding="utf-8"))
    for validator in (Draft7Validator, Draft202012Validator):
        assert [error.json_path for error in validator(schema_of("apply")).iter_errors(report)] == []
    return report


def test_the_schema_is_valid_and_its_example_of_each_part_too() -> None:
    schema = raw_schema("apply")
    Draft7Validator.check_schema(schema)
    Draft202012Validator.check_schema(schema)
    for part in schema["$defs"].values():
        for example in part["examples"]:
            assert list(Draft202012Validator({**part, "$defs": schema["$defs"]}).iter_errors(example)) == []


def test_an_apply_that_comes_true(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    assert calplan("apply", corp, "--auto-approve", "--by", "ann", "-o", f"json={REPORT}").code is ExitCode.DONE
    report = written()
    assert (report["status"], report["exit_code"], report["error"], report["who"]) == ("applied", 0, None, "ann")
    assert [(one["op"], one["result"]) for one in report["steps"]] == [("set_service", "done"), ("lock", "done")]
    assert report["verification"]["as_forecast"] is True
    assert report["run"] == report["verification"]["run"]


def test_a_blank_is_nobody_s_name(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    assert calplan("apply", corp, "--auto-approve", "--by", " ", "-o", f"json={REPORT}").code is ExitCode.DONE
    assert written()["who"] == login_name()


def test_nothing_to_do(tmp_path: Path) -> None:
    folder(tmp_path / "corp", policy={"bidirectionalSync": False})
    assert calplan("apply", "corp", "-o", f"json={REPORT}").out == ""
    assert (written()["status"], written()["exit_code"]) == ("nothing to do", 0)


def test_gates_that_refuse_and_gates_that_are_lifted(tmp_path: Path) -> None:
    folder(tmp_path / "corp", limits={"disconnected": 0, "silent": "100%"})
    words = ("apply", "corp", "--auto-approve", "-o", f"json={REPORT}")
    assert calplan(*words).code is ExitCode.REFUSED
    report = written()
    assert (report["status"], report["exit_code"], report["run"]) == ("failed", 4, None)
    assert report["error"].startswith("refused; nothing was written\n  limit.disconnected: 2, limit 0")
    assert {one["id"]: one["status"] for one in report["gates"]}["limit.disconnected"] == "refuse"
    assert calplan(*words, "--allow", "limit.disconnected", "--reason", "agreed", "--by", "ann").code is ExitCode.DONE
    (override,) = written()["overrides"]
    assert override == {"gate": "limit.disconnected", "limit": "0", "actual": "2", "reason": "agreed", "who": "ann"}


def test_a_stale_plan(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    saved(corp)
    drifted(corp, {"bidirectionalSync": True})
    assert calplan("apply", "corp.plan", "-o", f"json={REPORT}").code is ExitCode.STALE
    moved = {"part": "settings", "how": "bidirectionalSync was false when planned and is true now"}
    assert written()["stale"] == [moved]
    assert written()["exit_code"] == 5


@pytest.mark.parametrize(
    "policy", [{"integration": {"locked": "perhaps"}}, {"integration": {"enabled": False, "locked": True}}]
)
def test_documents_or_plans_with_errors(policy: dict[str, Any], tmp_path: Path) -> None:
    state(folder(tmp_path / "corp"), policy)
    assert calplan("apply", "corp", "--auto-approve", "-o", f"json={REPORT}").code is ExitCode.INVALID
    assert written()["exit_code"] == 3
    assert "nothing was written" in written()["error"]


def test_an_account_that_cannot_be_written(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    assert calplan("plan", corp).code is ExitCode.DONE
    account = sqlite3.connect(corp / "corp.db")
    account.execute("CREATE TRIGGER planted BEFORE INSERT ON writes BEGIN SELECT RAISE(ABORT, 'a planted fault'); END")
    account.commit()
    account.close()
    assert calplan("apply", corp, "--auto-approve", "-o", f"json={REPORT}").code is ExitCode.INVALID
    report = written()
    assert (report["status"], report["exit_code"]) == ("failed", 3)
    assert [one["result"] for one in report["steps"]] == ["failed", "not_started"]


def test_an_answer_that_is_no_approval_and_a_question_that_is_left(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    for answer in ("no\n", "\x03", "\x04"):
        shown = at_a_terminal("apply", "corp", "-o", f"json={REPORT}", answer=answer, wait_for="to go on")
        assert shown.status == 130, shown.screen
        assert (written()["status"], written()["exit_code"]) == ("failed", 130)
        REPORT.unlink()


FAULT = """
from calplan.cli import applying, main
def broken(*words, **more):
    raise ZeroDivisionError("planted")
applying.drive = broken
main.main()
"""


def test_a_fault_of_calplan(tmp_path: Path) -> None:
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    from tests.cli.make import surroundings  # noqa: PLC0415

    folder(tmp_path / "corp")
    words = ["apply", "corp", "--auto-approve", "-o", f"json={REPORT}"]
    said = subprocess.run(
        [sys.executable, "-c", FAULT, *words], capture_output=True, text=True, check=False, env=surroundings()
    )
    assert said.returncode == 1, said.stderr
    assert (written()["status"], written()["exit_code"]) == ("running", 1)
    assert written()["error"] == "a fault of calplan: ZeroDivisionError"
    assert calplan("apply", "--resume", written()["run"]).code is ExitCode.DONE


def test_a_report_that_finds_no_room_stops_nothing(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    said = start("apply", corp, "--auto-approve", "-o", "json=/dev/full")
    assert said.returncode == 0, said.stderr
    assert "error: /dev/full cannot be written: No space left on device" in said.stderr
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.DONE
