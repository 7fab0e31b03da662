"""Builders of values for tests: whatever a test does not state has a plain, fully known value."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from calplan.diff import Transition
from calplan.impact.assess import Assessment, assess
from calplan.impact.outcome import UserOutcome
from calplan.impact.population import Population, populate
from calplan.impact.resolve import Levels, alone
from calplan.model.account import AssistantPair, Evidence, Observed, PrivateAccess, PrivateEvents, TenantFacts
from calplan.model.domain import Domain
from calplan.model.levels import GroupModel, Groups
from calplan.model.limits import Limit, Limits, MaxEvidenceAge
from calplan.model.permissions import Permission, Permissions
from calplan.model.policy import CalendarPolicy, GroupOverride
from calplan.model.service import (
    EwsUrl,
    ExchangeEws,
    ExchangeMapi,
    Google,
    Impersonation,
    Office365Ews,
    Office365Graph,
    Service,
)
from calplan.model.settings import ANY, AccountSettings, Domains, WantedSettings
from calplan.model.times import Freeze, Window, WindowKind, Windows
from calplan.model.unknown import Unknown
from calplan.model.user import RawFacts, UserBatch, text_list
from calplan.plan.as_document import as_document
from calplan.plan.build import Live, Terms, build_plan
from calplan.plan.edits import EditLog, LogUnread
from calplan.plan.fingerprint import canonical_policy, canonical_text, digest
from calplan.plan.kinds import canonical, whole
from calplan.plan.labels import Labels
from calplan.plan.moves import Previous
from calplan.plan.plan import Plan
from calplan.plan.planfile import PlanParts, pack, users_bytes
from calplan.plan.users import AssessedUsers, users_of
from calplan.plan.walk import Toll, Walker
from calplan.plan.writes import Write, writes_between

OWN_SERVER: Final = "https://mail.corp.example/EWS/Exchange.asmx"
MICROSOFT_SERVER: Final = "https://outlook.office365.com/EWS/Exchange.asmx"
MAPI: Final = ExchangeMapi()

NEW_WINDOWS: Final = "6.5.3.8712(win)"
NEW_MAC: Final = "6.5.3.8712(mac)"
MIDDLE_WINDOWS: Final = "5.5.0(win)"
OLD_WINDOWS: Final = "5.2.44052.0816(win)"
OLD_MAC: Final = "5.1.0(mac)"

EVERY_SCOPE: Final = ("Calendars.Read", "Calendars.ReadWrite", "Contacts.Read", "Contacts.ReadWrite")
NOW: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
NO_LIMITS: Final = Limits(
    disconnected=Limit(percent=100),
    silent=Limit(percent=100),
    blocked=Limit(percent=100),
    unknown=Limit(percent=100),
    pairs=Limit(count=10**6),
)
EVERY_ADDRESS: Final = (
    "integration.enabled",
    "integration.locked",
    "integration.service",
    "allowedDomains",
    "bidirectionalSync",
    "office365.consentForAccount",
    "office365.enforceOAuth",
    "office365.tenantGrant",
    "privateEvents",
    "groups",
)


def levels(calendar: str, contacts: str) -> Permissions:
    return Permissions(calendar=Permission(calendar), contacts=Permission(contacts))


def google(calendar: str = "write", contacts: str = "read") -> Google:
    return Google(permissions=levels(calendar, contacts))


def graph(calendar: str = "write", contacts: str = "read") -> Office365Graph:
    return Office365Graph(permissions=levels(calendar, contacts))


def office365_ews(url: str = MICROSOFT_SERVER) -> Office365Ews:
    return Office365Ews(ews_url=EwsUrl.parse(url))


def exchange(url: str = OWN_SERVER, impersonation: Impersonation | Unknown | None = None) -> ExchangeEws:
    return ExchangeEws(ews_url=EwsUrl.parse(url), impersonation=impersonation)


def impersonation(
    account: str = "svc@corp.example", exchange_version: str = "2016", password_version: int | Unknown = 1
) -> Impersonation:
    return Impersonation(account=account, exchange_version=exchange_version, password_version=password_version)


def domains(*names: str) -> frozenset[Domain]:
    return frozenset(map(Domain.parse, names))


def account(
    *,
    enabled: bool | Unknown = True,
    locked: bool | Unknown = False,
    service: Service | Unknown | None = None,
    allowed_domains: Domains | Unknown = ANY,
    bidirectional_sync: bool | Unknown = False,
    consent_for_account: bool | Unknown = False,
    enforce_oauth: bool | Unknown = False,
) -> AccountSettings:
    """Settings of an account: on, unlocked, Google write/read, any domain, and every switch off."""
    return AccountSettings(
        enabled=enabled,
        locked=locked,
        service=google() if service is None else service,
        allowed_domains=allowed_domains,
        bidirectional_sync=bidirectional_sync,
        consent_for_account=consent_for_account,
        enforce_oauth=enforce_oauth,
    )


def altered(settings: AccountSettings, name: str, value: object) -> AccountSettings:
    """The settings with one of them replaced, by the name of its field."""
    return replace(settings, **{name: cast("Any", value)})


def wanted(settings: AccountSettings) -> WantedSettings:
    """A policy that states every known setting."""
    stated = {name: getattr(settings, name) for name in AccountSettings.__dataclass_fields__}
    return WantedSettings(**{name: value for name, value in stated.items() if not isinstance(value, Unknown)})


def tenant(
    grant: Iterable[str] | Unknown = EVERY_SCOPE,
    user_consent: Iterable[str] | Unknown = (),
    hybrid: bool | Unknown = False,
) -> TenantFacts:
    """Facts of a tenant that granted everything and lets users consent to nothing."""
    return TenantFacts(
        hybrid=hybrid,
        grant=grant if isinstance(grant, Unknown) else frozenset(grant),
        user_consent=user_consent if isinstance(user_consent, Unknown) else frozenset(user_consent),
    )


def facts(
    service: str | None = "",
    calendar: str | None = None,
    contacts: str | None = None,
    *,
    auth: str | None = "oauth",
    ews_host: str | None = None,
    clients: Iterable[str] = (NEW_WINDOWS,),
    mailbox_location: str | None = "cloud",
    own_grant: Iterable[str] | None = (),
    groups: Iterable[str] | None = (),
    primary_group: str | None = None,
    status: str = "active",
) -> RawFacts:
    """Facts of an active user in the cloud on a new client; not connected unless a service is given."""
    return RawFacts(
        status=status,
        service=service,
        ews_host=ews_host,
        calendar=calendar,
        contacts=contacts,
        auth=auth if service else None,
        mailbox_location=mailbox_location,
        own_grant=None if own_grant is None else text_list([*own_grant]),
        groups=None if groups is None else text_list([*groups]),
        primary_group=primary_group,
        clients=text_list([*clients]),
    )


def population(
    users: Mapping[str, RawFacts], *, mailboxes: Mapping[str, str] | None = None, last_client_only: bool = False
) -> Population:
    batch = UserBatch(emails=[*users], facts=[*users.values()], mailboxes=dict(mailboxes or {}))
    return populate([batch], last_client_only=last_client_only)


def forecast(
    before: AccountSettings,
    after: AccountSettings,
    user: RawFacts,
    *,
    email: str = "ann@corp.example",
    facts_of_tenant: TenantFacts | None = None,
    last_client_only: bool = False,
) -> UserOutcome | None:
    """What a change means for one user; ``None`` if he is not active."""
    people = population({email: user}, last_client_only=last_client_only)
    return assess(alone(before), alone(after), people, facts_of_tenant or tenant()).outcome(email)


def assessment(
    before: AccountSettings,
    after: AccountSettings,
    users: Mapping[str, RawFacts],
    facts_of_tenant: TenantFacts | None = None,
) -> Assessment:
    return assess(alone(before), alone(after), population(users), facts_of_tenant or tenant())


def assess_move(move: Transition, people: Population, facts_of_tenant: TenantFacts | None = None) -> Assessment:
    """The forecast for an account without groups."""
    return assess(alone(move.before), alone(move.after), people, facts_of_tenant or tenant())


def planned(policy: CalendarPolicy, scene: "Scene") -> Plan:
    """The plan of another policy in this scene."""
    return build_plan(policy, scene.live, scene.terms, ())


def moved(scene: "Scene", previous: Previous) -> Plan:
    """The plan of a scene that knows the users of an earlier one."""
    return build_plan(scene.policy, replace(scene.live, previous=previous), scene.terms, ())


def losses_by_state(
    states: Sequence[AccountSettings], found: Assessment, facts_of_tenant: TenantFacts
) -> tuple[int, ...]:
    """How many users lose their connection on the way into each state after the first, if nobody reconnects."""
    return tuple(toll.events for toll in tolls_by_state(states, found, facts_of_tenant, patient=False))


def tolls_by_state(
    states: Sequence[AccountSettings], found: Assessment, facts_of_tenant: TenantFacts, *, patient: bool
) -> tuple[Toll, ...]:
    """What the way into each state after the first costs the users of a forecast."""
    walker = Walker([*map(alone, states)], found, facts_of_tenant)
    stops, number, tolls = walker.at_start, walker.start, []
    for state in states[1:]:
        further = walker.state(alone(state))
        stops, toll = walker.move(stops, number, further, patient=patient)
        tolls.append(toll)
        number = further
    return tuple(tolls)


def direct_writes(before: AccountSettings, after: AccountSettings) -> tuple[Write, ...]:
    """The writes of an account without groups, in canonical order."""
    return canonical_writes(alone(before), alone(after))


def canonical_writes(before: Levels, after: Levels) -> tuple[Write, ...]:
    """The writes of an account with its groups, in canonical order."""
    writes = writes_between(before, after)
    kinds = frozenset(write.kind for write in writes)
    order = whole(canonical(kinds, to_office365_ews=isinstance(after.account.service, Office365Ews)), kinds)
    return tuple(sorted(writes, key=lambda write: order.index(write.kind)))


def window(cron: str, hours: float = 4, zone: str = "Europe/Berlin", kind: str = "allow", reason: str = "") -> Window:
    lasts = timedelta(hours=hours)
    return Window(kind=WindowKind(kind), cron=cron, duration=lasts, time_zone=ZoneInfo(zone), reason=reason)


def evidence(
    source: str = "local users", kind: str = "users", as_of: datetime | None = NOW, records: int = 1
) -> Evidence:
    return Evidence(source=source, kind=kind, as_of=as_of, records=records, complete=True)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Everything a plan is made from; a test replaces what it is about."""

    before: AccountSettings = field(default_factory=account)
    after: WantedSettings = field(default_factory=WantedSettings)
    users: Mapping[str, RawFacts] = field(default_factory=dict)
    mailboxes: Mapping[str, str] = field(default_factory=dict)
    facts_of_tenant: TenantFacts | None = field(default_factory=tenant)
    ensure_tenant_grant: bool = False
    private_events: PrivateEvents | None = None
    assistants: Mapping[AssistantPair, PrivateAccess] = field(default_factory=dict)
    groups: Groups = field(default_factory=Groups)
    wanted_groups: tuple[GroupOverride, ...] | None = None
    group_model: GroupModel = field(default_factory=GroupModel)
    limits: Limits = NO_LIMITS
    ages: MaxEvidenceAge = field(default_factory=MaxEvidenceAge)
    now: datetime = NOW
    as_of: date = date(2026, 11, 22)
    read_at: datetime | None = NOW - timedelta(minutes=1)
    modes: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(EVERY_ADDRESS, "api"))
    labels: Labels = ()
    allowed: frozenset[str] = frozenset()
    windows: tuple[Windows, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    evidence: Evidence | None = None
    edits: EditLog | LogUnread | None = None

    @property
    def policy(self) -> CalendarPolicy:
        return CalendarPolicy(
            name="contoso",
            account="contoso",
            settings=self.after,
            ensure_tenant_grant=self.ensure_tenant_grant,
            private_events=self.private_events,
            groups=self.wanted_groups,
        )

    @property
    def live(self) -> Live:
        tenants: tuple[Observed[TenantFacts], ...] = ()
        if self.facts_of_tenant is not None:
            tenants = (Observed(value=self.facts_of_tenant, evidence=self.seen("tenant")),)
        pairs = Observed(value=self.assistants, evidence=self.seen("assistants"))
        return Live(
            settings=Observed(value=self.before, evidence=self.evidence or self.seen("settings")),
            groups=Observed(value=self.groups, evidence=self.seen("groups")),
            population=population(self.users, mailboxes=self.mailboxes),
            users=self.seen("users"),
            tenant=tenants,
            assistants=None if self.private_events is None else pairs,
            edits=self.edits,
        )

    @property
    def terms(self) -> Terms:
        return Terms(
            limits=self.limits,
            ages=self.ages,
            owner="owner@corp.example",
            as_of=self.as_of,
            at=self.now,
            modes=self.modes,
            provider="local",
            labels=self.labels,
            group_model=self.group_model,
            allowed=self.allowed,
            windows=self.windows,
            freezes=self.freezes,
        )

    def seen(self, kind: str) -> Evidence:
        return evidence(f"local {kind}", kind, self.read_at)

    def plan(self) -> Plan:
        return build_plan(self.policy, self.live, self.terms, ())

    def assessed(self) -> AssessedUsers:
        return users_of(self.plan())

    def parts(self, version: str = "0.0.test") -> PlanParts:
        """What a saved plan is made of."""
        users, policy = users_bytes(self.assessed().lines()), canonical_policy(self.policy)
        document = as_document(
            self.plan(),
            version=version,
            users_hash=self.assessed().digest(),
            policy_hash=digest(canonical_text(policy)),
        )
        return PlanParts(document=document, users=users, policy=policy, positions={}, paths=("contoso",))

    def plan_id(self) -> str:
        return self.parts().document["plan_id"]

    def packed(self) -> bytes:
        return pack(self.parts(), created_at=self.now)
