"""MAPI works through the desktop client on Windows (S20)."""

from calplan.model.service import ExchangeMapi, Service
from calplan.model.unknown import Tri, Unknown
from calplan.sandbox.account.behaviour.person import Person


def cannot_use(person: Person, service: Service | Unknown) -> bool:
    """Whether a default of MAPI is out of a user's reach: no client of his runs on Windows."""
    return isinstance(service, ExchangeMapi) and person.on_windows is Tri.NO
