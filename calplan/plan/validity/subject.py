"""What a rule looks at, one level of settings before and after, and what it has to say."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from calplan.impact.overlay import manages, overlaid, states_something
from calplan.impact.resolve import Levels, wanted_levels
from calplan.model.diagnostic import Severity
from calplan.model.policy import CalendarPolicy, GroupOverride
from calplan.model.service import OFFICE365_TYPES, Service, type_of
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import UNKNOWN, UNMANAGED, Unknown, Unmanaged
from calplan.plan.addresses import group_address

UNREAD: Final = AccountSettings(
    enabled=UNKNOWN,
    locked=UNKNOWN,
    service=UNKNOWN,
    allowed_domains=UNKNOWN,
    bidirectional_sync=UNKNOWN,
    consent_for_account=UNKNOWN,
    enforce_oauth=UNKNOWN,
)
"""The settings of an account that nobody has looked at: what a rule knows that has only the text."""

EVERY_SETTING: Final = frozenset(Setting)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One level of settings before and after the change: the account's, or those of a group with all it inherits.

    ``stated`` are the settings whose value after comes from the policy, at this level or above. ``own`` are those the
    level has for itself, before or after; a group is asked about nothing else. ``group`` is the id, ``None`` for the
    account; ``addresses`` has the address of every group by id, in the policy's own words.

    ``group_services`` are the services that groups have of their own after the change, ``a_group_is_on`` says of the
    account that the integration is on for a group, or may be. ``silenced`` are the groups whose integration the
    account's lock overrules after the change.
    """

    policy: CalendarPolicy
    as_of: date
    before: AccountSettings
    after: AccountSettings
    stated: frozenset[Setting]
    own: frozenset[Setting] = EVERY_SETTING
    group: str | None = None
    addresses: Mapping[str, str] = field(default_factory=dict)
    group_services: tuple[Service, ...] = ()
    a_group_is_on: bool = False
    silenced: tuple[str, ...] = ()
    ews_allow_listed: bool = False

    @property
    def is_off(self) -> bool:
        """Whether the integration is off after the change, at this level and for whoever hangs on it."""
        return self.after.enabled is False and not self.a_group_is_on

    @property
    def somebody_on_office365(self) -> bool:
        """Whether Office 365 is the service after the change, of the account or of a group."""
        services = (self.after.service, *self.group_services)
        return any(not isinstance(one, Unknown) and type_of(one) in OFFICE365_TYPES for one in services)

    def address(self, at: str) -> str:
        """The address of something at this level, of which ``at`` is the address at the account."""
        return self.address_in(self.group, at)

    def address_in(self, group: str | None, at: str) -> str:
        """The address of something at another level: a group's by its id, or the account's."""
        return at if group is None else f"{self.addresses[group]}.{at.removeprefix('integration.')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a rule says. ``at`` is an address at the account; ``rests_on`` are the settings without which it were not.

    A rule that looks at groups itself states whole addresses, and in ``rests_on_live`` those that the policy leaves
    alone.
    """

    code: str
    severity: Severity
    at: str
    rests_on: frozenset[Setting]
    summary: str
    why: str
    help: str
    rests_on_live: tuple[str, ...] = ()


TextRule = Callable[[Subject], Iterator[Verdict]]
"""A rule that needs only the settings."""


def subjects_of(policy: CalendarPolicy, before: Levels, as_of: date) -> tuple[Subject, ...]:
    """The account, then each group of which something that it states for itself has an effect after the change."""
    after = wanted_levels(policy, before)
    earlier, stated = _overrides(before), _overrides(after)
    in_force = {group: _in_force(one, after.account) for group, one in stated.items()}
    wanted = {after.groups.id_of(one.group): one for one in policy.groups or ()}
    account = Subject(
        policy=policy,
        as_of=as_of,
        before=before.account,
        after=after.account,
        stated=policy.settings.managed,
        addresses={
            group: f"groups[{wanted[group].group}]" if group in wanted else group_address(group, after)
            for group in (*earlier, *stated)
        },
        group_services=tuple(one.service for one in in_force.values() if not isinstance(one.service, Unmanaged)),
        a_group_is_on=any(overlaid(after.account, one).enabled is not False for one in in_force.values()),
        silenced=tuple(group for group, one in stated.items() if manages(one) and not manages(in_force[group])),
        ews_allow_listed=policy.ews_allow_listed,
    )
    groups = [
        replace(
            _group_of(account, override, earlier.get(group)),
            group=group,
            ews_allow_listed=_allows_ews(account, override, wanted.get(group)),
        )
        for group, override in in_force.items()
        if states_something(override)
    ]
    return account, *groups


def _overrides(levels: Levels) -> Mapping[str, GroupOverride]:
    """What groups state, by id; nothing where nobody read it."""
    return {} if isinstance(levels.overrides, Unknown) else levels.overrides


def _in_force(override: GroupOverride, account: AccountSettings) -> GroupOverride:
    """As much of what a group states as has an effect: under the account's lock that is sync alone."""
    if account.locked is not True:
        return override
    return GroupOverride(group=override.group, bidirectional_sync=override.bidirectional_sync)


def _group_of(account: Subject, override: GroupOverride, earlier: GroupOverride | None) -> Subject:
    """A group with all it inherits; what it states live and the policy leaves alone is not stated by the policy."""
    stated = stated_by(override)
    before, own = account.before, stated
    if earlier is not None:
        before = overlaid(before, _in_force(earlier, before))
        own |= stated_by(_in_force(earlier, account.after))
    return replace(
        account,
        a_group_is_on=False,
        silenced=(),
        before=before,
        after=overlaid(account.after, override),
        stated=account.stated - stated if account.policy.groups is None else account.stated | stated,
        own=own,
    )


def _allows_ews(account: Subject, override: GroupOverride, stated: GroupOverride | None) -> bool:
    """Whether the policy says that the tenant allows EWS, of the service this group has."""
    if isinstance(override.service, Unmanaged):
        return account.ews_allow_listed
    return stated is not None and stated.ews_allow_listed


def stated_by(override: GroupOverride) -> frozenset[Setting]:
    """The settings a group states for itself."""
    stated = {
        Setting.ENABLED: override.enabled,
        Setting.LOCKED: override.locked,
        Setting.SERVICE: override.service,
        Setting.BIDIRECTIONAL_SYNC: override.bidirectional_sync,
    }
    return frozenset(setting for setting, value in stated.items() if value is not UNMANAGED)
