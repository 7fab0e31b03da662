"""An impersonation account syncs everybody's meetings without their doing (S27 to S33)."""

from typing import Final

from calplan.model.service import Impersonation
from calplan.model.settings import AccountSettings
from calplan.model.unknown import Unknown
from calplan.sandbox.account.behaviour import domains
from calplan.sandbox.account.behaviour.person import Held, Person, Situation, offer_of

IMPERSONATED: Final = "impersonation"


def runs(settings: AccountSettings) -> bool:
    """Whether an impersonation account is at work; one that nobody could read is taken to be."""
    return settings.enabled is not False and settings.impersonation is not None


def begin(person: Person, situation: Situation) -> Person:
    """What happens to a user when impersonation is turned on.

    S27, S28: it syncs mailboxes of the company's own Exchange without a further sign-in; S29 asks for client 5.11.0.
    The domain list stands above it (S41). Who holds a different service keeps that until a lock takes it.
    """
    settings = situation.settings
    if isinstance(settings.service, Unknown) or isinstance(settings.impersonation, Unknown):
        return person
    offer = offer_of(settings.service)
    served = (
        person.facts.mailbox_location == "on-premises"
        and person.may_sync
        and not domains.shuts_out(settings.allowed_domains, person.domain)
        and person.holds(offer) in {Held.NOTHING, Held.SAME}
    )
    return person.synced(offer) if served else person


def end(person: Person) -> Person:
    """What happens to a user when impersonation is turned off: who had no password to begin with is cut.

    No sentence speaks of a prompt here, so none is sent.
    """
    return person.disconnected(prompted=False) if _rests_on_it(person) else person


def edit(person: Person, situation: Situation) -> Person:
    """What happens to a user when the account, URL, version or password of a running impersonation is edited (S33).

    The new login works or it does not: that is a fact about the world, and nobody is told.
    """
    return person if situation.edits_work else end(person)


def same_login(before: AccountSettings, after: AccountSettings) -> bool:
    """Whether the platform signs in to Exchange after a save the way it did before."""
    one, other = before.impersonation, after.impersonation
    if not isinstance(one, Impersonation) or not isinstance(other, Impersonation):
        return one is other
    return before.service == after.service


def _rests_on_it(person: Person) -> bool:
    return person.connected and person.facts.auth == IMPERSONATED
