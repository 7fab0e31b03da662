"""A user follows the prompt, or his own mind, and authorises what the account offers (S3)."""

import json

from calplan.model.service import ExchangeEws, ExchangeMapi, Google, Office365Ews, Office365Graph, Service
from calplan.model.unknown import Unknown
from calplan.model.user import text_list
from calplan.sandbox.account.behaviour import barriers, consent
from calplan.sandbox.account.behaviour.person import Person, Situation, offer_of


def authorise(person: Person, situation: Situation) -> Person | None:
    """Him connected to the default service, or ``None`` where he holds a connection or something is in the way.

    Where the tenant did not consent for him he does so himself, and his own grant holds the scopes from then on.
    """
    service = situation.settings.service
    if isinstance(service, Unknown) or not person.has_nothing or barriers.keeps_from_default(person, situation):
        return None
    needed = consent.missing(person, service, situation.tenant)
    if needed:
        own = text_list([*json.loads(person.facts.own_grant or "[]"), *needed])
        person = Person(facts=person.facts._replace(own_grant=own), domain=person.domain)
    oauth = situation.settings.enforce_oauth is True
    return person.connected_to(offer_of(service), auth=_authentication(service, oauth_enforced=oauth))


def _authentication(service: Service, *, oauth_enforced: bool) -> str:
    match service:
        case Office365Graph() | Google():
            return "oauth"
        case Office365Ews():
            return "oauth" if oauth_enforced else "basic"
        case ExchangeEws() | ExchangeMapi():
            return "basic"
