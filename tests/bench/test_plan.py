"""What a plan over 100,000 users costs as a whole process, beside reading the same rows raw."""

from pathlib import Path

import pytest

from calplan.sandbox.account.plausible import plausible_account
from tests.bench.processes import CALPLAN, in_turns
from tests.bench.told import Ratio, Tell

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
def test_a_plan_over_a_hundred_thousand_users(tmp_path: Path, tell: Tell) -> None:
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
    raw = "the same rows raw"
    floor = rows.pop(raw).seconds
    for name, cost in rows.items():
        what, figure = f"{name}, {USERS:,} users of a local account", f"{cost.seconds:.2f} s"
        tell(Ratio(what=what, figure=figure, beside=f"{raw}, SQLite", ratio=cost.seconds / floor))
