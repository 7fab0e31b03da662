"""The order of a plan's writes that hurts fewest: every admissible order is walked, none is assumed (semantics (i))."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from calplan.impact.assess import Assessment
from calplan.impact.outcome import Link, UserOutcome
from calplan.impact.resolve import Levels
from calplan.model.account import TenantFacts
from calplan.model.service import Office365Ews
from calplan.plan.actions import SetOverride
from calplan.plan.kinds import PERMUTED, Order, StepKind, admissible_next, as_listed, canonical, inversions, whole
from calplan.plan.walk import Toll, Walker
from calplan.plan.writes import Write, levels_after

NOBODY: Final = Toll()


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """What it would cost to let a kind of step change places with the one before it."""

    kind: StepKind
    with_kind: StepKind
    toll: Toll


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChoice:
    """The order that was chosen, and what it spares.

    ``writes`` are all writes of the plan in that order, ``lost`` the users who lose their connection by each if nobody
    authorises in between, and ``at_risk`` those of whom nobody knows whether they do. ``kinds`` are the permuted ones
    as chosen, ``naive`` the same down the portal's page.
    ``groups_first``: within a kind groups are written before the account.
    ``surplus`` counts users who lose a connection on the way and would not by the change as a whole; they are in
    ``surplus_cohorts``.
    """

    writes: tuple[Write, ...]
    lost: tuple[int, ...]
    at_risk: tuple[int, ...]
    kinds: Order
    canonical: Order
    naive: Order
    to_office365_ews: bool
    groups_first: bool
    candidates: int
    toll: Toll
    naive_toll: Toll
    surplus: int
    surplus_cohorts: frozenset[int]
    swaps: tuple[Swap, ...] = ()


@dataclass(slots=True, kw_only=True)
class Walks:
    """Every admissible order walked with patience.

    What the same steps in another order left everybody at the same stops with goes on the same way: it is walked once.
    """

    walker: Walker
    writes: Mapping[StepKind, Sequence[Write]]
    before: Levels
    _levels: dict[frozenset[StepKind], Levels] = field(default_factory=dict)
    _states: dict[tuple[frozenset[StepKind], StepKind, int], int] = field(default_factory=dict)
    _rest: dict[tuple[frozenset[StepKind], tuple[int, ...]], Mapping[Order, Toll]] = field(default_factory=dict)

    def tolls(self) -> Mapping[Order, Toll]:
        """What each order of the permuted kinds costs, with whatever is turned off before."""
        done = frozenset[StepKind]()
        self._levels[done] = self.before
        stops, toll = self.walker.at_start, NOBODY
        if StepKind.DISABLE in self.writes:
            stops, toll = self._step(done, StepKind.DISABLE, stops)
            self._levels[done] = self._levels.pop(frozenset({StepKind.DISABLE}))
        return {order: toll + rest for order, rest in self._from(done, stops).items()}

    def _from(self, done: frozenset[StepKind], stops: tuple[int, ...]) -> Mapping[Order, Toll]:
        """What every order of the kinds that are left costs from here."""
        key = (done, stops)
        if key not in self._rest:
            found: dict[Order, Toll] = {}
            left = frozenset(self.writes.keys() & set(PERMUTED)) - done
            for kind in admissible_next(left):
                further, toll = self._step(done, kind, stops)
                for order, rest in self._from(done | {kind}, further).items():
                    found[kind, *order] = toll + rest
            self._rest[key] = found or {(): NOBODY}
        return self._rest[key]

    def _step(self, done: frozenset[StepKind], kind: StepKind, stops: tuple[int, ...]) -> tuple[tuple[int, ...], Toll]:
        toll = NOBODY
        for before, after in self._hops(done, kind):
            stops, more = self.walker.move(stops, before, after, patient=True)
            toll = toll + more
        return stops, toll

    def _hops(self, done: frozenset[StepKind], kind: StepKind) -> Iterator[tuple[int, int]]:
        """The states on the way through all writes of one kind, by number."""
        levels = self._levels[done]
        for number, write in enumerate(self.writes[kind]):
            before = self._state(done, kind, number, levels)
            levels = levels_after(write.action, levels)
            yield before, self._state(done, kind, number + 1, levels)
        self._levels[done | {kind}] = levels

    def _state(self, done: frozenset[StepKind], kind: StepKind, number: int, levels: Levels) -> int:
        key = (done, kind, number)
        if key not in self._states:
            self._states[key] = self.walker.state(levels)
        return self._states[key]


def choose_order(
    writes: Sequence[Write], before: Levels, after: Levels, assessment: Assessment, tenant: TenantFacts
) -> OrderChoice:
    """The order in which the fewest users lose anything on the way; of equals, the canonical one.

    Within a kind the account comes before its groups. Where that alone costs users a connection, groups first is walked
    too: an exception that keeps what a group has must be there before the account moves.
    """
    search = _Search(
        walker=Walker((before, after), assessment, tenant), before=before, after=after, assessment=assessment
    )
    usual = search.best(writes, groups_first=False)
    of_groups = [write for write in writes if isinstance(write.action, SetOverride)]
    if not usual.surplus or not of_groups:
        return usual
    other = search.best([*of_groups, *(write for write in writes if write not in of_groups)], groups_first=True)
    return min((usual, other), key=lambda choice: choice.toll.rank)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """Looks for the best order of some writes."""

    walker: Walker
    before: Levels
    after: Levels
    assessment: Assessment

    def best(self, writes: Sequence[Write], *, groups_first: bool) -> OrderChoice:
        """The best order of the kinds, where writes of one kind keep the order they have."""
        by_kind: dict[StepKind, list[Write]] = {}
        for write in writes:
            by_kind.setdefault(write.kind, []).append(write)
        to_office365_ews = isinstance(self.after.account.service, Office365Ews)
        kinds = canonical(frozenset(by_kind), to_office365_ews=to_office365_ews)
        tolls = Walks(walker=self.walker, writes=by_kind, before=self.before).tolls()
        # Of equals the one that departs least from the usual order, whose reasons people know.
        chosen = min(tolls, key=lambda order: (tolls[order].rank, inversions(order, kinds)))
        sequence = tuple(write for kind in whole(chosen, frozenset(by_kind)) for write in by_kind[kind])
        tolls_at_once, lost_once = _at_once(self.walker, sequence, self.before)
        naive = as_listed(kinds)
        surplus = _surplus(lost_once, self.assessment.outcomes)
        return OrderChoice(
            writes=sequence,
            lost=tuple(toll.events for toll in tolls_at_once),
            at_risk=tuple(toll.at_risk for toll in tolls_at_once),
            kinds=chosen,
            canonical=kinds,
            naive=naive,
            to_office365_ews=to_office365_ews,
            groups_first=groups_first,
            candidates=len(tolls),
            toll=tolls[chosen],
            naive_toll=tolls[naive],
            surplus=sum(self.assessment.cohorts.sizes[number] for number in surplus),
            surplus_cohorts=surplus,
            swaps=tuple(_swaps(chosen, tolls)),
        )


def _surplus(lost: frozenset[int], outcomes: Sequence[UserOutcome | None]) -> frozenset[int]:
    """The cohorts that lose on the way and are neither said to lose nor said to be at risk."""
    said = (Link.LOST, Link.AT_RISK)
    return frozenset(
        number for number in lost if (outcome := outcomes[number]) is not None and outcome.connection not in said
    )


def _at_once(walker: Walker, writes: Sequence[Write], before: Levels) -> tuple[Sequence[Toll], frozenset[int]]:
    """What each write costs if nobody authorises in between, and which cohorts lose at all."""
    stops, state, levels, tolls = walker.at_start, walker.start, before, []
    for write in writes:
        levels = levels_after(write.action, levels)
        further = walker.state(levels)
        stops, toll = walker.move(stops, state, further, patient=False)
        tolls.append(toll)
        state = further
    return tolls, walker.lost_once(stops)


def _swaps(order: Order, tolls: Mapping[Order, Toll]) -> Iterator[Swap]:
    """For each kind but the first, the order in which it comes before the kind it follows, where that is admissible."""
    for place in range(1, len(order)):
        other = (*order[: place - 1], order[place], order[place - 1], *order[place + 1 :])
        if other in tolls:
            yield Swap(kind=order[place], with_kind=order[place - 1], toll=tolls[other])
