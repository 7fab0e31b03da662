"""A privilege that is taken away to be given again is never lost, wherever the process is killed."""

import json
import signal
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.model.account import AssistantPair, PrivateAccess
from calplan.sandbox.account.read import read_assistants
from calplan.sandbox.account.store import open_read_only
from tests.cli.make import LIVE, calplan, write
from tests.fault.forks import Forks, Side
from tests.sandbox.servers.stage import ANN, BOB, DEE, SECRET, Stage, serving

pytestmark = pytest.mark.loopback
PAIRS = {
    AssistantPair(user=ANN, assistant=BOB): PrivateAccess.MANAGED,
    AssistantPair(user=BOB, assistant=DEE): PrivateAccess.MANAGED,
    AssistantPair(user=DEE, assistant=ANN): PrivateAccess.HIDDEN,
}
HIDDEN = dict.fromkeys(PAIRS, PrivateAccess.HIDDEN)
APPLY = ("apply", "corp", "--auto-approve", "--by", "ann")
WRITES = 1 + 2 * 4 + 1 + 1
"""The beginning; of each of two flags an intent, two words on how to finish, an outcome; the end; the verification."""
SHARES = 4
"""The writes at which to kill are tried in so many parts; one is enough for every commit."""


def documents(folder: Path) -> None:
    """A policy that hides private events from everybody, and what a person saw of the settings."""
    wanted = {"privateEvents": {"default": "hidden"}}
    write(folder / "policy.yaml", "CalendarPolicy", {"name": "corp", "account": "corp"}, wanted)
    record = {
        "apiVersion": "calplan/v1",
        "kind": "PortalRecord",
        "metadata": {"name": "corp", "account": "corp"},
        "attested": {"by": ANN, "at": datetime.now(UTC).isoformat(timespec="seconds"), "portal": "the portal"},
        "spec": {**LIVE, "groups": []},
    }
    (folder / "record.yaml").write_text(json.dumps(record), encoding="utf-8")


def privileges(stage: Stage) -> dict[AssistantPair, PrivateAccess]:
    live = open_read_only(stage.database)
    try:
        return dict(read_assistants(live))
    finally:
        live.close()


def as_before(stage: Stage) -> None:
    """Give every privilege back as it was in the beginning."""
    account = sqlite3.connect(stage.database)
    with account:
        account.execute("DELETE FROM assistants")
        rows = [(pair.user, pair.assistant, access.value) for pair, access in PAIRS.items()]
        account.executemany("INSERT INTO assistants VALUES (?, ?, ?)", rows)
    account.close()


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("share", [pytest.param(one, marks=[pytest.mark.slow] if one else []) for one in range(SHARES)])
def test_a_killed_write_of_two_parts_is_finished(
    side: Side, share: int, forks: Forks, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with serving(monkeypatch, pairs=PAIRS) as stage:
        documents(stage.folder)
        env = {"CALPLAN_SECRET_ZOOM": SECRET}
        for kill in range(1 + share, WRITES + 1, SHARES):
            as_before(stage)
            state = ("--state", str(tmp_path / f"{side}{kill}.db"))
            ended = forks.run(*APPLY, *state, cwd=tmp_path, kill=kill, side=side, env=env)
            assert ended.signal == signal.SIGKILL, ended
            shown = json.loads(calplan("state", "show", "-o", "json", *state).out)["accounts"][0]["run_lock"]
            assert calplan("state", "unlock", shown["id"], *state).code is ExitCode.DONE
            again = APPLY if shown["run"] is None else ("apply", "--resume", shown["run"])
            resumed = forks.run(*again, *state, cwd=tmp_path, env=env)
            assert resumed.code == 0, f"killed {side} journal write {kill}: {resumed.err}"
            assert privileges(stage) == HIDDEN, f"killed {side} journal write {kill}"
            assert calplan("log", "--verify-chain", *state).code is ExitCode.DONE
