"""What a new default without the lock ends: nothing, as calplan reads the article, and what it would be otherwise."""

from typing import Final

from calplan.impact.facts import Case
from calplan.impact.readings import Reading
from calplan.impact.terms import Terms
from calplan.model.connection import Connection, Held
from calplan.model.permissions import exceeds
from calplan.model.service import Google, Office365Graph, Service, type_of
from calplan.model.unknown import Tri, Unknown

OPPOSITE: Final = {Tri.YES: Tri.NO, Tri.NO: Tri.YES, Tri.UNKNOWN: Tri.UNKNOWN}


def is_new_default(terms: Terms) -> bool:
    """Whether the default changes and the settings are known not to be locked afterwards."""
    return terms.key_changed.holds is Tri.YES and terms.locked_after.holds is Tri.NO


def ended_by_default(case: Case) -> Tri:
    """Whether a new default without the lock ends the connection: never, for it concerns new set-ups (S11).

    Read otherwise, it ends every connection that differs from it (A04); or, where permissions go down, those to the
    same service that hold more than is now allowed (A05).
    """
    if case.unconnected or not is_new_default(case.terms):
        return Tri.NO
    if case.terms.otherwise(Reading.A04):
        return Tri.UNKNOWN if case.fit is None else OPPOSITE[case.fit]
    if case.terms.otherwise(Reading.A05) and case.terms.narrowed:
        return _holds_more(case.held, case.terms.after.service)
    return Tri.NO


def _holds_more(held: Held, service: Service | Unknown) -> Tri:
    if isinstance(held, Unknown):
        return Tri.UNKNOWN
    assert isinstance(held, Connection), "without a connection nothing is ended"
    assert isinstance(service, (Office365Graph, Google)), "permissions can be narrowed where they can be chosen"
    if held.service is not type_of(service):
        return Tri.NO
    limit = service.permissions
    more = (exceeds(held.calendar, limit.calendar), exceeds(held.contacts, limit.contacts))
    if Tri.YES in more:
        return Tri.YES
    return Tri.UNKNOWN if Tri.UNKNOWN in more else Tri.NO
