"""EWS gives the vendor the full mailbox."""

from typing import Final

from calplan.impact.effect import Finding, Row, found
from calplan.impact.facts import Case
from calplan.impact.outcome import Link, NextStep, Notice, Outcome
from calplan.model.citation import Certainty
from calplan.model.service import EWS_TYPES
from calplan.model.unknown import Tri, Unknown

R14: Final = Row(
    id="R14",
    says="the service is given the full mailbox, and permissions cannot be chosen",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.NONE,
    certainty=Certainty.DOCUMENTED,
    sentences=("S16", "S17", "S19"),
    outcome=Outcome.UNAFFECTED,
)

ROWS: Final = (R14,)


def assess(case: Case, _fired: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Says so where the service becomes one of EWS, or another server of it."""
    key = case.terms.after.key
    to_ews = not isinstance(key, Unknown) and key.service in EWS_TYPES
    return (found(R14),) if to_ews and case.terms.key_changed.holds is Tri.YES else ()
