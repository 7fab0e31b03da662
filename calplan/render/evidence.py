"""What a forecast rests on: sources with their age, and readings that may be wrong."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from calplan.impact.otherwise import TOLD
from calplan.model.plural import plural
from calplan.plan.document import Assumption, EvidenceDocument, PlanDocument, SnapshotDocument
from calplan.plan.gates import in_words
from calplan.render.colour import Line, Style
from calplan.render.wording import OUTCOME_NAMES, outcome_in_short

STALE: Final = "stale?"
SHIFTING: Final = {name: outcome_in_short(name) for name in OUTCOME_NAMES} | {TOLD: "told by a prompt"}
"""What an assumption can shift, in words and in the order shown."""
LONGEST_AGE: Final = 100 * 366 * 86400
"""Seconds; a forged snapshot may claim to be older than time itself."""
NOUN: Final = {"users": "user", "assistants": "privilege"}
"""What is counted; settings and facts of a tenant are read as one record, which says nothing."""


def has_stale(document: PlanDocument, *kinds: str) -> bool:
    """Whether a source of one of these kinds is too old, or of an age nobody knows."""
    return any(one["stale"] for one in document["evidence"] if one["kind"] in kinds)


def made_at(document: PlanDocument) -> datetime | None:
    """When a plan was made, where it says so: by the age of its snapshot."""
    snapshot = document.get("snapshot")
    taken = None if snapshot is None else _moment(snapshot["taken_at"])
    try:
        return None if snapshot is None or taken is None else taken + _age(snapshot)
    except OverflowError:
        return None


def snapshot_in_words(document: PlanDocument) -> str | None:
    """That a plan was made from a snapshot, and how old that was, or ``None``."""
    snapshot = document.get("snapshot")
    if snapshot is None:
        return None
    age = in_words(_age(snapshot))
    return f"from a snapshot taken {age} before this plan was made ({snapshot['taken_at']}); it cannot be applied"


def snapshot_in_short(document: PlanDocument) -> str | None:
    """The same in few words."""
    snapshot = document.get("snapshot")
    return None if snapshot is None else f"from a snapshot, {in_words(_age(snapshot))} old"


def _age(snapshot: SnapshotDocument) -> timedelta:
    return timedelta(seconds=min(snapshot["age"], LONGEST_AGE))


def evidence_in_words(one: EvidenceDocument, now: datetime | None = None) -> str:
    """One source: how much it said, when that was true, and what is doubtful about it."""
    parts = [plural(one["records"], NOUN[one["kind"]])] if one["kind"] in NOUN else []
    parts += [age_in_words(one["as_of"], now)] + ([] if one["complete"] else ["not read to its end"])
    return f"{one['kind']} from {one['source']}: {', '.join(parts)}{f'  {STALE}' if one['stale'] else ''}"


def evidence_line(one: EvidenceDocument, now: datetime | None = None) -> Line:
    """One source on a line of its own, marked where it is doubtful."""
    return Line(f"  {evidence_in_words(one, now)}", Style.WARN if one["stale"] else Style.FAINT)


def age_in_words(as_of: str | None, now: datetime | None = None) -> str:
    """When something was true, and with ``now`` how long ago that is."""
    if as_of is None:
        return "of unknown age"
    when = _moment(as_of)
    if now is None or when is None or (when.tzinfo is None) is not (now.tzinfo is None) or when > now:
        return f"as of {as_of}"
    return f"as of {as_of}, {in_words(now - when)} old"


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def assumption_in_words(one: Assumption) -> str:
    """A reading, and what the counts would become if it is wrong."""
    changed = one["if_wrong"]
    said = f"{one['id']}: {one['text']}"
    if changed is None:
        return said
    return f"{said} (if wrong: {', '.join(_shifts(changed)) or 'no count changes'})"


def is_weighty(one: Assumption) -> bool:
    """Whether the counts would be others if the reading were wrong."""
    return any((one["if_wrong"] or {}).values())


def _shifts(changed: dict[str, int]) -> Iterator[str]:
    """What moves, in the order of outcomes: ``10 fewer blocked``."""
    known = [name for name in SHIFTING if name in changed]
    for name in [*known, *sorted(changed.keys() - SHIFTING.keys())]:
        if changed[name]:
            yield f"{abs(changed[name])} {'more' if changed[name] > 0 else 'fewer'} {SHIFTING.get(name, name)}"
