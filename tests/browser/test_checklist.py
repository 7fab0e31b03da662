"""From an empty folder to a verified change of settings that have no API: by the checklist, in a real browser."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page

from calplan.sandbox.account.account import Account
from calplan.sandbox.account.read import read_settings
from calplan.sandbox.account.store import open_read_only
from tests.browser.follower import Errand, Follower, errands
from tests.cli.make import GRAPH, LIVE, LONGEST, PROGRAM, start, surroundings, user, write
from tests.fault.make import report_of

pytestmark = pytest.mark.loopback
USERS = (
    user("ann@corp.example", licensed="yes"),
    user("pa@corp.example", service="", licensed="yes"),
    user("old@corp.example", client="5.1.0(win)", licensed="yes"),
    user("eve@else.example", licensed="yes"),
)
WANTED = {
    "integration": {"locked": True, "service": GRAPH},
    "allowedDomains": ["corp.example", "emea.corp.example"],
    "bidirectionalSync": True,
    "office365": {"consentForAccount": False, "enforceOAuth": True},
    "privateEvents": {"default": "hidden"},
}
SEEN = (
    *("--platform", "zoom", "--name", "corp", "--owner", "ann@corp.example", "--account-id", "a", "--client-id", "c"),
    *("--secret-env", "CALPLAN_SECRET_ZOOM", "--guardrails", "none", "--service", "google"),
    *("--enabled", "on", "--locked", "off"),
    *("--calendar", "write", "--contacts", "read", "--domains", "any", "--consent", "on", "--oauth", "off"),
    *("--sync", "off", "--groups", "none", "--by", "ann@corp.example", "--at", "now", "--portal", "the portal"),
)
"""What a person saw who looked at the portal before."""


@contextmanager
def served() -> Iterator[str]:
    """The portal page of the account behind it, as another shell serves it."""
    process = subprocess.Popen(
        [*PROGRAM, "sandbox", "serve", "behind.db", "--write-env", "corp/zoom.env", "--access-log", "log.ndjson"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        env=surroundings(),
    )
    assert process.stdout is not None
    try:
        yield next(line.split()[-1] for line in process.stdout if line.startswith("portal page"))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(LONGEST)
        process.stdout.close()


def secret() -> str:
    text = Path("corp/zoom.env").read_text("utf-8")
    found = re.search(r"^export CALPLAN_SECRET_ZOOM=(\S+)$", text, re.MULTILINE)
    assert found is not None
    return found[1].strip("'")


def calplan(*words: str, code: int = 0) -> str:
    """Run a command as a person would, with the secret in the environment; gives what it said."""
    said = start(*words, CALPLAN_SECRET_ZOOM=secret())
    assert said.returncode == code, f"{words}: {said.stdout}{said.stderr}"
    return said.stdout


def made() -> None:
    """An account that lives behind the portal, and a folder of documents about it."""
    Path("users.ndjson").write_text("".join(json.dumps(one) + "\n" for one in USERS), encoding="utf-8")
    Path("assistants.csv").write_text("user,assistant,access\nann@corp.example,pa@corp.example,managed\n")
    write(Path("live.yaml"), "CalendarPolicy", {"name": "live", "account": "corp"}, LIVE)
    files = ("--from", "users.ndjson", "--settings", "live.yaml", "--assistants", "assistants.csv")
    assert start("sandbox", "create", "behind.db", *files).returncode == 0
    assert start("init", "corp", *SEEN).returncode == 0


@pytest.mark.parametrize("edition", ["newer", pytest.param("older", marks=pytest.mark.slow)])
def test_who_knows_nothing_but_the_checklist_makes_the_policy_true(edition: str, page: Page, tmp_path: Path) -> None:
    made()
    with served() as portal:
        assert "No changes" in calplan("plan", "corp")
        write(Path("corp/policy.yaml"), "CalendarPolicy", {"name": "corp", "account": "corp"}, WANTED)
        checklist = calplan("plan", "corp", "--out", "corp.calplan", "-o", "checklist")
        gates = ("--allow", "limit.unknown", "--allow", "rule.V17")
        lifted = (*gates, "--reason", "nobody can see connections", "--by", "ann@corp.example")
        calplan("apply", "corp.calplan", *lifted, "-o", "json=report.json", code=11)
        report = report_of(Path("report.json"))
        run = str(report["run"])
        follower = Follower(page, portal, edition, tmp_path)
        for errand in errands(checklist, edition):
            follower.do(errand)
        live = open_read_only(Path("behind.db"))
        settings = read_settings(live, Path("behind.db"))
        live.close()
        assert settings.locked is True
        calplan("attest", run, "--by", "ann@corp.example")
        calplan("apply", "--resume", run)
        calplan("verify", run)
        assert "No changes" in calplan("plan", "corp")
    with Account.open(Path("behind.db")) as account:
        assert account.truth_of("ann@corp.example").service == ""
    asked = [json.loads(line) for line in Path("log.ndjson").read_text("utf-8").splitlines()]
    written = [f"{one['method']} {one['path']}" for one in asked if one["method"] not in ("GET", "HEAD")]
    by_api = [one for one in written if "/v2/" in one]
    assert [one.split()[0] for one in by_api] == ["DELETE", "POST"], by_api
    assert all("/assistants" in one for one in by_api)


def test_a_checklist_is_read_as_it_stands() -> None:
    text = """\
- [ ] **s1** allow only corp.example (disconnects nobody)
  - newer navigation (labels of 2026-11-22, from KB1): A > Mail &amp; Calendar
    1. **Toggle**: switch it `on`; if a dialog asks, click **Enable**
  - older navigation (labels of 2026-11-22, from KB2): B
    1. **Save**: click it once, when all of this is set
"""
    (newer,), (older,) = errands(text, "newer"), errands(text, "older")
    assert isinstance(newer, Errand)
    assert (newer.path, [one.field for one in newer.acts], newer.acts[0].value) == (
        ("A", "Mail & Calendar"),
        ["Toggle"],
        "on",
    )
    assert (older.path, [one.field for one in older.acts]) == (("B",), ["Save"])
