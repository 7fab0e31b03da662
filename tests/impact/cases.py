"""Cases of one rule: a change, a user, and everything that is forecast for him."""

from dataclasses import dataclass, field

from calplan.model.account import TenantFacts
from calplan.model.settings import AccountSettings
from calplan.model.unknown import UNKNOWN
from calplan.model.user import RawFacts
from tests import make

OUTSIDE = "bo@partner.example"
CORP = make.domains("corp.example")
BOTH = make.domains("corp.example", "partner.example")
NOT_ASKED = make.tenant(UNKNOWN, UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Case:
    """``rules`` are all that fire, the one the case is about first; the rest is the forecast in its own words."""

    says: str
    rules: str
    forecast: str
    before: AccountSettings = field(default_factory=make.account)
    after: AccountSettings
    user: RawFacts
    email: str = "ann@corp.example"
    tenant: TenantFacts = field(default_factory=make.tenant)

    def __str__(self) -> str:
        return f"{self.rules.split()[0]}: {self.says}"


def check(case: Case) -> None:
    """``forecast`` is outcome, connection, notice, next step and certainty, parted by blanks."""
    one = make.forecast(case.before, case.after, case.user, email=case.email, facts_of_tenant=case.tenant)
    assert one is not None
    facets = (one.outcome, one.connection, one.notice, one.next_step, one.certainty)
    found = " ".join(facet.value for facet in facets)
    assert (" ".join(one.rules), found) == (" ".join(sorted(case.rules.split())), case.forecast)


def old(service: str = "google", calendar: str | None = "write", contacts: str | None = "read") -> RawFacts:
    return make.facts(service, calendar, contacts, clients=(make.OLD_WINDOWS,))


def unsure(service: str = "google", calendar: str | None = "write", contacts: str | None = "read") -> RawFacts:
    return make.facts(service, calendar, contacts, clients=())


ON_GOOGLE = make.facts("google", "write", "read")
ON_GRAPH = make.facts("office365-graph", "write", "read")
NOBODY = make.facts()
WHO_KNOWS = make.facts("unknown")
