"""What stands between a user and the integration that the account offers him."""

from enum import Enum
from typing import Final

from calplan.model.unknown import Unknown
from calplan.sandbox.account.behaviour import consent, domains, hybrid, mapi
from calplan.sandbox.account.behaviour.person import Person, Situation


class Barrier(Enum):
    """Why a user cannot set the integration up by himself."""

    DISABLED = "disabled"
    DOMAIN = "domain"
    PLATFORM = "platform"
    HYBRID = "hybrid"
    CONSENT = "consent"


KNOWN_TO_THE_CLIENT: Final = frozenset({Barrier.DISABLED, Barrier.DOMAIN, Barrier.PLATFORM})
"""Barriers of the account's own settings; the others show only when a user tries."""


def before(person: Person, situation: Situation) -> tuple[Barrier, ...]:
    """Everything in the way of a user who wants to set up the integration now.

    Without a lock he may pick another service than the default (S11), so that only a lock turns a default he cannot
    use into a barrier. Consent is of the tenant, whoever picked the service.
    """
    settings = situation.settings
    forced = settings.locked is True
    barriers = {
        Barrier.DISABLED: settings.enabled is False,
        Barrier.DOMAIN: domains.shuts_out(settings.allowed_domains, person.domain),
        Barrier.PLATFORM: forced and mapi.cannot_use(person, settings.service),
        Barrier.HYBRID: forced and hybrid.cannot_use(person, settings.service),
        Barrier.CONSENT: consent.withheld(person, settings.service, situation.tenant),
    }
    return tuple(barrier for barrier, stands in barriers.items() if stands)


def keeps_from_default(person: Person, situation: Situation) -> bool:
    """Whether a user cannot authorise the default service itself, locked or not."""
    service = situation.settings.service
    out_of_reach = mapi.cannot_use(person, service) or hybrid.cannot_use(person, service)
    return isinstance(service, Unknown) or out_of_reach or bool(before(person, situation))
