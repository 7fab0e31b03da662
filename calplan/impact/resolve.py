"""Which settings hold for a user: the account's, or what one of his groups states for itself (semantics (b)).

The lock covers the integration as one setting: whether it is on, the service, its URL, permissions and impersonation.
Sync in both directions resolves the same way, without a lock of its own. Everything else is the account's alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property, reduce
from typing import Final, TypeVar

from calplan.diff import Transition
from calplan.model.levels import GroupModel, Groups
from calplan.model.policy import CalendarPolicy, GroupOverride
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import UNKNOWN, UNMANAGED, Unknown, Unmanaged
from calplan.model.user import UserFacts

T = TypeVar("T")


class Problem(Enum):
    """Why nobody can tell which settings hold for a user (V38)."""

    OVERRIDES_UNREAD = "nobody read what groups state for themselves"
    MODEL_NOT_STATED = "the Account document does not state the group model"
    GROUPS_UNKNOWN = "nobody knows their groups"
    PRIMARY_UNKNOWN = "nobody knows their primary group"
    NO_PRIORITY = "a group of theirs has no place in the order of priorities"
    CONFLICTING_LOCKS = "two of their groups lock the setting with different values"


class Standing(Enum):
    """What became of a level when it was looked at."""

    HOLDS = "holds"
    LOCKED_ABOVE = "the account is locked, so groups make no exceptions"
    STATES_NOTHING = "states nothing of its own"
    OUTRANKED = "a group of higher priority decides"
    NOT_PRIMARY = "not the primary group, and without a lock of its own"
    NOT_LOCKED = "another group locks the setting"
    BELOW_A_GROUP = "a group decides"
    UNDECIDED = "nobody can tell whether it holds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One level that was looked at: a group's id, or ``None`` for the account."""

    group: str | None
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """The settings that hold for a user, where they come from, and how that was found.

    ``source`` is the id of the group that decides over the integration, ``sync_source`` of the one that decides over
    sync, ``None`` for the account. ``in_doubt``: which level holds hangs on a missing fact, and whatever the
    possible levels disagree about is unknown; a ``problem`` is a doubt that keeps a policy from being planned.
    """

    settings: AccountSettings
    source: str | None = None
    sync_source: str | None = None
    trace: tuple[Looked, ...] = ()
    problem: Problem | None = None
    in_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """The groups of a user as far as they can decide anything, by id."""

    groups: frozenset[str] | Unknown
    primary: str | Unknown


NO_GROUPS: Final = Membership(groups=frozenset(), primary=UNKNOWN)
ANOTHER_GROUP: Final = ""
"""Stands for a primary group that states nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """One setting as it holds for a user: its value, whether a lock enforces it, and the group or account behind it."""

    value: object
    locked: bool | Unknown
    source: str | None
    trace: tuple[Looked, ...]


@dataclass(frozen=True, kw_only=True)
class Levels:
    """The account's settings and what its groups state for themselves."""

    account: AccountSettings
    groups: Groups = field(default_factory=Groups)
    model: GroupModel = field(default_factory=GroupModel)

    @cached_property
    def overrides(self) -> Mapping[str, GroupOverride] | Unknown:
        """What groups state, by id, without those that state nothing."""
        stated = self.groups.overrides
        if isinstance(stated, Unknown):
            return UNKNOWN
        return {self.groups.id_of(one.group): one for one in stated if states_something(one)}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The ids of the groups by priority, highest first."""
        return tuple(self.groups.id_of(word) for word in self.model.order)

    def membership(self, user: UserFacts) -> Membership:
        """The groups of a user by id."""
        primary = user.primary_group
        return Membership(
            groups=UNKNOWN if isinstance(user.groups, Unknown) else frozenset(map(self.groups.id_of, user.groups)),
            primary=UNKNOWN if isinstance(primary, Unknown) else self.groups.id_of(primary),
        )

    def effective(self, member: Membership) -> Effective:
        """The settings that hold for whoever is in these groups."""
        overrides = self.overrides
        if isinstance(overrides, Unknown):
            return self._unread(member)
        if not overrides:
            return Effective(settings=self.account, trace=(Looked(group=None, standing=Standing.HOLDS),))
        return _Resolution(levels=self, overrides=overrides, member=member).result

    def _unread(self, member: Membership) -> Effective:
        """Where nobody read the overrides: only a locked account, or a user without groups, is past doubt."""
        account = self.account
        if account.locked is True or member.groups == frozenset():
            return Effective(settings=account, trace=(Looked(group=None, standing=Standing.HOLDS),))
        doubtful = replace(account, locked=UNKNOWN, service=UNKNOWN, bidirectional_sync=UNKNOWN)
        trace = (Looked(group=None, standing=Standing.UNDECIDED),)
        return Effective(settings=doubtful, trace=trace, problem=Problem.OVERRIDES_UNREAD, in_doubt=True)


def alone(settings: AccountSettings) -> Levels:
    """The levels of an account whose groups state nothing."""
    return Levels(account=settings)


def wanted_levels(policy: CalendarPolicy, live: Levels) -> Levels:
    """The levels once a policy is true: its list of overrides is the whole list, unless it leaves groups alone."""
    groups = live.groups if policy.groups is None else Groups(known=live.groups.known, overrides=policy.groups)
    return Levels(account=policy.settings.over(live.account), groups=groups, model=live.model)


def transition(before: Levels, after: Levels, member: Membership) -> Transition:
    """What changes for whoever is in these groups."""
    was, now = before.effective(member), after.effective(member)
    same_levels = before.overrides == after.overrides and _covered(before.account) == _covered(after.account)
    doubt = (was.in_doubt or now.in_doubt) and not same_levels
    return Transition(before=was.settings, after=now.settings, in_doubt=doubt)


def _covered(settings: AccountSettings) -> tuple[object, object, object]:
    """What the lock covers, and the lock itself."""
    return (settings.enabled, settings.locked, settings.service)


def effective(levels: Levels, user: UserFacts, setting: Setting) -> Resolved:
    """One setting as it holds for one user, with the way it was found."""
    found = levels.effective(levels.membership(user))
    values = {
        Setting.ENABLED: found.settings.enabled,
        Setting.LOCKED: found.settings.locked,
        Setting.SERVICE: found.settings.service,
        Setting.BIDIRECTIONAL_SYNC: found.settings.bidirectional_sync,
        Setting.ALLOWED_DOMAINS: found.settings.allowed_domains,
        Setting.CONSENT_FOR_ACCOUNT: found.settings.consent_for_account,
        Setting.ENFORCE_OAUTH: found.settings.enforce_oauth,
    }
    covered = setting in (Setting.ENABLED, Setting.LOCKED, Setting.SERVICE)
    sync = setting is Setting.BIDIRECTIONAL_SYNC
    return Resolved(
        value=values[setting],
        locked=found.settings.locked if covered else False,
        source=found.source if covered else found.sync_source if sync else None,
        trace=found.trace,
    )


def relevant(member: Membership, levels: tuple[Levels, ...]) -> Membership:
    """As much of a membership as can matter at these levels: users whom it does not tell apart resolve alike."""
    unread = any(isinstance(one.overrides, Unknown) for one in levels)
    stating = frozenset(name for one in levels if not isinstance(one.overrides, Unknown) for name in one.overrides)
    if not stating and not unread:
        return NO_GROUPS
    groups, primary = member.groups, member.primary
    if not isinstance(groups, Unknown):
        # Of unread overrides nobody knows which groups state any, so that one group stands for all.
        groups = (groups & stating) | (frozenset({ANOTHER_GROUP}) if unread and groups - stating else frozenset())
    if not isinstance(primary, Unknown) and primary not in stating:
        primary = ANOTHER_GROUP
    return Membership(groups=groups, primary=primary)


def overlaid(account: AccountSettings, override: GroupOverride) -> AccountSettings:
    """The account's settings with what a group states laid over them; what it states never inherits."""
    return replace(
        account,
        enabled=_or_inherited(override.enabled, account.enabled),
        locked=_or_inherited(override.locked, account.locked),
        service=_or_inherited(override.service, account.service),
        bidirectional_sync=_or_inherited(override.bidirectional_sync, account.bidirectional_sync),
    )


def states_something(override: GroupOverride) -> bool:
    """Whether an override states any setting of its own."""
    return manages(override) or not isinstance(override.bidirectional_sync, Unmanaged)


def manages(override: GroupOverride) -> bool:
    """Whether an override manages the integration: it states whether it is on, its lock or its service."""
    return not override.enabled is override.locked is override.service is UNMANAGED


def _or_inherited(own: T | Unmanaged, above: T) -> T:
    return above if isinstance(own, Unmanaged) else own


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """One way the integration may resolve, before sync is looked at."""

    settings: AccountSettings
    source: str | None
    trace: tuple[Looked, ...]
    problem: Problem | None = None
    in_doubt: bool = False


@dataclass(frozen=True, kw_only=True)
class _Resolution:
    """Finds what holds for one set of groups, where groups state something."""

    levels: Levels
    overrides: Mapping[str, GroupOverride]
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
        account = self.levels.account
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
        match self.levels.model.kind:
            case "priority":
                return self._by_priority(account, chosen)
            case "legacy":
                return self._by_legacy(account, chosen)
            case None:
                return self._undecided(account, chosen, Problem.MODEL_NOT_STATED)

    def _by_priority(self, account: AccountSettings, chosen: Mapping[str, AccountSettings]) -> _Choice:
        order = self.levels.order
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
        account = self.levels.account.bidirectional_sync
        stating = self._stating(_states_sync)
        values = {name: _or_inherited(self.overrides[name].bidirectional_sync, account) for name in stating}
        if not values:
            return account, None, None
        possible = {account, *values.values()}
        unclear = account if len(possible) == 1 else UNKNOWN
        if isinstance(self.member.groups, Unknown):
            return unclear, None, Problem.GROUPS_UNKNOWN
        match self.levels.model.kind:
            case "priority":
                order = self.levels.order
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


def _states_sync(override: GroupOverride) -> bool:
    return not isinstance(override.bidirectional_sync, Unmanaged)


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
