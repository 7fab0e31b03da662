"""What a rule looks at, one level of settings before and after, and what it has to say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from calplan.impact.overlay import overlaid
from calplan.impact.resolve import Levels, wanted_levels
from calplan.model.diagnostic import Severity
from calplan.model.policy import CalendarPolicy, GroupOverride
from calplan.model.service import OFFICE365_TYPES, Service, type_of
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import UNKNOWN, UNMANAGED, Unknown, Unmanaged

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
    level has for itself, before or after; a group is asked about nothing else. ``group`` is ``None`` for the account.
    ``group_services`` are the services that groups have of their own after the change, ``a_group_is_on`` says of the
    account that the integration is on for a group, or may be.
    """

    policy: CalendarPolicy
    as_of: date
    before: AccountSettings
    after: AccountSettings
    stated: frozenset[Setting]
    own: frozenset[Setting] = EVERY_SETTING
    group: str | None = None
    group_services: tuple[Service, ...] = ()
    a_group_is_on: bool = False
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
        return at if self.group is None else f"groups[{self.group}].{at.removeprefix('integration.')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a rule says. ``at`` is an address at the account; ``rests_on`` are the settings without which it were not.

    A rule that looks at groups itself states whole addresses.
    """

    code: str
    severity: Severity
    at: str
    rests_on: frozenset[Setting]
    summary: str
    why: str
    help: str


TextRule = Callable[[Subject], Iterator[Verdict]]
"""A rule that needs only the settings."""


def subjects_of(policy: CalendarPolicy, before: Levels, as_of: date) -> tuple[Subject, ...]:
    """The account, then each group that states something of its own after the change."""
    after = wanted_levels(policy, before)
    was, now = before.overrides, after.overrides
    overrides = {} if isinstance(now, Unknown) else now
    account = Subject(
        policy=policy,
        as_of=as_of,
        before=before.account,
        after=after.account,
        stated=policy.settings.managed,
        group_services=tuple(one.service for one in overrides.values() if not isinstance(one.service, Unmanaged)),
        a_group_is_on=any(overlaid(after.account, one).enabled is not False for one in overrides.values()),
        ews_allow_listed=policy.ews_allow_listed,
    )
    earlier = {} if isinstance(was, Unknown) else was
    return account, *(_group_of(account, one, earlier.get(group)) for group, one in overrides.items())


def _group_of(account: Subject, override: GroupOverride, earlier: GroupOverride | None) -> Subject:
    """A group with all it inherits; what it states live and the policy leaves alone is not stated by the policy."""
    inherits = isinstance(override.service, Unmanaged)
    managed = account.policy.groups is not None
    return replace(
        account,
        group=override.group,
        a_group_is_on=False,
        before=account.before if earlier is None else overlaid(account.before, earlier),
        after=overlaid(account.after, override),
        stated=account.stated | stated_by(override) if managed else account.stated - stated_by(override),
        own=stated_by(override) | (frozenset() if earlier is None else stated_by(earlier)),
        ews_allow_listed=account.ews_allow_listed if inherits else override.ews_allow_listed,
    )


def stated_by(override: GroupOverride) -> frozenset[Setting]:
    """The settings a group states for itself."""
    stated = {
        Setting.ENABLED: override.enabled,
        Setting.LOCKED: override.locked,
        Setting.SERVICE: override.service,
        Setting.BIDIRECTIONAL_SYNC: override.bidirectional_sync,
    }
    return frozenset(setting for setting, value in stated.items() if value is not UNMANAGED)
