"""One level of the settings as the portal shows and saves it: the account's, or those of one group."""

from dataclasses import dataclass
from typing import Final, assert_never

from calplan.model.levels import Groups
from calplan.model.policy import GroupOverride
from calplan.model.service import Service
from calplan.model.settings import ANY, AccountSettings, AnyDomain, Domains, Setting
from calplan.model.unknown import UNMANAGED, Unknown, Unmanaged
from calplan.sandbox.account.account import Account, Written
from calplan.sandbox.servers.portal_words import CONSENT, DOMAINS, OAUTH, SERVICE, Words
from calplan.sandbox.servers.world import World

SLUGS: Final = {
    "enabled": Setting.ENABLED,
    "locked": Setting.LOCKED,
    "service": Setting.SERVICE,
    "domains": Setting.ALLOWED_DOMAINS,
    "sync": Setting.BIDIRECTIONAL_SYNC,
    "consent": Setting.CONSENT_FOR_ACCOUNT,
    "oauth": Setting.ENFORCE_OAUTH,
}
"""The settings by their word in an address."""
OF_GROUPS: Final = frozenset({Setting.ENABLED, Setting.LOCKED, Setting.SERVICE, Setting.BIDIRECTIONAL_SYNC})

Value = bool | Service | Domains | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Where settings are shown and saved: ``group`` is the vendor's id, and ``own`` the account's, of a group."""

    group: str = ""
    own: str = ""
    name: str = ""

    @property
    def of_group(self) -> bool:
        return bool(self.group)

    @property
    def place(self) -> str:
        """Where it is in an address."""
        return f"group/{self.group}" if self.of_group else "account"

    @property
    def title(self) -> str:
        return self.name if self.of_group else "Account Settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a level shows: its own values, or the account's where a group states none; ``modified`` are its own."""

    account: AccountSettings
    override: GroupOverride | None = None

    @property
    def account_locked(self) -> bool:
        return self.account.locked is True

    def value(self, setting: Setting) -> Value:
        own = self._own(setting)
        if setting is Setting.LOCKED and self.override is not None and isinstance(own, Unmanaged):
            # The lock of the account is no lock of the group, and is not opened there.
            return False
        return self.account.value(setting) if isinstance(own, Unmanaged) else own

    def modified(self, setting: Setting) -> bool:
        return not isinstance(self._own(setting), Unmanaged)

    def _own(self, setting: Setting) -> bool | Service | Unmanaged:
        if self.override is None:
            return UNMANAGED
        match setting:
            case Setting.ENABLED:
                return self.override.enabled
            case Setting.LOCKED:
                return self.override.locked
            case Setting.SERVICE:
                return self.override.service
            case Setting.BIDIRECTIONAL_SYNC:
                return self.override.bidirectional_sync
            case Setting.ALLOWED_DOMAINS | Setting.CONSENT_FOR_ACCOUNT | Setting.ENFORCE_OAUTH:
                return UNMANAGED
            case _:
                assert_never(setting)


def level_of(world: World, group: str | None) -> Level | None:
    """The level of an address; ``None`` where there is no such group."""
    if group is None:
        return Level()
    own = world.groups.own.get(group)
    return None if own is None else Level(group=group, own=own, name=world.groups.names[group])


def shown_at(world: World, level: Level) -> Shown:
    """What a level shows now."""
    with world.account() as account:
        settings, groups = account.settings(), account.groups()
    return Shown(account=settings, override=_override(groups, level.own) if level.of_group else None)


def _override(groups: Groups, own: str) -> GroupOverride:
    stated = () if isinstance(groups.overrides, Unknown) else groups.overrides
    return next((one for one in stated if one.group == own), GroupOverride(group=own))


def save(world: World, level: Level, words: Words, setting: Setting, value: Value | Unmanaged) -> None:
    """Saves one setting, lets users feel it, and leaves a row in the log of operations."""
    with world.account() as account:
        written = _written(account, level, setting, value)
    if written.changed:
        what = f"Update Group Settings ({level.name})" if level.of_group else "Update Account Settings"
        world.note("account", "Update", f"{what}  - {name_of(words, setting)}: {_said(value)}")


def _written(account: Account, level: Level, setting: Setting, value: Value | Unmanaged) -> Written:
    if level.of_group:
        assert isinstance(value, bool | Service | Unmanaged), "a group states no list of domains"
        return account.set_override(level.own, setting, value)
    match setting, value:
        case Setting.ENABLED, bool():
            return account.set_enabled(value)
        case Setting.LOCKED, bool():
            return account.set_locked(value)
        case Setting.CONSENT_FOR_ACCOUNT, bool():
            return account.set_consent(value)
        case Setting.ENFORCE_OAUTH, bool():
            return account.set_oauth(value)
        case Setting.BIDIRECTIONAL_SYNC, bool():
            return account.set_sync(value)
        case Setting.ALLOWED_DOMAINS, frozenset() | AnyDomain():
            return account.set_domains(value)
        case _:
            assert isinstance(value, Service), "the account's settings have no other kinds of value"
            return account.set_service(value)


def name_of(words: Words, setting: Setting) -> str:
    """What the portal calls a setting."""
    match setting:
        case Setting.ENABLED:
            return words.integration
        case Setting.LOCKED:
            return f"lock of {words.integration}"
        case Setting.SERVICE:
            return SERVICE
        case Setting.ALLOWED_DOMAINS:
            return DOMAINS
        case Setting.BIDIRECTIONAL_SYNC:
            return words.sync
        case Setting.CONSENT_FOR_ACCOUNT:
            return CONSENT
        case Setting.ENFORCE_OAUTH:
            return OAUTH
        case _:
            assert_never(setting)


def _said(value: Value | Unmanaged) -> str:
    """What the log says of a value; the words of the vendor's own log are not documented."""
    if isinstance(value, bool):
        return "On" if value else "Off"
    if isinstance(value, Unmanaged):
        return "Reset"
    if value is ANY:
        return "Off"
    return f"On - {', '.join(sorted(map(str, value)))}" if isinstance(value, frozenset) else type(value).__name__
