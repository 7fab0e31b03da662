"""A valid CalendarPolicy document as the model's policy."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from calplan.model.account import AssistantPair, PrivateAccess, PrivateEvents
from calplan.model.diagnostic import Position
from calplan.model.policy import CalendarPolicy, GroupOverride
from calplan.model.service import Service
from calplan.model.settings import ANY, Domains, WantedSettings
from calplan.model.unknown import UNMANAGED, Unmanaged
from calplan.policyfile.document import Parsed, Plain
from calplan.policyfile.documents import PolicyDocument
from calplan.policyfile.domain_text import valid_domain
from calplan.policyfile.finding import Pointer
from calplan.policyfile.service_value import service_of
from calplan.policyfile.values import flag, items, mapping, stated_text, text

SPEC: Final[Pointer] = ("spec",)
PLACES: Final[dict[str, Pointer]] = {
    "integration": ("integration",),
    "integration.enabled": ("integration", "enabled"),
    "integration.locked": ("integration", "locked"),
    "integration.service": ("integration", "service"),
    "integration.service.type": ("integration", "service", "type"),
    "integration.service.permissions": ("integration", "service", "permissions"),
    "integration.service.permissions.calendar": ("integration", "service", "permissions", "calendar"),
    "integration.service.permissions.contacts": ("integration", "service", "permissions", "contacts"),
    "integration.service.ewsUrl": ("integration", "service", "ewsUrl"),
    "integration.service.ewsAllowListed": ("integration", "service", "ewsAllowListed"),
    "integration.service.impersonation": ("integration", "service", "impersonation"),
    "integration.service.impersonation.account": ("integration", "service", "impersonation", "account"),
    "integration.service.impersonation.exchangeVersion": ("integration", "service", "impersonation", "exchangeVersion"),
    "integration.service.impersonation.passwordVersion": ("integration", "service", "impersonation", "passwordVersion"),
    "allowedDomains": ("allowedDomains",),
    "bidirectionalSync": ("bidirectionalSync",),
    "office365.consentForAccount": ("office365", "consentForAccount"),
    "office365.enforceOAuth": ("office365", "enforceOAuth"),
    "office365.tenantGrant": ("office365", "tenantGrant"),
    "office365.revokeStale": ("office365", "revokeStale"),
    "google.revokeStale": ("google", "revokeStale"),
    "privateEvents": ("privateEvents",),
    "privateEvents.default": ("privateEvents", "default"),
    "groups": ("groups",),
}
"""Where the settings of a policy stand below ``spec``, by address."""


def policy_document(document: Parsed, file: Path) -> PolicyDocument:
    """The policy that a document without errors states."""
    metadata = mapping(document.at(("metadata",)))
    policy = policy_at(document, SPEC, name=text(metadata["name"]), account=text(metadata["account"]))
    return PolicyDocument(policy=policy, file=file)


def policy_at(document: Parsed, root: Pointer, *, name: str, account: str) -> CalendarPolicy:
    """The policy whose ``spec`` stands at ``root`` of a document without errors."""
    spec = mapping(document.at(root))
    office, google = mapping(spec.get("office365")), mapping(spec.get("google"))
    return CalendarPolicy(
        name=name,
        account=account,
        settings=_wanted(spec),
        groups=None if spec.get("groups") is None else overrides_of(spec["groups"]),
        ensure_tenant_grant=office.get("tenantGrant") == "ensure",
        office365_revoke_stale=flag(office.get("revokeStale"), absent=False),
        google_revoke_stale=flag(google.get("revokeStale"), absent=False),
        private_events=_private_events(spec.get("privateEvents")),
        ews_allow_listed=_allow_listed(mapping(spec.get("integration")).get("service")),
        positions=positions_of(document, root),
    )


def positions_of(document: Parsed, root: Pointer = SPEC) -> Mapping[str, Position]:
    """Where each stated setting below ``root`` stands, by address; lists also by what their items are about."""
    places = {address: (*root, *pointer) for address, pointer in PLACES.items()}
    found = {address: pointer for address, pointer in places.items() if document.at(pointer) is not None}
    found |= dict(_list_places(document, root))
    found |= {f"metadata.{key}": ("metadata", key) for key in mapping(document.at(("metadata",)))}
    return {address: document.position(pointer) for address, pointer in found.items()}


def domains_of(value: Plain) -> Domains:
    """``any``, or the domains of a list, each once and in normal form."""
    return ANY if value == ANY.value else frozenset(valid_domain(text(entry)) for entry in items(value))


def overrides_of(value: Plain) -> tuple[GroupOverride, ...]:
    """What each group of a valid list states for itself, as listed; no list states nothing."""
    return tuple(_override(mapping(one)) for one in items(value))


def _wanted(spec: Mapping[str, Plain]) -> WantedSettings:
    integration, office = mapping(spec.get("integration")), mapping(spec.get("office365"))
    domains = spec.get("allowedDomains")
    return WantedSettings(
        enabled=flag(integration.get("enabled"), absent=UNMANAGED),
        locked=flag(integration.get("locked"), absent=UNMANAGED),
        service=_wanted_service(integration.get("service")),
        allowed_domains=UNMANAGED if domains is None else domains_of(domains),
        bidirectional_sync=flag(spec.get("bidirectionalSync"), absent=UNMANAGED),
        consent_for_account=flag(office.get("consentForAccount"), absent=UNMANAGED),
        enforce_oauth=flag(office.get("enforceOAuth"), absent=UNMANAGED),
    )


def _wanted_service(value: Plain) -> Service | Unmanaged:
    return UNMANAGED if value is None else service_of(value)


def _allow_listed(service: Plain) -> bool:
    return isinstance(service, dict) and service.get("ewsAllowListed") is True


def _override(stated: Mapping[str, Plain]) -> GroupOverride:
    return GroupOverride(
        group=text(stated["group"]).strip(),
        inherit=stated.get("inherit") is True,
        enabled=flag(stated.get("enabled"), absent=UNMANAGED),
        locked=flag(stated.get("locked"), absent=UNMANAGED),
        service=_wanted_service(stated.get("service")),
        bidirectional_sync=flag(stated.get("bidirectionalSync"), absent=UNMANAGED),
        ews_allow_listed=_allow_listed(stated.get("service")),
    )


def _private_events(value: Plain) -> PrivateEvents | None:
    if value is None:
        return None
    stated = mapping(value)
    default = stated_text(stated.get("default"))
    entries = [mapping(entry) for entry in items(stated.get("except"))]
    return PrivateEvents(
        default=None if default is None else PrivateAccess(default),
        exceptions=tuple((_pair(entry), PrivateAccess(text(entry["access"]))) for entry in entries),
    )


def _pair(entry: Mapping[str, Plain]) -> AssistantPair:
    user, assistant = (text(entry[key]).strip().lower() for key in ("user", "assistant"))
    return AssistantPair(user=user, assistant=assistant)


def _places_below(address: str, place: Pointer, stated: Mapping[str, Plain]) -> Iterator[tuple[str, Pointer]]:
    """Everything a group states, by address, as deep as it goes."""
    for key, value in stated.items():
        yield f"{address}.{key}", (*place, key)
        if isinstance(value, dict):
            yield from _places_below(f"{address}.{key}", (*place, key), value)


def _list_places(document: Parsed, root: Pointer) -> Iterator[tuple[str, Pointer]]:
    spec = mapping(document.at(root))
    for index, override in enumerate(items(spec.get("groups"))):
        address, place = f"groups[{text(mapping(override)['group']).strip()}]", (*root, "groups", index)
        yield address, place
        yield from _places_below(address, place, mapping(override))
    domains = spec.get("allowedDomains")
    for index, entry in enumerate(domains if isinstance(domains, list) else ()):
        yield f"allowedDomains[{valid_domain(text(entry))}]", (*root, "allowedDomains", index)
    for index, entry in enumerate(items(mapping(spec.get("privateEvents")).get("except"))):
        pair = _pair(mapping(entry))
        yield f"privateEvents[{pair.user},{pair.assistant}]", (*root, "privateEvents", "except", index)
