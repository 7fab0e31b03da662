"""What is known of the Microsoft tenant, put together from a platform and from documents."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from calplan.impact.overlay import overlaid
from calplan.impact.resolve import Levels
from calplan.model.account import Evidence, Observed, TenantFacts
from calplan.model.diagnostic import Diagnostic, Severity
from calplan.model.service import Office365Graph
from calplan.model.unknown import UNKNOWN, Unknown

T = TypeVar("T")

NOTHING_KNOWN: Final = TenantFacts(hybrid=UNKNOWN, grant=UNKNOWN, user_consent=UNKNOWN)
AGES_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """The facts, the evidence for them, and where two sources contradict each other."""

    facts: TenantFacts
    evidence: tuple[Evidence, ...]
    conflicts: tuple[Diagnostic, ...]


def put_together(sources: tuple[Observed[TenantFacts], ...]) -> Tenant:
    """The fresher source wins fact by fact; what it does not know comes from the other.

    What was asked in this run is freshest, whatever time a document claims. A source that adds nothing is no evidence.
    """
    ordered = sorted(sources, key=lambda one: (one.evidence.live, one.evidence.as_of or AGES_AGO), reverse=True)
    facts = NOTHING_KNOWN
    conflicts = []
    evidence = []
    for source in ordered:
        value = source.value
        pairs = (("hybrid", facts.hybrid, value.hybrid), ("tenantGrant", facts.grant, value.grant))
        for name, kept, other in (*pairs, ("userConsent", facts.user_consent, value.user_consent)):
            if not isinstance(kept, Unknown) and not isinstance(other, Unknown) and kept != other:
                conflicts.append(_conflict(name, source.evidence.source))
        more = TenantFacts(
            hybrid=_first(facts.hybrid, value.hybrid),
            grant=_first(facts.grant, value.grant),
            user_consent=_first(facts.user_consent, value.user_consent),
        )
        evidence += [source.evidence] if more != facts else []
        facts = more
    return Tenant(facts=facts, evidence=tuple(evidence), conflicts=tuple(conflicts))


def needed_scopes(levels: Levels) -> frozenset[str]:
    """The Graph scopes users will have to consent to, by the account's service or a group's own."""
    services = [levels.account.service]
    if levels.account.locked is not True and not isinstance(levels.overrides, Unknown):
        services += [overlaid(levels.account, one).service for one in levels.overrides.values()]
    return frozenset(scope for one in services if isinstance(one, Office365Graph) for scope in one.permissions.scopes)


def with_grant(facts: TenantFacts, scopes: frozenset[str]) -> TenantFacts:
    """The tenant once its grant holds these scopes too."""
    grant = frozenset() if isinstance(facts.grant, Unknown) else facts.grant
    return TenantFacts(hybrid=facts.hybrid, grant=grant | scopes, user_consent=facts.user_consent)


def lacks(facts: TenantFacts, scopes: frozenset[str]) -> bool:
    """Whether the tenant-wide grant has to be widened, or nobody knows that it need not be."""
    return bool(scopes) and (isinstance(facts.grant, Unknown) or not scopes <= facts.grant)


def _first(kept: T | Unknown, other: T | Unknown) -> T | Unknown:
    return other if isinstance(kept, Unknown) else kept


def _conflict(name: str, source: str) -> Diagnostic:
    return Diagnostic(
        code="P-CONFLICT",
        severity=Severity.WARNING,
        summary=f"two sources disagree about {name} of the Microsoft tenant",
        why=f"the fresher source was used; {source} says otherwise",
        help="bring the older source up to date, or remove it",
    )
