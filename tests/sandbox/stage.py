"""A simulated account with one user, in memory, and what a write does to that user."""

from collections.abc import Callable
from contextlib import closing
from typing import Final, NamedTuple

from calplan.model.account import TenantFacts
from calplan.model.settings import AccountSettings
from calplan.model.user import RawFacts
from calplan.sandbox.account.account import Account
from calplan.sandbox.account.behaviour.barriers import Barrier
from calplan.sandbox.account.create import AccountContents, UserRecord
from tests.make import account, facts

ANN: Final = "ann@corp.example"

CUT: Final = frozenset({"disconnected"})
CUT_AND_TOLD: Final = frozenset({"disconnected", "prompted"})
TOLD: Final = frozenset({"prompted"})
SYNCED: Final = frozenset({"synced"})
NOTHING: Final = frozenset[str]()

HOST: Final = "mail.corp.example"
MICROSOFT: Final = "outlook.office365.com"

HELD: Final = {
    "google w/r": facts("google", "write", "read"),
    "google r/r": facts("google", "read", "read"),
    "google w/none": facts("google", "write", "none"),
    "graph w/r": facts("office365-graph", "write", "read"),
    "graph r/r": facts("office365-graph", "read", "read"),
    "graph w/w": facts("office365-graph", "write", "write"),
    "o365 ews": facts("office365-ews", ews_host=MICROSOFT, auth="basic"),
    "exchange": facts("exchange-ews", ews_host=HOST, auth="basic"),
    "exchange elsewhere": facts("exchange-ews", ews_host="mail.old.example", auth="basic"),
    "exchange by impersonation": facts("exchange-ews", ews_host=HOST, auth="impersonation"),
    "mapi": facts("exchange-mapi", auth=None),
}
"""Every way to be connected that the rules tell apart."""


class Seen(NamedTuple):
    """What became of the one user: facts, what happened, and what stands in the way afterwards."""

    facts: RawFacts
    happened: frozenset[str]
    barriers: tuple[Barrier, ...]

    @property
    def connected(self) -> bool:
        return self.facts.service not in {"", None}


def stage(
    user: RawFacts,
    settings: AccountSettings | None = None,
    tenant: TenantFacts | None = None,
    *,
    email: str = ANN,
    truth: RawFacts | None = None,
) -> Account:
    """An account in memory with one user."""
    contents = AccountContents(
        settings=settings or account(), users=[UserRecord(email, user, truth=truth)], tenant=tenant
    )
    return Account.in_memory(contents)


def seen(scene: Account, email: str = ANN) -> Seen:
    happened = frozenset(event.what.value for event in scene.events() if event.email == email)
    return Seen(scene.truth_of(email), happened, scene.barriers_for(email))


def after(
    user: RawFacts,
    write: Callable[[Account], object],
    settings: AccountSettings | None = None,
    tenant: TenantFacts | None = None,
    *,
    email: str = ANN,
) -> Seen:
    """What one or more writes do to one user."""
    with closing(stage(user, settings, tenant, email=email)) as scene:
        write(scene)
        return seen(scene, email)
