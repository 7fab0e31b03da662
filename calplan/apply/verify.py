"""What was forecast against what is observed, user by user, and how often each rule was right."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from calplan.apply.judge import Expected, Verdict, as_before, came_back, judge
from calplan.impact.outcome import NextStep, Outcome
from calplan.impact.population import Population
from calplan.impact.resolve import Levels, transition
from calplan.impact.standing import Membership
from calplan.impact.terms import Terms
from calplan.model.connection import Authentication, Connection, Held
from calplan.model.limits import Tolerance
from calplan.model.permissions import Permission
from calplan.model.proof import STATED, Basis
from calplan.model.service import CHOOSABLE_TYPES, EWS_TYPES
from calplan.model.unknown import UNKNOWN, Tri, Unknown
from calplan.model.user import MailboxLocation, RawFacts, Status, UserFacts, decode
from calplan.plan.document import UserDocument
from calplan.plan.user_facts import raw_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One user worth naming: what was forecast, shared with all who are alike, and the connection observed now."""

    email: str
    expected: Expected
    found: Held


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """How the users came out for whom a rule fired.

    ``undecided`` are those whose forecast no observation could contradict: they count for nothing else here.
    """

    hits: int = 0
    surprises: int = 0
    false_alarms: int = 0
    not_observable: int = 0
    undecided: int = 0

    @property
    def observed(self) -> int:
        """How many users the rule can be judged by."""
        return self.hits + self.surprises + self.false_alarms


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """All users of a plan held against what is observed now.

    ``still_disconnected`` had a connection, or were said to lose one, and have none; ``returned`` counts those who were
    said to lose theirs and are connected anew, ``unseen`` those of whom nobody can tell what became of it. ``within``:
    surprises and false alarms stay within the tolerance.
    """

    counts: Mapping[Verdict, int]
    by_rule: Mapping[str, RuleCount]
    surprises: tuple[Listed, ...]
    false_alarms: tuple[Listed, ...]
    still_disconnected: tuple[Listed, ...]
    returned: int
    within: bool
    unseen: int = 0


def verify(
    rows: Iterable[UserDocument],
    observed: Population,
    tolerance: Tolerance,
    levels: tuple[Levels, Levels],
    outdated: frozenset[str] = frozenset(),
) -> Verification:
    """Hold the rows of a plan against a population read after the apply.

    ``levels`` are those before and after the change: for whom the integration was off, no earlier connection counted.
    ``outdated`` are the users of whom is only known how they were before the change was complete.
    """
    forecasts = _Forecasts(*levels)
    tally: Counter[tuple[Expected, Verdict]] = Counter()
    named: dict[Verdict, list[Listed]] = {Verdict.SURPRISE: [], Verdict.FALSE_ALARM: []}
    still: list[Listed] = []
    returned = unobserved = 0
    for row in rows:
        expected = forecasts.of(row)
        old = row["email"] in outdated
        now = UNKNOWN if old else _observed(observed, observed.class_of(row["email"]), expected)
        verdict = judge(expected, now)
        tally[expected, verdict] += 1
        lost = expected.loses or expected.on_the_way
        returned += lost and came_back(expected, now)
        unobserved += lost and isinstance(now, Unknown)
        listed = Listed(email=row["email"], expected=expected, found=now)
        if verdict in named:
            named[verdict].append(listed)
        if now is None and (lost or isinstance(expected.had, Connection)):
            still.append(listed)
    counts = {verdict: sum(n for (_, one), n in tally.items() if one is verdict) for verdict in Verdict}
    return Verification(
        counts=counts,
        by_rule=_by_rule(tally),
        surprises=tuple(named[Verdict.SURPRISE]),
        false_alarms=tuple(named[Verdict.FALSE_ALARM]),
        still_disconnected=tuple(still),
        returned=returned,
        unseen=unobserved,
        within=_within(counts, tolerance, sum(n for (one, _), n in tally.items() if one.loses)),
    )


def _within(counts: Mapping[Verdict, int], tolerance: Tolerance, losses: int) -> bool:
    """Whether both stay within the tolerance: surprises of those observed, false alarms of forecast losses."""
    observed = sum(counts.values()) - counts[Verdict.NOT_OBSERVABLE]
    return counts[Verdict.SURPRISE] <= tolerance.surprises.largest(observed) and counts[
        Verdict.FALSE_ALARM
    ] <= tolerance.false_alarms.largest(losses)


def _by_rule(tally: Mapping[tuple[Expected, Verdict], int]) -> dict[str, RuleCount]:
    found: dict[str, Counter[Verdict | None]] = {}
    for (expected, verdict), number in tally.items():
        for rule in expected.rules:
            found.setdefault(rule, Counter())[None if expected.undecided else verdict] += number
    return {
        rule: RuleCount(
            hits=counts[Verdict.HIT],
            surprises=counts[Verdict.SURPRISE],
            false_alarms=counts[Verdict.FALSE_ALARM],
            not_observable=counts[Verdict.NOT_OBSERVABLE],
            undecided=counts[None],
        )
        for rule, counts in sorted(found.items())
    }


Alike = tuple[RawFacts, str, str, tuple[str, ...], bool]
"""Everything a row says that plays a part here, apart from the address."""


class _Forecasts:
    """The forecasts of rows; those who are alike share one."""

    def __init__(self, before: Levels, after: Levels) -> None:
        self._levels = (before, after)
        self._moves: dict[Membership, Terms] = {}
        self._known: dict[Alike, Expected] = {}

    def of(self, row: UserDocument) -> Expected:
        """What was forecast for the user of this row."""
        rules, on_the_way = tuple(row["rules"]), row.get("lost_on_the_way", False)
        key = (raw_facts(row), row["outcome"], row["next_step"], rules, on_the_way)
        expected = self._known.get(key)
        if expected is None:
            expected = self._known[key] = self._expected(key)
        return expected

    def _expected(self, key: Alike) -> Expected:
        raw, outcome, next_step, rules, on_the_way = key
        facts = decode(raw)
        member = self._levels[0].membership(facts)
        if member not in self._moves:
            self._moves[member] = Terms(move=transition(*self._levels, member))
        terms = self._moves[member]
        return Expected(
            outcome=Outcome(outcome),
            next_step=NextStep(next_step),
            rules=rules,
            had=None if terms.was_off else facts.connection,
            on_the_way=on_the_way,
            impersonation_comes=terms.impersonation_newly_on,
            perhaps_for_them=_impersonation_in_doubt(facts),
        )


def _impersonation_in_doubt(facts: UserFacts) -> bool:
    """Whether a fact is missing that decides whether impersonation serves a user: one that R09 reads."""
    if facts.mailbox_location is MailboxLocation.UNKNOWN or not facts.clients or None in facts.versions:
        return True
    held = facts.connection
    if held is None or isinstance(held, Unknown):
        return isinstance(held, Unknown)
    unread_host = held.service in EWS_TYPES and isinstance(held.ews_host, Unknown)
    unread_levels = held.service in CHOOSABLE_TYPES and Permission.UNKNOWN in (held.calendar, held.contacts)
    return unread_host or unread_levels or held.auth is Authentication.UNKNOWN


def _observed(population: Population, number: int | None, expected: Expected) -> Held:
    """The connection observed now; of a user who is gone or no longer active nobody can tell.

    Neither can anybody where a consent stands as it stood before: it never proves that the platform dropped, or kept,
    somebody. What was known last is no observation.
    """
    if number is None:
        return UNKNOWN
    facts, basis = population.classes[number], population.bases[number]
    now = facts.connection
    if facts.status is not Status.ACTIVE or basis is Basis.LAST_KNOWN:
        return UNKNOWN
    by_consent = basis not in STATED and isinstance(now, Connection)
    return UNKNOWN if by_consent and as_before(expected.had, now) is not Tri.NO else now
