"""Draws accounts as they truly are, and hides some of what is true of them."""

from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from calplan.model.account import TenantFacts
from calplan.model.domain import Domain
from calplan.model.levels import Group, GroupModel
from calplan.model.permissions import Permission, Permissions
from calplan.model.policy import GroupOverride
from calplan.model.service import EwsUrl, ExchangeEws, ExchangeMapi, Google, Impersonation, Office365Ews, Office365Graph
from calplan.model.service import Service as AnyService
from calplan.model.settings import ANY, AccountSettings, Domains, Setting
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.model.user import RawFacts, text_list

USERS: Final = 12
DOMAINS: Final = ("corp.example", "emea.corp.example", "partner.example")
LEVELS: Final = (Permission.NONE, Permission.READ, Permission.WRITE)
URLS: Final = tuple(
    EwsUrl.parse(f"https://{host}/EWS/Exchange.asmx") for host in ("mail.corp.example", "old.corp.example")
)
OTHER_PATH: Final = EwsUrl.parse("https://mail.corp.example/other.asmx")
NEW, OLD, MAC, OLD_MAC, MIDDLE = (
    "6.5.3.8712(win)",
    "5.2.44052.0816(win)",
    "6.5.3.8712(mac)",
    "5.1.3.11(mac)",
    "5.9.6(win)",
)
CLIENTS: Final = ((NEW,), (OLD,), (MAC,), (OLD_MAC,), (MIDDLE,), (OLD, MAC), (OLD_MAC, NEW), (OLD_MAC, OLD))
SELF: Final = "ManagePermissionGrantsForSelf.microsoft-user-default-"
CONSENT: Final = ((), (SELF + "legacy",), (SELF + "recommended",))
SCOPES: Final = ("Calendars.Read", "Calendars.ReadWrite", "Contacts.Read", "Contacts.ReadWrite")
WRITABLE: Final = tuple(Setting)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One drawn case: an account as it truly is, what is wanted, and how edits of a login turn out.

    ``overrides_before`` and ``overrides_after`` are as an account shows them: by id, and none that states nothing.
    """

    before: AccountSettings
    after: AccountSettings
    users: tuple[tuple[str, RawFacts], ...]
    tenant: TenantFacts
    edits_work: bool
    groups: tuple[Group, ...] = ()
    overrides_before: tuple[GroupOverride, ...] = ()
    overrides_after: tuple[GroupOverride, ...] = ()
    model: GroupModel = field(default_factory=GroupModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A world as calplan gets to see it; ``hidden`` names the facts of each user that were hidden."""

    users: tuple[tuple[str, RawFacts], ...]
    tenant: TenantFacts
    hidden: dict[str, frozenset[str]]


def draw_world(random: Random) -> World:
    """A world without unknown facts."""
    before = draw_settings(random)
    return World(
        before=before,
        after=draw_change(random, before),
        users=tuple((f"u{number:02}@{random.choice(DOMAINS)}", draw_user(random, before)) for number in range(USERS)),
        tenant=draw_tenant(random),
        edits_work=random.random() < 0.5,
    )


def draw_settings(random: Random) -> AccountSettings:
    return AccountSettings(
        enabled=random.random() < 0.85,
        locked=random.random() < 0.4,
        service=draw_service(random),
        allowed_domains=draw_domains(random),
        bidirectional_sync=random.random() < 0.5,
        consent_for_account=random.random() < 0.5,
        enforce_oauth=random.random() < 0.4,
    )


def draw_change(random: Random, before: AccountSettings) -> AccountSettings:
    """Another state; turning the integration off stands alone, as every plan demands."""
    if before.enabled is True and random.random() < 0.08:
        return replace(before, enabled=False)
    other = replace(draw_settings(random), enabled=before.enabled or random.random() < 0.7)
    if isinstance(before.service, ExchangeEws) and random.random() < 0.4:
        other = replace(other, service=draw_exchange(random))
    kept = {setting for setting in WRITABLE if random.random() < 0.4}
    return mixed(other, before, kept)


def mixed(one: AccountSettings, other: AccountSettings, of_other: set[Setting]) -> AccountSettings:
    """The settings of one, but for those named, which are the other's."""
    return AccountSettings(
        enabled=(other if Setting.ENABLED in of_other else one).enabled,
        locked=(other if Setting.LOCKED in of_other else one).locked,
        service=(other if Setting.SERVICE in of_other else one).service,
        allowed_domains=(other if Setting.ALLOWED_DOMAINS in of_other else one).allowed_domains,
        bidirectional_sync=(other if Setting.BIDIRECTIONAL_SYNC in of_other else one).bidirectional_sync,
        consent_for_account=(other if Setting.CONSENT_FOR_ACCOUNT in of_other else one).consent_for_account,
        enforce_oauth=(other if Setting.ENFORCE_OAUTH in of_other else one).enforce_oauth,
    )


def without(settings: AccountSettings, hidden: set[Setting]) -> AccountSettings:
    """The settings with some of them unread."""
    unread = AccountSettings(
        enabled=UNKNOWN,
        locked=UNKNOWN,
        service=UNKNOWN,
        allowed_domains=UNKNOWN,
        bidirectional_sync=UNKNOWN,
        consent_for_account=UNKNOWN,
        enforce_oauth=UNKNOWN,
    )
    return mixed(settings, unread, hidden)


def draw_service(random: Random) -> AnyService:
    match random.randrange(5):
        case 0:
            return Office365Graph(permissions=draw_permissions(random))
        case 1:
            return Office365Ews(ews_url=random.choice(URLS))
        case 2:
            return draw_exchange(random)
        case 3:
            return ExchangeMapi()
        case _:
            return Google(permissions=draw_permissions(random))


def draw_exchange(random: Random) -> ExchangeEws:
    login = Impersonation(
        account=random.choice(("svc@corp.example", "new@corp.example")),
        exchange_version="2016",
        password_version=random.choice((1, 2)),
    )
    url = random.choice((*URLS, OTHER_PATH))
    return ExchangeEws(ews_url=url, impersonation=login if random.random() < 0.6 else None)


def draw_permissions(random: Random) -> Permissions:
    while True:
        calendar, contacts = random.choice(LEVELS), random.choice(LEVELS)
        if (calendar, contacts) != (Permission.NONE, Permission.NONE):
            return Permissions(calendar=calendar, contacts=contacts)


def draw_domains(random: Random) -> Domains:
    if random.random() < 0.4:
        return ANY
    listed = frozenset(Domain.parse(name) for name in DOMAINS if random.random() < 0.6)
    return listed or ANY


def draw_tenant(random: Random) -> TenantFacts:
    return TenantFacts(
        hybrid=False,
        grant=frozenset(scope for scope in SCOPES if random.random() < 0.5),
        user_consent=frozenset(random.choice(CONSENT)),
    )


def draw_user(random: Random, settings: AccountSettings) -> RawFacts:
    """One active user; half of those connected hold what the account offers."""
    nothing: dict[str, str | None] = {"service": "", "ews_host": None, "calendar": "", "contacts": "", "auth": ""}
    connection = nothing if random.random() < 0.3 else _connection(random, settings)
    return RawFacts(
        status="active",
        mailbox_location=random.choice(("cloud", "on-premises")),
        own_grant=text_list([scope for scope in SCOPES if random.random() < 0.4]),
        groups="[]",
        primary_group=None,
        clients=text_list(list(random.choice(CLIENTS))),
        service=connection["service"],
        ews_host=connection["ews_host"],
        calendar=connection["calendar"],
        contacts=connection["contacts"],
        auth=connection["auth"],
    )


def _connection(random: Random, settings: AccountSettings) -> dict[str, str | None]:
    offered = random.random() < 0.5
    service = draw_service(random) if isinstance(settings.service, Unknown) or not offered else settings.service
    match service:
        case Office365Graph(permissions=levels):
            return _words("office365-graph", levels=levels, auth="oauth")
        case Google(permissions=levels):
            return _words("google", levels=levels, auth="oauth")
        case Office365Ews(ews_url=url):
            return _words("office365-ews", host=url.host, auth=random.choice(("oauth", "basic")))
        case ExchangeEws(ews_url=url, impersonation=login):
            impersonated = login is not None and settings.impersonation is not None and offered
            return _words("exchange-ews", host=url.host, auth="impersonation" if impersonated else "basic")
        case ExchangeMapi():
            return _words("exchange-mapi", auth="basic")


def _words(
    service: str, *, host: str | None = None, levels: Permissions | None = None, auth: str
) -> dict[str, str | None]:
    return {
        "service": service,
        "ews_host": host,
        "calendar": levels.calendar.value if levels else None,
        "contacts": levels.contacts.value if levels else None,
        "auth": auth,
    }


def hide(random: Random, world: World, share: float, *, membership: bool = False) -> Seen:
    """The world with each fact hidden with this probability; a list of clients is hidden as a whole.

    Who is in which group is hidden on demand only: no plan is made without it.
    """
    hiding = HIDING | HIDING_MEMBERSHIP if membership else HIDING
    users, hidden = [], {}
    for email, facts in world.users:
        names = frozenset(name for name in hiding if random.random() < share)
        shown = facts
        for name in sorted(names):
            shown = RawFacts._make({**shown._asdict(), **hiding[name]}.values())
        users.append((email, shown))
        hidden[email] = names
    tenant = replace(
        world.tenant,
        grant=UNKNOWN if random.random() < share else world.tenant.grant,
        user_consent=UNKNOWN if random.random() < share else world.tenant.user_consent,
    )
    return Seen(users=tuple(users), tenant=tenant, hidden=hidden)


HIDING: Final[dict[str, dict[str, str | None]]] = {
    "connection": {"service": "unknown", "ews_host": None, "calendar": None, "contacts": None, "auth": None},
    "ews_host": {"ews_host": None},
    "calendar": {"calendar": None},
    "contacts": {"contacts": "unknown"},
    "auth": {"auth": "unknown"},
    "mailbox_location": {"mailbox_location": "unknown"},
    "clients": {"clients": "[]"},
    "own_grant": {"own_grant": None},
}
HIDING_MEMBERSHIP: Final[dict[str, dict[str, str | None]]] = {
    "groups": {"groups": None},
    "primary_group": {"primary_group": None},
}
