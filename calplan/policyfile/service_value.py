"""A calendar service out of a valid document, with ``unknown`` where a settings file may say so."""

from typing import Literal, cast

from calplan.model.permissions import Permission, Permissions
from calplan.model.service import (
    EwsUrl,
    ExchangeEws,
    ExchangeMapi,
    Google,
    Impersonation,
    Office365Ews,
    Office365Graph,
    SecretReference,
    Service,
    ServiceType,
)
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.policyfile.document import Plain
from calplan.policyfile.values import mapping, text


def service_of(value: Plain) -> Service:
    """The service that a mapping states. It is valid by its schema and by the static rules."""
    stated = mapping(value)
    match ServiceType(stated["type"]):
        case ServiceType.OFFICE365_GRAPH:
            return Office365Graph(permissions=_permissions(stated["permissions"]))
        case ServiceType.OFFICE365_EWS:
            return Office365Ews(ews_url=EwsUrl.parse(text(stated["ewsUrl"])))
        case ServiceType.EXCHANGE_EWS:
            url = EwsUrl.parse(text(stated["ewsUrl"]))
            return ExchangeEws(ews_url=url, impersonation=_impersonation(stated.get("impersonation")))
        case ServiceType.EXCHANGE_MAPI:
            return ExchangeMapi()
        case ServiceType.GOOGLE:
            return Google(permissions=_permissions(stated["permissions"]))


def _permissions(value: Plain) -> Permissions:
    stated = mapping(value)
    return Permissions(calendar=Permission(stated["calendar"]), contacts=Permission(stated["contacts"]))


def _impersonation(value: Plain) -> Impersonation | Unknown | None:
    if value is None:
        return None
    if value == UNKNOWN.value:
        return UNKNOWN
    stated = mapping(value)
    version = stated.get("passwordVersion")
    return Impersonation(
        account=text(stated["account"]),
        exchange_version=text(stated["exchangeVersion"]),
        password_version=version if isinstance(version, int) else UNKNOWN,
        password_from=reference_of(stated.get("passwordFrom")),
    )


def reference_of(value: Plain) -> SecretReference | None:
    """The reference that a valid document states, or ``None`` where it states none."""
    if value is None:
        return None
    ((kind, place),) = mapping(value).items()
    parts = place.items() if isinstance(place, dict) else [(kind, place)]
    return SecretReference(
        kind=cast("Literal['env', 'file', 'keyring', 'vault']", kind),
        parts=tuple((name, text(part)) for name, part in parts),
    )
