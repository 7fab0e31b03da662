"""Consents that are left over on a service that was left, and so are revoked where the policy asks for it.

A consent is left over where nobody can use it any more: the settings that will hold for the user enforce another
service, or he is known to be connected to another one. Whoever keeps his connection keeps his consent: revoking that
would disconnect him, and nobody would have said so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from calplan.impact.assess import Assessment, assess
from calplan.impact.outcome import Link
from calplan.impact.population import Population
from calplan.impact.resolve import Levels
from calplan.model.connection import Connection
from calplan.model.policy import CalendarPolicy
from calplan.model.service import OFFICE365_TYPES, ServiceType, type_of
from calplan.model.settings import AccountSettings
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.plan.actions import Consent, RevokeStale
from calplan.plan.kinds import StepKind
from calplan.plan.tenant import NOTHING_KNOWN
from calplan.plan.writes import Write

OF: Final[Mapping[Consent, frozenset[ServiceType]]] = {
    Consent.GOOGLE: frozenset({ServiceType.GOOGLE}),
    Consent.OFFICE365: frozenset(OFFICE365_TYPES),
}
"""The services that each consent is for."""

Holders = Mapping[Consent, "frozenset[str] | Unknown"]
"""Who has a consent of his own, by login address; unknown where nobody can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """What is to be revoked. ``users`` is unknown where no source shows who holds what; a person then looks himself."""

    consent: Consent
    users: frozenset[str] | Unknown

    @property
    def address(self) -> str:
        """The address of the change."""
        return address_of(self.consent)

    @property
    def write(self) -> Write:
        """The write that does it."""
        users = frozenset[str]() if isinstance(self.users, Unknown) else self.users
        action = RevokeStale(consent=self.consent, users=users)
        return Write(kind=StepKind.REVOKE, address=self.address, action=action)


def address_of(consent: Consent) -> str:
    """Where a policy asks for it."""
    return f"{consent.value}.revokeStale"


def wanted(policy: CalendarPolicy) -> tuple[Consent, ...]:
    """The consents that a policy wants revoked once their service is left."""
    asked = {Consent.GOOGLE: policy.google_revoke_stale, Consent.OFFICE365: policy.office365_revoke_stale}
    return tuple(consent for consent, is_asked in asked.items() if is_asked)


def leftovers(
    policy: CalendarPolicy, before: Levels, after: Levels, assessment: Assessment, holders: Holders
) -> tuple[Leftover, ...]:
    """What is left over once the change is made; nothing of a service that the account keeps."""
    return tuple(_leftovers(policy, before, after, assessment, holders))


def _leftovers(
    policy: CalendarPolicy, before: Levels, after: Levels, assessment: Assessment, holders: Holders
) -> Iterator[Leftover]:
    for consent in wanted(policy):
        if not _is_another(after.account, OF[consent]):
            continue
        held = holders.get(consent, UNKNOWN)
        if isinstance(held, Unknown):
            if not _is_another(before.account, OF[consent]):
                yield Leftover(consent=consent, users=UNKNOWN)
        elif stale := frozenset(_stale(held, assessment, OF[consent])):
            yield Leftover(consent=consent, users=stale)


def still_left_over(
    policy: CalendarPolicy, levels: Levels, population: Population, holders: Holders
) -> frozenset[str] | None:
    """The addresses of what is left over of an account as it stands; ``None`` where nobody can tell of one of them."""
    if any(isinstance(holders.get(one, UNKNOWN), Unknown) for one in wanted(policy)):
        return None
    now = assess(levels, levels, population, NOTHING_KNOWN)
    return frozenset(one.address for one in leftovers(policy, levels, levels, now, holders))


def _is_another(settings: AccountSettings, services: frozenset[ServiceType]) -> bool:
    """Whether the account's service is known, and none of these."""
    service = settings.service
    return not isinstance(service, Unknown) and type_of(service) not in services


def _stale(held: frozenset[str], assessment: Assessment, services: frozenset[ServiceType]) -> Iterator[str]:
    cohorts, find = assessment.cohorts, assessment.population.roster.find
    useless = [_is_useless(number, assessment, services) for number in range(len(cohorts.members))]
    for email in sorted(held):
        found = find(email)
        if found is not None and useless[cohorts.of_kind[found.kind]]:
            yield email


def _is_useless(number: int, assessment: Assessment, services: frozenset[ServiceType]) -> bool:
    """Whether users of a cohort can use a consent for these services no more once the change is made.

    A consent that is seen proves no connection under a lock that enforces another service. Somebody whose connection
    the platform itself states, and who is forecast to keep it, does use it, whatever the settings say.
    """
    cohort, outcome = assessment.cohorts.members[number], assessment.outcomes[number]
    held = cohort.held if isinstance(cohort.held, Connection) else None
    if held is not None and held.service not in services:
        return True
    keeps = held is not None and not cohort.inferred and outcome is not None and outcome.connection is Link.KEPT
    return not keeps and _enforces_another(assessment.moves[cohort.member].after, services)


def _enforces_another(settings: AccountSettings, services: frozenset[ServiceType]) -> bool:
    return settings.enabled is True and settings.locked is True and _is_another(settings, services)
