"""The example with every vendor: consent first, then what a person does, then what is left over, and the proof."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.sandbox.account.account import Account
from calplan.sandbox.account.consents import google_tokens
from calplan.sandbox.account.store import open_read_only
from tests.cli.make import LONGEST, PROGRAM, calplan, surroundings
from tests.make import graph

pytestmark = pytest.mark.loopback
FILES = ("--from", "users.ndjson", "--settings", "live.yaml", "--tenant", "tenant.yaml")
WHO = "admin@contoso.com"
WITHOUT_CONSENT = frozenset(f"user{number:04}@contoso.com" for number in range(1, 19))
TWO_TRACES = "user0019@contoso.com"


@pytest.fixture
def served(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The example behind its servers in a process of their own, its secrets in the environment; gives the log."""
    shutil.copytree(repository / "examples" / "contoso-full", Path(), dirs_exist_ok=True)
    assert calplan("sandbox", "create", "contoso.db", *FILES).code is ExitCode.DONE
    log = Path("asked.ndjson")
    process = subprocess.Popen(
        [*PROGRAM, "sandbox", "serve", "contoso.db", "--write-env", "gitops/env.sh", "--access-log", str(log)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        env=surroundings(),
    )
    try:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(3)][-1]
        said = subprocess.run(
            ["sh", "-c", ". gitops/env.sh && env -0"], capture_output=True, text=True, check=True, timeout=LONGEST
        ).stdout
        for line in said.split("\0"):
            name, _, value = line.partition("=")
            if name.startswith("CALPLAN_SECRET_"):
                monkeypatch.setenv(name, value)
        yield log
    finally:
        process.kill()
        process.communicate()


def asked(log: Path) -> list[str]:
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return [f"{row['method']} {row['path']}" for row in rows]


def planned(*words: str) -> dict[str, Any]:
    said = calplan("plan", "gitops", "-o", "json", *words)
    assert said.code is ExitCode.DONE, said.err
    document: dict[str, Any] = json.loads(said.out)
    return document


def act_by_hand() -> None:
    """What the steps by hand say, done by a person in the portal."""
    with Account.open(Path("contoso.db")) as account:
        account.set_service(graph("write", "read"))
        account.set_locked(True)


def about_people(document: dict[str, Any]) -> None:
    """What the plan says of single users, and on what that rests."""
    rows = [json.loads(line) for line in calplan("impact", "contoso.plan", "-o", "ndjson").out.splitlines()]
    lost = {row["email"]: row for row in rows if row["outcome"].startswith("disconnected")}
    assert lost.keys() == WITHOUT_CONSENT
    assert {row["evidence"] for row in lost.values()} == {"google-tokens"}
    assert {row["certainty"] for row in lost.values()} == {"inferred"}, "consent is not connection"

    (row,) = (one for one in rows if one["email"] == TWO_TRACES)
    assert (row["outcome"], row["rules"]) == ("at_risk", ["R10d"])
    (told,) = (one for one in document["diagnostics"] if one["code"] == "E-TRACES")
    assert told["summary"] == f"1 user consented to two services: {TWO_TRACES} (google and office365-graph)"
    sources = {one["source"].partition(" ")[0]: one for one in document["evidence"] if one["kind"] == "users"}
    assert sources.keys() == {"Zoom", "Microsoft", "Google"}
    assert all(one["as_of"] and one["complete"] for one in sources.values())


def test_a_move_from_google_to_office365_with_consent_first_and_leftovers_last(served: Path) -> None:
    document = planned("--out", "contoso.plan")
    counts, without = document["impact"]["counts"], document["impact"]["without_grant_step"]["counts"]
    assert (counts["disconnected_prompted"], counts["disconnected_blocked"], counts["blocked"]) == (18, 0, 0)
    assert (without["disconnected_blocked"], without["disconnected_prompted"]) == (18, 0)
    steps = [(one["op"], one["mode"], one["provider"]) for one in document["steps"]]
    assert steps == [
        ("ensure_grant", "api", "microsoft"),
        ("set_service", "manual", "zoom"),
        ("lock", "manual", "zoom"),
        ("revoke_stale", "api", "google"),
    ]
    assert {one["code"] for one in document["diagnostics"] if one["severity"] == "warning"} == {"E-TRACES"}
    assert {one for one in asked(served) if not one.startswith("GET ")} <= {
        "POST /oauth/token",
        "POST /google/token",
        "POST /microsoft/graph/v1.0/$batch",
        *(one for one in asked(served) if one.endswith("/oauth2/v2.0/token")),
    }, "a plan only reads"

    about_people(document)
    said = calplan("apply", "contoso.plan", "--by", WHO)
    assert said.code is ExitCode.WAITING, said.err
    writes = [one for one in asked(served) if one.startswith(("PATCH", "DELETE", "POST /microsoft/graph/v1.0/oauth2"))]
    assert [one.partition(" ")[0] for one in writes] == ["PATCH"], "consent comes first, and nothing else yet"

    act_by_hand()
    run = str(json.loads(calplan("history", "-o", "json").out)["runs"][0]["id"])
    assert calplan("attest", run, "--by", WHO).code is ExitCode.DONE
    said = calplan("apply", "--resume", run, "--by", WHO)
    assert said.code is ExitCode.DONE, said.err
    deleted = [one for one in asked(served) if one.startswith("DELETE ")]
    assert len(deleted) == len(WITHOUT_CONSENT) + 1
    assert all("/tokens/" in one for one in deleted)
    connection = open_read_only(Path("contoso.db"))
    try:
        assert [*google_tokens(connection)] == []
    finally:
        connection.close()

    assert calplan("verify", run).code is ExitCode.DONE
    assert planned()["resource_changes"] == [], "the next plan shows nothing to do, and blinds nobody"
    assert planned()["impact"]["counts"]["unaffected"] == 360
