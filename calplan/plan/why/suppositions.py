"""What could be otherwise for one user: a field of the policy left as it is live, or a fact about him."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, assert_never

from calplan.impact.assess import assess
from calplan.impact.outcome import UserOutcome
from calplan.impact.population import populate
from calplan.impact.resolve import Levels
from calplan.model.account import TenantFacts
from calplan.model.domain import Domain, domain_of
from calplan.model.levels import Groups
from calplan.model.policy import GroupOverride
from calplan.model.proof import Basis
from calplan.model.service import ExchangeMapi, Office365Graph, Service, ServiceType, key_of
from calplan.model.settings import AccountSettings, AnyDomain, Setting
from calplan.model.unknown import Tri, Unknown
from calplan.model.user import RawFacts, UserBatch, UserFacts, decode, text_list
from calplan.plan.service_parts import Part, parts_that_change, service_left
from calplan.plan.tenant import lacks, needed_scopes, with_grant
from calplan.plan.writes import KEYS, stated

WINDOWS: Final = "win"
AUTH: Final = {
    ServiceType.OFFICE365_GRAPH: "oauth",
    ServiceType.OFFICE365_EWS: "oauth",
    ServiceType.GOOGLE: "oauth",
    ServiceType.EXCHANGE_EWS: "basic",
    ServiceType.EXCHANGE_MAPI: "basic",
}
"""How a user would sign in to a service he does not have today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingLeft:
    """A setting of the account, or a part of its service, stays as it is live."""

    setting: Setting
    part: Part | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideLeft:
    """What a group states for one setting, or a part of its service, stays as it is live; ``group`` is an id."""

    group: str
    setting: Setting
    part: Part | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverridesLeft:
    """All groups go on stating what they do: nobody has read that, or nobody knows which of them are the user's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantLeft:
    """The plan does not widen the tenant-wide grant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainListed:
    """The user's domain is on the list."""

    domain: Domain


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientAdded:
    """The user has one client more, the oldest that prompts."""

    client: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantHeld:
    """The tenant-wide grant holds the scopes that the user needs."""

    scopes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The user is connected to the very service, with the very permissions, that the plan leads to."""

    service: Service


PolicyField = SettingLeft | OverrideLeft | OverridesLeft | GrantLeft
Fact = DomainListed | ClientAdded | GrantHeld | Connected
Supposition = PolicyField | Fact


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Everything that the forecast of one active user is made from.

    ``tenant`` is as the plan finds it. Where the plan ``ensures_grant``, users authorise under the wider one.
    """

    before: Levels
    after: Levels
    tenant: TenantFacts
    ensures_grant: bool
    email: str
    raw: RawFacts
    basis: Basis = Basis.PLATFORM

    @cached_property
    def user(self) -> UserFacts:
        """The facts that rules read."""
        return decode(self.raw)

    @cached_property
    def enforced(self) -> AccountSettings:
        """The settings that hold for the user after the change."""
        return self.after.effective(self.after.membership(self.user)).settings

    @cached_property
    def later_tenant(self) -> TenantFacts:
        """The tenant as it is when the user has to authorise."""
        scopes = needed_scopes(self.after) if self.ensures_grant else frozenset()
        return with_grant(self.tenant, scopes) if lacks(self.tenant, scopes) else self.tenant

    @cached_property
    def outcome(self) -> UserOutcome | None:
        """What is forecast, by the same rules as for everybody; ``None`` for a user who is not active."""
        one = UserBatch(emails=[self.email], facts=[self.raw], mailboxes={}, bases=[self.basis])
        alone = populate([one])
        return assess(self.before, self.after, alone, self.later_tenant).outcome(self.email)


def policy_fields(now: Situation) -> Iterator[PolicyField]:
    """Every field by which the plan changes anything for the user: of the account, then of his groups."""
    before, after = now.before.account, now.after.account
    for setting in Setting:
        if _left(after, before, setting) != after:
            parts = parts_that_change(after.service, before.service) if setting is Setting.SERVICE else (None,)
            yield from (SettingLeft(setting=setting, part=part) for part in parts)
    yield from _override_fields(now)
    if now.later_tenant != now.tenant:
        yield GrantLeft()


def _override_fields(now: Situation) -> Iterator[PolicyField]:
    was, new = now.before.overrides, now.after.overrides
    if isinstance(new, Unknown):
        return
    own = now.after.membership(now.user)
    if isinstance(was, Unknown) or isinstance(own.groups, Unknown):
        if was != new:
            yield OverridesLeft()
        return
    for group in (*new, *sorted(was.keys() - new.keys())):
        if group not in own.groups and group != own.primary:
            continue
        old, later = was.get(group, GroupOverride(group=group)), new.get(group, GroupOverride(group=group))
        for setting in KEYS:
            if stated(old, setting) != stated(later, setting):
                parts = parts_that_change(later.service, old.service) if setting is Setting.SERVICE else (None,)
                yield from (OverrideLeft(group=group, setting=setting, part=part) for part in parts)


def facts(now: Situation) -> Iterator[Fact]:
    """Every fact about the user that could be otherwise and that rules read, known or not."""
    domain, allowed = domain_of(now.email), now.after.account.allowed_domains
    listed = isinstance(allowed, AnyDomain) or (not isinstance(allowed, Unknown) and domain in allowed)
    if domain is not None and not listed:
        yield DomainListed(domain=domain)
    yield from (ClientAdded(client=f"5.2.2({platform})") for platform in _platforms(now))
    service = now.enforced.service
    if isinstance(service, Office365Graph) and lacks(now.later_tenant, service.permissions.scopes):
        yield GrantHeld(scopes=service.permissions.scopes)
    if not isinstance(service, Unknown):
        yield Connected(service=service)


def _platforms(now: Situation) -> Iterator[str]:
    """On which a client that prompts would be news: the user's own, or Windows; Windows too where MAPI needs it."""
    user = now.user
    own = sorted({one.platform for one in user.versions if one is not None and one.platform is not None})
    first = WINDOWS if not own or WINDOWS in own else own[0]
    if user.prompt_capable is not Tri.YES:
        yield first
    needs_windows = isinstance(now.enforced.service, ExchangeMapi) and user.windows is not Tri.YES
    if needs_windows and (first != WINDOWS or user.prompt_capable is Tri.YES):
        yield WINDOWS


def supposed(now: Situation, one: Supposition) -> Situation | None:
    """The situation if one thing were otherwise; ``None`` where that is no policy anybody can write."""
    match one:
        case SettingLeft():
            return _setting_left(now, one)
        case OverrideLeft():
            return _override_left(now, one)
        case OverridesLeft():
            return replace(now, after=replace(now.after, groups=now.before.groups))
        case GrantLeft():
            return replace(now, ensures_grant=False)
        case DomainListed(domain=domain):
            return _domain_listed(now, domain)
        case ClientAdded(client=client):
            return replace(now, raw=now.raw._replace(clients=text_list([*now.user.clients, client])))
        case GrantHeld(scopes=scopes):
            return replace(now, tenant=with_grant(now.tenant, scopes))
        case Connected(service=service):
            return replace(now, raw=_connected(now.raw, service))
        case _:
            assert_never(one)


def _setting_left(now: Situation, one: SettingLeft) -> Situation | None:
    before, after = now.before.account, now.after.account
    if one.setting is not Setting.SERVICE:
        return replace(now, after=replace(now.after, account=_left(after, before, one.setting)))
    service = service_left(after.service, before.service, one.part)
    return None if service is None else replace(now, after=replace(now.after, account=replace(after, service=service)))


def _left(after: AccountSettings, before: AccountSettings, setting: Setting) -> AccountSettings:
    """The settings after a change that leaves one of them alone."""
    return AccountSettings(
        enabled=(before if setting is Setting.ENABLED else after).enabled,
        locked=(before if setting is Setting.LOCKED else after).locked,
        service=(before if setting is Setting.SERVICE else after).service,
        allowed_domains=(before if setting is Setting.ALLOWED_DOMAINS else after).allowed_domains,
        bidirectional_sync=(before if setting is Setting.BIDIRECTIONAL_SYNC else after).bidirectional_sync,
        consent_for_account=(before if setting is Setting.CONSENT_FOR_ACCOUNT else after).consent_for_account,
        enforce_oauth=(before if setting is Setting.ENFORCE_OAUTH else after).enforce_oauth,
    )


def _override_left(now: Situation, one: OverrideLeft) -> Situation | None:
    was, new = now.before.overrides, now.after.overrides
    if isinstance(was, Unknown) or isinstance(new, Unknown):
        return None
    nothing = GroupOverride(group=one.group)
    old, later = was.get(one.group, nothing), new.get(one.group, nothing)
    service = service_left(later.service, old.service, one.part) if one.setting is Setting.SERVICE else later.service
    if service is None:
        return None
    override = GroupOverride(
        group=one.group,
        enabled=(old if one.setting is Setting.ENABLED else later).enabled,
        locked=(old if one.setting is Setting.LOCKED else later).locked,
        service=service,
        bidirectional_sync=(old if one.setting is Setting.BIDIRECTIONAL_SYNC else later).bidirectional_sync,
    )
    overrides = tuple(replace(value, group=group) for group, value in {**new, one.group: override}.items())
    groups = Groups(known=now.after.groups.known, overrides=overrides)
    return replace(now, after=replace(now.after, groups=groups))


def _domain_listed(now: Situation, domain: Domain) -> Situation:
    """A list that nobody read and the policy leaves alone holds the domain before and after."""
    allowed = now.after.account.allowed_domains
    if isinstance(allowed, Unknown):
        lists = frozenset({domain})
        before = replace(now.before, account=replace(now.before.account, allowed_domains=lists))
        after = replace(now.after, account=replace(now.after.account, allowed_domains=lists))
        return replace(now, before=before, after=after)
    wider = allowed if isinstance(allowed, AnyDomain) else allowed | {domain}
    return replace(now, after=replace(now.after, account=replace(now.after.account, allowed_domains=wider)))


def _connected(raw: RawFacts, service: Service) -> RawFacts:
    """The facts of a user who holds this service; who holds it today keeps the way of signing in."""
    key = key_of(service)
    name, levels = key.service.value, key.permissions
    return raw._replace(
        service=name,
        ews_host=key.ews_host if isinstance(key.ews_host, str) else None,
        calendar=None if levels is None else levels[0].value,
        contacts=None if levels is None else levels[1].value,
        auth=raw.auth if raw.service == name else AUTH[key.service],
    )
