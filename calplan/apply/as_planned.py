"""Which of the things a plan changed are not as it planned them: settings, what groups state, the grant, privileges."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from calplan.diff import canonical
from calplan.impact.resolve import Levels
from calplan.model.account import AssistantPair, PrivateAccess, TenantFacts
from calplan.model.unknown import Unknown
from calplan.plan.actions import Consent
from calplan.plan.addresses import GRANT_ADDRESS, address_of_pair, group_address
from calplan.plan.as_document import as_json
from calplan.plan.changes import REVOKED
from calplan.plan.document import Json, PlanDocument
from calplan.plan.leftovers import address_of
from calplan.plan.levels_document import levels_of, stated_values

GROUPS: Final = "groups["
PAIRS: Final = "privateEvents["
CONSENTS: Final = frozenset(map(address_of, Consent))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is read of an account afterwards; ``None`` where nobody looked for it, or the platform has no such thing."""

    levels: Levels
    tenant: TenantFacts | None = None
    assistants: Mapping[AssistantPair, PrivateAccess] | None = None
    left_over: frozenset[str] | None = None
    """The addresses of consents that are still left over, of those that could be looked at."""


def changed_grant(document: PlanDocument) -> bool:
    """Whether a plan creates or widens the tenant-wide grant."""
    return any(change["address"] == GRANT_ADDRESS for change in document["resource_changes"])


def changed_consents(document: PlanDocument) -> bool:
    """Whether a plan revokes consents."""
    return any(change["address"] in CONSENTS for change in document["resource_changes"])


def changed_pairs(document: PlanDocument) -> frozenset[str]:
    """The hosts of the scheduling privileges that a plan changes."""
    addresses = (change["address"] for change in document["resource_changes"])
    return frozenset(one.removeprefix(PAIRS).partition(",")[0] for one in addresses if one.startswith(PAIRS))


def not_as_planned(document: PlanDocument, found: Found) -> tuple[str, ...]:
    """The addresses of what a plan changed and that is not as planned. What cannot be read is not as planned."""
    values = _values(document, found)
    return tuple(
        change["address"]
        for change in document["resource_changes"]
        if not _holds(change["address"], change["change"]["after"], values)
    )


def _values(document: PlanDocument, found: Found) -> dict[str, Json]:
    """What was read, by address, in the words of a plan. What is missing was not read."""
    levels, tenant = found.levels, found.tenant
    values = {address: as_json(address, value) for address, value in canonical(levels.account).items()}
    if not isinstance(levels.overrides, Unknown):
        wanted = levels_of(document)[1]
        stated = {group_address(group, wanted): one for group, one in levels.overrides.items()}
        changed = (one["address"] for one in document["resource_changes"] if one["address"].startswith(GROUPS))
        values |= dict.fromkeys(changed)
        values |= {address: as_json(address, stated_values(one)) for address, one in stated.items()}
    if tenant is not None and not isinstance(tenant.grant, Unknown):
        values[GRANT_ADDRESS] = [*sorted(tenant.grant)]
    if found.left_over is not None:
        values |= {one: None if one in found.left_over else REVOKED for one in CONSENTS}
    pairs = found.assistants or {}
    return values | {address_of_pair(pair): access.value for pair, access in pairs.items()}


def _holds(address: str, after: Json, values: Mapping[str, Json]) -> bool:
    """Whether an address has its planned value; a grant may hold more than a plan asked for."""
    if address not in values:
        return False
    value = values[address]
    if address == GRANT_ADDRESS and isinstance(value, list) and isinstance(after, list):
        return all(scope in value for scope in after)
    return value == after
