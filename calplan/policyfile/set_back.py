"""The policy of a run with the fields that the run changed set back to what they were before it, as YAML.

What nobody knew before the run, and what cannot come back, is left out with a comment: a policy that is silent about a
setting never touches it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal, TypeVar, cast

from calplan.impact.overlay import states_something
from calplan.impact.resolve import Levels
from calplan.model.levels import Groups
from calplan.model.policy import GroupOverride
from calplan.model.service import ExchangeEws, Impersonation, SecretReference, Service
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import UNKNOWN, UNMANAGED, Unknown, Unmanaged
from calplan.plan.addresses import GRANT_ADDRESS
from calplan.plan.document import PlanDocument, ResourceChange
from calplan.plan.levels_document import levels_of, service_of
from calplan.plan.origin import inside
from calplan.plan.validity.said import refused_levels
from calplan.policyfile.writer import Draft, acceptable, overrides_in_words, values_in_words
from calplan.policyfile.yaml_text import LeftOut, Writable, is_writable

GROUP: Final = "groups["
PAIR: Final = "privateEvents["
NOT_KNOWN_THEN: Final = LeftOut("nobody knew it before that run, so it is left alone")
GRANT_STAYS: Final = LeftOut("left out: calplan takes no granted scope away, so what that run granted stays")
DEFAULT_LEFT_OUT: Final = LeftOut("left out, or it would set privileges that nobody knew before that run")
NEWER_STAYS: Final = "the password that run replaced cannot come back, since nobody can read it: the newer one stays"
NOBODY_KNOWS_IT: Final = "the password of the impersonation account is not known: say in `passwordFrom` where it lives"

Words = Mapping[str, Any]
Value = TypeVar("Value")
Kind = Literal["env", "file", "keyring", "vault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBack:
    """The text of the policy, and what it cannot bring back, each in a sentence."""

    text: str
    remarks: tuple[str, ...]


def set_back(document: PlanDocument, policy: Words, *, name: str, as_of: date) -> SetBack:
    """The policy of a run's plan with what it changed set back; ``policy`` is the plan's, in canonical form."""
    changed = {change["address"]: change for change in document["resource_changes"]}
    before, after = levels_of(document)
    settings = after.account.taking(changed.keys(), before.account)
    service, remarks = _with_password(settings.service, after.account.service, policy)
    settings = replace(settings, service=service)
    values = {one: value for one, value in values_in_words(settings).items() if one.value in policy}
    forgotten = {one: NOT_KNOWN_THEN for one in values if one.value in changed and one.value in document["unknown"]}
    if Setting.SERVICE.value not in changed and policy.get("ewsAllowListed") is True:
        values[Setting.SERVICE] = _allow_listed(values[Setting.SERVICE])
    groups = _groups(before, policy, changed.keys())
    lists: dict[str, Writable] = {} if groups is None else {"groups": overrides_in_words(groups)}
    if isinstance(policy.get("privateEvents"), Mapping):
        lists["privateEvents"] = _private_events(policy["privateEvents"], changed)
    draft = Draft(
        name=name,
        account=document["account"],
        values={**values, **forgotten},
        lists=lists,
        office365=_office365(policy.get("office365"), changed.keys()),
        google=_revoking(policy.get("google")),
    )
    stated = _only(settings, policy.keys())
    return SetBack(text=acceptable(draft, refused_levels(stated, groups, as_of)), remarks=remarks)


def _only(settings: AccountSettings, stated: Collection[str]) -> AccountSettings:
    """The settings that a policy states; what it leaves alone is none of its faults."""

    def own(setting: Setting, value: Value) -> Value | Unknown:
        return value if setting.value in stated else UNKNOWN

    return AccountSettings(
        enabled=own(Setting.ENABLED, settings.enabled),
        locked=own(Setting.LOCKED, settings.locked),
        service=own(Setting.SERVICE, settings.service),
        allowed_domains=own(Setting.ALLOWED_DOMAINS, settings.allowed_domains),
        bidirectional_sync=own(Setting.BIDIRECTIONAL_SYNC, settings.bidirectional_sync),
        consent_for_account=own(Setting.CONSENT_FOR_ACCOUNT, settings.consent_for_account),
        enforce_oauth=own(Setting.ENFORCE_OAUTH, settings.enforce_oauth),
    )


def _with_password(
    service: Service | Unknown, left: Service | Unknown, policy: Words
) -> tuple[Service | Unknown, tuple[str, ...]]:
    """The service with the place of its password, and what is to be said of one that was replaced.

    Of the account that the run wrote, the newer password stays; of another one nobody knows where its password lives.
    """
    login, written = _login(service), _login(left)
    if not isinstance(service, ExchangeEws) or login is None:
        return service, ()
    if written is None or written.account != login.account:
        return service, (NOBODY_KNOWS_IT,)
    newer = replace(login, password_version=written.password_version, password_from=_place(policy))
    remarks = () if login.password_version == written.password_version else (NEWER_STAYS,)
    return replace(service, impersonation=newer), remarks


def _login(service: Service | Unknown) -> Impersonation | None:
    impersonation = service.impersonation if isinstance(service, ExchangeEws) else None
    return impersonation if isinstance(impersonation, Impersonation) else None


def _place(policy: Words) -> SecretReference | None:
    """Where the policy says that the password of its impersonation account lives."""
    service = policy.get(Setting.SERVICE.value)
    login = service.get("impersonation") if isinstance(service, Mapping) else None
    places = login.get("passwordFrom") if isinstance(login, Mapping) else None
    for kind, parts in places.items() if isinstance(places, Mapping) else ():
        return SecretReference(kind=cast("Kind", kind), parts=tuple((key, str(one)) for key, one in parts.items()))
    return None


def _allow_listed(service: Writable) -> Writable:
    return {**service, "ewsAllowListed": True} if isinstance(service, dict) else service


def _groups(before: Levels, policy: Words, changed: Collection[str]) -> Groups | None:
    """The whole list of overrides, or ``None`` where the policy leaves groups alone."""
    stated = policy.get("groups")
    if not isinstance(stated, list) or isinstance(before.overrides, Unknown):
        return None
    touched = {before.groups.id_of(inside(address)) for address in changed if address.startswith(GROUP)}
    kept = [one for one in map(_override, stated) if before.groups.id_of(one.group) not in touched]
    back = [before.overrides[group] for group in sorted(touched) if group in before.overrides]
    return Groups(known=before.groups.known, overrides=(*filter(states_something, kept), *back))


def _override(stated: Words) -> GroupOverride:
    def flag(key: str) -> bool | Unmanaged:
        return stated[key] is True if key in stated else UNMANAGED

    return GroupOverride(
        group=str(stated["group"]),
        enabled=flag("enabled"),
        locked=flag("locked"),
        service=service_of(stated["service"]) if "service" in stated else UNMANAGED,
        bidirectional_sync=flag("bidirectionalSync"),
    )


def _office365(stated: object, changed: Collection[str]) -> dict[str, Writable]:
    grant: Writable = GRANT_STAYS if GRANT_ADDRESS in changed else "ensure"
    ensured = isinstance(stated, Mapping) and stated.get("ensureGrant") is True
    return {**({"tenantGrant": grant} if ensured else {}), **_revoking(stated)}


def _revoking(stated: object) -> dict[str, Writable]:
    return {"revokeStale": True} if isinstance(stated, Mapping) and stated.get("revokeStale") is True else {}


def _private_events(stated: Words, changed: Mapping[str, ResourceChange]) -> Writable:
    """The exceptions with every privilege that the run changed; the default unless one of these was unknown."""
    pairs = {f"{user},{assistant}": str(access) for user, assistant, access in stated.get("except") or ()}
    moved = {inside(address): one["change"] for address, one in changed.items() if address.startswith(PAIR)}
    unknown = [pair for pair, change in moved.items() if change["before_unknown"]]
    pairs |= {pair: str(change["before"]) for pair, change in moved.items()}
    default = stated.get("default")
    written: dict[str, Writable] = {}
    if isinstance(default, str):
        written["default"] = DEFAULT_LEFT_OUT if unknown else default
    written["except"] = [
        {"user": user, "assistant": assistant, "access": access}
        for (user, _, assistant), access in sorted((pair.partition(","), access) for pair, access in pairs.items())
        if f"{user},{assistant}" not in unknown and is_writable(user + assistant)
    ]
    return written
