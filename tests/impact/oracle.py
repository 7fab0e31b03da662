"""A second reading of the decision table, which shares no code with ``calplan.impact``.

``Reading`` answers the terms of semantics (b) from plain values, ``worst`` is the if-chain of the column "Exactly when"
of (d), and ``tests.impact.table`` holds the conditions of (c) row by row. Every live setting is known here.
"""

from dataclasses import dataclass
from functools import cached_property

from calplan.diff import Transition
from calplan.model.account import TenantFacts
from calplan.model.service import ExchangeEws, Google, Impersonation, Office365Ews, Office365Graph
from calplan.model.settings import AccountSettings
from calplan.model.unknown import Unknown
from tests.impact.worlds import CONSENTS, Someone

MAYBE = "?"
SCOPES = {
    ("calendar", "read"): "Calendars.Read",
    ("calendar", "write"): "Calendars.ReadWrite",
    ("contacts", "read"): "Contacts.Read",
    ("contacts", "write"): "Contacts.ReadWrite",
}


def key_of(settings: AccountSettings) -> tuple[str, ...]:
    match settings.service:
        case Office365Graph(permissions=chosen):
            return ("office365-graph", chosen.calendar.value, chosen.contacts.value)
        case Google(permissions=chosen):
            return ("google", chosen.calendar.value, chosen.contacts.value)
        case Office365Ews(ews_url=url):
            return ("office365-ews", url.text.split("/")[2])
        case ExchangeEws(ews_url=url):
            return ("exchange-ews", url.text.split("/")[2])
        case _:
            return ("exchange-mapi",)


def impersonation_of(settings: AccountSettings) -> Impersonation | None:
    service = settings.service
    if not settings.enabled or not isinstance(service, ExchangeEws) or isinstance(service.impersonation, Unknown):
        return None
    return service.impersonation


def outside(email: str, settings: AccountSettings) -> bool:
    allowed = settings.allowed_domains
    return isinstance(allowed, frozenset) and email.rpartition("@")[2] not in {domain.name for domain in allowed}


@dataclass(frozen=True)
class Reading:
    """One user under one change."""

    move: Transition
    user: Someone
    tenant: TenantFacts

    @property
    def before(self) -> AccountSettings:
        return self.move.before

    @property
    def after(self) -> AccountSettings:
        return self.move.after

    @cached_property
    def key_changed(self) -> bool:
        return key_of(self.before) != key_of(self.after)

    @cached_property
    def hits(self) -> bool:
        on = self.after.enabled is True and self.after.locked is True
        return on and (not self.before.enabled or not self.before.locked or self.key_changed)

    @cached_property
    def newly_outside(self) -> bool:
        return outside(self.user.email, self.after) and not outside(self.user.email, self.before)

    @cached_property
    def stays_outside(self) -> bool:
        return outside(self.user.email, self.after) and outside(self.user.email, self.before)

    @cached_property
    def newly_impersonated(self) -> bool:
        return impersonation_of(self.after) is not None and impersonation_of(self.before) is None

    @cached_property
    def no_longer_impersonated(self) -> bool:
        ended = impersonation_of(self.before) is not None and impersonation_of(self.after) is None
        return ended and self.after.enabled is True

    @cached_property
    def login_changed(self) -> bool:
        both = impersonation_of(self.before) is not None and impersonation_of(self.after) is not None
        return both and self.before.service != self.after.service

    @cached_property
    def held(self) -> tuple[str, ...] | None:
        """The held key with ``?`` for unknown parts, ``None`` without a connection, ``("?",)`` when unknown."""
        raw = self.user.raw
        if not self.before.enabled or raw.service == "":
            return None
        if raw.service in (None, "unknown"):
            return (MAYBE,)
        if raw.service in ("google", "office365-graph"):
            chosen = (raw.calendar or "unknown", raw.contacts or "unknown")
            if chosen == ("none", "none"):
                return None
            return (raw.service, *(level.replace("unknown", MAYBE) for level in chosen))
        if raw.service == "exchange-mapi":
            return ("exchange-mapi",)
        host = raw.ews_host
        if host is None and self.auth == "impersonation":
            host = next(iter(key_of(self.before)[1:]), None) if "ews" in key_of(self.before)[0] else None
        return (raw.service, host or MAYBE)

    @cached_property
    def auth(self) -> str:
        raw = self.user.raw
        stated = raw.auth or "unknown"
        off = not isinstance(self.before.service, ExchangeEws) or self.before.service.impersonation is None
        return "basic" if raw.service == "exchange-ews" and stated == "unknown" and off else stated

    @property
    def nothing(self) -> bool:
        return self.held is None

    @property
    def perhaps(self) -> bool:
        return self.held == (MAYBE,)

    @property
    def connected(self) -> bool:
        return not self.nothing and not self.perhaps

    @cached_property
    def fit(self) -> str:
        """``equal``, ``different`` or ``unknown`` for a known connection."""
        held, wanted = self.held or (), key_of(self.after)
        if len(held) != len(wanted) or any(MAYBE != one != two for one, two in zip(held, wanted, strict=True)):
            return "different"
        return "unknown" if MAYBE in held else "equal"

    @property
    def office365(self) -> bool:
        return self.connected and self.user.raw.service in ("office365-graph", "office365-ews")

    @property
    def impersonated(self) -> bool:
        return self.connected and self.auth == "impersonation"

    @property
    def perhaps_impersonated(self) -> bool:
        return self.perhaps or (self.connected and self.user.raw.service == "exchange-ews" and self.auth == "unknown")

    @property
    def prompts(self) -> str:
        return self.user.clients.prompts

    @property
    def windows(self) -> str:
        return self.user.clients.windows

    @property
    def mailbox(self) -> str:
        return self.user.raw.mailbox_location or "unknown"

    @property
    def to_graph(self) -> bool:
        return key_of(self.after)[0] == "office365-graph"

    @property
    def to_mapi(self) -> bool:
        return key_of(self.after)[0] == "exchange-mapi"

    @cached_property
    def cut_by_domain(self) -> bool:
        return self.newly_outside and self.connected

    @cached_property
    def cut_by_lock(self) -> bool:
        return self.hits and self.connected and self.fit == "different"

    @property
    def taken(self) -> bool:
        return self.cut_by_domain or self.cut_by_lock

    @cached_property
    def cut_by_impersonation(self) -> bool:
        return self.no_longer_impersonated and not self.taken and self.impersonated

    @cached_property
    def oauth_comes(self) -> bool:
        return self.after.enforce_oauth is True and self.before.enforce_oauth is False and not self.taken

    @cached_property
    def cut_by_oauth(self) -> bool:
        return self.oauth_comes and self.office365 and self.auth == "basic"

    @cached_property
    def cut_by_platform(self) -> bool:
        cut = self.hits or self.cut_by_domain or self.cut_by_impersonation or self.cut_by_oauth
        locked = self.to_mapi and self.after.locked is True
        return locked and self.windows == "no" and self.connected and cut

    @cached_property
    def lost(self) -> bool:
        return self.taken or self.cut_by_impersonation or self.cut_by_oauth or self.cut_by_platform

    @cached_property
    def gained(self) -> bool:
        reaches = self.newly_impersonated and self.mailbox == "on-premises" and self.user.clients.impersonates
        free = self.nothing or (self.connected and self.fit == "equal")
        return reaches and free and not outside(self.user.email, self.after)

    @cached_property
    def must_authorise_graph(self) -> bool:
        return self.to_graph and (
            self.cut_by_lock or (self.hits and self.nothing and not self.gained) or self.cut_by_oauth
        )

    @cached_property
    def needed(self) -> frozenset[str]:
        _, calendar, contacts = key_of(self.after)
        pairs = (("calendar", calendar), ("contacts", contacts))
        return frozenset(SCOPES[pair] for pair in pairs if pair in SCOPES)

    @cached_property
    def consent(self) -> str:
        """``covered``, ``missing`` (nobody but an administrator can give it), ``own`` or ``unknown``."""
        grant, own = self.tenant.grant, self.user.raw.own_grant
        have = set() if isinstance(grant, Unknown) else set(grant)
        have |= set() if own is None else {word for word in SCOPES.values() if f'"{word}"' in own}
        if self.needed <= have:
            return "covered"
        if isinstance(grant, Unknown) or own is None or self.tenant.user_consent == CONSENTS["custom"]:
            return "unknown"
        if isinstance(self.tenant.user_consent, Unknown):
            return "unknown"
        if self.tenant.user_consent == CONSENTS["yes"]:
            return "own"
        if self.tenant.user_consent == CONSENTS["managed"]:
            return "unknown" if self.needed <= {"Contacts.Read"} else "missing"
        return "missing"


def worst(one: Reading) -> str:
    """The outcome by the column "Exactly when", from the first name down."""
    if one.before == one.after:
        return "unaffected"
    if not one.after.enabled:
        if not one.before.enabled:
            return "unaffected"
        return "blocked" if one.nothing else "at_risk" if one.perhaps else "disconnected_blocked"
    locked = one.after.locked is True
    no_consent = one.must_authorise_graph and one.consent == "missing"
    no_platform = one.to_mapi and locked and one.windows == "no"
    hybrid = one.to_graph and locked and one.mailbox == "on-premises"
    barred = outside(one.user.email, one.after) or no_platform or hybrid or no_consent
    if one.lost:
        if barred:
            return "disconnected_blocked"
        if one.prompts == "no":
            return "disconnected_silent"
        return "disconnected_prompted" if one.cut_by_lock and one.prompts == "yes" else "disconnected_notice_unknown"
    if one.nothing and (one.newly_outside or (one.hits and barred)):
        return "blocked"
    if _at_risk(one):
        return "at_risk"
    if one.gained:
        return "automatic"
    return "prompted" if one.nothing and one.hits and one.prompts != "no" else "unaffected"


def _at_risk(one: Reading) -> bool:
    unsure = one.perhaps or (one.connected and one.fit == "unknown")
    return (
        (one.newly_outside and one.perhaps)
        or (one.hits and unsure)
        or (one.hits and one.to_mapi and one.windows == "unknown")
        or (one.no_longer_impersonated and one.perhaps_impersonated)
        or (one.login_changed and (one.impersonated or one.perhaps_impersonated))
        or (one.oauth_comes and (one.perhaps or (one.office365 and one.auth == "unknown")))
    )
