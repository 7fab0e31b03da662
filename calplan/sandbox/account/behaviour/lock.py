"""The lock forces the default service on everybody (S22 to S26)."""

from calplan.model.unknown import Unknown
from calplan.sandbox.account.behaviour import barriers, mapi
from calplan.sandbox.account.behaviour.person import Held, Person, Situation, offer_of


def force_default(person: Person, situation: Situation) -> Person:
    """What happens to a user when the lock is put on, or when the default changes under it.

    S23: whoever holds something different is disconnected, by which we understand any difference of service, host or
    levels, wider ones too. Who holds the same keeps it, unless it is MAPI and he has no Windows (S20). S24: nobody
    gains anything. S25: users are prompted to configure; that includes those without a connection, unless a setting of
    the account shuts them out. Of a mailbox's place or a tenant's consent the client knows nothing when it asks.
    """
    service = situation.settings.service
    if isinstance(service, Unknown):
        return person
    match person.holds(offer_of(service)):
        case Held.NOTHING:
            shut_out = barriers.KNOWN_TO_THE_CLIENT & set(barriers.before(person, situation))
            return person if shut_out else person.prompted()
        case Held.DIFFERENT:
            return person.disconnected(prompted=True)
        case Held.SAME if mapi.cannot_use(person, service):
            return person.disconnected(prompted=True)
        case _:
            return person
