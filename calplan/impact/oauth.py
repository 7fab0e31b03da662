"""Enforcing OAuth ends Office 365 connections that still use a password."""

from typing import Final

from calplan.impact.effect import Finding, Row, found, taken
from calplan.impact.facts import Case
from calplan.impact.outcome import Link, NextStep, Notice, Outcome
from calplan.model.citation import Certainty
from calplan.model.connection import Authentication
from calplan.model.unknown import Tri, Unknown

R13A1: Final = Row(
    id="R13a1",
    says="OAuth is enforced and the connection uses a password; the client is too old to ask",
    connection=Link.LOST,
    notice=Notice.NO_PROMPT,
    next_step=NextStep.AUTHORISE,
    certainty=Certainty.INFERRED,
    sentences=("S45", "S26"),
    outcome=Outcome.DISCONNECTED_SILENT,
    tests_client=True,
)
R13A2: Final = Row(
    id="R13a2",
    says="OAuth is enforced and the connection uses a password; no prompt is documented",
    connection=Link.LOST,
    notice=Notice.UNKNOWN,
    next_step=NextStep.AUTHORISE,
    certainty=Certainty.INFERRED,
    sentences=("S45",),
    outcome=Outcome.DISCONNECTED_NOTICE_UNKNOWN,
    tests_client=True,
)
R13B: Final = Row(
    id="R13b",
    says="OAuth is enforced, which does not concern this connection",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.NONE,
    certainty=Certainty.INFERRED,
    sentences=("S45",),
    outcome=Outcome.UNAFFECTED,
)
R13C: Final = Row(
    id="R13c",
    says="OAuth is enforced, and nobody knows whether the connection uses a password",
    connection=Link.AT_RISK,
    notice=Notice.UNKNOWN,
    next_step=NextStep.UNKNOWN,
    certainty=Certainty.UNKNOWN,
    sentences=("S45",),
    outcome=Outcome.AT_RISK,
)
R13D: Final = Row(
    id="R13d",
    says="OAuth is no longer enforced",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.NONE,
    certainty=Certainty.INFERRED,
    sentences=("S45",),
    outcome=Outcome.UNAFFECTED,
)

ROWS: Final = (R13A1, R13A2, R13B, R13C, R13D)


def assess(case: Case, fired: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What enforcing OAuth, or no longer enforcing it, does to the user."""
    if case.terms.before.enforce_oauth is True and case.terms.after.enforce_oauth is False:
        return (found(R13D),)
    newly = case.terms.oauth_newly_enforced
    if newly.holds is Tri.NO or taken(fired):
        return ()
    if isinstance(case.held, Unknown) or (case.on_office365 and case.authentication is Authentication.UNKNOWN):
        return (found(R13C, rests_on=newly.rests_on),)
    if case.on_office365 and case.authentication is Authentication.BASIC:
        return (found(R13A1 if case.prompts is Tri.NO else R13A2, rests_on=newly.rests_on),)
    return (found(R13B),)
