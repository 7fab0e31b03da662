"""Only users in listed domains may integrate; a list that leaves a user out ends the connection."""

from typing import Final

from calplan.impact.effect import BY_CLIENT, Finding, Row, found, loss_rests_on
from calplan.impact.facts import Case
from calplan.impact.outcome import Link, NextStep, Notice, Outcome
from calplan.impact.readings import Reading
from calplan.model.citation import Certainty
from calplan.model.settings import Setting
from calplan.model.unknown import Tri, Unknown

R05A1: Final = Row(
    id="R05a1",
    says="the domain was and stays outside the list, so the user cannot come back",
    connection=Link.LOST,
    notice=Notice.NONE,
    next_step=NextStep.BLOCKED_DOMAIN,
    certainty=Certainty.DESIGN,
    sentences=("S38", "S41"),
    outcome=Outcome.DISCONNECTED_BLOCKED,
)
R05A2: Final = Row(
    id="R05a2",
    says="the domain was and stays outside the list, and the lock asks for a set-up the list forbids",
    connection=Link.NONE,
    notice=Notice.NONE,
    next_step=NextStep.BLOCKED_DOMAIN,
    certainty=Certainty.DESIGN,
    sentences=("S38", "S41"),
    outcome=Outcome.BLOCKED,
)
R05A3: Final = Row(
    id="R05a3",
    says="the domain was and stays outside the list, which changes nothing today",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.BLOCKED_DOMAIN,
    certainty=Certainty.DESIGN,
    sentences=("S38",),
    outcome=Outcome.UNAFFECTED,
)
R05B: Final = Row(
    id="R05b",
    says="the domain falls outside the new list, which ends the connection",
    connection=Link.LOST,
    notice=BY_CLIENT,
    next_step=NextStep.BLOCKED_DOMAIN,
    certainty=Certainty.ASSUMED,
    sentences=("S40", "S41", "S26"),
    outcome=Outcome.DISCONNECTED_BLOCKED,
    tests_client=True,
)
R05C: Final = Row(
    id="R05c",
    says="the domain falls outside the new list, so the user can no longer set up",
    connection=Link.NONE,
    notice=Notice.NONE,
    next_step=NextStep.BLOCKED_DOMAIN,
    certainty=Certainty.DOCUMENTED,
    sentences=("S38", "S41"),
    outcome=Outcome.BLOCKED,
)
R05D: Final = Row(
    id="R05d",
    says="the domain falls outside the list, and nobody knows whether the user is connected",
    connection=Link.AT_RISK,
    notice=Notice.UNKNOWN,
    next_step=NextStep.BLOCKED_DOMAIN,
    certainty=Certainty.UNKNOWN,
    sentences=("S40", "S41"),
    outcome=Outcome.AT_RISK,
)
R06: Final = Row(
    id="R06",
    says="the domain is allowed before and after",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.NONE,
    certainty=Certainty.DOCUMENTED,
    sentences=("S39",),
    outcome=Outcome.UNAFFECTED,
)
R07: Final = Row(
    id="R07",
    says="the domain is allowed from now on",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.MAY_SET_UP,
    certainty=Certainty.DOCUMENTED,
    sentences=("S38", "S41"),
    outcome=Outcome.UNAFFECTED,
)

ROWS: Final = (R05A1, R05A2, R05A3, R05B, R05C, R05D, R06, R07)


def assess(case: Case, _fired: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What a new list of domains does to the user."""
    newly = case.newly_outside
    if newly.holds is Tri.YES and not _outlives_the_list(case):
        row = R05D if isinstance(case.held, Unknown) else R05B if case.connected else R05C
        # Read otherwise, the prompt of the list needs no client of 5.2.2 (A13).
        prompts = Tri.YES if case.terms.otherwise(Reading.A13) else case.prompts
        return (found(row, prompts, newly.rests_on),)
    if case.terms.before.allowed_domains == case.terms.after.allowed_domains or case.reach.after is not Tri.NO:
        return ()
    return (found(R07 if case.reach.before is Tri.YES else R06),)


def _outlives_the_list(case: Case) -> bool:
    """Whether a connection goes on although its domain falls outside, as it does only if A12 is read otherwise.

    The list then bars him as one that kept him out before: he cannot come back once something else disconnects him.
    """
    return case.terms.otherwise(Reading.A12) and case.connected and case.newly_outside.holds is Tri.YES


def assess_standing_bar(case: Case, fired: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What a list that kept the user out before, and still does, means now that other rules have spoken."""
    loss = loss_rests_on(fired)
    hits = case.terms.lock_hits
    if case.reach.after is Tri.UNKNOWN:
        # Nobody read the list and the policy leaves it alone: it matters only to those who would have to set up.
        if loss is None and (case.connected or hits.holds is Tri.NO):
            return ()
        return (found(R05D, rests_on=frozenset({Setting.ALLOWED_DOMAINS})),)
    if not case.outside_before_and_after and not _outlives_the_list(case):
        return ()
    if loss is not None:
        return (found(R05A1, rests_on=loss),)
    if hits.holds is not Tri.NO and case.unconnected:
        return (found(R05A2, rests_on=hits.rests_on),)
    return (found(R05A3),)
