"""Which settings hold for a user: the account's, or what one of his groups states for itself (semantics (b)).

The lock covers the integration as one setting: whether it is on, the service, its URL, permissions and impersonation.
Sync in both directions resolves the same way, without a lock of its own. Everything else is the account's alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from calplan.diff import Transition
from calplan.impact.overlay import states_something
from calplan.impact.resolution import Resolution
from calplan.impact.standing import NO_GROUPS, Effective, Looked, Membership, Problem, Resolved, Standing
from calplan.model.levels import GroupModel, Groups
from calplan.model.policy import CalendarPolicy, GroupOverride
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.model.user import UserFacts

ANOTHER_GROUP: Final = ""
"""Stands for a primary group that states nothing."""


@dataclass(frozen=True, kw_only=True)
class Levels:
    """The account's settings and what its groups state for themselves."""

    account: AccountSettings
    groups: Groups = field(default_factory=Groups)
    model: GroupModel = field(default_factory=GroupModel)

    @cached_property
    def overrides(self) -> Mapping[str, GroupOverride] | Unknown:
        """What groups state, by id, without those that state nothing; by which word a group is named plays no part."""
        stated = self.groups.overrides
        if isinstance(stated, Unknown):
            return UNKNOWN
        ids = {self.groups.id_of(one.group): one for one in stated if states_something(one)}
        return {group: replace(ids[group], group=group, inherit=False, ews_allow_listed=False) for group in sorted(ids)}

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
        return Resolution(
            account=self.account, overrides=overrides, model=self.model.kind, order=self.order, member=member
        ).result

    def _unread(self, member: Membership) -> Effective:
        """Where nobody read the overrides: only a locked account, or a user without groups, is past doubt."""
        account = self.account
        if account.locked is True or member.groups == frozenset():
            return Effective(settings=account, trace=(Looked(group=None, standing=Standing.HOLDS),))
        doubtful = replace(account, enabled=UNKNOWN, locked=UNKNOWN, service=UNKNOWN, bidirectional_sync=UNKNOWN)
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
    return between(before.effective(member), after.effective(member), same_levels=same_levels(before, after))


def between(was: Effective, now: Effective, *, same_levels: bool) -> Transition:
    """The change from what held to what holds. Where levels change, what is unknown of both need not be the same."""
    return Transition(
        before=was.settings, after=now.settings, in_doubt=(was.in_doubt or now.in_doubt) and not same_levels
    )


def same_levels(before: Levels, after: Levels) -> bool:
    """Whether nothing changes at any level that the lock covers."""
    return before.overrides == after.overrides and _covered(before.account) == _covered(after.account)


def _covered(settings: AccountSettings) -> tuple[object, object, object]:
    """What the lock covers, and the lock itself."""
    return (settings.enabled, settings.locked, settings.service)


def effective(levels: Levels, user: UserFacts, setting: Setting) -> Resolved:
    """One setting as it holds for one user, with the way it was found."""
    return levels.effective(levels.membership(user)).resolved(setting)


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
