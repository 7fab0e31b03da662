"""Gates from outside the folder under review: a hostile folder loosens nothing, and nothing fails in silence."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import LOCKED, UNLIMITED, Said, calplan, folder, saved, user, write

CORP, TRUSTED = Path("corp"), Path("trusted")
SHUT = {"kind": "deny", "cron": "* * * * *", "duration": "1d", "timeZone": "UTC", "reason": "not today"}
OPEN = {"kind": "allow", "cron": "* * * * *", "duration": "1d", "timeZone": "UTC"}
FROZEN = {"from": "2000-01-01", "to": "8999-12-31"}
ZOOM = {
    "type": "zoom",
    "accountId": "a",
    "clientId": "b",
    "credential": {"kind": "secret", "from": {"env": "CALPLAN_SECRET_ZOOM"}},
}
USERS = [user(f"user{number}@corp.example") for number in range(20)]


def trusted(*, name: str = "corp", place: Path = TRUSTED, **spec: object) -> None:
    """An Account document outside of the folder under review."""
    place.mkdir(exist_ok=True)
    platform = {"type": "local", "path": "elsewhere.db"}
    write(place / "account.yaml", "Account", {"name": name}, {"platform": platform, **spec})


@pytest.fixture(autouse=True)
def gates_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALPLAN_GATES", str(TRUSTED))


def gates() -> dict[str, Mapping[str, str]]:
    document = json.loads(calplan("plan", CORP, "-o", "json").out)
    return {gate["id"]: gate for gate in document["gates"]}


def applied(*words: str | Path) -> Said:
    return calplan("apply", *words, "--no-verify")


def test_a_hostile_folder_loosens_nothing_and_is_told_so_where_it_tried() -> None:
    strict = {"disconnected": "5%", "silent": 0, "blocked": 0, "unknown": 0, "pairs": 1}
    trusted(
        limits=strict,
        owner="admin@corp.example",
        windows=[SHUT],
        freezes=[FROZEN],
        notice={"hours": 72, "receipt": "notice.json"},
        maxEvidenceAge={"users": "1h"},
    )
    hostile: Mapping[str, Any] = {
        "windows": [OPEN],
        "notice": {"hours": 0, "receipt": "notice.json"},
        "maxEvidenceAge": {"users": "999999d"},
        "tolerance": {"surprises": 999999, "falseAlarms": "100%"},
    }
    folder(CORP, users=USERS, limits=UNLIMITED, **hostile)
    said = calplan("plan", CORP)
    assert said.code is ExitCode.DONE
    for field in ("limits.disconnected", "limits.silent", "limits.blocked", "limits.unknown", "limits.pairs"):
        assert f"`{field}` is ignored" in said.out
    for field in ("notice.hours", "notice.receipt", "maxEvidenceAge.users", "tolerance.surprises"):
        assert f"`{field}` is ignored" in said.out
    assert "corp/account.yaml:" in said.out
    refused = applied(CORP, "--auto-approve")
    assert refused.code is ExitCode.REFUSED
    for gate in ("limit.disconnected: 20, limit 5% of 20 connected users = 1", "window: closed", "freeze: frozen"):
        assert f"  {gate}" in refused.err
    assert "  notice: trusted/notice.json is not there" in refused.err
    assert applied(saved(CORP)).code is ExitCode.REFUSED


def test_without_the_variable_the_folder_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    trusted(windows=[SHUT])
    folder(CORP)
    assert applied(CORP, "--auto-approve").code is ExitCode.REFUSED
    monkeypatch.delenv("CALPLAN_GATES")
    assert applied(CORP, "--auto-approve").code is ExitCode.DONE


def test_the_folder_may_tighten_what_comes_from_outside() -> None:
    trusted(limits=UNLIMITED, windows=[OPEN])
    folder(CORP, users=USERS, limits={"disconnected": 3}, windows=[SHUT])
    found = gates()
    assert (found["limit.disconnected"]["limit"], found["limit.disconnected"]["status"]) == ("3", "refuse")
    assert found["window"]["status"] == "refuse"
    assert "is ignored" not in calplan("plan", CORP).out


def test_of_two_limits_the_one_that_is_tighter_for_these_users_is_shown() -> None:
    trusted(limits={**UNLIMITED, "disconnected": "5%"})
    folder(CORP, users=USERS, limits={"disconnected": 10})
    assert gates()["limit.disconnected"]["limit"] == "5% of 20 connected users = 1"
    assert "`limits.disconnected` is ignored where 10 is more than 5%" in calplan("plan", CORP).out


def test_a_whole_folder_of_policies_elsewhere_serves_as_well() -> None:
    folder(TRUSTED, limits={"disconnected": 0})
    folder(CORP, users=USERS)
    assert gates()["limit.disconnected"]["status"] == "refuse"
    assert not (TRUSTED / "corp.db").exists()


def test_the_tolerance_of_a_verification_comes_from_outside() -> None:
    trusted(limits=UNLIMITED, tolerance={"falseAlarms": 0})
    folder(CORP, users=USERS, tolerance={"falseAlarms": "100%"})
    run = applied(CORP, "--auto-approve").out.rstrip().removesuffix(".").rpartition(" ")[2]
    assert calplan("verify", run).code is ExitCode.DONE
    (CORP / "corp.db").unlink()
    folder(CORP, users=USERS, live=LOCKED_BUT_CONNECTED, tolerance={"falseAlarms": "100%"})
    assert calplan("verify", run).code is ExitCode.UNLIKE_FORECAST


LOCKED_BUT_CONNECTED = {
    "integration": {**LOCKED["integration"], "enabled": True},
    "allowedDomains": "any",
    "bidirectionalSync": False,
    "office365": {"consentForAccount": True, "enforceOAuth": False},
}


def test_what_is_ignored_is_no_part_of_the_id_of_a_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    trusted(owner="owner@corp.example", limits=UNLIMITED)
    folder(CORP)
    within = json.loads(calplan("plan", CORP, "-o", "json").out)
    assert [one["code"] for one in within["diagnostics"]].count("G-LOOSER") == 1
    monkeypatch.delenv("CALPLAN_GATES")
    assert json.loads(calplan("plan", CORP, "-o", "json").out)["plan_id"] == within["plan_id"]
    assert calplan("explain", "G-LOOSER").code is ExitCode.DONE


NOT_THERE, BROKEN, EMPTY, OTHER = "nowhere", "broken", "empty", "other"


@pytest.mark.parametrize(
    "place, code, words",
    [
        (NOT_THERE, ExitCode.USAGE, "there is no file or folder nowhere"),
        (BROKEN, ExitCode.INVALID, "CALPLAN_GATES leads to broken; without it no gate of corp is known"),
        (EMPTY, ExitCode.INVALID, "CALPLAN_GATES leads to empty; without it no gate of corp is known"),
        (OTHER, ExitCode.INVALID, "CALPLAN_GATES leads to other, and there is no Account document named 'corp'"),
        ("", ExitCode.USAGE, "CALPLAN_GATES is set and empty"),
        (" ", ExitCode.USAGE, "CALPLAN_GATES is set and empty"),
        ("corp", ExitCode.USAGE, "CALPLAN_GATES leads into what it has to guard"),
        ("corp/account.yaml", ExitCode.USAGE, "CALPLAN_GATES leads into what it has to guard"),
        (".", ExitCode.USAGE, "CALPLAN_GATES leads into what it has to guard"),
        ("link", ExitCode.USAGE, "CALPLAN_GATES leads into what it has to guard"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "apply", "impact", "why"])
def test_a_variable_that_leads_to_no_gates_is_an_error_and_never_a_way_round_them(
    command: str, place: str, code: ExitCode, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder(CORP)
    trusted(place=Path(BROKEN), limits={"disconnected": "lots"})
    Path(EMPTY).mkdir()
    trusted(place=Path(OTHER), name="another")
    Path("link").symlink_to("corp")
    monkeypatch.setenv("CALPLAN_GATES", place)
    who = ["ann@corp.example"] if command == "why" else []
    said = calplan(command, *who, CORP)
    assert said.code is code
    assert words in said.err


def test_two_gates_for_one_name_are_an_error() -> None:
    trusted()
    write(TRUSTED / "again.yaml", "Account", {"name": "corp"}, {"platform": {"type": "local", "path": "a.db"}})
    folder(CORP)
    assert calplan("plan", CORP).code is ExitCode.INVALID


@pytest.mark.parametrize(
    "mine, theirs", [({**ZOOM, "accountId": "b"}, ZOOM), (ZOOM, {"type": "local", "path": "corp.db"})]
)
def test_whoever_takes_the_name_of_another_account_does_not_get_its_gates(
    mine: Mapping[str, object], theirs: Mapping[str, object]
) -> None:
    trusted(limits=UNLIMITED)
    write(TRUSTED / "account.yaml", "Account", {"name": "corp"}, {"platform": theirs})
    folder(CORP)
    write(CORP / "account.yaml", "Account", {"name": "corp"}, {"platform": mine})
    (CORP / "live.yaml").unlink()
    said = calplan("plan", CORP)
    assert said.code is ExitCode.INVALID
    assert "'corp' is another account in trusted/account.yaml, where CALPLAN_GATES leads, than here" in said.err


def test_a_saved_plan_of_a_folder_is_held_against_the_gates_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CALPLAN_GATES")
    folder(CORP, users=USERS)
    plan = saved(CORP)
    trusted(limits={"disconnected": 0})
    monkeypatch.setenv("CALPLAN_GATES", str(TRUSTED))
    assert applied(plan).code is ExitCode.REFUSED
    lifted = applied(plan, "--allow", "limit.disconnected", "--reason", "agreed")
    assert lifted.code is ExitCode.DONE
