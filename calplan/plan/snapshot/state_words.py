"""What a snapshot holds beside its users, as words and back; see ``evidence_words`` for what reading raises."""

from collections.abc import Mapping
from dataclasses import dataclass

from calplan.diff import canonical
from calplan.model.account import AssistantPair, Observed, PrivateAccess, TenantFacts
from calplan.model.levels import Group, Groups
from calplan.model.policy import GroupOverride
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.plan.actions import Consent
from calplan.plan.as_document import as_json
from calplan.plan.beside import BesidePlatform
from calplan.plan.build import Live
from calplan.plan.document import Json
from calplan.plan.edits import EditLog, LogUnread
from calplan.plan.leftovers import Holders
from calplan.plan.levels_document import json_of, override_of, settings_of, stated_values
from calplan.plan.snapshot.evidence_words import (
    Words,
    beside_from,
    beside_to,
    edits_from,
    edits_to,
    evidence_from,
    evidence_to,
    flag,
    mapping,
    text,
    texts,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything of a snapshot but its users; see ``Frozen``."""

    settings: Observed[AccountSettings]
    groups: Observed[Groups]
    tenant: tuple[Observed[TenantFacts], ...]
    assistants: Observed[Mapping[AssistantPair, PrivateAccess]] | None
    hosts: frozenset[str] | None
    holders: Holders
    sources: BesidePlatform
    edits: EditLog | LogUnread | None


def state_to(live: Live, hosts: frozenset[str] | None) -> dict[str, Json]:
    """A snapshot but for its users, in words."""
    settings, groups = live.settings, live.groups
    return {
        "settings": {"evidence": evidence_to(settings.evidence), **_settings_to(settings.value)},
        "groups": {"evidence": evidence_to(groups.evidence), **_groups_to(groups.value)},
        "users": evidence_to(live.users),
        "last_client_only": live.population.last_client_only,
        "tenant": [{"evidence": evidence_to(one.evidence), **_tenant_to(one.value)} for one in live.tenant],
        "assistants": None
        if live.assistants is None
        else {"evidence": evidence_to(live.assistants.evidence), "pairs": _pairs_to(live.assistants.value)},
        "hosts": None if hosts is None else [*sorted(hosts)],
        "holders": {
            consent.value: None if isinstance(users, Unknown) else [*sorted(users)]
            for consent, users in live.holders.items()
        },
        "sources": beside_to(live.sources),
        "edits": edits_to(live.edits),
    }


def state_from(words: Words) -> State:
    """What words say of an account."""
    settings, groups, assistants, hosts = words["settings"], words["groups"], words["assistants"], words["hosts"]
    return State(
        settings=Observed(value=_settings_from(settings), evidence=evidence_from(settings["evidence"])),
        groups=Observed(value=_groups_from(groups), evidence=evidence_from(groups["evidence"])),
        tenant=tuple(
            Observed(value=_tenant_from(one), evidence=evidence_from(one["evidence"])) for one in words["tenant"]
        ),
        assistants=None
        if assistants is None
        else Observed(value=_pairs_from(assistants["pairs"]), evidence=evidence_from(assistants["evidence"])),
        hosts=None if hosts is None else frozenset(texts(hosts)),
        holders={
            Consent(name): UNKNOWN if users is None else frozenset(texts(users))
            for name, users in words["holders"].items()
        },
        sources=beside_from(words["sources"]),
        edits=edits_from(words["edits"]),
    )


def _settings_to(settings: AccountSettings) -> dict[str, Json]:
    values = canonical(settings)
    return {
        "values": {address: as_json(address, value) for address, value in values.items()},
        "unknown": [address for address, value in values.items() if isinstance(value, Unknown)],
    }


def _settings_from(words: Words) -> AccountSettings:
    values, unknown = mapping(words["values"]), frozenset(texts(words["unknown"]))
    if values.keys() != {one.value for one in Setting}:
        raise ValueError("other settings than an account has")
    for setting in (one.value for one in Setting if one not in (Setting.SERVICE, Setting.ALLOWED_DOMAINS)):
        if setting not in unknown:
            flag(values[setting])
    return settings_of(values, unknown)


def _groups_to(groups: Groups) -> dict[str, Json]:
    overrides = groups.overrides
    return {
        "known": [{"id": one.id, "name": one.name} for one in groups.known],
        "overrides": None
        if isinstance(overrides, Unknown)
        else [{"group": one.group, "states": json_of(stated_values(one))} for one in overrides],
    }


def _groups_from(words: Words) -> Groups:
    overrides = words["overrides"]
    return Groups(
        known=tuple(Group(id=text(one["id"]), name=text(one["name"])) for one in words["known"]),
        overrides=UNKNOWN if overrides is None else tuple(map(_override, overrides)),
    )


def _override(words: Words) -> GroupOverride:
    return override_of(text(words["group"]), dict(mapping(words["states"])))


def _tenant_to(tenant: TenantFacts) -> dict[str, Json]:
    return {
        "hybrid": None if isinstance(tenant.hybrid, Unknown) else tenant.hybrid,
        "grant": None if isinstance(tenant.grant, Unknown) else [*sorted(tenant.grant)],
        "user_consent": None if isinstance(tenant.user_consent, Unknown) else [*sorted(tenant.user_consent)],
    }


def _tenant_from(words: Words) -> TenantFacts:
    hybrid, grant, consent = words["hybrid"], words["grant"], words["user_consent"]
    return TenantFacts(
        hybrid=UNKNOWN if hybrid is None else flag(hybrid),
        grant=UNKNOWN if grant is None else frozenset(texts(grant)),
        user_consent=UNKNOWN if consent is None else frozenset(texts(consent)),
    )


def _pairs_to(pairs: Mapping[AssistantPair, PrivateAccess]) -> list[Json]:
    return [[one.user, one.assistant, pairs[one].value] for one in sorted(pairs)]


def _pairs_from(words: Words) -> dict[AssistantPair, PrivateAccess]:
    return {
        AssistantPair(user=text(user), assistant=text(assistant)): PrivateAccess(access)
        for user, assistant, access in words
    }
