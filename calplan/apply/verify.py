"""What was forecast against what was observed, user by user (semantics (l))."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from calplan.diff import canonical
from calplan.impact.outcome import DISCONNECTED, Outcome
from calplan.impact.population import Population
from calplan.impact.resolve import Levels
from calplan.impact.standing import Membership
from calplan.model.connection import Held
from calplan.model.limits import Tolerance
from calplan.model.policy import GroupOverride
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.model.user import Status, decode
from calplan.plan.as_document import as_json
from calplan.plan.document import PlanDocument, UserDocument
from calplan.plan.levels_document import levels_of, stated_values
from calplan.plan.users import raw_facts
from calplan.plan.writes import group_address


class Verdict(Enum):
    """How one user's forecast came out."""

    HIT = "hit"
    SURPRISE = "surprise"
    FALSE_ALARM = "false alarm"
    NOT_OBSERVABLE = "not observable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One user whose forecast did not simply come true; ``found`` says in words what was observed."""

    email: str
    outcome: str
    verdict: Verdict
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """All users of a plan held against what is observed now.

    ``still_disconnected`` are those who lost their connection and have none yet. ``within`` says whether surprises and
    false alarms stay within the tolerance.
    """

    counts: dict[Verdict, int]
    judged: tuple[Judged, ...]
    still_disconnected: tuple[str, ...]
    returned: int
    within: bool


LOST: Final = frozenset(outcome.value for outcome in DISCONNECTED)


def verify(rows: Iterable[UserDocument], observed: Population, tolerance: Tolerance, before: Levels) -> Verification:
    """Hold the rows of a plan against a population read after the apply.

    ``before`` is what held before the change: for whom the integration was off, no earlier connection counted.
    """
    off: dict[Membership, bool] = {}
    present = {email: number for number, email in enumerate(observed.emails)}
    counts = dict.fromkeys(Verdict, 0)
    judged, still = [], []
    losses = returned = 0
    for row in rows:
        facts = decode(raw_facts(row))
        member = before.membership(facts)
        if member not in off:
            off[member] = before.effective(member).settings.enabled is False
        had = None if off[member] else facts.connection
        now = _observed(observed, present.get(row["email"]))
        on_the_way = row.get("lost_on_the_way", False)
        # What was said to be lost on the way may be lost or kept; either was said.
        verdict = judge((Outcome.AT_RISK if on_the_way else Outcome(row["outcome"])).value, had, now)
        counts[verdict] += 1
        if verdict is not Verdict.HIT:
            judged.append(Judged(email=row["email"], outcome=row["outcome"], verdict=verdict, found=_words(now)))
        if row["outcome"] in LOST or on_the_way:
            losses += 1
            returned += not isinstance(now, Unknown) and now is not None and now != had
            if now is None:
                still.append(row["email"])
    return Verification(
        counts=counts,
        judged=tuple(judged),
        still_disconnected=tuple(still),
        returned=returned,
        within=counts[Verdict.SURPRISE] <= tolerance.surprises.largest(len(present))
        and counts[Verdict.FALSE_ALARM] <= tolerance.false_alarms.largest(losses),
    )


def judge(outcome: str, had: Held, now: Held) -> Verdict:
    """Whether one observation lies in the set its outcome allows; who connected since is no surprise."""
    if isinstance(now, Unknown):
        return Verdict.NOT_OBSERVABLE
    match Outcome(outcome):
        case Outcome.AT_RISK:
            return Verdict.HIT
        case Outcome.BLOCKED:
            return Verdict.HIT if now is None else Verdict.SURPRISE
        case Outcome.PROMPTED:
            return Verdict.HIT
        case Outcome.AUTOMATIC:
            return Verdict.SURPRISE if now is None else Verdict.HIT
        case Outcome.UNAFFECTED:
            return Verdict.HIT if had is None or isinstance(had, Unknown) or now == had else Verdict.SURPRISE
        case _:
            return Verdict.FALSE_ALARM if now is not None and now == had else Verdict.HIT


def _observed(population: Population, number: int | None) -> Held:
    """The connection observed now; of a user who is gone or no longer active nobody can tell."""
    if number is None:
        return UNKNOWN
    facts = population.classes[population.class_ids[number]]
    return facts.connection if facts.status is Status.ACTIVE else UNKNOWN


def _words(held: Held) -> str:
    if isinstance(held, Unknown):
        return "cannot be observed"
    return "not connected" if held is None else f"connected to {held.service.value}"


def unlike(document: PlanDocument, live: Levels) -> tuple[str, ...]:
    """The addresses of what the plan changed and that is not as planned: settings, and what groups state."""
    settings = canonical(live.account)
    wanted = levels_of(document)[1]
    changed = [change["address"] for change in document["resource_changes"]]
    groups = {} if isinstance(wanted.overrides, Unknown) else wanted.overrides
    found = {} if isinstance(live.overrides, Unknown) else live.overrides
    differing = {group_address(one, wanted) for one in groups.keys() | found.keys() if _differ(groups, found, one)}
    return tuple(
        address
        for address in changed
        if address in differing
        or (address in settings and as_json(address, settings[address]) != document["planned_values"][address])
    )


def _differ(wanted: Mapping[str, GroupOverride], found: Mapping[str, GroupOverride], group: str) -> bool:
    one, other = wanted.get(group), found.get(group)
    return (None if one is None else stated_values(one)) != (None if other is None else stated_values(other))
