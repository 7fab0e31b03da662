"""An account with every vendor beside it: simulated servers over TLS, and a folder of documents that leads to them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from calplan.sandbox.account.create import UserRecord
from calplan.sandbox.servers.neighbours import OF_EXCHANGE, Neighbours, neighbours_of
from calplan.sandbox.servers.vendor import Vendor
from calplan.sandbox.servers.world import World
from tests.cli.make import GRAPH, state
from tests.make import facts, tenant
from tests.sandbox.servers.stage import Stage, serving, write_account

ANN, BOB, EVE = (f"{name}@corp.example" for name in ("ann", "bob", "eve"))
PEOPLE: Final = (
    UserRecord(ANN, facts("google", "write", "read", own_grant=["Calendars.ReadWrite", "Contacts.Read"])),
    UserRecord(BOB, facts("google", "write", "read", own_grant=[])),
    UserRecord(EVE, facts("exchange-ews", auth="impersonation", mailbox_location="on-premises", own_grant=[])),
)
KINDS: Final = ("microsoft", "google", "exchange")
MOVE: Final = {"integration": {"locked": True, "service": GRAPH}}

Documents = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendors:
    """The servers, the keys to them, and the folder; each key is in the environment."""

    stage: Stage
    neighbours: Neighbours
    corp: Path

    @property
    def secrets(self) -> list[str]:
        """What must be in no output."""
        found = self.neighbours
        return [
            self.stage.zoom.keys.client_secret,
            found.microsoft.client_secret,
            found.google.private_key,
            found.google.private_key.splitlines()[1],
            found.exchange.password,
        ]

    def stated(self, kind: str) -> dict[str, Any]:
        """A provider that leads here."""
        return {"type": kind, **self.neighbours.stated(kind, self.stage.url, str(self.stage.authority))}

    def document(self, more: Documents | None = None, *, others: tuple[dict[str, Any], ...] = ()) -> None:
        """Write the Account document with every provider; ``more`` is stated otherwise, by type."""
        providers = [{**self.stated(kind), **(more or {}).get(kind, {})} for kind in KINDS]
        write_account(self.corp, self.stage, providers=[*providers, *others])

    def impersonating(self, url: str | None = None, secret: Mapping[str, Any] | None = None) -> None:
        """Write a policy by which an own Exchange server is used, this one unless another is given."""
        acting = {
            "account": self.neighbours.exchange.account,
            "exchangeVersion": "2016",
            "passwordFrom": dict(secret or {"env": OF_EXCHANGE}),
            "passwordVersion": 1,
        }
        place = url or f"{self.stage.url}/EWS/Exchange.asmx"
        service = {"type": "exchange-ews", "ewsUrl": place, "impersonation": acting}
        state(self.corp, {"integration": {"locked": True, "service": service}})


@contextmanager
def every_vendor(patch: pytest.MonkeyPatch) -> Iterator[Vendors]:
    """The servers for as long as the block lasts, a policy that moves from Google to Office 365, and every secret."""
    made: list[Neighbours] = []

    def vendors(world: World) -> tuple[Vendor, ...]:
        made.append(neighbours_of(world))
        return made[0].vendors

    with serving(patch, users=PEOPLE, pairs={}, tenant=tenant(grant=[]), vendors=vendors, secure=True) as stage:
        for name, secret in made[0].secrets.items():
            patch.setenv(name, secret)
        found = Vendors(stage=stage, neighbours=made[0], corp=stage.folder)
        found.document()
        state(found.corp, MOVE)
        yield found
