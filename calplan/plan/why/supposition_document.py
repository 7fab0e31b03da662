"""What could be otherwise, as data."""

from typing import Final, TypedDict, assert_never

from calplan.diff import canonical, canonical_service
from calplan.impact.resolve import Levels
from calplan.model.policy import GroupOverride
from calplan.model.service import Service
from calplan.model.settings import Setting
from calplan.model.unknown import UNKNOWN, Unknown, Unmanaged
from calplan.plan.addresses import GRANT_ADDRESS, group_address
from calplan.plan.as_document import as_json
from calplan.plan.document import Json
from calplan.plan.service_parts import Part
from calplan.plan.why.suppositions import (
    ClientAdded,
    Connected,
    DomainListed,
    GrantHeld,
    GrantLeft,
    OverrideLeft,
    OverridesLeft,
    SettingLeft,
    Situation,
    Supposition,
)
from calplan.plan.writes import KEYS, stated

GROUPS_ADDRESS: Final = "groups"
"""Stands for what all groups state; no value is given for it."""


class SuppositionDocument(TypedDict):
    """One thing that could be otherwise.

    ``kind`` is ``policy`` for a field that stays as it is live, else ``domain``, ``client``, ``grant`` or
    ``connection`` for a fact. ``address`` names the field and is null for facts. ``value`` is what then holds: null
    with ``unknown`` where nobody could read it, null with ``inherited`` where a group states nothing.
    """

    kind: str
    address: str | None
    value: Json
    unknown: bool
    inherited: bool


def supposition_document(one: Supposition, now: Situation) -> SuppositionDocument:
    """What could be otherwise in a situation."""
    match one:
        case SettingLeft():
            return _setting(one, now)
        case OverrideLeft():
            return _override(one, now.before, now.after)
        case OverridesLeft():
            return _document("policy", GROUPS_ADDRESS, None, unknown=isinstance(now.before.overrides, Unknown))
        case GrantLeft():
            return _grant(now.tenant.grant)
        case DomainListed(domain=domain):
            return _document("domain", None, str(domain))
        case ClientAdded(client=client):
            return _document("client", None, client)
        case GrantHeld(scopes=scopes):
            return _document("grant", None, [*sorted(scopes)])
        case Connected(service=service):
            return _document("connection", None, _held(service))
        case _:
            assert_never(one)


def _document(
    kind: str, address: str | None, value: Json, *, unknown: bool = False, inherited: bool = False
) -> SuppositionDocument:
    return {"kind": kind, "address": address, "value": value, "unknown": unknown, "inherited": inherited}


def _grant(grant: frozenset[str] | Unknown) -> SuppositionDocument:
    if isinstance(grant, Unknown):
        return _document("policy", GRANT_ADDRESS, None, unknown=True)
    return _document("policy", GRANT_ADDRESS, [*sorted(grant)])


def _setting(one: SettingLeft, now: Situation) -> SuppositionDocument:
    address = one.setting.value
    value = canonical(now.before.account)[address]
    whole = as_json(address, value)
    if one.part is None:
        return _document("policy", address, whole, unknown=isinstance(value, Unknown))
    return _part_document(address, whole, one.part)


def _part_document(address: str, service: Json, part: Part) -> SuppositionDocument:
    value = service
    for step in part.value.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    unknown = value == UNKNOWN.value
    return _document("policy", f"{address}.{part.value}", None if unknown else value, unknown=unknown)


def _override(one: OverrideLeft, before: Levels, after: Levels) -> SuppositionDocument:
    address = f"{group_address(one.group, after)}.{KEYS[one.setting]}"
    overrides = {} if isinstance(before.overrides, Unknown) else before.overrides
    value = stated(overrides.get(one.group, GroupOverride(group=one.group)), one.setting)
    if isinstance(value, Unmanaged):
        return _document("policy", address, None, inherited=True)
    if isinstance(value, bool):
        return _document("policy", address, value)
    whole = as_json(Setting.SERVICE.value, canonical_service(value))
    return _document("policy", address, whole) if one.part is None else _part_document(address, whole, one.part)


def _held(service: Service) -> Json:
    """A service as a user holds it: without the account's impersonation."""
    value = as_json(Setting.SERVICE.value, canonical_service(service))
    return {key: one for key, one in value.items() if key != "impersonation"} if isinstance(value, dict) else value
