"""Digests that tell whether two plans are the same, and whether the world moved under a saved one."""

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from calplan.diff import canonical_service
from calplan.model.policy import CalendarPolicy, GroupOverride
from calplan.model.service import ExchangeEws, Impersonation, Service
from calplan.model.settings import AnyDomain, Setting
from calplan.model.unknown import Unknown, Unmanaged
from calplan.plan.document import PlanDocument

RULES_VERSION: Final = "1"
"""Moves when a rule changes its meaning; a plan made under other rules is stale."""

OUTSIDE_THE_ID: Final = frozenset(
    {
        "plan_id",
        "as_of",
        "calplan_version",
        "evidence",
        "gates",
        "guardrails",
        "tenant",
        "already_happened",
        "origin_since",
        "group_names",
        "since_plan",
        "snapshot",
    }
)
"""What is no part of a plan's identity: facts about the tenant count by what they do to users, and what happened
before, since which run something changed, or when all of it was read, is none of the plan's doing."""
OF_AN_AGE: Final = "A27"
"""The assumption that is made only where evidence is old; like a mark of age it is no part of what is planned."""
NOBODY_KNOWS: Final = "unknown"
OF_NO_PLAN: Final = ("G-", "E-", "C-")
"""How codes begin of what is said about gates, evidence and guardrails; like these it is no part of what is planned."""
PLACES: Final = frozenset({"source", "range"})
"""Keys whose value only says where in a file something stands."""


def canonical_text(value: object) -> str:
    """JSON with sorted keys and no blanks: equal values, equal text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str | bytes) -> str:
    """The sha256 of text or bytes, in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text).hexdigest()


def plan_id_of(document: PlanDocument, *, users_hash: str, policy_hash: str) -> str:
    """The identity of a plan: the same for an identical plan made again, by whomever and whenever."""
    kept = {key: without_places(value) for key, value in document.items() if key not in OUTSIDE_THE_ID}
    kept["resource_changes"] = without_origin(kept.get("resource_changes"))
    kept["steps"] = without_guides(kept.get("steps"))
    kept["assumptions"] = without_age(kept.get("assumptions"))
    kept["diagnostics"] = without_remarks(kept.get("diagnostics"))
    parts = {"plan": kept, "users": users_hash, "policy": policy_hash, "rules": RULES_VERSION}
    return "sha256:" + digest(canonical_text(parts))


def without_origin(changes: object) -> object:
    """Changes as one plans them who remembers no earlier run: where they come from is told by what is remembered."""
    if not isinstance(changes, list):
        return changes
    return [{**one, "origin": NOBODY_KNOWS} if isinstance(one, Mapping) else one for one in changes]


def without_guides(steps: object) -> object:
    """Steps without how a person takes them: what a portal calls things is no part of what is planned."""
    if not isinstance(steps, list):
        return steps
    return [
        {key: value for key, value in one.items() if key != "guide"} if isinstance(one, Mapping) else one
        for one in steps
    ]


def without_age(assumptions: object) -> object:
    """Assumptions without the one about old evidence; from a file they may be anything."""
    if not isinstance(assumptions, list):
        return assumptions
    return [one for one in assumptions if not isinstance(one, Mapping) or one.get("id") != OF_AN_AGE]


def without_remarks(diagnostics: object) -> object:
    """Diagnostics without those about gates, evidence and guardrails; from a file they may be anything."""
    if not isinstance(diagnostics, list):
        return diagnostics
    return [one for one in diagnostics if not (isinstance(one, Mapping) and _is_remark(one.get("code")))]


def _is_remark(code: object) -> bool:
    return isinstance(code, str) and code.startswith(OF_NO_PLAN)


def without_places(value: object) -> object:
    """A value without the keys that only say where something stands, at any depth below the address of a rule."""
    if isinstance(value, Mapping):
        return {
            key: without_places(one)
            for key, one in value.items()
            if key not in PLACES or not (one is None or isinstance(one, Mapping))
        }
    return [without_places(one) for one in value] if isinstance(value, list) else value


def canonical_policy(policy: CalendarPolicy) -> dict[str, object]:
    """The meaning of a policy: comments, layout, order and where it stands play no part."""
    wanted = policy.settings
    stated: dict[str, object] = {
        Setting.ENABLED.value: wanted.enabled,
        Setting.LOCKED.value: wanted.locked,
        Setting.SERVICE.value: _service(wanted.service),
        Setting.ALLOWED_DOMAINS.value: None
        if isinstance(wanted.allowed_domains, Unmanaged)
        else _domains(wanted.allowed_domains),
        Setting.BIDIRECTIONAL_SYNC.value: wanted.bidirectional_sync,
        Setting.CONSENT_FOR_ACCOUNT.value: wanted.consent_for_account,
        Setting.ENFORCE_OAUTH.value: wanted.enforce_oauth,
    }
    form: dict[str, object] = {one.value: stated[one.value] for one in Setting if one in wanted.managed}
    form |= {"account": policy.account, "ewsAllowListed": policy.ews_allow_listed}
    form["office365"] = {"ensureGrant": policy.ensure_tenant_grant, "revokeStale": policy.office365_revoke_stale}
    form["google"] = {"revokeStale": policy.google_revoke_stale}
    if policy.groups is not None:
        form["groups"] = [_group(group) for group in sorted(policy.groups, key=lambda one: one.group)]
    if policy.private_events is not None:
        form["privateEvents"] = {
            "default": None if policy.private_events.default is None else policy.private_events.default.value,
            "except": sorted(
                [pair.user, pair.assistant, wish.value] for pair, wish in policy.private_events.exceptions
            ),
        }
    return form


def _domains(domains: frozenset[object] | AnyDomain) -> object:
    return domains.value if isinstance(domains, AnyDomain) else sorted(map(str, domains))


def _service(service: Service | Unmanaged) -> object:
    """A service with the place of its password, which is no live setting but decides what an apply sends."""
    if isinstance(service, Unmanaged):
        return None
    form = canonical_service(service)
    impersonation = service.impersonation if isinstance(service, ExchangeEws) else None
    if not isinstance(impersonation, Impersonation):
        return form
    version, place = impersonation.password_version, impersonation.password_from
    return {
        **form,
        "impersonation": {
            "account": impersonation.account,
            "exchangeVersion": impersonation.exchange_version,
            "passwordVersion": None if isinstance(version, Unknown) else version,
            "passwordFrom": None if place is None else {place.kind: dict(place.parts)},
        },
    }


def _group(group: GroupOverride) -> dict[str, object]:
    stated = {
        "enabled": group.enabled,
        "locked": group.locked,
        "service": _service(group.service),
        "bidirectionalSync": group.bidirectional_sync,
    }
    kept = {name: value for name, value in stated.items() if value is not None and not isinstance(value, Unmanaged)}
    allowed = {"ewsAllowListed": True} if group.ews_allow_listed else {}
    return {"group": group.group, **kept, **allowed}
