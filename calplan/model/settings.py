"""The settings of an account: complete as they stand live, partial as a policy wants them."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeVar, assert_never

from calplan.model.domain import Domain
from calplan.model.service import ExchangeEws, Impersonation, Key, Service, key_of
from calplan.model.unknown import UNKNOWN, UNMANAGED, Unknown, Unmanaged

T = TypeVar("T")


class AnyDomain(Enum):
    """The type with the one member ``ANY``: no list restricts who may integrate."""

    ANY = "any"


ANY: Final = AnyDomain.ANY

Domains = frozenset[Domain] | AnyDomain


class Setting(Enum):
    """The settings calplan manages; the value is the address in plans and the path in documents."""

    ENABLED = "integration.enabled"
    LOCKED = "integration.locked"
    SERVICE = "integration.service"
    ALLOWED_DOMAINS = "allowedDomains"
    BIDIRECTIONAL_SYNC = "bidirectionalSync"
    CONSENT_FOR_ACCOUNT = "office365.consentForAccount"
    ENFORCE_OAUTH = "office365.enforceOAuth"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """Every account-level setting with its value, or ``UNKNOWN`` where nobody could read it."""

    enabled: bool | Unknown
    locked: bool | Unknown
    service: Service | Unknown
    allowed_domains: Domains | Unknown
    bidirectional_sync: bool | Unknown
    consent_for_account: bool | Unknown
    enforce_oauth: bool | Unknown

    def value(self, setting: Setting) -> bool | Service | Domains | Unknown:
        """The value of one setting."""
        match setting:
            case Setting.ENABLED:
                return self.enabled
            case Setting.LOCKED:
                return self.locked
            case Setting.SERVICE:
                return self.service
            case Setting.ALLOWED_DOMAINS:
                return self.allowed_domains
            case Setting.BIDIRECTIONAL_SYNC:
                return self.bidirectional_sync
            case Setting.CONSENT_FOR_ACCOUNT:
                return self.consent_for_account
            case Setting.ENFORCE_OAUTH:
                return self.enforce_oauth
            case _:
                assert_never(setting)

    def taking(self, addresses: Collection[str], other: "AccountSettings") -> "AccountSettings":
        """These settings with those at ``addresses`` as ``other`` has them."""

        def side(setting: Setting) -> AccountSettings:
            return other if setting.value in addresses else self

        return AccountSettings(
            enabled=side(Setting.ENABLED).enabled,
            locked=side(Setting.LOCKED).locked,
            service=side(Setting.SERVICE).service,
            allowed_domains=side(Setting.ALLOWED_DOMAINS).allowed_domains,
            bidirectional_sync=side(Setting.BIDIRECTIONAL_SYNC).bidirectional_sync,
            consent_for_account=side(Setting.CONSENT_FOR_ACCOUNT).consent_for_account,
            enforce_oauth=side(Setting.ENFORCE_OAUTH).enforce_oauth,
        )

    @property
    def key(self) -> Key | Unknown:
        """What connections are compared with."""
        return UNKNOWN if isinstance(self.service, Unknown) else key_of(self.service)

    @property
    def impersonation(self) -> Impersonation | Unknown | None:
        """The impersonation account, ``None`` where the service has or uses none."""
        if isinstance(self.service, Unknown):
            return UNKNOWN
        return self.service.impersonation if isinstance(self.service, ExchangeEws) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSettings:
    """What a policy asks for; a setting it does not state is ``UNMANAGED`` and keeps its live value."""

    enabled: bool | Unmanaged = UNMANAGED
    locked: bool | Unmanaged = UNMANAGED
    service: Service | Unmanaged = UNMANAGED
    allowed_domains: Domains | Unmanaged = UNMANAGED
    bidirectional_sync: bool | Unmanaged = UNMANAGED
    consent_for_account: bool | Unmanaged = UNMANAGED
    enforce_oauth: bool | Unmanaged = UNMANAGED

    @property
    def managed(self) -> frozenset[Setting]:
        """The settings this policy states."""
        stated = {
            Setting.ENABLED: self.enabled,
            Setting.LOCKED: self.locked,
            Setting.SERVICE: self.service,
            Setting.ALLOWED_DOMAINS: self.allowed_domains,
            Setting.BIDIRECTIONAL_SYNC: self.bidirectional_sync,
            Setting.CONSENT_FOR_ACCOUNT: self.consent_for_account,
            Setting.ENFORCE_OAUTH: self.enforce_oauth,
        }
        return frozenset(setting for setting, value in stated.items() if not isinstance(value, Unmanaged))

    def over(self, live: AccountSettings) -> AccountSettings:
        """The settings after the policy was applied to ``live``."""
        return AccountSettings(
            enabled=_or_live(self.enabled, live.enabled),
            locked=_or_live(self.locked, live.locked),
            service=_or_live(self.service, live.service),
            allowed_domains=_or_live(self.allowed_domains, live.allowed_domains),
            bidirectional_sync=_or_live(self.bidirectional_sync, live.bidirectional_sync),
            consent_for_account=_or_live(self.consent_for_account, live.consent_for_account),
            enforce_oauth=_or_live(self.enforce_oauth, live.enforce_oauth),
        )


def _or_live(wanted: T | Unmanaged, live: T) -> T:
    return live if isinstance(wanted, Unmanaged) else wanted
