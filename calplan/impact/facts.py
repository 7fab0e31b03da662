"""The facts of one class of users as rules see them: already held against one change."""

from dataclasses import dataclass, replace
from functools import cached_property

from calplan.impact.readings import Reading
from calplan.impact.terms import NO, NOTHING, Claim, Terms
from calplan.model.account import TenantFacts
from calplan.model.connection import Authentication, Connection, Held
from calplan.model.domain import Domain
from calplan.model.service import OFFICE365_TYPES, ServiceType, same_key
from calplan.model.settings import AccountSettings, AnyDomain, Setting
from calplan.model.unknown import Tri, Unknown
from calplan.model.user import MailboxLocation, Status, UserFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whether a login domain lies outside the allowed ones before and after the change.

    That is unknown where nobody read the list; after the change, where the policy leaves it alone besides.
    ``unreadable`` marks an address whose domain cannot be normalised: it counts as outside every list, and nobody is
    sure of it.
    """

    before: Tri
    after: Tri
    unreadable: bool


@dataclass(frozen=True, kw_only=True)
class Case:
    """One class of users under one change: what a rule may read."""

    terms: Terms
    held: Held
    prompts: Tri
    windows: Tri
    can_impersonate: bool
    mailbox: MailboxLocation
    own_grant: frozenset[str] | Unknown
    reach: Reach
    tenant: TenantFacts
    inferred: bool = False

    @property
    def connected(self) -> bool:
        """Whether the user is known to be connected."""
        return isinstance(self.held, Connection)

    @property
    def unconnected(self) -> bool:
        """Whether the user is known not to be connected."""
        return self.held is None

    @cached_property
    def fit(self) -> Tri | None:
        """Whether the held key equals the policy's; ``None`` without a known connection."""
        if not isinstance(self.held, Connection):
            return None
        return same_key(self.held.key, self.terms.after.key)

    @cached_property
    def spared(self) -> Tri | None:
        """Whether a lock that acts leaves the known connection alone; ``None`` without one.

        An equal key is spared, and nothing else. Read otherwise, no connection is (A01), or every one to the same
        service (A02).
        """
        if not isinstance(self.held, Connection):
            return None
        if self.terms.otherwise(Reading.A01):
            return Tri.NO
        key = self.terms.after.key
        if self.terms.otherwise(Reading.A02) and not isinstance(key, Unknown):
            return Tri.YES if self.held.service is key.service else Tri.NO
        return self.fit

    @property
    def authentication(self) -> Authentication | None:
        """How the known connection proves itself; ``None`` without one."""
        return self.held.auth if isinstance(self.held, Connection) else None

    @property
    def on_exchange_by_unknown_means(self) -> bool:
        """Whether he is on Exchange through EWS and nobody knows if by password or impersonation."""
        return (
            isinstance(self.held, Connection)
            and self.held.service is ServiceType.EXCHANGE_EWS
            and self.held.auth is Authentication.UNKNOWN
        )

    @property
    def on_office365(self) -> bool:
        """Whether he is connected to Office 365, by either way."""
        return isinstance(self.held, Connection) and self.held.service in OFFICE365_TYPES

    @property
    def outside_before_and_after(self) -> bool:
        """Whether his domain was and stays outside the list."""
        return self.reach.before is Tri.YES and self.reach.after is Tri.YES

    @property
    def newly_outside(self) -> Claim:
        """Whether this change puts his domain outside; an unread list counts as any domain."""
        if self.reach.after is not Tri.YES or self.reach.before is Tri.YES:
            return NO
        unread = isinstance(self.terms.before.allowed_domains, Unknown)
        return Claim(holds=Tri.YES, rests_on=frozenset({Setting.ALLOWED_DOMAINS}) if unread else NOTHING)


def reach_of(domain: Domain | None, terms: Terms) -> Reach:
    """Where a login domain stands; ``None`` is a domain that cannot be normalised.

    A list means the domains it names; read otherwise, it also means every domain below them (A09).
    """
    names = () if domain is None else (domain, *(domain.parents if terms.otherwise(Reading.A09) else ()))
    return Reach(
        before=_outside(names, terms.before),
        after=_outside(names, terms.after),
        unreadable=domain is None,
    )


def _outside(names: tuple[Domain, ...], settings: AccountSettings) -> Tri:
    allowed = settings.allowed_domains
    if isinstance(allowed, Unknown):
        return Tri.UNKNOWN
    return Tri.NO if isinstance(allowed, AnyDomain) or not allowed.isdisjoint(names) else Tri.YES


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Users whom no rule can tell apart: the facts that rules read, and a domain that stands for all of theirs.

    ``member`` is the number of their membership, which decides what settings hold for them. ``inferred``: nobody who
    would know said what they hold.
    """

    active: bool
    held: Held
    prompts: Tri
    windows: Tri
    can_impersonate: bool
    mailbox: MailboxLocation
    own_grant: frozenset[str] | Unknown
    domain: Domain | None
    member: int
    inferred: bool = False


def cohort_of(user: UserFacts, domain: Domain | None, member: int, *, inferred: bool = False) -> Cohort:
    """The cohort of one class of users with one domain and one membership."""
    return Cohort(
        active=user.status is Status.ACTIVE,
        held=user.connection,
        prompts=user.prompt_capable,
        windows=user.windows,
        can_impersonate=user.can_impersonate,
        mailbox=user.mailbox_location,
        own_grant=user.own_grant,
        domain=domain,
        member=member,
        inferred=inferred,
    )


def case_of(terms: Terms, cohort: Cohort, tenant: TenantFacts) -> Case:
    """The case of one cohort, with the connection read in the light of the live settings."""
    return Case(
        terms=terms,
        held=None if terms.was_off else completed(cohort.held, terms.before),
        prompts=cohort.prompts,
        windows=cohort.windows,
        can_impersonate=cohort.can_impersonate,
        mailbox=cohort.mailbox,
        own_grant=cohort.own_grant,
        reach=reach_of(cohort.domain, terms),
        tenant=tenant,
        inferred=cohort.inferred,
    )


def completed(held: Held, live: AccountSettings) -> Held:
    """The connection with what follows from the live settings (semantics (b)).

    An impersonated one has the account's host; Exchange through EWS without impersonation can only be by password.
    """
    if not isinstance(held, Connection):
        return held
    auth, host = held.auth, held.ews_host
    no_impersonation = live.impersonation is None
    if held.service is ServiceType.EXCHANGE_EWS and auth is Authentication.UNKNOWN and no_impersonation:
        auth = Authentication.BASIC
    live_host = None if isinstance(live.key, Unknown) else live.key.ews_host
    if isinstance(host, Unknown) and auth is Authentication.IMPERSONATION and isinstance(live_host, str):
        host = live_host
    return replace(held, auth=auth, ews_host=host)
