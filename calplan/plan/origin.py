"""Where a change comes from: the policy moved, the account moved, or both did since it was last left in order.

What the account was left at is known from the last applied run or from an earlier plan. It is what this machine
remembers, so it is no part of a plan's identity.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from calplan.impact.resolve import Levels
from calplan.model.permissions import SCOPE_NAMES
from calplan.model.unknown import UNKNOWN, Tri, Unknown
from calplan.plan.addresses import GRANT_ADDRESS
from calplan.plan.document import Json, PlanDocument, ResourceChange

GROUP: Final = "groups["
PAIR: Final = "privateEvents["


class Origin(Enum):
    """Who brought a change about."""

    COMMIT = "commit"
    DRIFT = "drift"
    BOTH = "both"
    UNKNOWN = "unknown"


class BaseKind(Enum):
    """How a base came about, and so what it proves of the account."""

    APPLIED = "a run applied it"
    COMPARED = "a plan of which nobody says that it was applied"
    MEANT = "what a policy wants of the account as it is; what such a plan does not change stood as it does"


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What an account was left at: the plan that was applied to it, and its policy in canonical form.

    ``since`` names the run or plan, as ``run 1be8f0ab``.
    """

    since: str
    document: PlanDocument
    policy: Mapping[str, object]
    kind: BaseKind = BaseKind.APPLIED


def origin_of(change: ResourceChange, base: Base | None, levels: Levels) -> Origin:
    """Where one change comes from; ``levels`` tell which group an address names."""
    if base is None:
        return Origin.UNKNOWN
    address = change["address"]
    live: Json | Unknown = UNKNOWN if change["change"]["before_unknown"] else change["change"]["before"]
    wanted: Json | Unknown = change["change"]["after"]
    left = left_at(base, address, levels)
    if base.kind is BaseKind.MEANT and isinstance(left, Unknown) and not _is_level(base.document, address):
        left = live
    if address == GRANT_ADDRESS:
        live, wanted = _known_scopes(live), _wanted_of_grant(_known_scopes(live), _known_scopes(wanted), left)
    unmoved = same(_stood_at(base, address, levels), live) is Tri.YES and same(left, live) is not Tri.YES
    if base.kind is BaseKind.COMPARED and unmoved:
        return Origin.UNKNOWN
    match same(left, live), same(left, wanted):
        case Tri.YES, _:
            return Origin.COMMIT
        case Tri.NO, Tri.YES:
            return Origin.DRIFT
        case Tri.NO, Tri.NO:
            return Origin.BOTH
        case _:
            return Origin.UNKNOWN


def _is_level(document: PlanDocument, address: str) -> bool:
    """Whether a plan states a value at this address whether or not it changes it."""
    return address in document["planned_values"] or address.startswith(GROUP) or address == GRANT_ADDRESS


def left_at(base: Base, address: str, levels: Levels) -> Json | Unknown:
    """The value that the account was left at; ``UNKNOWN`` where that plan did not know or say it."""
    document = base.document
    if address in document["planned_values"]:
        value = document["planned_values"][address]
        return UNKNOWN if value is None else value
    if address.startswith(GROUP):
        planned = document["levels"]["planned"]
        return UNKNOWN if planned is None else planned.get(levels.groups.id_of(inside(address)))
    made = [one["change"]["after"] for one in document["resource_changes"] if one["address"] == address]
    if address == GRANT_ADDRESS:
        grant = document["tenant"]["grant"]
        return _known_scopes(made[0]) if made else UNKNOWN if grant is None else [*grant]
    return made[0] if made else _wish(base.policy, address)


def _stood_at(base: Base, address: str, levels: Levels) -> Json | Unknown:
    """The value that the plan found: an account that is still at it was not moved, and the plan not applied."""
    document = base.document
    if address in document["prior_state"]:
        value = document["prior_state"][address]
        return UNKNOWN if value is None else value
    if address.startswith(GROUP):
        prior = document["levels"]["prior"]
        return UNKNOWN if prior is None else prior.get(levels.groups.id_of(inside(address)))
    if address == GRANT_ADDRESS:
        grant = document["tenant"]["grant"]
        return UNKNOWN if grant is None else _known_scopes([*grant])
    found = [one["change"] for one in document["resource_changes"] if one["address"] == address]
    return found[0]["before"] if found and not found[0]["before_unknown"] else UNKNOWN


def _wish(policy: Mapping[str, object], address: str) -> str | Unknown:
    """What a policy wants of a scheduling privilege that its plan did not have to change."""
    stated = policy.get("privateEvents")
    if not address.startswith(PAIR) or not isinstance(stated, Mapping):
        return UNKNOWN
    entries = stated.get("except")
    for entry in entries if isinstance(entries, list) else ():
        match entry:
            case [str(user), str(assistant), str(access)] if f"{user},{assistant}" == inside(address):
                return access
            case _:
                pass
    default = stated.get("default")
    return default if isinstance(default, str) else UNKNOWN


def inside(address: str) -> str:
    """What stands in the brackets of an address."""
    return address.partition("[")[2].removesuffix("]")


def _known_scopes(grant: Json | Unknown) -> Json | Unknown:
    """As much of a grant as plans keep of it."""
    return [scope for scope in grant if scope in SCOPE_NAMES] if isinstance(grant, list) else grant


def _wanted_of_grant(live: Json | Unknown, wanted: Json | Unknown, left: Json | Unknown) -> Json | Unknown:
    """What is wanted of a grant as it was left: a policy asks for scopes to be there, and for no other to be gone."""
    if isinstance(live, list) and isinstance(wanted, list) and isinstance(left, list):
        missing = [scope for scope in wanted if scope not in live]
        return left if all(scope in left for scope in missing) else wanted
    return wanted


def same(left: Json | Unknown, right: Json | Unknown) -> Tri:
    """Whether two values are equal: no if a known part differs, else unknown if a part is unknown, else yes."""
    if isinstance(left, dict) and isinstance(right, dict):
        if left.keys() != right.keys():
            return Tri.NO
        parts = [same(left[key], right[key]) for key in left]
        return Tri.NO if Tri.NO in parts else Tri.UNKNOWN if Tri.UNKNOWN in parts else Tri.YES
    if UNKNOWN in (left, right) or UNKNOWN.value in (left, right):
        return Tri.UNKNOWN
    return Tri.YES if left == right else Tri.NO
