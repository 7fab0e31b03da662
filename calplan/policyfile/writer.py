"""Live settings written as a CalendarPolicy, the same text for the same settings.

What nobody could read, and what a policy may not state, is left out with a comment: a policy that is silent about a
setting never touches it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, assert_never

from calplan.model.account import AssistantPair, PrivateAccess
from calplan.model.diagnostic import Severity
from calplan.model.levels import Groups
from calplan.model.permissions import Permission, Permissions
from calplan.model.policy import GroupOverride
from calplan.model.service import (
    ExchangeEws,
    ExchangeMapi,
    Google,
    Impersonation,
    Office365Ews,
    Office365Graph,
    SecretReference,
    Service,
    type_of,
)
from calplan.model.settings import ANY, AccountSettings, Domains, Setting
from calplan.model.unknown import Unknown, Unmanaged
from calplan.plan.validity.said import RefusedLevels, refused_levels
from calplan.policyfile.check import findings
from calplan.policyfile.document import Parsed
from calplan.policyfile.finding import Pointer
from calplan.policyfile.line_numbers import Source
from calplan.policyfile.schema import API_VERSION, KINDS
from calplan.policyfile.tree import parse
from calplan.policyfile.yaml_text import LeftOut, Writable, is_left_out, is_writable, yaml_lines

KIND: Final = "CalendarPolicy"
NOT_KNOWN: Final = LeftOut("not known, so it is left alone")
NOT_ALLOWED: Final = LeftOut("its live value cannot stand in a policy, so it is left alone")
NO_PASSWORD: Final = LeftOut("say here where the password lives, for example {env: CALPLAN_SECRET_EWS}")
PLACES: Final[dict[Setting, Pointer]] = {one: ("spec", *one.value.split(".")) for one in Setting}
"""Where each setting stands in the document."""
GROUPS: Final[Pointer] = ("spec", "groups")

Settings = dict[Setting, Writable]


def policy_text(
    *,
    name: str,
    account: str,
    settings: AccountSettings,
    as_of: date,
    groups: Groups | None = None,
    private: Mapping[AssistantPair, PrivateAccess] | None = None,
) -> str:
    """A CalendarPolicy that states these settings; planned against them it changes nothing.

    ``as_of`` is the day by which dated rules say what a policy may state. ``groups`` override some of them; where none
    does, groups stay unmanaged. ``private`` are scheduling privileges to state one by one; without it private events
    stay unmanaged.
    """
    lists: dict[str, Writable] = {}
    if groups is not None and groups.overrides:
        lists["groups"] = overrides_in_words(groups)
    if private:
        lists["privateEvents"] = {"except": _pairs(private)}
    meant = refused_levels(settings, groups, as_of)
    return acceptable(Draft(name=name, account=account, values=values_in_words(settings), lists=lists), meant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A CalendarPolicy before anybody looked whether it may say all that: settings, and what else stands in ``spec``.

    ``office365`` and ``google`` hold what stands beside the settings there.
    """

    name: str
    account: str
    values: Settings
    lists: Mapping[str, Writable]
    office365: Mapping[str, Writable] = field(default_factory=dict)
    google: Mapping[str, Writable] = field(default_factory=dict)


def acceptable(draft: Draft, meant: RefusedLevels) -> str:
    """The text of a draft, with a comment in place of whatever a policy may not state as it is."""
    refused = _refused(_text(draft))
    values = {
        one: NOT_ALLOWED if one in meant.settings or _lies_in(PLACES[one], refused) else value
        for one, value in draft.values.items()
    }
    lists = dict(draft.lists)
    if "groups" in lists and (meant.groups or _lies_in(GROUPS, refused)):
        lists["groups"] = NOT_ALLOWED
    return _text(replace(draft, values=values, lists=lists))


def _text(draft: Draft) -> str:
    spec: dict[str, Writable] = {}
    for setting, value in draft.values.items():
        head, _, key = setting.value.partition(".")
        inner = spec.setdefault(head, {}) if key else spec
        if isinstance(inner, dict):
            inner[key or head] = value
    for head, more in (("office365", draft.office365), ("google", draft.google)):
        inner = spec.setdefault(head, {}) if more else {}
        if isinstance(inner, dict):
            inner |= more
    spec |= draft.lists
    top: dict[str, Writable] = {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {"name": draft.name, "account": draft.account},
    }
    lines = list(yaml_lines({**top, "spec": spec} if spec else top))
    if is_left_out(spec) or not spec:
        lines.append("spec: {}")
    return "\n".join(lines) + "\n"


def values_in_words(settings: AccountSettings) -> Settings:
    """Every setting as a document has it, in the order of a document."""
    return {
        Setting.ENABLED: _flag(settings.enabled),
        Setting.LOCKED: _flag(settings.locked),
        Setting.SERVICE: NOT_KNOWN if isinstance(settings.service, Unknown) else _service(settings.service),
        Setting.ALLOWED_DOMAINS: _domains(settings.allowed_domains),
        Setting.BIDIRECTIONAL_SYNC: _flag(settings.bidirectional_sync),
        Setting.CONSENT_FOR_ACCOUNT: _flag(settings.consent_for_account),
        Setting.ENFORCE_OAUTH: _flag(settings.enforce_oauth),
    }


def _flag(value: bool | Unknown) -> Writable:
    return NOT_KNOWN if isinstance(value, Unknown) else value


def _domains(value: Domains | Unknown) -> Writable:
    if isinstance(value, Unknown):
        return NOT_KNOWN
    return "any" if value is ANY else [domain.name for domain in sorted(value)]


def _service(service: Service) -> Writable:
    kind = type_of(service).value
    match service:
        case Office365Graph(permissions=levels) | Google(permissions=levels):
            if Permission.UNKNOWN in (levels.calendar, levels.contacts):
                return NOT_KNOWN
            return {"type": kind, "permissions": _permissions(levels)}
        case Office365Ews(ews_url=url):
            return {"type": kind, "ewsUrl": url.text}
        case ExchangeEws(ews_url=url, impersonation=impersonation):
            return _exchange({"type": kind, "ewsUrl": url.text}, impersonation)
        case ExchangeMapi():
            return {"type": kind}
        case _:
            assert_never(service)


def _exchange(stated: dict[str, Writable], impersonation: Impersonation | Unknown | None) -> Writable:
    if impersonation is None:
        return stated
    if isinstance(impersonation, Unknown):
        return NOT_KNOWN
    if not is_writable(impersonation.account + impersonation.exchange_version):
        return NOT_ALLOWED
    return {**stated, "impersonation": _impersonation(impersonation)}


def _permissions(levels: Permissions) -> Writable:
    return {"calendar": levels.calendar.value, "contacts": levels.contacts.value}


def _impersonation(impersonation: Impersonation) -> Writable:
    version, reference = impersonation.password_version, impersonation.password_from
    return {
        "account": impersonation.account,
        "exchangeVersion": impersonation.exchange_version,
        "passwordVersion": NOT_KNOWN if isinstance(version, Unknown) else version,
        "passwordFrom": NO_PASSWORD if reference is None else _reference(reference),
    }


def _reference(reference: SecretReference) -> Writable:
    places: dict[str, Writable] = dict(reference.parts)
    return {reference.kind: places.get(reference.kind, places)}


def overrides_in_words(groups: Groups) -> Writable:
    """What every group states. The list is whole or not written: a group missing from it would lose its override."""
    if isinstance(groups.overrides, Unknown):
        return NOT_KNOWN
    stated = [_override(groups, one) for one in groups.overrides]
    left_out = next((value for one in stated for value in one.values() if isinstance(value, LeftOut)), None)
    return left_out or [{**one} for one in stated]


def _override(groups: Groups, override: GroupOverride) -> dict[str, Writable]:
    name = _word(groups, override.group)
    values = {
        "enabled": override.enabled,
        "locked": override.locked,
        "service": override.service,
        "bidirectionalSync": override.bidirectional_sync,
    }
    known = {key: value for key, value in values.items() if not isinstance(value, Unmanaged)}
    return {
        "group": name if is_writable(name) else NOT_ALLOWED,
        **{key: value if isinstance(value, bool) else _service(value) for key, value in known.items()},
    }


def _word(groups: Groups, group: str) -> str:
    """The name of a group, unless another group goes by that word."""
    name = next((one.name for one in groups.known if one.id == groups.id_of(group)), group)
    return name if groups.id_of(name) == groups.id_of(group) else group


def _pairs(private: Mapping[AssistantPair, PrivateAccess]) -> Writable:
    return [
        {"user": pair.user, "assistant": pair.assistant, "access": access.value}
        for pair, access in sorted(private.items(), key=lambda item: item[0])
        if access is not PrivateAccess.UNKNOWN and is_writable(pair.user + pair.assistant)
    ]


def _refused(text: str) -> tuple[Pointer, ...]:
    """What makes a draft no valid policy."""
    ((root, *_), _) = parse(Source("export", text))
    found = findings(Parsed(Source("export", text), root.node), KINDS[KIND])
    return tuple(finding.subject for finding in found if finding.severity is Severity.ERROR)


def _lies_in(place: Pointer, subjects: tuple[Pointer, ...]) -> bool:
    return any(subject[: len(place)] == place for subject in subjects)
