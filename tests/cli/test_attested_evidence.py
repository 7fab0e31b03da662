"""A plan says who attested the settings and when, refuses what is too old, and names what nobody attested."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.plan.edits import Edit, EditLog
from calplan.providers.errors import NotAuthorisedError
from tests.cli.make import Said, calplan, saved
from tests.cli.portal import SEEN, attest_all, attested_platform, zoom_folder

NOW = datetime.now(UTC).replace(microsecond=0)
WHO = "PortalRecord corp, attested by ann@corp.example"


@pytest.fixture(autouse=True)
def _platform(monkeypatch: pytest.MonkeyPatch) -> None:
    attested_platform(monkeypatch)


def planned(corp: Path, *words: str) -> Said:
    said = calplan("plan", corp, *words)
    assert said.code is ExitCode.DONE, said.err
    return said


def evidence_of(corp: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(planned(corp, "-o", "json").out)["evidence"][0]
    return found


def gate(corp: Path) -> dict[str, str]:
    gates = json.loads(planned(corp, "-o", "json").out)["gates"]
    found: dict[str, str] = next(one for one in gates if one["id"] == "evidence.age")
    return found


def test_who_attested_and_when_stands_in_every_form_of_a_plan(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp", at=NOW)
    said = planned(corp).out
    assert f"  portal from {WHO}: as of {NOW.isoformat()}\n" in said
    assert "stale?" not in said
    markdown = planned(corp, "-o", "markdown", "--users", "all").out.replace("\\", "").replace("&#8203;", "")
    assert f"portal from {WHO}: as of {NOW.isoformat()}" in markdown
    assert evidence_of(corp) == {
        "source": WHO,
        "kind": "portal",
        "as_of": NOW.isoformat(),
        "records": 1,
        "complete": True,
        "stale": False,
    }


def test_what_was_attested_too_long_ago_is_marked_and_refused(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp", at=NOW - timedelta(days=45))
    said = planned(corp).out
    assert f"  portal from {WHO}: as of {(NOW - timedelta(days=45)).isoformat()}  stale?" in said
    assert "Settings stale?" in said
    assert gate(corp)["actual"] == f"{WHO}: 45d old, at most 30d"
    applied = calplan("apply", corp, "--auto-approve")
    assert applied.code is ExitCode.REFUSED
    assert f"evidence.age: {WHO}: 45d old, at most 30d" in applied.err
    attest_all(corp, SEEN, at=NOW)
    assert gate(corp)["status"] == "pass"


def test_the_account_says_how_old_is_too_old(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp", at=NOW - timedelta(days=2), maxEvidenceAge={"portal": "1d"})
    assert gate(corp)["actual"] == f"{WHO}: 2d old, at most 1d"


def test_what_was_attested_in_the_future_or_by_nobody_has_no_age(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp", at=NOW + timedelta(days=1))
    assert "says it is from the future" in gate(corp)["actual"]
    (corp / "portal-record.yaml").unlink()
    said = calplan("plan", corp, "-o", "json")
    refusing = {one["id"]: one["actual"] for one in json.loads(said.out)["gates"] if one["status"] == "refuse"}
    assert refusing["evidence.age"] == "no PortalRecord: nobody says how old it is"
    assert refusing["live.unknown"] == "integration.enabled is unknown"


def test_a_plan_that_was_saved_is_refused_once_its_record_is_too_old(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp", at=NOW)
    plan = saved(corp)
    attest_all(corp, SEEN, at=NOW - timedelta(days=45))
    assert calplan("apply", plan).code is ExitCode.REFUSED


def test_a_record_that_is_dated_anew_makes_no_other_plan(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp", at=NOW - timedelta(days=1))
    plan = saved(corp)
    attest_all(corp, SEEN, at=NOW, by="bob@corp.example")
    assert calplan("apply", plan).code is ExitCode.WAITING


def test_what_the_record_does_not_state_is_named(tmp_path: Path) -> None:
    seen = {"integration": {"enabled": True}, "groups": []}
    corp = zoom_folder(tmp_path / "corp", seen=seen)
    named = (
        "(unknown) live, so look in the portal and attest them in the PortalRecord: allowedDomains, bidirectionalSync,"
        " integration.locked, integration.service, office365.consentForAccount and office365.enforceOAuth"
    )
    assert named in planned(corp).out
    assert f"\n{named}.\n" in planned(corp, "-o", "markdown").out.replace("\\", "")


def test_what_groups_override_has_to_be_attested_too(tmp_path: Path) -> None:
    seen = {key: value for key, value in SEEN.items() if key != "groups"}
    corp = zoom_folder(tmp_path / "corp", seen=seen, policy={"bidirectionalSync": True})
    said = calplan("plan", corp)
    assert said.code is ExitCode.INVALID
    assert "state what groups override in the PortalRecord (`groups: []` where none does)" in said.out


def test_an_account_that_was_attested_can_be_exported(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp", policy=None)
    said = calplan("export", corp)
    assert said.code is ExitCode.DONE
    (corp / "policy.yaml").write_text(said.out, encoding="utf-8")
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.DONE


def test_edits_since_the_record_are_a_note_and_no_other_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corp = zoom_folder(tmp_path / "corp", at=NOW - timedelta(days=1))
    quiet = json.loads(planned(corp, "-o", "json").out)
    edit = Edit(time=NOW, operator="eve@corp.example", action="Update", detail="Account Settings\x1b[31m")
    attested_platform(monkeypatch, lambda since: EditLog(edits=(edit,), read_from=since))
    noisy = json.loads(planned(corp, "-o", "json").out)
    assert "E-EDITED" in [one["code"] for one in noisy["diagnostics"]]
    assert noisy["plan_id"] == quiet["plan_id"]
    said = planned(corp).out
    assert "note[E-EDITED]: 1 entry of the operation log since PortalRecord corp" in said
    assert "\x1b" not in said
    assert calplan("explain", "E-EDITED").code is ExitCode.DONE


def test_a_log_that_cannot_be_read_stops_no_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_since: datetime) -> EditLog:
        raise NotAuthorisedError("the scope report:read:operation_logs:admin is missing")

    attested_platform(monkeypatch, refuse)
    said = planned(zoom_folder(tmp_path / "corp"))
    assert "were attested: the scope report:read:operation_logs:admin is missing" in said.out
    assert calplan("explain", "E-UNLOGGED").code is ExitCode.DONE
