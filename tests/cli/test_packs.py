"""``--pack``: rules of ours or of a file hold beside those of the folder, from the first check to the apply."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.policyfile.packs import pack_names
from tests.cli.make import UNLIMITED, calplan, folder, user, write

CORP = Path("corp")
CIS = ("--pack", "cis-zoom-1.0")
USERS = [user(f"user{number}@corp.example") for number in range(4)]
NEVER = {"id": "NEVER", "severity": "deny", "expression": "policy.integration.locked == false", "message": "no lock"}
WAIVED = {"rule": "CIS-ZOOM-1.1.5.1", "reason": "it is wanted", "owner": "admin@corp.example", "expires": "2999-01-01"}


@pytest.fixture(autouse=True)
def corp() -> None:
    """A folder without rules whose policy turns to Graph and locks it."""
    folder(CORP, users=USERS, limits=UNLIMITED)


def guardrails(file: Path, spec: Mapping[str, object]) -> Path:
    write(file, "Guardrails", {"name": file.stem}, spec)
    return file


def checked(*words: str | Path) -> dict[str, str]:
    said = calplan("check", *words, "-o", "json")
    assert said.out, said.err
    return {one["id"]: one["status"] for one in json.loads(said.out)["guardrails"]}


def test_a_pack_by_its_name_holds_for_a_folder_without_rules() -> None:
    said = calplan("check", CORP, *CIS)
    assert said.code is ExitCode.REFUSED
    assert "denied: CIS-ZOOM-1.1.5.1 does not hold" in said.out
    assert len(checked(CORP, *CIS)) == 4


def test_packs_of_ours_and_files_hold_together() -> None:
    mine = guardrails(Path("mine.yaml"), {"rules": [NEVER]})
    found = checked(CORP, *CIS, "--pack", mine)
    assert found["NEVER"] == "violated"
    assert len(found) == 5


def test_a_file_beside_us_never_stands_for_a_pack_of_ours() -> None:
    guardrails(Path("cis-zoom-1.0"), {"rules": [NEVER]})
    assert "NEVER" not in checked(CORP, *CIS)


@pytest.mark.parametrize("command", ["check", "plan", "validate", "test"])
def test_a_pack_that_is_not_there_stops_every_command_with_what_there_is(command: str) -> None:
    said = calplan(command, CORP, "--pack", "cis-zoom")
    assert (said.code, said.out) == (ExitCode.USAGE, "")
    listed = ", ".join(pack_names())
    assert said.err.startswith(f"error: there is no pack 'cis-zoom'; did you mean cis-zoom-1.0? there are {listed}, or")
    gone = calplan(command, CORP, "--pack", "gone.yaml")
    assert (gone.code, gone.err) == (ExitCode.USAGE, "error: --pack gone.yaml: there is no such file\n")


def test_a_pack_gates_a_plan_and_the_apply_of_that_plan() -> None:
    said = calplan("plan", CORP, *CIS, "--out", "corp.plan", "-o", "json")
    gates = {gate["id"]: gate["status"] for gate in json.loads(said.out)["gates"]}
    assert gates["guardrail.CIS-ZOOM-1.1.5.1"] == "refuse"
    refused = calplan("apply", "corp.plan")
    assert refused.code is ExitCode.REFUSED
    assert "guardrail.CIS-ZOOM-1.1.5.1" in refused.err


def test_a_saved_plan_can_be_held_against_a_pack_it_was_made_without() -> None:
    assert calplan("plan", CORP, "--out", "corp.plan").code is ExitCode.DONE
    assert checked("corp.plan", *CIS)["CIS-ZOOM-1.1.5.1"] == "violated"
    assert calplan("plan", CORP, *CIS, "--out", "again.plan").code is ExitCode.DONE
    assert len(checked("again.plan", *CIS)) == 4


def test_a_folder_may_waive_a_rule_of_a_pack_and_says_so_where_the_pack_is_missing() -> None:
    guardrails(CORP / "waivers.yaml", {"waivers": [WAIVED]})
    assert checked(CORP, *CIS)["CIS-ZOOM-1.1.5.1"] == "waived"
    assert calplan("validate", CORP, *CIS).code is ExitCode.DONE
    alone = calplan("validate", CORP)
    assert alone.code is ExitCode.INVALID
    assert "there is no rule `CIS-ZOOM-1.1.5.1`" in alone.out


def test_validate_evaluates_what_the_rules_of_a_pack_decide_offline() -> None:
    mine = guardrails(Path("mine.yaml"), {"rules": [NEVER]})
    said = calplan("validate", CORP, "--pack", mine)
    assert said.code is ExitCode.REFUSED
    assert "guardrail NEVER for corp does not hold" in said.out
