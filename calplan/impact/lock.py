"""The lock disconnects users who have something else than it enforces, and may prompt those who have nothing."""

from typing import Final

from calplan.impact.effect import Finding, Row, found, loss_rests_on
from calplan.impact.facts import Case
from calplan.impact.new_default import ended_by_default, is_new_default
from calplan.impact.outcome import Link, NextStep, Notice, Outcome
from calplan.impact.terms import NOTHING
from calplan.model.citation import Certainty
from calplan.model.permissions import Permission
from calplan.model.settings import Setting
from calplan.model.unknown import Tri, Unknown

R10A: Final = Row(
    id="R10a",
    says="the user already has what the lock enforces",
    connection=Link.KEPT,
    notice=Notice.NONE,
    next_step=NextStep.NONE,
    certainty=Certainty.DOCUMENTED,
    sentences=("S23",),
    outcome=Outcome.UNAFFECTED,
)
R10B1: Final = Row(
    id="R10b1",
    says="what the user has differs from what the lock enforces; the client will ask to set up again",
    connection=Link.LOST,
    notice=Notice.PROMPT,
    next_step=NextStep.AUTHORISE,
    certainty=Certainty.DOCUMENTED,
    sentences=("S3", "S23", "S24", "S25", "S26"),
    outcome=Outcome.DISCONNECTED_PROMPTED,
    tests_client=True,
)
R10B2: Final = Row(
    id="R10b2",
    says="what the user has differs from what the lock enforces; the client is too old to ask",
    connection=Link.LOST,
    notice=Notice.NO_PROMPT,
    next_step=NextStep.TELL_THEN_AUTHORISE,
    certainty=Certainty.DOCUMENTED,
    sentences=("S23", "S24", "S26"),
    outcome=Outcome.DISCONNECTED_SILENT,
    tests_client=True,
)
R10B3: Final = Row(
    id="R10b3",
    says="what the user has differs from what the lock enforces; nobody knows whether the client will ask",
    connection=Link.LOST,
    notice=Notice.UNKNOWN,
    next_step=NextStep.TELL_THEN_AUTHORISE,
    certainty=Certainty.UNKNOWN,
    sentences=("S23", "S26"),
    outcome=Outcome.DISCONNECTED_NOTICE_UNKNOWN,
)
R10C1: Final = Row(
    id="R10c1",
    says="the user is not connected and may see the prompt to set up",
    connection=Link.NONE,
    notice=Notice.PROMPT_POSSIBLE,
    next_step=NextStep.AUTHORISE,
    certainty=Certainty.AMBIGUOUS,
    sentences=("S24", "S25"),
    outcome=Outcome.PROMPTED,
    tests_client=True,
)
R10C2: Final = Row(
    id="R10c2",
    says="the user is not connected, and the client is too old to ask",
    connection=Link.NONE,
    notice=Notice.NO_PROMPT,
    next_step=NextStep.TELL_THEN_AUTHORISE,
    certainty=Certainty.DOCUMENTED,
    sentences=("S24", "S26"),
    outcome=Outcome.UNAFFECTED,
    tests_client=True,
)
R10D: Final = Row(
    id="R10d",
    says="nobody knows whether what the user has fits what the lock enforces",
    connection=Link.AT_RISK,
    notice=Notice.UNKNOWN,
    next_step=NextStep.UNKNOWN,
    certainty=Certainty.UNKNOWN,
    sentences=("S23",),
    outcome=Outcome.AT_RISK,
)
R11A: Final = Row(
    id="R11a",
    says="the default changes without the lock; what the user has stays, with its old permissions",
    connection=Link.KEPT,
    notice=Notice.NONE,
    next_step=NextStep.NONE,
    certainty=Certainty.INFERRED,
    sentences=("S11",),
    outcome=Outcome.UNAFFECTED,
)
R11B: Final = Row(
    id="R11b",
    says="the new default is pre-selected when the user sets up",
    connection=Link.NONE,
    notice=Notice.NONE,
    next_step=NextStep.MAY_SET_UP,
    certainty=Certainty.DOCUMENTED,
    sentences=("S11",),
    outcome=Outcome.UNAFFECTED,
)
R11C: Final = Row(
    id="R11c",
    says="the lock is taken off; what the user has stays",
    connection=Link.KEPT,
    notice=Notice.NONE,
    next_step=NextStep.MAY_SET_UP,
    certainty=Certainty.INFERRED,
    sentences=("S22",),
    outcome=Outcome.UNAFFECTED,
)

ROWS: Final = (R10A, R10B1, R10B2, R10B3, R10C1, R10C2, R10D, R11A, R11B, R11C)


CUT: Final = {Tri.YES: R10B1, Tri.NO: R10B2, Tri.UNKNOWN: R10B3}


def assess(case: Case, fired: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What the lock does to the user where the change makes it act."""
    hits = case.terms.lock_hits
    if hits.holds is Tri.NO:
        return _ended_by_default(case)
    if case.unconnected:
        if any(one.row.connection is Link.GAINED for one in fired):
            return ()
        return (found(R10C2 if case.prompts is Tri.NO else R10C1, rests_on=hits.rests_on | _unread_key(case)),)
    if hits.holds is Tri.UNKNOWN or isinstance(case.held, Unknown) or case.spared is Tri.UNKNOWN:
        return (found(R10D, rests_on=hits.rests_on | _unread_key(case)),)
    if case.spared is Tri.YES:
        return (found(R10A),)
    return (found(CUT[case.prompts], rests_on=hits.rests_on),)


def _ended_by_default(case: Case) -> tuple[Finding, ...]:
    """What a new default without the lock ends, if it is read to end anything: by the lock's own rows (A04, A05)."""
    ended, rests_on = ended_by_default(case), case.terms.key_changed.rests_on
    if ended is Tri.NO:
        return ()
    return (found(R10D if ended is Tri.UNKNOWN else CUT[case.prompts], rests_on=rests_on),)


def assess_default(case: Case, _fired: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What a new default without the lock, or the end of the lock, means: nothing that stands is taken away."""
    findings = []
    if is_new_default(case.terms) and ended_by_default(case) is Tri.NO:
        findings.append(found(R11B if case.unconnected else R11A))
    if case.terms.unlocked:
        findings.append(found(R11C))
    return tuple(findings)


def assess_levels(case: Case, _fired: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Where nobody can tell which level holds for the user while levels change, anything may happen to him."""
    return (found(R10D, rests_on=frozenset({Setting.LOCKED})),) if case.terms.move.in_doubt else ()


def assess_unread(case: Case, fired: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Whoever must set up again under a lock or a service that nobody read may find himself barred by it.

    Without a lock too: the unread service may be Graph, and nobody may consent to it.
    """
    locked, unread = case.terms.locked_after, _unread_key(case)
    lost = loss_rests_on(fired) is not None
    hit = case.unconnected and case.terms.lock_hits.holds is not Tri.NO
    if any(one.row is R10D for one in fired):
        return ()
    if (unread and (lost or hit)) or (lost and locked.holds is Tri.UNKNOWN):
        return (found(R10D, rests_on=unread | locked.rests_on),)
    return ()


def _unread_key(case: Case) -> frozenset[Setting]:
    key = case.terms.after.key
    unread = isinstance(key, Unknown) or (key.permissions is not None and Permission.UNKNOWN in key.permissions)
    return frozenset({Setting.SERVICE}) if unread else NOTHING
