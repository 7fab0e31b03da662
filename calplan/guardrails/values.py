"""What the variables hold for one plan: the plan's own document in the structure of the documents people write."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, cast

from calplan.guardrails.engine import Values
from calplan.guardrails.shapes import completed
from calplan.guardrails.variables import ACCOUNT, AFTER, PLAN, POLICY
from calplan.impact.outcome import OUTCOMES
from calplan.model.levels import GroupModel
from calplan.model.limits import Limits, MaxEvidenceAge, Tolerance
from calplan.model.unknown import UNKNOWN
from calplan.plan.document import Json, PlanDocument, Shares

OURS: Final = "C-"
"""How the codes begin of what rules themselves say."""
HOUR: Final = timedelta(hours=1)
PAIR: Final = ("user", "assistant", "access")
STATED_OF_A_GROUP: Final = ("enabled", "locked", "service", "bidirectionalSync")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """What rules may know of an Account document. ``None`` is not stated, or, of the platform, made up."""

    name: str | None = None
    owner: str | None = None
    platform: str | None = None
    providers: tuple[str, ...] = ()
    groups: GroupModel = field(default_factory=GroupModel)
    limits: Limits = field(default_factory=Limits)
    tolerance: Tolerance = field(default_factory=Tolerance)
    ages: MaxEvidenceAge = field(default_factory=MaxEvidenceAge)
    windows: int = 0
    freezes: int = 0
    notice_hours: int | None = None


def values_of(document: PlanDocument, policy: Mapping[str, object], account: AccountFacts) -> Values:
    """Every variable of a plan but ``user``; ``policy`` is the policy's canonical form."""
    return {
        **offline_values(policy, account, document["as_of"]),
        "live": live_value(document),
        "plan": plan_value(document),
    }


def offline_values(policy: Mapping[str, object], account: AccountFacts, today: str) -> Values:
    """The variables that documents alone decide; ``today`` is a day as ``YYYY-MM-DD``."""
    return {"policy": policy_value(policy), "account": account_value(account), "today": today}


def policy_value(form: Mapping[str, object]) -> Json:
    """A policy's canonical form in the structure of its document; what it does not manage is null."""
    stated = cast("Mapping[str, Json]", form)
    office, google, events = (_mapping(stated.get(key)) for key in ("office365", "google", "privateEvents"))
    groups = stated.get("groups")
    service = {**_service(stated.get("integration.service"))}
    if service:
        service["ewsAllowListed"] = stated.get("ewsAllowListed") is True
    value: Json = {
        "integration": {
            "enabled": stated.get("integration.enabled"),
            "locked": stated.get("integration.locked"),
            "service": service,
        },
        "allowedDomains": stated.get("allowedDomains"),
        "bidirectionalSync": stated.get("bidirectionalSync"),
        "office365": {
            "consentForAccount": stated.get("office365.consentForAccount"),
            "enforceOAuth": stated.get("office365.enforceOAuth"),
            "tenantGrant": "ensure" if office.get("ensureGrant") is True else None,
            "revokeStale": office.get("revokeStale"),
        },
        "google": {"revokeStale": google.get("revokeStale")},
        "privateEvents": {"default": events.get("default"), "except": _exceptions(events.get("except"))},
        "groups": [_group(_mapping(one)) for one in groups] if isinstance(groups, list) else None,
    }
    return completed(POLICY, value)


def live_value(document: PlanDocument) -> Json:
    """The settings as they are before the plan, in the structure of a policy; what nobody read is null."""
    names = {one["id"]: one["name"] for one in document["levels"]["groups"]}
    return completed(POLICY, _settings(document["prior_state"], document["levels"]["prior"], names))


def after_value(document: PlanDocument) -> Json:
    """The settings as they will stand, in the same structure."""
    names = {one["id"]: one["name"] for one in document["levels"]["groups"]}
    return completed(AFTER, _settings(document["planned_values"], document["levels"]["planned"], names))


def plan_value(document: PlanDocument) -> Json:
    """The plan in the words of its JSON, ``changes`` for ``resource_changes``; shares name every outcome."""
    impact = cast("dict[str, Json]", document["impact"])
    whole: dict[str, Json] = {
        **cast("dict[str, Json]", document),
        "impact": {
            **impact,
            "by_group": [_share(one) for one in document["impact"]["by_group"]],
            "by_domain": [_share(one) for one in document["impact"]["by_domain"]],
        },
        "changes": cast("Json", document["resource_changes"]),
        "after": after_value(document),
        # What rules said of the plan when it was saved is no part of what they are held against.
        "diagnostics": [cast("Json", one) for one in document["diagnostics"] if not one["code"].startswith(OURS)],
    }
    return completed(PLAN, whole)


def account_value(account: AccountFacts) -> Json:
    """The account as rules read it."""
    limits, tolerance, ages = account.limits, account.tolerance, account.ages
    value: Json = {
        "name": account.name,
        "owner": account.owner,
        "platform": {"type": account.platform},
        "providers": list(account.providers),
        "groups": {"model": account.groups.kind, "order": list(account.groups.order)},
        "limits": {
            "disconnected": str(limits.disconnected),
            "silent": str(limits.silent),
            "blocked": str(limits.blocked),
            "unknown": str(limits.unknown),
            "pairs": str(limits.pairs),
        },
        "tolerance": {"surprises": str(tolerance.surprises), "falseAlarms": str(tolerance.false_alarms)},
        "maxEvidenceAge": {"users": ages.users // HOUR, "portal": ages.portal // HOUR, "tenant": ages.tenant // HOUR},
        "windows": account.windows,
        "freezes": account.freezes,
        "notice": {"hours": account.notice_hours},
    }
    return completed(ACCOUNT, value)


def _settings(flat: Mapping[str, Json], groups: Mapping[str, Json] | None, names: Mapping[str, str]) -> Json:
    """Settings by address as a plan's document has them, and what groups state, by their ids."""
    return {
        "integration": {
            "enabled": flat.get("integration.enabled"),
            "locked": flat.get("integration.locked"),
            "service": {**_service(flat.get("integration.service"))},
        },
        "allowedDomains": flat.get("allowedDomains"),
        "bidirectionalSync": flat.get("bidirectionalSync"),
        "office365": {
            "consentForAccount": flat.get("office365.consentForAccount"),
            "enforceOAuth": flat.get("office365.enforceOAuth"),
        },
        "groups": None
        if groups is None
        else [_group({**_known(one), "group": names.get(group, group)}) for group, one in groups.items()],
    }


def _known(stated: Json) -> dict[str, Json]:
    """What is stated, with null for the word that stands for what nobody could read."""
    return {name: None if one == UNKNOWN.value else one for name, one in _mapping(stated).items()}


def _mapping(value: object) -> Mapping[str, Json]:
    return cast("Mapping[str, Json]", value) if isinstance(value, Mapping) else {}


def _service(value: Json) -> dict[str, Json]:
    """A service in canonical form, with the place of its password as documents write it."""
    service = dict(_mapping(value))
    if isinstance(service.get("permissions"), Mapping):
        service["permissions"] = cast("Json", _known(service["permissions"]))
    stated = service.get("impersonation")
    if not isinstance(stated, Mapping):
        # The word for what nobody could read stands here for the whole of it.
        return {**service, "impersonation": None} if service else service
    impersonation = dict(stated)
    if impersonation.get("passwordVersion") == UNKNOWN.value:
        impersonation["passwordVersion"] = None
    place = {kind: _place(kind, parts) for kind, parts in _mapping(impersonation.get("passwordFrom")).items()}
    return {**service, "impersonation": {**impersonation, "passwordFrom": cast("Json", place)}}


def _place(kind: str, parts: Json) -> Json:
    """A place of a secret: ``{env: NAME}`` and ``{file: PATH}`` are one word, the others have parts."""
    return _mapping(parts).get(kind) if kind in ("env", "file") else parts


def _group(stated: Mapping[str, Json]) -> Json:
    service = _service(stated.get("service"))
    if service:
        service["ewsAllowListed"] = stated.get("ewsAllowListed") is True
    return {**stated, "service": service, "inherit": not any(key in stated for key in STATED_OF_A_GROUP)}


def _exceptions(pairs: Json) -> Json:
    if not isinstance(pairs, list):
        return None
    return [dict(zip(PAIR, one, strict=False)) for one in pairs if isinstance(one, list)]


def _share(share: Shares) -> Json:
    return {"name": share["name"], "counts": {one.value: share["counts"].get(one.value, 0) for one in OUTCOMES}}
