"""What an order of writes does to users on the way, state by state (semantics (i)).

"At once" nobody authorises in between. "Patient" means that whoever lost a connection authorises what is offered
next, unless he is known to be barred, so that he can lose it again. What is at risk keeps its record.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Self

from calplan.impact.assess import Assessment
from calplan.impact.consent import covers, users_may_consent
from calplan.impact.decide import decide
from calplan.impact.facts import Cohort, case_of, completed
from calplan.impact.outcome import Link, Notice
from calplan.impact.resolve import Levels, between, same_levels
from calplan.impact.standing import Effective
from calplan.impact.terms import Terms
from calplan.model.account import TenantFacts
from calplan.model.connection import Authentication, Connection
from calplan.model.policy import GroupOverride
from calplan.model.service import ExchangeEws, ExchangeMapi, Google, Office365Ews, Office365Graph, Service, key_of
from calplan.model.settings import AccountSettings
from calplan.model.unknown import UNKNOWN, Tri, Unknown
from calplan.model.user import MailboxLocation


@dataclass(frozen=True, slots=True, kw_only=True)
class Toll:
    """What an order costs: users who lose at least once, how often all lose, and losses nobody certainly told of.

    ``at_risk`` is how often it puts users at risk; orders are not told apart by it.
    """

    users: int = 0
    events: int = 0
    untold: int = 0
    at_risk: int = 0

    @property
    def rank(self) -> tuple[int, int, int]:
        """Smaller is better."""
        return (self.users, self.events, self.untold)

    def __add__(self, other: "Toll") -> "Toll":
        return Toll(
            users=self.users + other.users,
            events=self.events + other.events,
            untold=self.untold + other.untold,
            at_risk=self.at_risk + other.at_risk,
        )


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a cohort stands on its way: the facts that changes can touch, and whether it lost anything yet."""

    cohort: Cohort
    lost_once: bool


@dataclass(frozen=True, slots=True)
class Leg:
    """What one write does to one cohort: where it stands then, whether it lost, and whether it was certainly told.

    Who is ``at_risk`` may have lost: nobody knows.
    """

    to: int
    lost: bool = False
    untold: bool = False
    at_risk: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Which services can be met on the way, and so which facts of users any rule can ask for."""

    mapi: bool
    graph: bool
    impersonation: bool

    @classmethod
    def of(cls, levels: Sequence[Levels]) -> Self:
        """What is in play between these levels; of what nobody read everything is."""
        overrides = [one for each in levels for one in _overrides_of(each)]
        services = [each.account.service for each in levels] + [one.service for one in overrides]
        unread = any(isinstance(one, Unknown) for one in services) or any(
            isinstance(each.overrides, Unknown) for each in levels
        )
        exchange = [one for one in services if isinstance(one, ExchangeEws)]
        return cls(
            mapi=unread or any(isinstance(one, ExchangeMapi) for one in services),
            graph=unread or any(isinstance(one, Office365Graph) for one in services),
            impersonation=unread or any(one.impersonation is not None for one in exchange),
        )

    def asked(self, cohort: Cohort) -> Cohort:
        """The cohort without the facts that nothing in play asks for."""
        return replace(
            cohort,
            windows=cohort.windows if self.mapi else Tri.UNKNOWN,
            can_impersonate=cohort.can_impersonate and self.impersonation,
            mailbox=cohort.mailbox if self.graph or self.impersonation else MailboxLocation.UNKNOWN,
            own_grant=cohort.own_grant if self.graph else UNKNOWN,
            inferred=False,
        )


def _overrides_of(levels: Levels) -> tuple[GroupOverride, ...]:
    return () if isinstance(levels.overrides, Unknown) else tuple(levels.overrides.values())


class Walker:
    """Moves cohorts from state to state and remembers every leg, since many orders share most of them.

    ``ways`` lists for each cohort the number of its way: cohorts whom nothing tells apart that any of the services in
    play asks for go together. ``sizes`` are the users of each way, ``at_start`` where each begins. ``levels`` begin
    with the state before; together they hold every value that a state on the way can.
    """

    def __init__(self, levels: Sequence[Levels], assessment: Assessment, tenant: TenantFacts) -> None:
        cohorts = assessment.cohorts
        self._memberships = cohorts.memberships
        self._tenant = tenant
        self._last_client_only = assessment.population.last_client_only
        self._stops: list[Stop] = []
        self._numbers: dict[Stop, int] = {}
        self._moves: dict[tuple[int, int, int], Terms | None] = {}
        self._legs: dict[tuple[int, int, bool], dict[int, Leg]] = {}
        self._states: list[Levels] = []
        self._effective: list[tuple[Effective, ...]] = []
        self.start = self.state(levels[0])
        sizes: dict[int, int] = {}
        self.ways: dict[int, int] = {}
        in_play = Play.of(levels)
        for number, (cohort, size) in enumerate(zip(cohorts.members, cohorts.sizes, strict=True)):
            if cohort.active:
                stop = self._number(Stop(in_play.asked(self._completed(cohort)), lost_once=False))
                self.ways[number] = stop
                sizes[stop] = sizes.get(stop, 0) + size
        # Nobody has moved yet, so that stops are numbered as ways are.
        self.at_start = tuple(sizes)
        self.sizes = tuple(sizes.values())
        self._of_member: dict[int, list[int]] = {}
        for place, stop in enumerate(self.at_start):
            self._of_member.setdefault(self._stops[stop].cohort.member, []).append(place)

    def state(self, levels: Levels) -> int:
        """The number of a state of the account."""
        self._states.append(levels)
        self._effective.append(tuple(map(levels.effective, self._memberships)))
        return len(self._states) - 1

    def move(self, stops: Sequence[int], before: int, after: int, *, patient: bool) -> tuple[tuple[int, ...], Toll]:
        """Where the ways stand after a write, and what it costs beyond what was lost before."""
        known = self._legs.setdefault((before, after, patient), {})
        users = events = untold = at_risk = 0
        further = list(stops)
        for place in self._met(before, after):
            stop, size = stops[place], self.sizes[place]
            leg = known.get(stop)
            if leg is None:
                leg = known[stop] = self._walked(stop, before, after, patient=patient)
            further[place] = leg.to
            at_risk += size if leg.at_risk else 0
            if leg.lost:
                events += size
                untold += size if leg.untold else 0
                users += 0 if self._stops[stop].lost_once else size
        return tuple(further), Toll(users=users, events=events, untold=untold, at_risk=at_risk)

    def _met(self, before: int, after: int) -> Iterator[int]:
        """The places of the ways that a write concerns."""
        moved = (member for member in self._of_member if self._terms(member, before, after) is not None)
        return chain.from_iterable(self._of_member[member] for member in moved)

    def lost_once(self, stops: Sequence[int]) -> frozenset[int]:
        """The cohorts that lost a connection on their way to these stops."""
        lost = {way for way, stop in zip(self.at_start, stops, strict=True) if self._stops[stop].lost_once}
        return frozenset(cohort for cohort, way in self.ways.items() if way in lost)

    def _completed(self, cohort: Cohort) -> Cohort:
        # What follows from the live settings follows from those at the beginning, not from those on the way.
        before = self._effective[self.start][cohort.member].settings
        return replace(cohort, held=None if before.enabled is False else completed(cohort.held, before))

    def _number(self, stop: Stop) -> int:
        number = self._numbers.setdefault(stop, len(self._stops))
        if number == len(self._stops):
            self._stops.append(stop)
        return number

    def _walked(self, number: int, before: int, after: int, *, patient: bool) -> Leg:
        stop = self._stops[number]
        cohort = stop.cohort
        terms = self._terms(cohort.member, before, after)
        if terms is None:
            return Leg(number)
        outcome = decide(case_of(terms, cohort, self._tenant), last_client_only=self._last_client_only)
        lost = outcome.connection is Link.LOST
        moved = _moved_on(cohort, outcome.connection, terms.after)
        if patient and moved.held is None and (lost or stop.lost_once):
            moved = _back(moved, terms.after, self._tenant)
        to = self._number(Stop(moved, lost_once=stop.lost_once or lost))
        return Leg(
            to,
            lost=lost,
            untold=lost and outcome.notice is not Notice.PROMPT,
            at_risk=outcome.connection is Link.AT_RISK,
        )

    def _terms(self, member: int, before: int, after: int) -> Terms | None:
        """The change for one membership, or ``None`` where nothing changes for it."""
        key = (member, before, after)
        if key not in self._moves:
            same = same_levels(self._states[before], self._states[after])
            was, now = self._effective[before][member], self._effective[after][member]
            terms = Terms(move=between(was, now, same_levels=same))
            self._moves[key] = None if terms.identical else terms
        return self._moves[key]


def _moved_on(cohort: Cohort, link: Link, after: AccountSettings) -> Cohort:
    """The cohort after a write: what was lost is gone, what was gained is impersonated, a risk changes nothing."""
    if after.enabled is False or link is Link.LOST:
        return cohort if cohort.held is None else replace(cohort, held=None)
    if link is Link.GAINED and isinstance(after.service, ExchangeEws):
        return replace(cohort, held=_through(after.service, Authentication.IMPERSONATION))
    return cohort


def _back(cohort: Cohort, now: AccountSettings, tenant: TenantFacts) -> Cohort:
    """The cohort with the connection it authorises under these settings, or without one where it is barred."""
    service = now.service
    if isinstance(service, Unknown) or _barred(cohort, service, now, tenant):
        return cohort
    match service:
        case Office365Graph() | Google():
            auth = Authentication.OAUTH
        case Office365Ews():
            auth = Authentication.OAUTH if now.enforce_oauth is True else Authentication.BASIC
        case ExchangeEws() | ExchangeMapi():
            auth = Authentication.BASIC
    return replace(cohort, held=_through(service, auth))


def _barred(cohort: Cohort, service: Service, now: AccountSettings, tenant: TenantFacts) -> bool:
    """Whether a fact is known that keeps these users from authorising what is offered."""
    listed = now.allowed_domains
    if now.enabled is False or (isinstance(listed, frozenset) and cohort.domain not in listed):
        return True
    match service:
        case ExchangeMapi():
            return cohort.windows is Tri.NO
        case Office365Graph(permissions=levels):
            needed = levels.scopes
            granted = covers(tenant.grant, cohort.own_grant, needed)
            refused = granted is Tri.NO and users_may_consent(tenant.user_consent, needed) is Tri.NO
            return refused or cohort.mailbox is MailboxLocation.ON_PREMISES
        case _:
            return False


def _through(service: Service, auth: Authentication) -> Connection:
    key = key_of(service)
    host = key.ews_host
    connection = Connection(service=key.service, auth=auth)
    if isinstance(host, str):
        connection = replace(connection, ews_host=host)
    if key.permissions is not None:
        connection = replace(connection, calendar=key.permissions[0], contacts=key.permissions[1])
    return connection
