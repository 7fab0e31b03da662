"""The rows for users whom a change does not concern."""

from typing import Final

from calplan.impact.effect import Row
from calplan.impact.outcome import Link, NextStep, Notice, Outcome
from calplan.model.citation import Certainty

R00: Final = Row(
    id="R00",
    says="the user is inactive or pending, and is not forecast",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.NONE,
    certainty=Certainty.DESIGN,
    sentences=(),
    outcome=None,
)
R01: Final = Row(
    id="R01",
    says="nothing in this change concerns the user",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.NONE,
    certainty=Certainty.DESIGN,
    sentences=(),
    outcome=Outcome.UNAFFECTED,
)
R02: Final = Row(
    id="R02",
    says="scheduling add-ons are separate from the integration and not touched by it",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.NONE,
    certainty=Certainty.DOCUMENTED,
    sentences=("S5",),
    outcome=Outcome.UNAFFECTED,
)

ROWS: Final = (R00, R01, R02)
