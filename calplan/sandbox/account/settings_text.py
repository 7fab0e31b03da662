"""An account's settings, its groups' overrides and its tenant facts as rows of name and JSON text, and back."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final, assert_never

from calplan.model.account import TenantFacts
from calplan.model.domain import Domain
from calplan.model.permissions import Permission, Permissions
from calplan.model.policy import GroupOverride
from calplan.model.service import (
    EwsUrl,
    ExchangeEws,
    ExchangeMapi,
    Google,
    Impersonation,
    Office365Ews,
    Office365Graph,
    Service,
    ServiceType,
    type_of,
)
from calplan.model.settings import ANY, AccountSettings, AnyDomain, Domains, Setting
from calplan.model.unknown import UNKNOWN, UNMANAGED, Unknown, Unmanaged

Rows = Mapping[str, str]
"""Name of a setting to its JSON text."""

Value = bool | Service | Domains | Unknown
"""What a setting can be."""

UNTOLD: Final = "unknown"
OF_GROUPS: Final = (Setting.ENABLED, Setting.LOCKED, Setting.SERVICE, Setting.BIDIRECTIONAL_SYNC)
"""The settings that a group can state for itself."""
OVERRIDE: Final = re.compile(
    rf"groups\[(?P<group>.*)\]\.(?P<setting>{'|'.join(re.escape(one.value) for one in OF_GROUPS)})", re.DOTALL
)
Json = Any


def settings_to_rows(settings: AccountSettings) -> dict[str, str]:
    """Every setting's text."""
    values: dict[Setting, Value] = {
        Setting.ENABLED: settings.enabled,
        Setting.LOCKED: settings.locked,
        Setting.SERVICE: settings.service,
        Setting.ALLOWED_DOMAINS: settings.allowed_domains,
        Setting.BIDIRECTIONAL_SYNC: settings.bidirectional_sync,
        Setting.CONSENT_FOR_ACCOUNT: settings.consent_for_account,
        Setting.ENFORCE_OAUTH: settings.enforce_oauth,
    }
    return {setting.value: value_text(value) for setting, value in values.items()}


def value_text(value: Value) -> str:
    """The text of one setting's value: equal texts are equal values, as far as an account stores them."""
    match value:
        case bool() | Unknown():
            return _text(_flag(value))
        case AnyDomain() | frozenset():
            return _text(_domains(value))
        case _:
            return _text(_service(value))


def settings_from_rows(rows: Rows) -> AccountSettings:
    """The settings that rows stand for.

    Raises:
        ValueError, KeyError, TypeError: the rows were not written by ``settings_to_rows``.
    """
    values = {setting: json.loads(rows[setting.value]) for setting in Setting}
    return AccountSettings(
        enabled=_read_flag(values[Setting.ENABLED]),
        locked=_read_flag(values[Setting.LOCKED]),
        service=UNKNOWN if values[Setting.SERVICE] == UNTOLD else _read_service(values[Setting.SERVICE]),
        allowed_domains=_read_domains(values[Setting.ALLOWED_DOMAINS]),
        bidirectional_sync=_read_flag(values[Setting.BIDIRECTIONAL_SYNC]),
        consent_for_account=_read_flag(values[Setting.CONSENT_FOR_ACCOUNT]),
        enforce_oauth=_read_flag(values[Setting.ENFORCE_OAUTH]),
    )


def override_name(group: str, setting: Setting) -> str:
    """The name of the row in which a group, by its id, states a setting."""
    return f"groups[{group}].{setting.value}"


def override_to_rows(group: str, override: GroupOverride) -> dict[str, str]:
    """The text of everything that a group states; what it does not state has no row."""
    values: dict[Setting, bool | Service | Unmanaged] = {
        Setting.ENABLED: override.enabled,
        Setting.LOCKED: override.locked,
        Setting.SERVICE: override.service,
        Setting.BIDIRECTIONAL_SYNC: override.bidirectional_sync,
    }
    stated = {setting: value for setting, value in values.items() if not isinstance(value, Unmanaged)}
    return {override_name(group, setting): value_text(value) for setting, value in stated.items()}


def overrides_from_rows(rows: Rows) -> tuple[GroupOverride, ...]:
    """What each group states that states anything, by id; the account's own settings are passed over.

    Raises:
        ValueError, KeyError, TypeError: the rows were not written by ``override_to_rows``.
    """
    stated: dict[str, dict[Setting, Json]] = {}
    for name in rows.keys() - {setting.value for setting in Setting}:
        found = OVERRIDE.fullmatch(name)
        if found is None:
            raise ValueError("a row of no setting")
        stated.setdefault(found["group"], {})[Setting(found["setting"])] = json.loads(rows[name])
    return tuple(_override(group, stated[group]) for group in sorted(stated))


def _override(group: str, values: Mapping[Setting, Json]) -> GroupOverride:
    return GroupOverride(
        group=group,
        enabled=_stated_flag(values.get(Setting.ENABLED, UNMANAGED)),
        locked=_stated_flag(values.get(Setting.LOCKED, UNMANAGED)),
        service=_read_service(values[Setting.SERVICE]) if Setting.SERVICE in values else UNMANAGED,
        bidirectional_sync=_stated_flag(values.get(Setting.BIDIRECTIONAL_SYNC, UNMANAGED)),
    )


def _stated_flag(value: Json) -> bool | Unmanaged:
    if not isinstance(value, bool | Unmanaged):
        raise ValueError("neither true nor false")
    return value


def tenant_to_rows(tenant: TenantFacts) -> dict[str, str]:
    """Every tenant fact's text."""
    return {
        "hybrid": _text(_flag(tenant.hybrid)),
        "grant": _text(UNTOLD if isinstance(tenant.grant, Unknown) else sorted(tenant.grant)),
        "user_consent": _text(UNTOLD if isinstance(tenant.user_consent, Unknown) else sorted(tenant.user_consent)),
    }


def tenant_from_rows(rows: Rows) -> TenantFacts | None:
    """The tenant facts that rows stand for; no rows, no facts.

    Raises:
        ValueError, KeyError, TypeError: the rows were not written by ``tenant_to_rows``.
    """
    if not rows:
        return None
    grant, consent = json.loads(rows["grant"]), json.loads(rows["user_consent"])
    return TenantFacts(
        hybrid=_read_flag(json.loads(rows["hybrid"])),
        grant=UNKNOWN if grant == UNTOLD else frozenset(grant),
        user_consent=UNKNOWN if consent == UNTOLD else frozenset(consent),
    )


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _flag(value: bool | Unknown) -> Json:
    return UNTOLD if isinstance(value, Unknown) else value


def _read_flag(value: Json) -> bool | Unknown:
    if value == UNTOLD:
        return UNKNOWN
    if not isinstance(value, bool):
        raise ValueError("neither true, false nor unknown")
    return value


def _domains(domains: Domains) -> Json:
    return domains.value if isinstance(domains, AnyDomain) else sorted(domain.name for domain in domains)


def _read_domains(value: Json) -> Domains | Unknown:
    if value == UNTOLD:
        return UNKNOWN
    return ANY if value == ANY.value else frozenset(Domain(name) for name in value)


def _service(service: Service) -> Json:
    name = {"type": type_of(service).value}
    match service:
        case Office365Graph(permissions=levels) | Google(permissions=levels):
            return name | {"permissions": {"calendar": levels.calendar.value, "contacts": levels.contacts.value}}
        case Office365Ews(ews_url=url):
            return name | {"ewsUrl": url.text}
        case ExchangeEws(ews_url=url, impersonation=impersonation):
            return name | {"ewsUrl": url.text, "impersonation": _impersonation(impersonation)}
        case ExchangeMapi():
            return name
        case _:
            assert_never(service)


def _impersonation(impersonation: Impersonation | Unknown | None) -> Json:
    if impersonation is None:
        return None
    if isinstance(impersonation, Unknown):
        return UNTOLD
    version = impersonation.password_version
    return {
        "account": impersonation.account,
        "exchangeVersion": impersonation.exchange_version,
        "passwordVersion": UNTOLD if isinstance(version, Unknown) else version,
    }


def _read_service(value: Json) -> Service:
    kind = ServiceType(value["type"])
    match kind:
        case ServiceType.OFFICE365_GRAPH:
            return Office365Graph(permissions=_read_permissions(value["permissions"]))
        case ServiceType.GOOGLE:
            return Google(permissions=_read_permissions(value["permissions"]))
        case ServiceType.OFFICE365_EWS:
            return Office365Ews(ews_url=EwsUrl.parse(value["ewsUrl"]))
        case ServiceType.EXCHANGE_EWS:
            url = EwsUrl.parse(value["ewsUrl"])
            return ExchangeEws(ews_url=url, impersonation=_read_impersonation(value["impersonation"]))
        case ServiceType.EXCHANGE_MAPI:
            return ExchangeMapi()
        case _:
            assert_never(kind)


def _read_permissions(value: Json) -> Permissions:
    return Permissions(calendar=Permission(value["calendar"]), contacts=Permission(value["contacts"]))


def _read_impersonation(value: Json) -> Impersonation | Unknown | None:
    if value is None or value == UNTOLD:
        return UNKNOWN if value else None
    version = value["passwordVersion"]
    return Impersonation(
        account=value["account"],
        exchange_version=value["exchangeVersion"],
        password_version=UNKNOWN if version == UNTOLD else version,
    )
