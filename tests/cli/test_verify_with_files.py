"""``calplan verify`` where a connections-file tells who is connected: it observes nothing that came after it."""

import csv
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import calplan, folder, user

ANN, DAN = "ann@corp.example", "dan@corp.example"
NOBODY_KNOWS = tuple(user(one, service="unknown", calendar="unknown", contacts="unknown") for one in (ANN, DAN))


def states(file: Path, services: Mapping[str, str], as_of: str) -> None:
    """Write a connections-file, in which everything is as old as this."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["email", "service", "calendar", "contacts", "auth", "as_of"])
        for email, service in services.items():
            table.writerow([email, service, *(("write", "read", "oauth") if service else ("", "", "")), as_of])


def moment(**ago: int) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).isoformat()


@pytest.fixture
def corp(tmp_path: Path) -> Path:
    """An account whose platform knows nothing of connections, with a file beside it that does."""
    path = folder(
        tmp_path / "corp", users=NOBODY_KNOWS, providers=[{"type": "connections-file", "path": "connections.csv"}]
    )
    states(path / "connections.csv", {ANN: "google", DAN: "office365-graph"}, moment(minutes=5))
    return path


def seen(run: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(calplan("verify", run, "-o", "json").out)
    counts: dict[str, Any] = document["numbers"]["counts"]
    return counts


def test_a_file_from_before_the_apply_confirms_and_denies_nothing(corp: Path) -> None:
    applied = calplan("apply", corp, "--auto-approve")
    assert applied.code is ExitCode.DONE, applied.out
    assert "Still disconnected: 0, and of 1 nobody knows; back since: 0." in applied.out
    assert "Verified: 0 as forecast, 0 surprises, 0 false alarms, 2 not observable." in applied.out


@pytest.mark.parametrize("service, hit, false_alarm", [("", 2, 0), ("office365-graph", 2, 0), ("google", 1, 1)])
def test_a_file_from_after_the_apply_is_an_observation(corp: Path, service: str, hit: int, false_alarm: int) -> None:
    assert calplan("apply", corp, "--auto-approve").code is ExitCode.DONE
    run = str(json.loads(calplan("history", "-o", "json").out)["runs"][0]["id"])
    states(corp / "connections.csv", {ANN: service, DAN: "office365-graph"}, moment(seconds=-2))
    counts = seen(run)
    assert (counts["hit"], counts["false_alarm"], counts["not_observable"]) == (hit, false_alarm, 0)


def test_a_file_without_ages_is_no_observation(corp: Path) -> None:
    assert calplan("apply", corp, "--auto-approve").code is ExitCode.DONE
    run = str(json.loads(calplan("history", "-o", "json").out)["runs"][0]["id"])
    states(corp / "connections.csv", {ANN: "", DAN: "office365-graph"}, "")
    assert seen(run)["not_observable"] == 2
