"""Finds which of several levels holds for a set of groups, in either group model (semantics (b))."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal, TypeVar

from calplan.impact.overlay import manages, or_inherited, overlaid, states_sync
from calplan.impact.standing import Effective, Looked, Membership, Problem, Standing
from calplan.model.policy import GroupOverride
from calplan.model.settings import AccountSettings
from calplan.model.unknown import UNKNOWN, Unknown

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """One way the integration may resolve, before sync is looked at."""

    settings: AccountSettings
    source: str | None
    trace: tuple[Looked, ...]
    problem: Problem | None = None
    in_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Finds what holds for one set of groups, where groups state something."""

    account: AccountSettings
    overrides: Mapping[str, GroupOverride]
    model: Literal["legacy", "priority"] | None
    order: tuple[str, ...]
    member: Membership

    @property
    def result(self) -> Effective:
        choice = self._integration()
        sync, sync_source, doubt = self._sync()
        return Effective(
            settings=replace(choice.settings, bidirectional_sync=sync),
            source=choice.source,
            sync_source=sync_source,
            trace=choice.trace,
            problem=choice.problem or doubt,
            in_doubt=choice.in_doubt,
        )

    def _integration(self) -> _Choice:
        account = self.account
        if account.locked is False:
            return self._unlocked(account)
        above = tuple(Looked(group=one, standing=Standing.LOCKED_ABOVE) for one in sorted(self._stating(manages)))
        locked = _Choice(
            settings=replace(account, locked=True),
            source=None,
            trace=(Looked(group=None, standing=Standing.HOLDS), *above),
        )
        if account.locked is True:
            return locked
        # Nobody read the account's lock: either it holds, or whatever would hold without it.
        unlocked = self._unlocked(replace(account, locked=False))
        return replace(_joined((locked, unlocked)), in_doubt=unlocked.source is not None or unlocked.in_doubt)

    def _unlocked(self, account: AccountSettings) -> _Choice:
        """What holds under an account without a lock."""
        managing = {name: self.overrides[name] for name in self._stating(manages)}
        if not managing:
            return _Choice(settings=account, source=None, trace=self._account_decides())
        chosen = {name: overlaid(account, one) for name, one in managing.items()}
        if isinstance(self.member.groups, Unknown):
            return self._undecided(account, chosen, Problem.GROUPS_UNKNOWN)
        match self.model:
            case "priority":
                return self._by_priority(account, chosen)
            case "legacy":
                return self._by_legacy(account, chosen)
            case None:
                return self._undecided(account, chosen, Problem.MODEL_NOT_STATED)

    def _by_priority(self, account: AccountSettings, chosen: Mapping[str, AccountSettings]) -> _Choice:
        order = self.order
        if not chosen.keys() <= set(order):
            return self._undecided(account, chosen, Problem.NO_PRIORITY)
        ranked = sorted(chosen, key=order.index)
        return self._decided(chosen, ranked[0], dict.fromkeys(ranked[1:], Standing.OUTRANKED))

    def _by_legacy(self, account: AccountSettings, chosen: Mapping[str, AccountSettings]) -> _Choice:
        locking = {name: value for name, value in chosen.items() if value.locked is True}
        if len({_integration_of(value) for value in locking.values()}) > 1:
            choices = tuple(
                _Choice(settings=value, source=name, trace=self._undecided_trace(chosen))
                for name, value in sorted(locking.items())
            )
            return replace(_joined(choices), problem=Problem.CONFLICTING_LOCKS, in_doubt=True)
        if locking:
            first = min(locking)
            return self._decided(chosen, first, {one: Standing.NOT_LOCKED for one in chosen if one not in locking})
        primary = self.member.primary
        if isinstance(primary, Unknown):
            return self._undecided(account, chosen, Problem.PRIMARY_UNKNOWN)
        if primary not in chosen:
            passed = tuple(Looked(group=one, standing=Standing.NOT_PRIMARY) for one in sorted(chosen))
            return _Choice(settings=account, source=None, trace=(*passed, *self._account_decides()))
        return self._decided(chosen, primary, {one: Standing.NOT_PRIMARY for one in chosen if one != primary})

    def _decided(self, chosen: Mapping[str, AccountSettings], winner: str, others: Mapping[str, Standing]) -> _Choice:
        trace = (
            Looked(group=winner, standing=Standing.HOLDS),
            *(Looked(group=one, standing=others[one]) for one in sorted(others)),
            Looked(group=None, standing=Standing.BELOW_A_GROUP),
        )
        return _Choice(settings=chosen[winner], source=winner, trace=trace)

    def _undecided(self, account: AccountSettings, chosen: Mapping[str, AccountSettings], problem: Problem) -> _Choice:
        """Any of these levels may hold: what they disagree about is unknown."""
        trace = self._undecided_trace(chosen)
        choices = [_Choice(settings=account, source=None, trace=trace)]
        choices += [_Choice(settings=chosen[name], source=name, trace=trace) for name in sorted(chosen)]
        return replace(_joined(tuple(choices)), problem=problem, in_doubt=True)

    @staticmethod
    def _undecided_trace(chosen: Mapping[str, AccountSettings]) -> tuple[Looked, ...]:
        return tuple(Looked(group=one, standing=Standing.UNDECIDED) for one in (*sorted(chosen), None))

    def _account_decides(self) -> tuple[Looked, ...]:
        silent = sorted(self._own() - self._stating(manages))
        passed = tuple(Looked(group=one, standing=Standing.STATES_NOTHING) for one in silent)
        return (*passed, Looked(group=None, standing=Standing.HOLDS))

    def _sync(self) -> tuple[bool | Unknown, str | None, Problem | None]:
        """Sync in both directions: like the integration, but no lock plays a part."""
        account = self.account.bidirectional_sync
        stating = self._stating(states_sync)
        values = {name: or_inherited(self.overrides[name].bidirectional_sync, account) for name in stating}
        if not values:
            return account, None, None
        possible = {account, *values.values()}
        unclear = account if len(possible) == 1 else UNKNOWN
        if isinstance(self.member.groups, Unknown):
            return unclear, None, Problem.GROUPS_UNKNOWN
        match self.model:
            case "priority":
                order = self.order
                if not values.keys() <= set(order):
                    return unclear, None, Problem.NO_PRIORITY
                first = min(values, key=order.index)
                return values[first], first, None
            case "legacy":
                primary = self.member.primary
                if isinstance(primary, Unknown):
                    return unclear, None, Problem.PRIMARY_UNKNOWN
                return (values[primary], primary, None) if primary in values else (account, None, None)
            case None:
                return unclear, None, Problem.MODEL_NOT_STATED

    def _own(self) -> frozenset[str]:
        """His groups, the primary one included; every group that states something where nobody knows them."""
        groups, primary = self.member.groups, self.member.primary
        if isinstance(groups, Unknown):
            return frozenset(self.overrides)
        return groups if isinstance(primary, Unknown) else groups | {primary}

    def _stating(self, states: Callable[[GroupOverride], bool]) -> frozenset[str]:
        return frozenset(name for name in self._own() & self.overrides.keys() if states(self.overrides[name]))


def _integration_of(settings: AccountSettings) -> tuple[object, object]:
    return (settings.enabled, settings.service)


def _joined(choices: tuple[_Choice, ...]) -> _Choice:
    """What all choices agree about; the rest is unknown."""
    return reduce(_both, choices)


def _both(one: _Choice, other: _Choice) -> _Choice:
    mine, yours = one.settings, other.settings
    return _Choice(
        settings=replace(
            mine,
            enabled=_agreed(mine.enabled, yours.enabled),
            locked=_agreed(mine.locked, yours.locked),
            service=_agreed(mine.service, yours.service),
        ),
        source=one.source if one.source == other.source else None,
        trace=one.trace if one.trace == other.trace else (*one.trace, *other.trace),
        problem=one.problem or other.problem,
    )


def _agreed(mine: T, yours: T) -> T | Unknown:
    return mine if mine == yours else UNKNOWN
