"""An impersonation account syncs on-premises mailboxes for everybody, and everybody depends on its login."""

from typing import Final

from calplan.impact.effect import Finding, Row, found, taken
from calplan.impact.facts import Case
from calplan.impact.outcome import Link, NextStep, Notice, Outcome
from calplan.impact.readings import Reading
from calplan.model.citation import Certainty
from calplan.model.connection import Authentication
from calplan.model.unknown import Tri, Unknown
from calplan.model.user import MailboxLocation

R09A: Final = Row(
    id="R09a",
    says="impersonation syncs the mailbox from now on, without a sign-in",
    connection=Link.GAINED,
    notice=Notice.NONE,
    next_step=NextStep.NONE,
    certainty=Certainty.DOCUMENTED,
    sentences=("S27", "S28", "S29"),
    outcome=Outcome.AUTOMATIC,
    tests_client=True,
)
R09B: Final = Row(
    id="R09b",
    says="impersonation needs client 5.11.0 or newer, and none is known",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.UPGRADE_CLIENT,
    certainty=Certainty.DOCUMENTED,
    sentences=("S29",),
    outcome=Outcome.UNAFFECTED,
    tests_client=True,
)
R09C1: Final = Row(
    id="R09c1",
    says="impersonation does not reach mailboxes in the cloud",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.NONE,
    certainty=Certainty.INFERRED,
    sentences=("S27",),
    outcome=Outcome.UNAFFECTED,
)
R09C2: Final = Row(
    id="R09c2",
    says="nobody knows whether the mailbox lies where impersonation reaches",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.NONE,
    certainty=Certainty.UNKNOWN,
    sentences=("S27",),
    outcome=Outcome.UNAFFECTED,
)
R09D1: Final = Row(
    id="R09d1",
    says="impersonation ends, and with it the connection; the client is too old to ask",
    connection=Link.LOST,
    notice=Notice.NO_PROMPT,
    next_step=NextStep.ENTER_PASSWORD,
    certainty=Certainty.INFERRED,
    sentences=("S28", "S26"),
    outcome=Outcome.DISCONNECTED_SILENT,
    tests_client=True,
)
R09D2: Final = Row(
    id="R09d2",
    says="impersonation ends, and with it the connection; no prompt is documented",
    connection=Link.LOST,
    notice=Notice.UNKNOWN,
    next_step=NextStep.ENTER_PASSWORD,
    certainty=Certainty.INFERRED,
    sentences=("S28",),
    outcome=Outcome.DISCONNECTED_NOTICE_UNKNOWN,
    tests_client=True,
)
R09D3: Final = Row(
    id="R09d3",
    says="impersonation ends, and nobody knows whether the user depends on it",
    connection=Link.AT_RISK,
    notice=Notice.UNKNOWN,
    next_step=NextStep.ENTER_PASSWORD,
    certainty=Certainty.UNKNOWN,
    sentences=("S28",),
    outcome=Outcome.AT_RISK,
)
R09E: Final = Row(
    id="R09e",
    says="the shared impersonation login changes; if it is wrong, everybody on it loses the connection",
    connection=Link.AT_RISK,
    notice=Notice.UNKNOWN,
    next_step=NextStep.VERIFY_BEFORE_SAVE,
    certainty=Certainty.INFERRED,
    sentences=("S31", "S33"),
    outcome=Outcome.AT_RISK,
)

ROWS: Final = (R09A, R09B, R09C1, R09C2, R09D1, R09D2, R09D3, R09E)


def assess_gain(case: Case, _fired: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What impersonation, newly on, brings to the user."""
    if not case.terms.impersonation_newly_on:
        return ()
    if case.mailbox is MailboxLocation.CLOUD:
        return (found(R09C1),)
    if case.mailbox is MailboxLocation.UNKNOWN:
        return (found(R09C2),)
    if not case.can_impersonate:
        return (found(R09B),)
    fits = case.unconnected or case.fit is Tri.YES
    # Read otherwise, nothing at all is added automatically (S24), not even by impersonation (A15).
    adds = case.reach.after is Tri.NO and not case.terms.otherwise(Reading.A15)
    return (found(R09A),) if fits and adds else ()


def assess_loss(case: Case, fired: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What the end of impersonation, or another login for it, does to those who depend on it."""
    impersonated = case.authentication is Authentication.IMPERSONATION
    perhaps = isinstance(case.held, Unknown) or case.on_exchange_by_unknown_means
    edited = case.terms.impersonation_edited
    if edited.holds is Tri.YES:
        return (found(R09E, rests_on=edited.rests_on),) if impersonated or perhaps else ()
    off = case.terms.impersonation_off
    if off.holds is Tri.NO or taken(fired):
        return ()
    if perhaps or (impersonated and off.holds is Tri.UNKNOWN):
        return (found(R09D3, rests_on=off.rests_on),)
    if not impersonated:
        return ()
    return (found(R09D1 if case.prompts is Tri.NO else R09D2, rests_on=off.rests_on),)
