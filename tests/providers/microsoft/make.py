"""The real adapter, with Microsoft's own library, pointed at a simulated tenant over TLS."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pytest

from calplan.model.account import TenantFacts
from calplan.model.proof import Known, Person, Witness
from calplan.model.unknown import UNKNOWN
from calplan.plan.actions import Action
from calplan.policyfile.document import Plain
from calplan.policyfile.documents import StatedProvider
from calplan.providers.base import EvidenceProvider, Receipt, WritableEvidenceProvider
from calplan.providers.checkup import Check
from calplan.providers.microsoft.checkup import check_microsoft
from calplan.providers.microsoft.opening import read_microsoft
from calplan.providers.microsoft.writing import write_microsoft
from calplan.providers.trust import Trust
from calplan.sandbox.account.create import UserRecord
from calplan.sandbox.servers.microsoft.ids import user_id
from calplan.sandbox.servers.microsoft.keys import MicrosoftKeys, new_microsoft_keys
from calplan.sandbox.servers.microsoft.vendor import Microsoft
from calplan.sandbox.servers.world import World
from tests.make import facts
from tests.providers.zoom.make import NOON, Passing
from tests.sandbox.servers.stage import Stage, serving

SECRET: Final = "s3cret-canary~Entra/8e2b"
NAME: Final = "CALPLAN_SECRET_ENTRA"
KEYS: Final = replace(new_microsoft_keys("behind"), client_secret=SECRET)
GRAPH: Final = "/microsoft/graph/v1.0"
LOGIN: Final = f"/microsoft/login/{KEYS.tenant_id}"
SIGN_IN: Final = [f"GET {LOGIN}/.well-known/openid-configuration", f"POST {LOGIN}/oauth2/v2.0/token"]
ANN, BOB, CAT, DAN, EVE = (f"{name}@corp.example" for name in ("ann", "bob", "cat", "dan", "eve"))
BESIDE: Final = ["User.Read", "offline_access", "openid", "profile"]
PEOPLE: Final = (
    UserRecord(ANN, facts("office365-graph", "write", "read", own_grant=["Calendars.ReadWrite", "Contacts.Read"])),
    UserRecord(BOB, facts("google", "read", "read", own_grant=["Calendars.Read"])),
    UserRecord(CAT, facts("office365-ews", own_grant=["EWS.AccessAsUser.All"], mailbox_location="on-premises")),
    UserRecord(DAN, facts("", mailbox_location="unknown")),
    UserRecord(EVE, facts("office365-graph", "read", "none")),
)
NOTHING_GRANTED: Final = TenantFacts(
    hybrid=UNKNOWN,
    grant=frozenset(),
    user_consent=frozenset({"ManagePermissionGrantsForSelf.microsoft-user-default-recommended"}),
)
NO_MORE: Final[Mapping[str, Plain]] = MappingProxyType({})


@dataclass(kw_only=True)
class Tenant:
    """The simulated tenant and the documents that lead to it; its pauses take no time."""

    stage: Stage
    microsoft: Microsoft
    passing: Passing
    file: Path
    trust: Trust
    credential: Mapping[str, Plain]

    def stated(self, more: Mapping[str, Plain] = NO_MORE) -> StatedProvider:
        """The provider as an Account document states it."""
        keys = self.microsoft.keys
        stated: dict[str, Plain] = {
            "type": "microsoft",
            "tenantId": keys.tenant_id,
            "clientId": keys.client_id,
            "appId": keys.app_id,
            "credential": dict(self.credential),
            "endpoints": {"login": f"{self.stage.url}/microsoft/login", "graph": f"{self.stage.url}{GRAPH}"},
            "caFile": "ca.pem",
            **more,
        }
        return StatedProvider(type="microsoft", stated=stated)

    def reading(self, more: Mapping[str, Plain] = NO_MORE, *, probe_mailboxes: bool = True) -> EvidenceProvider:
        """The tenant as a plan sees it."""
        time = self.passing.time()
        return read_microsoft(
            self.stated(more), self.file, self.trust, lambda: NOON, time, probe_mailboxes=probe_mailboxes
        )

    def people(self) -> Witness:
        """What is known of people, as a plan that does not ask for mailboxes reads it."""
        return self.reading(probe_mailboxes=False).read_people()

    def writing(self, more: Mapping[str, Plain] = NO_MORE) -> WritableEvidenceProvider:
        """The tenant as an apply sees it."""
        return write_microsoft(self.stated(more), self.file, self.trust, lambda: NOON, self.passing.time())

    def perform(self, action: Action) -> Receipt:
        """Make one action true."""
        return self.writing().perform(action)

    def check(self, more: Mapping[str, Plain] = NO_MORE) -> list[Check]:
        """What a look at the tenant finds."""
        time = self.passing.time()
        return list(check_microsoft(self.stated(more), self.file, self.trust, time.now, time))

    def fault(self, what: str) -> None:
        """Misbehave: ``GET /users:503x2`` below Graph."""
        method, path = what.split(" ", 1)
        self.stage.fault(f"{method} {path if path.startswith('/microsoft') else GRAPH + path}")

    def asked(self, method: str | None = None) -> list[str]:
        """What was asked of Graph, without its prefix."""
        whole = [one for one in self.stage.asked(method) if GRAPH in one]
        return [one.replace(GRAPH, "") for one in whole]


@contextmanager
def tenant(
    patch: pytest.MonkeyPatch,
    *,
    users: Iterable[UserRecord] = PEOPLE,
    facts_of_tenant: TenantFacts = NOTHING_GRANTED,
    keys: MicrosoftKeys = KEYS,
) -> Iterator[Tenant]:
    """A simulated tenant behind its servers for as long as the block lasts."""
    patch.setenv(NAME, SECRET)
    made: list[Microsoft] = []

    def vendors(world: World) -> tuple[Microsoft, ...]:
        made.append(Microsoft(world=world, keys=keys))
        return tuple(made)

    with serving(patch, users=users, tenant=facts_of_tenant, vendors=vendors, secure=True) as stage:
        yield Tenant(
            stage=stage,
            microsoft=made[0],
            passing=Passing(along=stage),
            # The authority's file lies beside the document that names it.
            file=stage.folder.absolute() / "account.yaml",
            trust=Trust(),
            credential={"kind": "secret", "from": {"env": NAME}},
        )


def by_login(people: Iterable[Person]) -> dict[str, Known]:
    """What is known of people by what they sign in with."""
    return {one.names[0]: one.known for one in people}


def id_of(email: str) -> str:
    """The object id of somebody."""
    return user_id(email)
