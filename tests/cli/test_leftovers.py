"""Leftover consents by command line: revoked by calplan where it can, left to a person where it cannot, never twice."""

import json
from pathlib import Path
from typing import Any

from calplan.cli.exit_codes import ExitCode
from calplan.sandbox.account.consents import google_tokens
from calplan.sandbox.account.store import open_read_only
from tests.cli.make import LOCKED, calplan, folder, state, user

REVOKE = {**LOCKED, "google": {"revokeStale": True}}


def holders(corp: Path) -> list[str]:
    """Who has a token at Google."""
    connection = open_read_only(corp / "corp.db")
    try:
        return [one.email for one in google_tokens(connection)]
    finally:
        connection.close()


def steps(corp: Path) -> list[tuple[str, str]]:
    document: dict[str, Any] = json.loads(calplan("plan", corp, "-o", "json").out)
    return [(one["op"], one["mode"]) for one in document["steps"]]


def test_what_is_left_over_is_revoked_last_and_nothing_is_left_to_do(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy=REVOKE)
    assert steps(corp) == [("set_service", "api"), ("lock", "api"), ("revoke_stale", "api")]
    said = calplan("plan", corp)
    assert "revoke the consents left over at Google" in said.out
    assert "disconnects nobody" in said.out.partition("revoke the consents")[2]
    assert holders(corp)
    said = calplan("apply", corp, "--auto-approve")
    assert said.code is ExitCode.DONE, said.err
    assert holders(corp) == []
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.DONE


def test_without_the_wish_they_stay_and_can_be_revoked_later(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy=LOCKED)
    assert calplan("apply", corp, "--auto-approve").code is ExitCode.DONE
    left = holders(corp)
    assert left, "the platform lets go without a word to Google"
    state(corp, REVOKE)
    assert steps(corp) == [("revoke_stale", "api")]
    assert f"[{len(left)} users" in calplan("plan", corp).out
    assert calplan("drift", corp).code is ExitCode.CHANGES
    assert calplan("apply", corp, "--auto-approve").code is ExitCode.DONE
    assert holders(corp) == []


def test_whoever_keeps_google_keeps_his_consent(tmp_path: Path) -> None:
    unlocked = {"integration": {"locked": False, "service": LOCKED["integration"]["service"]}}
    corp = folder(tmp_path / "corp", policy={**unlocked, "google": {"revokeStale": True}})
    before = calplan("apply", corp, "--auto-approve")
    assert before.code is ExitCode.DONE, before.err
    assert "ann@corp.example" in holders(corp), "without a lock his connection goes on"
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.DONE


def test_the_number_of_users_is_no_part_of_what_makes_a_plan_stale(tmp_path: Path) -> None:
    users = [user(f"u{number}@corp.example") for number in range(3)]
    corp = folder(tmp_path / "corp", policy=REVOKE, users=users)
    assert calplan("plan", corp, "--out", "corp.plan").code is ExitCode.DONE
    said = calplan("show", "corp.plan", "-o", "json")
    (change,) = (one for one in json.loads(said.out)["resource_changes"] if one["address"] == "google.revokeStale")
    assert (change["users"], change["change"]["actions"], change["reversibility"]) == (3, ["delete"], "irreversible")
    assert calplan("apply", "corp.plan").code is ExitCode.DONE
