"""Accounts made up and kept in an inventory, with documents to plan: for whoever measures a plan from it."""

from pathlib import Path

from tests.bench.made_up import SHAPES, pages
from tests.bench.processes import cost_of

DOCUMENTS = """\
apiVersion: calplan/v1
kind: CalendarPolicy
metadata: {{name: {name}, account: {name}}}
spec:
  integration:
    locked: true
    service: {{type: office365-graph, permissions: {{calendar: write, contacts: read}}}}
  allowedDomains: [contoso.com, emea.contoso.com]
---
apiVersion: calplan/v1
kind: Account
metadata: {{name: {name}}}
spec:
  owner: admin@contoso.com
  platform: {{type: local, path: account.db}}
"""
HEAD = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from calplan.model.account import Evidence
from calplan.model.user import Status, UserBatch
from calplan.providers.base import Users
from calplan.providers.zoom.groups import Membership
from calplan.providers.zoom.messages import UserPage
from calplan.providers.zoom.people import FactsOf
import msgspec

def batches(file, turn=lambda facts: facts):
    known = FactsOf(Membership(calls=None, groups=()))
    with open(file, 'rb') as lines:
        for line in lines:
            rows = known.rows(msgspec.json.decode(line, type=UserPage).users, Status.ACTIVE)
            yield UserBatch(emails=[*rows.emails], facts=turn([*rows.facts]), mailboxes={})

def users(stream):
    now = datetime.now(UTC)
    evidence = Evidence(source='made up', kind='users', as_of=now, records=0, complete=True, live=True)
    return Users(batches=stream, evidence=evidence)
"""
# The inventory of a local account is filled as a read of the account would; seven in ten users are connected.
FILL = (
    HEAD
    + """
from calplan.cli.inventory import from_inventory, people_of
from calplan.cli.wiring import choose, open_account
from calplan.sandbox.account.plausible import plausible_account

folder, file = Path(sys.argv[1]), sys.argv[2]
plausible_account(folder / 'account.db', users=10, seed=1)
GOOGLE, GRAPH, EWS = 'google', 'office365-graph', 'office365-ews'
HELD = [(GOOGLE, 'write', 'read'), (GOOGLE, 'read', 'none'), (GRAPH, 'write', 'read'), (EWS, None, None)]
made = {}

def turn(page):
    found = []
    for facts in page:
        if facts not in made:
            number = hash(facts.clients + facts.groups) % 100
            service, calendar, contacts = HELD[number % 4] if number < 70 else ('', None, None)
            auth = 'oauth' if service else None
            made[facts] = facts._replace(service=service, calendar=calendar, contacts=contacts, auth=auth)
        found.append(made[facts])
    return found

chosen = choose((folder,))
platform = open_account(chosen.account)
class Made:
    read_users = staticmethod(lambda: users(batches(file, turn)))
kept = people_of(chosen, from_inventory('refresh', None), None)(Made())
print(len(kept.population), len(kept.population.kinds))
"""
)


def kept(folder: Path, name: str, users: int, *, shapes: int = SHAPES) -> None:
    """An account in the inventory of ``folder``, which must be the working folder, and its pages beside it."""
    account = folder / name
    account.mkdir()
    (account / "documents.yaml").write_text(DOCUMENTS.format(name=name), encoding="utf-8")
    file = folder / f"{name}.pages"
    with file.open("wb") as stream:
        stream.writelines(page + b"\n" for page in pages(users, shapes=shapes))
    cost_of(FILL, str(account), str(file))
