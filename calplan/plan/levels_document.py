"""Levels, tenant facts and the order of steps, written into the plan document and read back from it."""

from collections.abc import Mapping
from typing import Final, cast

from calplan.diff import Plain, canonical_service
from calplan.impact.resolve import Levels
from calplan.model.account import TenantFacts
from calplan.model.domain import Domain
from calplan.model.levels import Group, GroupModel, Groups
from calplan.model.permissions import SCOPE_NAMES, Permission, Permissions
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
)
from calplan.model.settings import ANY, AccountSettings, Domains, Setting
from calplan.model.unknown import UNKNOWN, UNMANAGED, Unknown, Unmanaged
from calplan.plan.document import GroupDocument, Json, LevelsDocument, PlanDocument, TenantDocument
from calplan.plan.order import OrderChoice
from calplan.plan.steps_document import OrderDocument, TollDocument
from calplan.plan.walk import Toll
from calplan.plan.writes import KEYS, stated

WORD: Final = UNKNOWN.value


def levels_document(before: Levels, after: Levels) -> LevelsDocument:
    """What groups state before and after, by their ids, and how overrides of several groups are resolved."""
    was, now = before.overrides, after.overrides
    named = set[str](after.order)
    named |= set[str]() if isinstance(was, Unknown) else was.keys()
    named |= set[str]() if isinstance(now, Unknown) else now.keys()
    known = [one for one in after.groups.known if one.id in named]
    groups: list[GroupDocument] = [{"id": one.id, "name": one.name} for one in sorted(known)]
    return {
        "model": after.model.kind,
        "order": list(after.order),
        "groups": groups,
        "prior": _overrides(before),
        "planned": _overrides(after),
    }


def _overrides(levels: Levels) -> dict[str, Json] | None:
    overrides = levels.overrides
    if isinstance(overrides, Unknown):
        return None
    return {group: json_of(stated_values(one)) for group, one in overrides.items()}


def stated_values(override: GroupOverride) -> dict[str, Plain]:
    """What a group states, by the keys of an override, as plain values."""
    values: dict[str, Plain] = {}
    for setting, key in KEYS.items():
        value = stated(override, setting)
        if not isinstance(value, Unmanaged):
            values[key] = value if isinstance(value, bool) else canonical_service(value)
    return values


def json_of(value: Plain) -> Json:
    """A canonical value within another: null means that there is none, so what is unknown is said in a word."""
    if isinstance(value, Unknown):
        return value.value
    return {name: json_of(one) for name, one in value.items()} if isinstance(value, Mapping) else value


def tenant_document(tenant: TenantFacts) -> TenantDocument:
    """As much of the tenant's facts as rules read; null is unknown."""
    return {
        "hybrid": None if isinstance(tenant.hybrid, Unknown) else tenant.hybrid,
        "grant": None if isinstance(tenant.grant, Unknown) else sorted(tenant.grant & SCOPE_NAMES),
        "user_consent": None if isinstance(tenant.user_consent, Unknown) else sorted(tenant.user_consent),
    }


def order_document(choice: OrderChoice) -> OrderDocument:
    """The chosen order of the kinds of steps, what it costs, and what the naive order would."""
    return {
        "chosen": [kind.value for kind in choice.kinds],
        "canonical": choice.kinds == choice.canonical,
        "groups_first": choice.groups_first,
        "naive": [kind.value for kind in choice.naive],
        "candidates": choice.candidates,
        "toll": _toll(choice.toll),
        "naive_toll": _toll(choice.naive_toll),
        "surplus": choice.surplus,
    }


def _toll(toll: Toll) -> TollDocument:
    return {"lose": toll.users, "losses": toll.events, "not_told": toll.untold}


def levels_of(document: PlanDocument) -> tuple[Levels, Levels]:
    """Account and groups before and after, as a plan states them. The plan's form was checked before."""
    stated = document["levels"]
    known = tuple(Group(id=one["id"], name=one["name"]) for one in stated["groups"])
    model = GroupModel(kind=stated["model"], order=tuple(stated["order"]))
    unknown = frozenset(document["unknown"])
    prior, planned = document["prior_state"], document["planned_values"]
    still = frozenset(address for address in unknown if planned[address] is None)
    return (
        Levels(account=settings_of(prior, unknown), groups=_groups(stated["prior"], known), model=model),
        Levels(account=settings_of(planned, still), groups=_groups(stated["planned"], known), model=model),
    )


def tenant_of(document: PlanDocument) -> TenantFacts:
    """The tenant's facts as far as a plan holds them."""
    stated = document["tenant"]
    grant, consent = stated["grant"], stated["user_consent"]
    return TenantFacts(
        hybrid=UNKNOWN if stated["hybrid"] is None else stated["hybrid"],
        grant=UNKNOWN if grant is None else frozenset(grant),
        user_consent=UNKNOWN if consent is None else frozenset(consent),
    )


def settings_of(values: Mapping[str, Json], unknown: frozenset[str]) -> AccountSettings:
    """The settings that the values of a plan stand for; those at ``unknown`` addresses nobody could read."""
    service, domains = Setting.SERVICE.value, Setting.ALLOWED_DOMAINS.value
    return AccountSettings(
        enabled=_flag(values, unknown, Setting.ENABLED),
        locked=_flag(values, unknown, Setting.LOCKED),
        service=UNKNOWN if service in unknown else service_of(values[service]),
        allowed_domains=UNKNOWN if domains in unknown else _domains(values[domains]),
        bidirectional_sync=_flag(values, unknown, Setting.BIDIRECTIONAL_SYNC),
        consent_for_account=_flag(values, unknown, Setting.CONSENT_FOR_ACCOUNT),
        enforce_oauth=_flag(values, unknown, Setting.ENFORCE_OAUTH),
    )


def _flag(values: Mapping[str, Json], unknown: frozenset[str], setting: Setting) -> bool | Unknown:
    return UNKNOWN if setting.value in unknown else values[setting.value] is True


def _domains(value: Json) -> Domains:
    return frozenset(Domain(str(name)) for name in value) if isinstance(value, list) else ANY


def _groups(overrides: Mapping[str, Json] | None, known: tuple[Group, ...]) -> Groups:
    if overrides is None:
        return Groups(known=known, overrides=UNKNOWN)
    return Groups(known=known, overrides=tuple(override_of(group, value) for group, value in overrides.items()))


def override_of(group: str, value: Json) -> GroupOverride:
    """What a group states, out of ``stated_values``."""
    stated = cast("Mapping[str, Json]", value)
    return GroupOverride(
        group=group,
        enabled=_own(stated, "enabled"),
        locked=_own(stated, "locked"),
        service=service_of(stated["service"]) if "service" in stated else UNMANAGED,
        bidirectional_sync=_own(stated, "bidirectionalSync"),
    )


def _own(stated: Mapping[str, Json], key: str) -> bool | Unmanaged:
    return stated[key] is True if key in stated else UNMANAGED


def service_of(value: Json) -> Service:
    """The service that a plan's words for it stand for.

    Raises:
        ValueError, KeyError, TypeError: the words are none that a plan is written in.
    """
    words = cast("Mapping[str, Json]", value)
    match ServiceType(str(words["type"])):
        case ServiceType.OFFICE365_GRAPH:
            return Office365Graph(permissions=_permissions(words["permissions"]))
        case ServiceType.GOOGLE:
            return Google(permissions=_permissions(words["permissions"]))
        case ServiceType.OFFICE365_EWS:
            return Office365Ews(ews_url=EwsUrl.parse(str(words["ewsUrl"])))
        case ServiceType.EXCHANGE_EWS:
            url = EwsUrl.parse(str(words["ewsUrl"]))
            return ExchangeEws(ews_url=url, impersonation=_impersonation(words["impersonation"]))
        case ServiceType.EXCHANGE_MAPI:
            return ExchangeMapi()


def _permissions(value: Json) -> Permissions:
    words = cast("Mapping[str, str]", value)
    return Permissions(calendar=Permission(words["calendar"]), contacts=Permission(words["contacts"]))


def _impersonation(value: Json) -> Impersonation | Unknown | None:
    if value is None or value == WORD:
        return UNKNOWN if value else None
    words = cast("Mapping[str, Json]", value)
    version = words["passwordVersion"]
    return Impersonation(
        account=str(words["account"]),
        exchange_version=str(words["exchangeVersion"]),
        password_version=version if isinstance(version, int) else UNKNOWN,
    )
