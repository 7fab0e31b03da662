"""What a plan over 100,000 users costs as a whole process, beside reading the same rows raw."""

import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from calplan.sandbox.account.plausible import plausible_account

USERS = 100_000
RUNS = 5
DOCUMENTS = """\
apiVersion: calplan/v1
kind: CalendarPolicy
metadata: {name: big, account: big}
spec:
  integration:
    locked: true
    service: {type: office365-graph, permissions: {calendar: write, contacts: read}}
  allowedDomains: [contoso.com, emea.contoso.com]
---
apiVersion: calplan/v1
kind: Account
metadata: {name: big}
spec:
  platform: {type: local, path: big.db}
"""
GROUPS = """\
apiVersion: calplan/v1
kind: CalendarPolicy
metadata: {name: big, account: big}
spec:
  integration:
    locked: true
    service: {type: office365-graph, permissions: {calendar: write, contacts: read}}
  allowedDomains: [contoso.com, emea.contoso.com]
  office365: {enforceOAuth: true}
  groups:
    - group: Executives
      locked: true
      service: {type: google, permissions: {calendar: write, contacts: read}}
    - {group: Interns, bidirectionalSync: false}
    - group: IT
      service: {type: exchange-ews, ewsUrl: "https://mail.contoso.com/EWS/Exchange.asmx"}
    - group: Sales
      locked: true
      service: {type: office365-graph, permissions: {calendar: read, contacts: none}}
---
apiVersion: calplan/v1
kind: Account
metadata: {name: big}
spec:
  platform: {type: local, path: big.db}
  groups: {model: legacy}
"""
PLAN = "from calplan.cli.main import main; main()"
RAW = """
import sqlite3
rows = sqlite3.connect('big.db').execute(
    'SELECT email, f.*, mailbox FROM users JOIN facts AS f ON f.id = users.facts ORDER BY email').fetchall()
assert len(rows) == {users}
"""
CLICK = "import click"


# A small process of its own starts the measured one: a child begins with the memory of whoever forks it.
LAUNCH = """
import os, sys, time
begin = time.perf_counter()
quiet = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
process = os.posix_spawn(sys.executable, [sys.executable, '-c', *sys.argv[1:]], os.environ, file_actions=quiet)
_, status, usage = os.wait4(process, 0)
print(time.perf_counter() - begin, usage.ru_maxrss, status)
"""


def timed(code: str, *arguments: str) -> tuple[float, int]:
    """Seconds and peak KiB of one whole process."""
    command = [sys.executable, "-c", LAUNCH, code, *arguments]
    seconds, peak, status = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert status == "0"
    return float(seconds), int(peak)


def median(code: str, *arguments: str) -> tuple[float, int]:
    """Medians of several runs after one that is not counted."""
    timed(code, *arguments)
    runs = [timed(code, *arguments) for _ in range(RUNS)]
    return statistics.median(seconds for seconds, _ in runs), int(statistics.median(peak for _, peak in runs))


@pytest.mark.bench
def test_a_plan_over_a_hundred_thousand_users(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plausible_account(tmp_path / "big.db", users=USERS, seed=1)
    for folder, documents in (("account", DOCUMENTS), ("groups", GROUPS)):
        (tmp_path / folder).mkdir()
        # The path of an account is relative to its document.
        text = documents.replace("path: big.db", "path: ../big.db")
        (tmp_path / folder / "documents.yaml").write_text(text, encoding="utf-8")
    rows = {
        "plan, text": median(PLAN, "plan", "account"),
        "plan, four groups": median(PLAN, "plan", "groups"),
        "plan, ndjson": median(PLAN, "plan", "account", "-o", "ndjson"),
        "plan, saved": median(PLAN, "plan", "account", "--out", "saved.calplan"),
        "the same rows raw": median(RAW.format(users=USERS)),
    }
    floor = rows["the same rows raw"][0]
    with capsys.disabled():
        print(f"\n{USERS} users, whole processes, median of {RUNS}")
        for name, (seconds, peak) in rows.items():
            print(f"  {name:<20} {seconds:6.2f} s {seconds / floor:6.2f} x raw {peak / 1024:7.0f} MiB")


@pytest.mark.bench
def test_start_up(capsys: pytest.CaptureFixture[str]) -> None:
    click, _ = median(CLICK)
    start, _ = median(PLAN, "--help")
    with capsys.disabled():
        print(f"\ncalplan --help {start * 1000:.0f} ms, {start / click:.2f} x `import click`")
