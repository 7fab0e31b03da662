"""What each step of a plan does on its own, one after the other."""

from dataclasses import replace
from itertools import pairwise

from calplan.diff import Transition
from calplan.impact.decide import decide
from calplan.impact.facts import Cohort, case_of, completed
from calplan.impact.outcome import Link, UserOutcome
from calplan.impact.population import Cohorts
from calplan.impact.terms import Terms
from calplan.model.account import TenantFacts
from calplan.model.connection import Authentication, Connection
from calplan.model.service import ServiceType
from calplan.model.settings import AccountSettings
from calplan.model.unknown import UNKNOWN, Unknown


def losses_by_state(
    states: tuple[AccountSettings, ...], cohorts: Cohorts, tenant: TenantFacts, *, last_client_only: bool
) -> tuple[int, ...]:
    """How many users lose their connection on the way into each state after the first, if nobody reconnects between."""
    # What follows from the live settings follows from those at the beginning, not from those on the way.
    held = {
        number: replace(cohort, held=None if states[0].enabled is False else completed(cohort.held, states[0]))
        for number, cohort in enumerate(cohorts.members)
        if cohort.active
    }
    losses = []
    for before, after in pairwise(states):
        terms = Terms(move=Transition(before=before, after=after))
        lost = 0
        for number, cohort in held.items():
            outcome = decide(case_of(terms, cohort, tenant), last_client_only=last_client_only)
            lost += cohorts.sizes[number] if outcome.connection is Link.LOST else 0
            held[number] = moved_on(cohort, outcome, after)
        losses.append(lost)
    return tuple(losses)


def moved_on(cohort: Cohort, outcome: UserOutcome, after: AccountSettings) -> Cohort:
    """The cohort after a step: what was lost is gone, what was gained is impersonated, a risk changes nothing."""
    if after.enabled is False or outcome.connection is Link.LOST:
        return cohort if cohort.held is None else replace(cohort, held=None)
    if outcome.connection is Link.GAINED and not isinstance(after.service, Unknown):
        return replace(cohort, held=_impersonated(after))
    return cohort


def _impersonated(after: AccountSettings) -> Connection:
    host = UNKNOWN if isinstance(after.key, Unknown) or after.key.ews_host is None else after.key.ews_host
    return Connection(service=ServiceType.EXCHANGE_EWS, ews_host=host, auth=Authentication.IMPERSONATION)
