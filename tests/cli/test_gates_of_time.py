"""Windows, freezes and notice on the command line: shown by a plan, enforced by an apply, lifted with a reason."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.plan.gates import GATE_IDS
from tests.cli.make import Said, calplan, folder, moved, saved, state, user

SHUT = {"kind": "deny", "cron": "* * * * *", "duration": "1d", "timeZone": "UTC", "reason": "never on a whim"}
NEVER = {"kind": "allow", "cron": "* * * * *", "duration": "1d", "timeZone": "UTC"}
ALWAYS_FROZEN = {"from": "2000-01-01", "to": "8999-12-31", "reason": "holidays"}
NOTICE = {"hours": 72, "receipt": "notice.json"}
CORP = Path("corp")

TIMED: Mapping[str, Mapping[str, Any]] = {
    "window": {"windows": [NEVER, SHUT]},
    "freeze": {"freezes": [ALWAYS_FROZEN]},
    "notice": {"notice": NOTICE},
}


def receipt(plan_id: str, hours: float, file: Path = CORP / "notice.json") -> None:
    """Write that people were told of a plan so many hours ago."""
    time = datetime.now(UTC) - timedelta(hours=hours)
    file.write_text(json.dumps({"plan_id": plan_id, "time": time.isoformat()}), encoding="utf-8")


def document(*words: str | Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(calplan("plan", *words, "-o", "json").out)
    return found


def gates(*words: str | Path) -> dict[str, Mapping[str, str]]:
    listed = document(*words)["gates"]
    assert isinstance(listed, list)
    return {gate["id"]: gate for gate in listed}


def applied(*words: str | Path) -> Said:
    return calplan("apply", *words, "--no-verify")


@pytest.mark.parametrize("gate", TIMED)
def test_a_plan_reports_the_gate_and_an_apply_is_refused_by_it(gate: str) -> None:
    folder(CORP, **TIMED[gate])
    planned = calplan("plan", CORP)
    assert planned.code is ExitCode.DONE
    assert f"refused  {gate} (" in planned.out
    assert "Gates: 1 refused." in planned.last
    assert f"| `{gate}` |" in calplan("plan", CORP, "-o", "markdown").out
    assert gates(CORP)[gate]["status"] == "refuse"
    for words in ((CORP, "--auto-approve"), (saved(CORP),)):
        refused = applied(*words)
        assert refused.code is ExitCode.REFUSED
        assert f"  {gate}: " in refused.err
        assert f"--allow {gate} --reason TEXT" in refused.err


@pytest.mark.parametrize("gate", TIMED)
def test_the_gate_is_lifted_with_a_reason_that_is_kept(gate: str) -> None:
    folder(CORP, **TIMED[gate])
    assert applied(saved(CORP), "--allow", gate).code is ExitCode.USAGE
    assert applied(saved(CORP), "--allow", gate, "--reason", "agreed with the owner").code is ExitCode.DONE
    kept = b"".join(file.read_bytes() for file in Path(".calplan").iterdir())
    assert b"agreed with the owner" in kept
    assert f'"gate": "{gate}"'.encode() in kept or f'"gate":"{gate}"'.encode() in kept


def test_the_reasons_of_the_owner_reach_whoever_is_refused() -> None:
    folder(CORP, **TIMED["window"], **TIMED["freeze"])
    refused = applied(CORP, "--auto-approve").err
    assert "closed by the deny window `* * * * *` for 1d in UTC (never on a whim)" in refused
    assert "frozen from 2000-01-01 to 8999-12-31 (holidays)" in refused
    assert "(ask admin@corp.example)" in refused


def test_open_windows_and_freezes_to_come_let_an_apply_through() -> None:
    folder(CORP, windows=[NEVER], freezes=[{"from": "2000-01-01", "to": "2000-01-02"}])
    assert {gates(CORP)[gate]["status"] for gate in ("window", "freeze")} == {"pass"}
    assert applied(CORP, "--auto-approve").code is ExitCode.DONE


def test_notice_of_this_plan_lets_it_through_once_it_is_old_enough() -> None:
    folder(CORP, notice=NOTICE)
    plan_id = str(document(CORP)["plan_id"])
    assert gates(CORP)["notice"]["actual"] == f"corp/notice.json is not there, so nobody was told of plan {plan_id}"
    for hours, code in ((-1, ExitCode.REFUSED), (71, ExitCode.REFUSED), (73, ExitCode.DONE)):
        receipt(plan_id, hours)
        assert applied(saved(CORP)).code is code
    assert document(CORP)["plan_id"] != plan_id


def test_the_gates_are_no_part_of_the_id_of_a_plan() -> None:
    folder(CORP)
    plain = document(CORP)["plan_id"]
    folder(CORP, **TIMED["window"], **TIMED["freeze"], **TIMED["notice"])
    assert document(CORP)["plan_id"] == plain


def test_notice_of_the_saved_plan_holds_when_fewer_are_concerned_by_now() -> None:
    users = [user(f"{name}@corp.example") for name in ("ann", "bob", "cyd")]
    folder(CORP, notice=NOTICE, users=users)
    plan, plan_id = saved(CORP), str(document(CORP)["plan_id"])
    receipt(plan_id, 100)
    (CORP / "corp.db").unlink()
    folder(CORP, notice=NOTICE, users=users[:2])
    assert document(CORP)["plan_id"] != plan_id
    assert plan_id in gates(CORP)["notice"]["actual"]
    assert applied(CORP, "--auto-approve").code is ExitCode.REFUSED
    assert applied(plan).code is ExitCode.DONE


def test_whom_nothing_concerns_need_not_be_told() -> None:
    folder(CORP, notice=NOTICE, policy={"integration": {"locked": True}}, users=[user("ann@corp.example")])
    assert gates(CORP)["notice"]["actual"] == "nobody has to be told"
    assert applied(CORP, "--auto-approve").code is ExitCode.DONE


def test_a_receipt_that_is_none_is_a_refused_gate_and_quotes_nothing() -> None:
    folder(CORP, notice={"hours": 0, "receipt": "../elsewhere"})
    Path("elsewhere").write_text("root:hunter2:0:0", encoding="utf-8")
    said = calplan("plan", CORP)
    assert said.code is ExitCode.DONE
    assert "elsewhere is not JSON, so nobody was told of plan sha256:" in said.out
    assert "hunter2" not in said.out + said.err


def test_nothing_to_apply_asks_no_gate() -> None:
    folder(CORP, policy={"integration": {"locked": False}}, **TIMED["window"], **TIMED["freeze"])
    assert applied(CORP, "--auto-approve").code is ExitCode.DONE
    assert "would refuse" in calplan("plan", CORP).last


def test_every_gate_is_held_against_what_is_read_when_applying() -> None:
    folder(CORP, users=[user("ann@corp.example"), user("bob@corp.example")], limits={"disconnected": "50%"})
    plan = saved(CORP)
    refused = applied(plan)
    assert refused.code is ExitCode.REFUSED
    assert "limit.disconnected: 2, limit 50% of 2 connected users = 1" in refused.err
    folder(CORP, users=[], limits={"disconnected": "100%", "silent": 9})
    assert applied(plan).code is ExitCode.DONE


def test_a_window_that_closes_after_planning_refuses_the_saved_plan() -> None:
    folder(CORP, windows=[NEVER])
    plan = saved(CORP)
    assert gates(CORP)["window"]["status"] == "pass"
    folder(CORP, windows=[NEVER, SHUT])
    assert applied(plan).code is ExitCode.REFUSED


@pytest.mark.parametrize("gate", GATE_IDS)
def test_every_gate_is_explained(gate: str) -> None:
    said = calplan("explain", gate)
    assert said.code is ExitCode.DONE
    assert f"--allow {gate} --reason TEXT" in said.out


def test_bad_windows_and_freezes_are_told_with_their_place_and_explained() -> None:
    folder(
        CORP,
        windows=[{"kind": "allow", "cron": "0 25 * * *", "duration": "0s", "timeZone": "Berlin"}],
        freezes=[{"from": "2027-01-06", "to": "2026-12-20"}],
    )
    said = calplan("validate", CORP)
    assert said.code is ExitCode.INVALID
    for code in ("S-CRON", "S-ZONE", "S-SPAN"):
        assert f"error[{code}]" in said.out + said.err
        assert calplan("explain", code).code is ExitCode.DONE
    assert "did you mean `Europe/Berlin`?" in said.out + said.err


def test_the_account_may_have_moved_on_in_the_meantime_and_staleness_is_said_first() -> None:
    folder(CORP, **TIMED["freeze"])
    plan = saved(CORP)
    moved(CORP, {"integration": {"locked": True}})
    assert applied(plan).code is ExitCode.STALE
    state(CORP, {"integration": {"locked": True}})
