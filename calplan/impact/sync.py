"""Sync in both directions concerns new and later changed meetings only."""

from typing import Final

from calplan.impact.effect import Finding, Row, found
from calplan.impact.facts import Case
from calplan.impact.outcome import Link, NextStep, Notice, Outcome
from calplan.model.citation import Certainty

R16: Final = Row(
    id="R16",
    says="sync in both directions changes for new and later changed meetings only",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.NONE,
    certainty=Certainty.DOCUMENTED,
    sentences=("S4",),
    outcome=Outcome.UNAFFECTED,
)

ROWS: Final = (R16,)


def assess(case: Case, _fired: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Says so where the switch changes."""
    return (found(R16),) if case.terms.before.bidirectional_sync != case.terms.after.bidirectional_sync else ()
