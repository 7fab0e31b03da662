"""An account whose change takes many steps, and what is left of it in the end."""

import json
import sqlite3
from pathlib import Path
from typing import Final

from tests.cli.make import GOOGLE, GRAPH, LIVE, UNLIMITED, folder, state, user, write

USERS: Final = (
    user("ann@corp.example", groups=["Sales"], primary_group="Sales"),
    user("bob@corp.example", client="5.1.0(win)", groups=["Sales"], primary_group="Sales"),
    user("cyd@corp.example", service="", groups=["Legal"], primary_group="Legal"),
    user("dan@corp.example", service="office365-graph", groups=["Staff"], primary_group="Staff"),
    user("eve@else.example", groups=["Staff"], primary_group="Staff"),
)
PAIRS: Final = ("ann", "bob", "cyd", "dan")
POLICY: Final = {
    "integration": {"locked": True, "service": GRAPH},
    "allowedDomains": ["corp.example"],
    "bidirectionalSync": True,
    "office365": {"consentForAccount": False, "enforceOAuth": True, "tenantGrant": "ensure"},
    "groups": [
        {"group": "Sales", "locked": True, "service": GOOGLE},
        {"group": "Legal", "bidirectionalSync": False},
    ],
    "privateEvents": {"default": "hidden"},
}
FEWEST_STEPS: Final = 12


def many_steps(path: Path) -> Path:
    """A folder whose policy changes everything that calplan can write; gives the folder."""
    corp = folder(path, users=USERS, policy=None)
    create = {
        "users": "users.ndjson",
        "settings": "live.yaml",
        "tenant": "tenant-live.yaml",
        "assistants": "assistants.csv",
    }
    spec = {
        "platform": {"type": "local", "path": "corp.db", "create": create},
        "limits": UNLIMITED,
        "groups": {"model": "legacy"},
        "owner": "ann@corp.example",
    }
    write(corp / "account.yaml", "Account", {"name": "corp"}, spec)
    live = {**LIVE, "groups": [{"group": "Staff", "enabled": False}]}
    write(corp / "live.yaml", "CalendarPolicy", {"name": "corp-live", "account": "corp"}, live)
    facts = {"hybrid": False, "tenantGrant": [], "userConsent": ["microsoft-user-default-legacy"]}
    write(corp / "tenant-live.yaml", "TenantFacts", {"name": "live", "account": "corp"}, facts)
    pairs = "".join(f"{one}@corp.example,pa@corp.example,managed\n" for one in PAIRS)
    (corp / "assistants.csv").write_text(f"user,assistant,access\n{pairs}", encoding="utf-8")
    state(corp, POLICY)
    return corp


def contents(corp: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything an account holds, apart from when it was written and in which order."""
    account = sqlite3.connect(corp / "corp.db")
    try:
        names = [row[0] for row in account.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {
            name: sorted(account.execute(f"SELECT * FROM {name}"), key=repr)  # noqa: S608 - names of its own tables
            for name in names
            if name not in ("writes", "events")
        }
    finally:
        account.close()


def writes(corp: Path) -> list[str]:
    """The places that were written, in order: one entry for each write that changed anything."""
    account = sqlite3.connect(corp / "corp.db")
    try:
        return [row[0] for row in account.execute("SELECT setting FROM writes ORDER BY number")]
    finally:
        account.close()


def report_of(file: Path) -> dict[str, object]:
    """The report of an apply."""
    found: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
    return found
