"""The difference between two states of an account, setting by setting."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, assert_never

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
from calplan.model.settings import AccountSettings, AnyDomain, Domains, Setting
from calplan.model.unknown import UNKNOWN, Unknown

Plain = None | bool | int | str | Unknown | dict[str, "Plain"]
"""A value of the canonical form: text, numbers, booleans, ``UNKNOWN`` where nobody could read, and dicts of these."""

Path = tuple[str, ...]


class Absent:
    """The type with the one value ``ABSENT``: the leaf is not there on this side."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One difference deep in a setting: its path below the setting, and the values, ``ABSENT`` where there is none."""

    path: Path
    before: Plain | Absent
    after: Plain | Absent


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One setting that changes, as a whole and leaf by leaf."""

    setting: Setting
    before: Plain
    after: Plain

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """Each difference in it, sorted by path; found when asked for, since what finds them is slow to import."""
        name = self.setting.value
        return tuple(
            Leaf(path=leaf.path[1:], before=leaf.before, after=leaf.after)
            for leaf in leaves_between({name: self.before}, {name: self.after})
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """The settings of an account, or of one class of users, before and after.

    ``in_doubt``: nobody can tell which level holds for these users while levels change, so that what is unknown before
    and what is unknown after need not be the same.
    """

    before: AccountSettings
    after: AccountSettings
    in_doubt: bool = False

    def changes(self) -> tuple[Change, ...]:
        """One change for each setting that differs, in the order of ``Setting``."""
        before, after = canonical(self.before), canonical(self.after)
        return tuple(
            Change(setting=setting, before=before[setting.value], after=after[setting.value])
            for setting in Setting
            if before[setting.value] != after[setting.value]
        )


def canonical(settings: AccountSettings) -> dict[str, Plain]:
    """The settings by address, every one present; domains are a mapping, so that order cannot matter."""
    return {
        Setting.ENABLED.value: settings.enabled,
        Setting.LOCKED.value: settings.locked,
        Setting.SERVICE.value: UNKNOWN
        if isinstance(settings.service, Unknown)
        else canonical_service(settings.service),
        Setting.ALLOWED_DOMAINS.value: canonical_domains(settings.allowed_domains),
        Setting.BIDIRECTIONAL_SYNC.value: settings.bidirectional_sync,
        Setting.CONSENT_FOR_ACCOUNT.value: settings.consent_for_account,
        Setting.ENFORCE_OAUTH.value: settings.enforce_oauth,
    }


def canonical_domains(domains: Domains | Unknown) -> Plain:
    """``any``, ``UNKNOWN``, or a mapping of sorted domain names to true."""
    if isinstance(domains, Unknown):
        return UNKNOWN
    if isinstance(domains, AnyDomain):
        return domains.value
    return {str(domain): True for domain in sorted(domains)}


def canonical_service(service: Service) -> dict[str, Plain]:
    """A service as plain values; a secret is present by its version only."""
    match service:
        case Office365Graph(permissions=levels) | Google(permissions=levels):
            chosen: Plain = {"calendar": levels.calendar.value, "contacts": levels.contacts.value}
            return {"type": type_of(service).value, "permissions": chosen}
        case Office365Ews(ews_url=url):
            return {"type": type_of(service).value, "ewsUrl": url.text}
        case ExchangeEws(ews_url=url, impersonation=impersonation):
            return {
                "type": type_of(service).value,
                "ewsUrl": url.text,
                "impersonation": _canonical_impersonation(impersonation),
            }
        case ExchangeMapi():
            return {"type": type_of(service).value}
        case _:
            assert_never(service)


def _canonical_impersonation(impersonation: Impersonation | Unknown | None) -> Plain:
    if impersonation is None or isinstance(impersonation, Unknown):
        return impersonation
    return {
        "account": impersonation.account,
        "exchangeVersion": impersonation.exchange_version,
        "passwordVersion": impersonation.password_version,
    }


def leaves_between(before: Mapping[str, Plain], after: Mapping[str, Plain]) -> tuple[Leaf, ...]:
    """Every leaf that differs, sorted by path. A sub-tree that comes or goes is one leaf."""
    from deepdiff import DeepDiff  # noqa: PLC0415 - slow to import

    tree = DeepDiff(dict(before), dict(after), view="tree", threshold_to_diff_deeper=0)
    found = [
        Leaf(
            path=tuple(str(step) for step in item.path(output_format="list")),
            before=ABSENT if kind == "dictionary_item_added" else item.t1,
            after=ABSENT if kind == "dictionary_item_removed" else item.t2,
        )
        for kind, items in tree.items()
        for item in items
    ]
    return tuple(sorted(found, key=lambda leaf: leaf.path))


def apply_leaves(form: Mapping[str, Plain], leaves: Iterable[Leaf]) -> dict[str, Plain]:
    """The canonical form after the differences; the inverse of ``leaves_between``."""
    result = dict(form)
    for leaf in leaves:
        _put(result, leaf.path, leaf.after)
    return result


def _put(form: dict[str, Plain], path: Path, value: Plain | Absent) -> None:
    head, rest = path[0], path[1:]
    if rest:
        child = form[head]
        form[head] = dict(child) if isinstance(child, dict) else {}
        deeper = form[head]
        if isinstance(deeper, dict):
            _put(deeper, rest, value)
    elif isinstance(value, Absent):
        form.pop(head, None)
    else:
        form[head] = value
