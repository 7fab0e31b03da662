"""Only users in specific domains may integrate (S38 to S42)."""

from calplan.model.domain import Domain
from calplan.model.settings import AnyDomain, Domains
from calplan.model.unknown import Unknown
from calplan.sandbox.account.behaviour.person import Person


def shuts_out(domains: Domains | Unknown, domain: Domain | None) -> bool:
    """Whether a list leaves a domain out. The names must be equal: a list knows no wildcard and no sub-domain (S42)."""
    if isinstance(domains, Unknown | AnyDomain):
        return False
    return domain not in domains


def restrict(person: Person, before: Domains | Unknown, after: Domains | Unknown) -> Person:
    """What a new list does to a user.

    S39: who is in an allowed domain notices nothing. S40: who set up the integration and is now outside is prompted to
    configure it, which we read as the end of the connection. Who was outside already notices nothing new.
    """
    newly_outside = shuts_out(after, person.domain) and not shuts_out(before, person.domain)
    return person.disconnected(prompted=True) if newly_outside and person.connected else person
