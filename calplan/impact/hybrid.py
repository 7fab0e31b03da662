"""Graph does not serve mailboxes on premises."""

from typing import Final

from calplan.impact.effect import Finding, Row, found, loss_rests_on
from calplan.impact.facts import Case
from calplan.impact.outcome import Link, NextStep, Notice, Outcome
from calplan.model.citation import Certainty
from calplan.model.connection import Connection
from calplan.model.service import ServiceType
from calplan.model.unknown import Tri, Unknown
from calplan.model.user import MailboxLocation

R15A: Final = Row(
    id="R15a",
    says="Graph does not serve mailboxes on premises, so the user cannot come back",
    connection=Link.LOST,
    notice=Notice.NONE,
    next_step=NextStep.BLOCKED_HYBRID,
    certainty=Certainty.DOCUMENTED,
    sentences=("S14",),
    outcome=Outcome.DISCONNECTED_BLOCKED,
)
R15B: Final = Row(
    id="R15b",
    says="Graph does not serve mailboxes on premises, so the user cannot set up",
    connection=Link.NONE,
    notice=Notice.NONE,
    next_step=NextStep.BLOCKED_HYBRID,
    certainty=Certainty.DOCUMENTED,
    sentences=("S14",),
    outcome=Outcome.BLOCKED,
)
R15C: Final = Row(
    id="R15c",
    says="the mailbox lies on premises, where Graph should not work: the facts contradict each other or say too little",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.BLOCKED_HYBRID,
    certainty=Certainty.UNKNOWN,
    sentences=("S14",),
    outcome=Outcome.UNAFFECTED,
)
R15D: Final = Row(
    id="R15d",
    says="Graph becomes the default and would not serve this mailbox on premises, but nothing forces it",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.MAY_SET_UP,
    certainty=Certainty.INFERRED,
    sentences=("S14",),
    outcome=Outcome.UNAFFECTED,
)
R15E: Final = Row(
    id="R15e",
    says="nobody knows whether the mailbox lies where Graph works",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.NONE,
    certainty=Certainty.UNKNOWN,
    sentences=("S14",),
    outcome=Outcome.UNAFFECTED,
    doubts_return=True,
)

ROWS: Final = (R15A, R15B, R15C, R15D, R15E)


def assess(case: Case, fired: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What Graph as the service means for where the user's mailbox lies."""
    if not case.terms.to_graph or case.mailbox is MailboxLocation.CLOUD:
        return ()
    hits, locked = case.terms.lock_hits, case.terms.locked_after
    on_premises = case.mailbox is MailboxLocation.ON_PREMISES
    if locked.holds is Tri.NO:
        return (found(R15D),) if on_premises and case.terms.key_changed.holds is Tri.YES else ()
    loss = loss_rests_on(fired)
    if not on_premises:
        return (found(R15E),) if hits.holds is not Tri.NO or loss is not None else ()
    if loss is not None and locked.holds is Tri.YES:
        return (found(R15A, rests_on=loss),)
    if hits.holds is Tri.NO:
        return ()
    if case.unconnected:
        return (found(R15B, rests_on=hits.rests_on),)
    recorded = isinstance(case.held, Connection) and case.held.service is ServiceType.OFFICE365_GRAPH
    contradiction = isinstance(case.held, Unknown) or (recorded and case.fit is Tri.YES)
    return (found(R15C),) if contradiction else ()
