"""Turning the integration off ends connections without a word; turning it on brings none back."""

from typing import Final

from calplan.impact.effect import Finding, Row, found
from calplan.impact.facts import Case
from calplan.impact.outcome import Link, NextStep, Notice, Outcome
from calplan.impact.readings import Reading
from calplan.model.citation import Certainty
from calplan.model.unknown import Unknown

R03A: Final = Row(
    id="R03a",
    says="the integration is turned off, which ends the connection without a prompt",
    connection=Link.LOST,
    notice=Notice.NO_PROMPT,
    next_step=NextStep.BLOCKED_DISABLED,
    certainty=Certainty.INFERRED,
    sentences=("S7", "S8"),
    outcome=Outcome.DISCONNECTED_BLOCKED,
)
R03B: Final = Row(
    id="R03b",
    says="the integration is turned off, so the user can no longer set it up",
    connection=Link.NONE,
    notice=Notice.NONE,
    next_step=NextStep.BLOCKED_DISABLED,
    certainty=Certainty.DOCUMENTED,
    sentences=("S8",),
    outcome=Outcome.BLOCKED,
)
R03C: Final = Row(
    id="R03c",
    says="the integration is turned off, and nobody knows whether the user is connected",
    connection=Link.AT_RISK,
    notice=Notice.UNKNOWN,
    next_step=NextStep.BLOCKED_DISABLED,
    certainty=Certainty.UNKNOWN,
    sentences=("S7", "S8"),
    outcome=Outcome.AT_RISK,
)
R03D: Final = Row(
    id="R03d",
    says="the integration is off before and after",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.BLOCKED_DISABLED,
    certainty=Certainty.DESIGN,
    sentences=("S8",),
    outcome=Outcome.UNAFFECTED,
)
R04: Final = Row(
    id="R04",
    says="the integration is turned on; connections from before do not come back by themselves",
    connection=Link.NONE,
    notice=Notice.NONE,
    next_step=NextStep.MAY_SET_UP,
    certainty=Certainty.INFERRED,
    sentences=("S8", "S24"),
    outcome=Outcome.UNAFFECTED,
)

ROWS: Final = (R03A, R03B, R03C, R03D, R04)


def assess_off(case: Case) -> tuple[Finding, ...]:
    """What it means for the user that the integration is off afterwards; these rows stand alone."""
    if not case.terms.is_off:
        return ()
    if case.terms.was_off:
        return (found(R03D),)
    if isinstance(case.held, Unknown):
        return (found(R03C, rests_on=case.terms.unread),)
    if case.connected and case.terms.otherwise(Reading.A07):
        # Then what stands goes on, as it does where the integration was off before and nobody can set it up.
        return (found(R03D),)
    return (found(R03A if case.connected else R03B, rests_on=case.terms.unread),)


def assess_on(case: Case, _fired: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What it means that the integration is turned on."""
    return (found(R04),) if case.terms.was_off and not case.terms.is_off else ()
