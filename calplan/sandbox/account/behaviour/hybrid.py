"""Graph does not support hybrid Office 365 environments (S14)."""

from calplan.model.service import Office365Graph, Service
from calplan.model.unknown import Unknown
from calplan.sandbox.account.behaviour.person import Person


def cannot_use(person: Person, service: Service | Unknown) -> bool:
    """Whether a default of Graph is out of a user's reach: his mailbox stayed on premises."""
    return isinstance(service, Office365Graph) and person.facts.mailbox_location == "on-premises"
