"""What a plan over 100,000 users costs as a whole process, beside reading the same rows raw."""

from pathlib import Path

import pytest

from calplan.sandbox.account.plausible import plausible_account
from tests.bench.processes import CALPLAN, RUNS, in_turns

USERS = 100_000
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
RAW = """
import sqlite3
rows = sqlite3.connect('big.db').execute(
    'SELECT email, f.*, mailbox FROM users JOIN facts AS f ON f.id = users.facts ORDER BY email').fetchall()
assert len(rows) == {users}
"""


@pytest.mark.bench
def test_a_plan_over_a_hundred_thousand_users(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plausible_account(tmp_path / "big.db", users=USERS, seed=1)
    for folder, documents in (("account", DOCUMENTS), ("groups", GROUPS)):
        (tmp_path / folder).mkdir()
        # The path of an account is relative to its document.
        text = documents.replace("path: big.db", "path: ../big.db")
        (tmp_path / folder / "documents.yaml").write_text(text, encoding="utf-8")
    rows = in_turns(
        {
            "plan, text": (CALPLAN, "plan", "account"),
            "plan, four groups": (CALPLAN, "plan", "groups"),
            "plan, ndjson": (CALPLAN, "plan", "account", "-o", "ndjson"),
            "plan, saved": (CALPLAN, "plan", "account", "--out", "saved.calplan"),
            "the same rows raw": (RAW.format(users=USERS),),
        }
    )
    floor = rows["the same rows raw"].seconds
    with capsys.disabled():
        print(f"\n{USERS} users, whole processes, median of {RUNS}")
        for name, cost in rows.items():
            print(f"  {name:<20} {cost.seconds:6.2f} s {cost.seconds / floor:6.2f} x raw {cost.peak:7.0f} MiB")
