"""Whether assistants may see the private events of those they schedule for; it concerns pairs, not the policy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from calplan.impact.effect import Row
from calplan.impact.outcome import Link, NextStep, Notice, Outcome
from calplan.model.account import AssistantPair, PrivateAccess, PrivateEvents
from calplan.model.citation import Certainty

R17: Final = Row(
    id="R17",
    says="the assistant sees, or no longer sees, the details of private events",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.NONE,
    certainty=Certainty.DOCUMENTED,
    sentences=("S46", "S47", "S48"),
    outcome=Outcome.UNAFFECTED,
)

ROWS: Final = (R17,)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairChange:
    """One scheduling privilege whose flag changes; ``before`` may be unknown, which is never the same as hidden."""

    pair: AssistantPair
    before: PrivateAccess
    after: PrivateAccess


def pair_changes(wanted: PrivateEvents, live: Mapping[AssistantPair, PrivateAccess]) -> tuple[PairChange, ...]:
    """The flags of existing pairs that a policy changes, sorted by pair. Privileges are neither made nor removed."""
    exceptions = dict(wanted.exceptions)
    changes = []
    for pair in sorted(live):
        after = exceptions.get(pair, wanted.default)
        if after is not None and after is not live[pair]:
            changes.append(PairChange(pair=pair, before=live[pair], after=after))
    return tuple(changes)


def pairs_not_found(wanted: PrivateEvents, live: Mapping[AssistantPair, PrivateAccess]) -> tuple[AssistantPair, ...]:
    """The exceptions that name no existing privilege, sorted."""
    return tuple(sorted(pair for pair, _ in wanted.exceptions if pair not in live))
