"""Accounts made up and kept in an inventory, with documents to plan: for whoever measures a plan from it."""

from pathlib import Path

from tests.bench.made_up import SHAPES, pages
from tests.bench.processes import cost_of
from tests.bench.programs import FILL

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


def kept(folder: Path, name: str, users: int, *, shapes: int = SHAPES) -> None:
    """An account in the inventory of ``folder``, which must be the working folder, and its pages beside it."""
    account = folder / name
    account.mkdir()
    (account / "documents.yaml").write_text(DOCUMENTS.format(name=name), encoding="utf-8")
    file = folder / f"{name}.pages"
    with file.open("wb") as stream:
        stream.writelines(page + b"\n" for page in pages(users, shapes=shapes))
    cost_of(FILL, str(account), str(file))
