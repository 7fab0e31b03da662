"""MAPI under the lock leaves the integration to users on Windows."""

from typing import Final

from calplan.impact.effect import BY_CLIENT, Finding, Row, found, loss_rests_on
from calplan.impact.facts import Case
from calplan.impact.outcome import Link, NextStep, Notice, Outcome
from calplan.model.citation import Certainty
from calplan.model.connection import Connection
from calplan.model.unknown import Tri, Unknown

R08A1: Final = Row(
    id="R08a1",
    says="MAPI under the lock serves Windows only, and the user has no Windows client",
    connection=Link.LOST,
    notice=BY_CLIENT,
    next_step=NextStep.BLOCKED_PLATFORM,
    certainty=Certainty.DOCUMENTED,
    sentences=("S20", "S23"),
    outcome=Outcome.DISCONNECTED_BLOCKED,
    tests_client=True,
)
R08A2: Final = Row(
    id="R08a2",
    says="MAPI under the lock serves Windows only; without a Windows client there is no way to set up",
    connection=Link.NONE,
    notice=Notice.NONE,
    next_step=NextStep.BLOCKED_PLATFORM,
    certainty=Certainty.DOCUMENTED,
    sentences=("S20",),
    outcome=Outcome.BLOCKED,
    tests_client=True,
)
R08A3: Final = Row(
    id="R08a3",
    says="MAPI under the lock serves Windows only; nobody knows whether this user without Windows is connected",
    connection=Link.AT_RISK,
    notice=Notice.UNKNOWN,
    next_step=NextStep.BLOCKED_PLATFORM,
    certainty=Certainty.UNKNOWN,
    sentences=("S20",),
    outcome=Outcome.AT_RISK,
    tests_client=True,
)
R08B1: Final = Row(
    id="R08b1",
    says="the user is on Windows and connected through MAPI already",
    connection=Link.KEPT,
    notice=Notice.NONE,
    next_step=NextStep.NONE,
    certainty=Certainty.DOCUMENTED,
    sentences=("S20", "S23"),
    outcome=Outcome.UNAFFECTED,
    tests_client=True,
)
R08B2: Final = Row(
    id="R08b2",
    says="the user must connect again through MAPI, and the client will ask",
    connection=Link.LOST,
    notice=Notice.PROMPT,
    next_step=NextStep.AUTHORISE_ON_WINDOWS,
    certainty=Certainty.DOCUMENTED,
    sentences=("S20", "S23", "S26"),
    outcome=Outcome.DISCONNECTED_PROMPTED,
    tests_client=True,
)
R08B3: Final = Row(
    id="R08b3",
    says="the user must connect again through MAPI, and the client is too old to ask",
    connection=Link.LOST,
    notice=Notice.NO_PROMPT,
    next_step=NextStep.AUTHORISE_ON_WINDOWS,
    certainty=Certainty.DOCUMENTED,
    sentences=("S20", "S23", "S26"),
    outcome=Outcome.DISCONNECTED_SILENT,
    tests_client=True,
)
R08B4: Final = Row(
    id="R08b4",
    says="the user must connect again through MAPI, and nobody knows whether the client will ask",
    connection=Link.LOST,
    notice=Notice.UNKNOWN,
    next_step=NextStep.AUTHORISE_ON_WINDOWS,
    certainty=Certainty.UNKNOWN,
    sentences=("S20", "S23", "S26"),
    outcome=Outcome.DISCONNECTED_NOTICE_UNKNOWN,
    tests_client=True,
)
R08B5: Final = Row(
    id="R08b5",
    says="the user can set up MAPI on Windows",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.AUTHORISE_ON_WINDOWS,
    certainty=Certainty.DOCUMENTED,
    sentences=("S20",),
    outcome=Outcome.UNAFFECTED,
    tests_client=True,
)
R08C1: Final = Row(
    id="R08c1",
    says="MAPI under the lock serves Windows only, and nobody knows what the user works on",
    connection=Link.AT_RISK,
    notice=Notice.UNKNOWN,
    next_step=NextStep.UNKNOWN,
    certainty=Certainty.UNKNOWN,
    sentences=("S20",),
    outcome=Outcome.AT_RISK,
    doubts_return=True,
)
R08C2: Final = Row(
    id="R08c2",
    says="the lock asks for MAPI, and nobody knows whether the user has Windows",
    connection=Link.NONE,
    notice=Notice.UNKNOWN,
    next_step=NextStep.UNKNOWN,
    certainty=Certainty.UNKNOWN,
    sentences=("S20",),
    outcome=Outcome.AT_RISK,
    doubts_return=True,
)
R08D: Final = Row(
    id="R08d",
    says="MAPI becomes the default and would serve Windows only, but nothing forces it",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.MAY_SET_UP,
    certainty=Certainty.INFERRED,
    sentences=("S11", "S20"),
    outcome=Outcome.UNAFFECTED,
    tests_client=True,
)

ROWS: Final = (R08A1, R08A2, R08A3, R08B1, R08B2, R08B3, R08B4, R08B5, R08C1, R08C2, R08D)


AGAIN: Final = {Tri.YES: R08B2, Tri.NO: R08B3, Tri.UNKNOWN: R08B4}


def assess(case: Case, fired: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What MAPI as the service means for the user's platform."""
    if not case.terms.to_mapi:
        return ()
    if case.terms.locked_after.holds is Tri.NO:
        newly = case.terms.key_changed.holds is Tri.YES and case.windows is not Tri.YES
        return (found(R08D),) if newly else ()
    if case.windows is Tri.YES:
        return _on_windows(case)
    return _elsewhere(case, fired) if case.windows is Tri.NO else _somewhere(case, fired)


def _on_windows(case: Case) -> tuple[Finding, ...]:
    hits = case.terms.lock_hits
    if hits.holds is Tri.NO:
        return ()
    if not isinstance(case.held, Connection):
        return (found(R08B5),)
    if case.spared is Tri.YES:
        return (found(R08B1),)
    # Where nobody knows whether the lock is on, the lock's own row says so.
    return (found(AGAIN[case.prompts], rests_on=hits.rests_on),) if hits.holds is Tri.YES else ()


def _elsewhere(case: Case, fired: tuple[Finding, ...]) -> tuple[Finding, ...]:
    hits = case.terms.lock_hits
    if case.connected and hits.holds is Tri.YES:
        return (found(R08A1, case.prompts, hits.rests_on),)
    if case.connected:
        rests_on = loss_rests_on(fired) if case.terms.locked_after.holds is Tri.YES else None
        return () if rests_on is None else (found(R08A1, case.prompts, rests_on),)
    if hits.holds is Tri.NO:
        return ()
    return (found(R08A3 if isinstance(case.held, Unknown) else R08A2, rests_on=hits.rests_on),)


def _somewhere(case: Case, fired: tuple[Finding, ...]) -> tuple[Finding, ...]:
    hits = case.terms.lock_hits
    if case.unconnected:
        return (found(R08C2, rests_on=hits.rests_on),) if hits.holds is not Tri.NO else ()
    if hits.holds is not Tri.NO:
        return (found(R08C1, rests_on=hits.rests_on),)
    rests_on = loss_rests_on(fired)
    return () if rests_on is None else (found(R08C1, rests_on=rests_on),)
