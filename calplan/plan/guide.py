"""The steps that only a person can take, act by act: what is chosen and typed in each edition of the portal."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, assert_never

from calplan.model.account import PrivateAccess
from calplan.model.permissions import Permissions
from calplan.model.service import (
    ExchangeEws,
    ExchangeMapi,
    Google,
    Impersonation,
    Office365Ews,
    Office365Graph,
    Service,
    type_of,
)
from calplan.model.settings import AnyDomain, Domains, Setting
from calplan.model.unknown import Unknown, Unmanaged
from calplan.plan.actions import (
    Action,
    EnsureGrant,
    RevokeStale,
    SetConsent,
    SetDomains,
    SetEnabled,
    SetLock,
    SetOAuth,
    SetOverride,
    SetPrivateAccess,
    SetService,
    SetSync,
)
from calplan.plan.labels import GROUP_NAME, Control, Edition, Label, Labels, Part
from calplan.plan.steps import MANUAL, Step

ON: Final = "on"
OFF: Final = "off"
UNKEPT_PASSWORD: Final = "the password of that account; the policy does not say where it is kept"  # noqa: S105 - none
CONFIRM_IT: Final = "If a dialog asks, confirm it."
OF_THE_ACCOUNT: Final = "the value of the account"
INHERITED: Final = {
    Setting.ENABLED: "whether the integration is on",
    Setting.SERVICE: "which service is the default",
    Setting.BIDIRECTIONAL_SYNC: "sync in both directions",
}
"""What a group can give back, in a few words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing done with one control: ``set_to`` is in the portal's words, ``confirm`` the button of its dialog.

    For a password ``set_to`` says where it is kept, never what it is.
    """

    field: str
    control: Control
    set_to: str
    confirm: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a step is taken in one edition of the portal: the click path, the acts in order, and one Save if any."""

    edition: str
    title: str
    as_of: str
    sources: tuple[str, ...]
    path: tuple[str, ...]
    acts: tuple[Act, ...]
    save: bool


Wanted = tuple[Part, str, str]
"""A part, what it is set to, and a note that only this step has."""


def manual_steps(steps: Iterable[Step], labels: Labels) -> dict[str, tuple[Way, ...]]:
    """What to do for each step that only a person can take, by its id, in the order of the plan.

    There is a way for every edition that has labels for all of the step.
    """
    return {step.id: tuple(_ways(step, labels)) for step in steps if step.mode == MANUAL}


def _ways(step: Step, labels: Labels) -> Iterator[Way]:
    wanted = tuple(_parts(step.action))
    group = _group_of(step)
    for edition in labels:
        if wanted and all(part in edition.labels for part, _, _ in wanted):
            yield _way(edition, wanted, group)


def _group_of(step: Step) -> str | None:
    """The name of the group that a step is about, as its address has it."""
    if not isinstance(step.action, SetOverride):
        return None
    return step.address.rpartition("].")[0].removeprefix("groups[")


def _way(edition: Edition, wanted: tuple[Wanted, ...], group: str | None) -> Way:
    labels = [edition.labels[part] for part, _, _ in wanted]
    path = labels[0].path if group is None else labels[0].group_path or labels[0].path
    return Way(
        edition=edition.name,
        title=edition.title,
        as_of=edition.as_of.isoformat(),
        sources=tuple(sorted({label.source for label in labels})),
        path=tuple(group if group is not None and one == GROUP_NAME else one for one in path),
        acts=tuple(_act(label, value, note) for label, (_, value, note) in zip(labels, wanted, strict=True)),
        save=any(label.saved for label in labels),
    )


def _act(label: Label, value: str, note: str) -> Act:
    return Act(
        field=label.name,
        control=label.control,
        set_to=label.words.get(value, value),
        confirm=label.confirm.get(value, ""),
        note=" ".join(filter(None, (note, label.note))),
    )


def _parts(action: Action) -> Iterator[Wanted]:
    """What an action sets, one control after the other, from the top of the page down."""
    match action:
        case SetEnabled(on=on):
            yield Part.ENABLED, _word(on), ""
        case SetLock(on=on):
            yield _lock(on=on)
        case SetService(service=service):
            yield from _of_service(service)
        case SetDomains(domains=domains):
            yield from _of_domains(domains)
        case SetSync(on=on):
            yield Part.SYNC, _word(on), ""
        case SetConsent(on=on):
            yield Part.CONSENT, _word(on), ""
        case SetOAuth(on=on):
            yield Part.OAUTH, _word(on), ""
        case SetOverride(setting=setting, value=value):
            yield from _of_group(setting, value)
        case RevokeStale():
            return
        case EnsureGrant(scopes=scopes):
            yield Part.GRANT, ", ".join(sorted(scopes)), ""
        case SetPrivateAccess(pair=pair, access=access):
            whose = f"Signed in as {pair.user}, in the row of {pair.assistant}."
            yield Part.PRIVATE_EVENTS, _word(access is PrivateAccess.MANAGED), whose
        case _:
            assert_never(action)


def _word(on: bool) -> str:
    return ON if on else OFF


def _lock(*, on: bool) -> Wanted:
    """A lock put on or taken off; of the dialog that may ask about the latter no article names the button."""
    return Part.LOCKED, _word(on), "" if on else CONFIRM_IT


def _of_domains(domains: Domains) -> Iterator[Wanted]:
    if isinstance(domains, AnyDomain):
        yield Part.DOMAINS, OFF, ""
        return
    yield Part.DOMAINS, ON, ""
    yield Part.DOMAIN_LIST, ",".join(sorted(map(str, domains))), ""


def _of_group(setting: Setting, value: bool | Service | Unmanaged) -> Iterator[Wanted]:
    """What one group states; a lock it no longer states is one it no longer has."""
    if setting is Setting.LOCKED:
        yield _lock(on=value is True)
    elif isinstance(value, Unmanaged):
        yield Part.INHERITANCE, OF_THE_ACCOUNT, f"Of the setting {INHERITED[setting]}."
    elif isinstance(value, bool):
        yield (Part.ENABLED if setting is Setting.ENABLED else Part.SYNC), _word(value), ""
    else:
        yield from _of_service(value)


def _of_service(service: Service) -> Iterator[Wanted]:
    """The service with all its parts, which one Save takes over."""
    name = type_of(service).value
    yield Part.SERVICE, name, ""
    match service:
        case Office365Graph(permissions=permissions):
            yield Part.AUTHORISATION, name, ""
            yield from _of_permissions(permissions)
        case Google(permissions=permissions):
            yield from _of_permissions(permissions)
        case Office365Ews(ews_url=url):
            yield Part.AUTHORISATION, name, ""
            yield Part.EWS_URL, url.text, ""
        case ExchangeEws(ews_url=url, impersonation=impersonation):
            yield Part.METHOD, name, ""
            yield Part.EWS_URL, url.text, ""
            yield from _of_impersonation(impersonation)
        case ExchangeMapi():
            yield Part.METHOD, name, ""
        case _:
            assert_never(service)


def _of_permissions(permissions: Permissions) -> Iterator[Wanted]:
    yield Part.CALENDAR, permissions.calendar.value, ""
    yield Part.CONTACTS, permissions.contacts.value, ""


def _of_impersonation(impersonation: Impersonation | Unknown | None) -> Iterator[Wanted]:
    """The impersonation account; what nobody knows is left as it is."""
    if isinstance(impersonation, Unknown):
        return
    yield Part.IMPERSONATION, _word(impersonation is not None), ""
    if impersonation is not None:
        place = impersonation.password_from
        kept = UNKEPT_PASSWORD if place is None else f"the password that {place} holds"
        yield Part.IMPERSONATION_ACCOUNT, impersonation.account, ""
        yield Part.IMPERSONATION_PASSWORD, kept, ""
        yield Part.EXCHANGE_VERSION, impersonation.exchange_version, ""
