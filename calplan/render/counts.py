"""Numbers of users in words: the one greppable line of a plan, and ranges from certain to possible."""

from collections.abc import Mapping
from typing import Final

from calplan.impact.outcome import Outcome
from calplan.model.plural import plural
from calplan.plan.document import ImpactDocument, PlanDocument

RANGES: Final = (
    ("lose", "lose their connection"),
    ("not_told", "of these, not told"),
    ("cannot_return", "cannot set up or come back alone"),
)
MANUAL: Final = "manual"
REFUSE: Final = "refuse"
WARNING: Final = "warning"
ERROR: Final = "error"


def summary_line(document: PlanDocument) -> str:
    """The last line of a plan; its parts always add up to the active users.

    Without a change there is nothing that a gate could refuse, so it only would.
    """
    changes = document["resource_changes"]
    by_hand = sum(change["mode"] == MANUAL for change in changes)
    warnings = sum(one["severity"] == WARNING for one in document["diagnostics"])
    refused = sum(gate["status"] == REFUSE for gate in document["gates"])
    would = "refused" if changes or not refused else "would refuse"
    return (
        f"Plan: {len(changes)} to change ({by_hand} by hand). Users: {users_in_words(document['impact']['counts'])}. "
        f"Warnings: {warnings}. Gates: {refused} {would}."
    )


def users_in_words(counts: Mapping[str, int]) -> str:
    """The counts of the nine outcomes as the last line has them."""
    number = {outcome: counts.get(outcome.value, 0) for outcome in Outcome}
    prompted = number[Outcome.DISCONNECTED_PROMPTED]
    not_told = number[Outcome.DISCONNECTED_SILENT] + number[Outcome.DISCONNECTED_NOTICE_UNKNOWN]
    blocked = number[Outcome.DISCONNECTED_BLOCKED]
    return (
        f"{prompted + not_told + blocked} disconnected "
        f"({prompted} prompted, {not_told} not told, {blocked} blocked), "
        f"{number[Outcome.PROMPTED]} may be prompted, {number[Outcome.BLOCKED]} blocked, "
        f"{number[Outcome.AT_RISK]} at risk, {number[Outcome.AUTOMATIC]} automatic, "
        f"{number[Outcome.UNAFFECTED]} unaffected, of {sum(number.values())}"
    )


def ranges_in_words(impact: ImpactDocument) -> list[str]:
    """Each range with what it counts: ``lose their connection: 15 certain, 16 possible``."""
    lines = [f"{words}: {_range(impact['ranges'][name])}" for name, words in RANGES if name in impact["ranges"]]
    lines.insert(1, f"of these, asked by a client to set up again: {impact['told']}")
    return lines


def _range(bounds: list[int]) -> str:
    certain, possible = bounds
    return str(certain) if certain == possible else f"{certain} certain, {possible} possible"


def population_in_words(impact: ImpactDocument) -> str:
    """Whom the forecast counts."""
    population = impact["population"]
    left_out = population["excluded"]
    words = f"{population['active']} active, {population['connected']} of them connected"
    if unknown := population.get("connection_unknown", 0):
        words += f", {unknown} perhaps"
    return f"{words}; {plural(left_out, 'inactive or pending user')} left out" if left_out else words
