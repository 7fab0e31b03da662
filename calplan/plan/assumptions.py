"""The open questions of the article that a plan relies on, and what its counts become if one was read wrongly."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from calplan.impact.facts import reach_of
from calplan.impact.otherwise import BY_PROMPT, Basis, concerned, locked_all_along, mailbox_domains, shift
from calplan.impact.outcome import HARMED, Link
from calplan.impact.readings import ALTERNATIVES, AMBIGUITIES, Reading
from calplan.impact.terms import Terms
from calplan.model.connection import Connection
from calplan.model.permissions import Permission
from calplan.model.policy import CalendarPolicy
from calplan.model.service import ExchangeEws, Google, Impersonation, Office365Graph
from calplan.model.settings import AccountSettings
from calplan.model.unknown import Tri
from calplan.model.user import MailboxLocation, RawFacts

THE_ARTICLES_EXCHANGE: Final = "2016"
"""The one version of Exchange that the article names for impersonation (S27)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One reading a plan relies on; ``if_wrong`` is ``None`` where no other reading is computed.

    ``if_wrong`` says by how much the counts of outcomes, and of users told, would move: only those that do.
    """

    reading: Reading
    if_wrong: dict[str, int] | None

    @property
    def text(self) -> str:
        """The question with the reading that was taken."""
        said = AMBIGUITIES[self.reading]
        return f"{said.question} {said.reading}"


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What a plan stands on: its forecast, the policy, and the kinds of evidence that are too old."""

    basis: Basis
    policy: CalendarPolicy
    stale: frozenset[str]

    @cached_property
    def terms(self) -> tuple[Terms, ...]:
        """The terms of the change for each membership."""
        return self.basis.terms()

    @property
    def before(self) -> AccountSettings:
        """Settings before the change; only what is the account's alone may be asked of them."""
        return self.terms[0].before

    @property
    def after(self) -> AccountSettings:
        """Settings after the change; only what is the account's alone may be asked of them."""
        return self.terms[0].after

    def fired(self, *beginnings: str) -> bool:
        """Whether a row that begins so fired for somebody."""
        return any(row.startswith(beginnings) for row in self.basis.rows)

    @property
    def restricted(self) -> bool:
        """Whether a list of domains holds before or after."""
        return isinstance(self.before.allowed_domains, frozenset) or isinstance(self.after.allowed_domains, frozenset)

    @property
    def impersonations(self) -> tuple[Impersonation, ...]:
        """Every impersonation account that is on after the change and known."""
        on = (one.after.impersonation for one in self.terms if one.impersonated_after is Tri.YES)
        return tuple(account for account in on if isinstance(account, Impersonation))


def assumptions_of(basis: Basis, policy: CalendarPolicy, stale: frozenset[str]) -> tuple[Assumption, ...]:
    """The readings that a plan relies on. Where no setting changes, only those that still matter then."""
    ground = Ground(basis=basis, policy=policy, stale=stale)
    asked = WITHOUT_A_CHANGE if all(one.identical for one in ground.terms) else tuple(Reading)
    return tuple(
        Assumption(reading=one, if_wrong=shift(basis, one) if one in ALTERNATIVES else None)
        for one in asked
        if RELIED_ON[one](ground)
    )


def _never(_ground: Ground) -> bool:
    """A policy that names what A29 is about is refused before there is a plan."""
    return False


def _always(_ground: Ground) -> bool:
    return True


def _concerns_somebody(reading: Reading) -> Callable[[Ground], bool]:
    return lambda ground: bool(concerned(ground.basis, reading))


def _mailbox_elsewhere(ground: Ground) -> bool:
    return ground.restricted and bool(mailbox_domains(ground.basis))


def _other_exchange(ground: Ground) -> bool:
    return any(one.exchange_version != THE_ARTICLES_EXCHANGE for one in ground.impersonations)


def _impersonation_stops_at_the_list(ground: Ground) -> bool:
    """Whether somebody outside the list would otherwise be synced by impersonation that is newly on."""
    return any(
        ground.terms[one.member].impersonation_newly_on
        and one.mailbox is MailboxLocation.ON_PREMISES
        and one.can_impersonate
        and reach_of(one.domain, ground.terms[one.member]).after is not Tri.NO
        for _, one, _, _ in ground.basis.active
    )


def _a_level_is_none(ground: Ground) -> bool:
    """Whether keys are compared, and one of them holds the level none, or two of them stood for no connection."""
    if not ground.fired("R10", "R11a", "R11b"):
        return False
    population = ground.basis.assessment.population
    asked = (settings for one in ground.terms for settings in (one.before, one.after))
    return any(map(_asks_for_none, asked)) or any(map(_holds_none, population.raw))


def _asks_for_none(settings: AccountSettings) -> bool:
    service = settings.service
    if not isinstance(service, (Office365Graph, Google)):
        return False
    return Permission.NONE in (service.permissions.calendar, service.permissions.contacts)


def _holds_none(raw: RawFacts) -> bool:
    return Permission.NONE.value in (raw.calendar, raw.contacts)


def _several_clients(ground: Ground) -> bool:
    """Whether somebody's forecast asks for the prompt of several clients that differ, or of the last one alone."""
    if ground.basis.assessment.population.last_client_only:
        return ground.fired(*BY_PROMPT)
    return bool(concerned(ground.basis, Reading.A18))


def _unknown_among_the_harmed(reading: Reading) -> Callable[[Ground], bool]:
    """Whether the prompt of somebody with outcome 1 to 6 hangs on a version that this reading calls unknown."""

    def relied_on(ground: Ground) -> bool:
        harmed = {number for number, _, one, _ in ground.basis.active if one.outcome in HARMED}
        return any(number in harmed for number, _ in concerned(ground.basis, reading))

    return relied_on


def _consent_is_turned_off(ground: Ground) -> bool:
    """Whether account consent goes off, or perhaps does, while somebody is connected or may be."""
    off = ground.after.consent_for_account is False and ground.fired("R12g")
    return off and any(one.connection is not Link.NONE for _, _, one, _ in ground.basis.active)


def _somebody_is_cut(ground: Ground) -> bool:
    return any(one.connection is Link.LOST for _, _, one, _ in ground.basis.active)


def _a_password_is_managed(ground: Ground) -> bool:
    services = (ground.policy.settings.service, *(one.service for one in ground.policy.groups or ()))
    return any(isinstance(one, ExchangeEws) and isinstance(one.impersonation, Impersonation) for one in services)


def _a_connection_is_old_news(ground: Ground) -> bool:
    return "users" in ground.stale and any(isinstance(one.held, Connection) for _, one, _, _ in ground.basis.active)


RELIED_ON: Final[dict[Reading, Callable[[Ground], bool]]] = {
    Reading.A01: _concerns_somebody(Reading.A01),
    Reading.A02: lambda ground: ground.fired("R10b"),
    Reading.A03: lambda ground: ground.fired("R10c"),
    Reading.A04: lambda ground: ground.fired("R11a", "R11b"),
    Reading.A05: lambda ground: any(one.narrowed for one in ground.terms),
    Reading.A06: lambda ground: any(map(locked_all_along, ground.terms)),
    Reading.A07: lambda ground: ground.fired("R03a", "R03c"),
    Reading.A08: lambda ground: ground.fired("R04"),
    Reading.A09: _concerns_somebody(Reading.A09),
    Reading.A10: lambda ground: ground.restricted and ground.fired("R05", "R06", "R07"),
    Reading.A11: _mailbox_elsewhere,
    Reading.A12: lambda ground: ground.fired("R05b"),
    Reading.A13: lambda ground: ground.fired("R05b"),
    Reading.A14: _other_exchange,
    Reading.A15: lambda ground: ground.fired("R09a"),
    Reading.A16: _impersonation_stops_at_the_list,
    Reading.A17: _a_level_is_none,
    Reading.A18: _several_clients,
    Reading.A19: _unknown_among_the_harmed(Reading.A19),
    Reading.A20: _unknown_among_the_harmed(Reading.A20),
    Reading.A21: lambda ground: ground.fired("R09d2", "R13a2"),
    Reading.A22: _consent_is_turned_off,
    Reading.A23: _concerns_somebody(Reading.A23),
    Reading.A24: _somebody_is_cut,
    Reading.A25: _a_password_is_managed,
    Reading.A26: lambda ground: isinstance(ground.policy.settings.allowed_domains, frozenset),
    Reading.A27: _a_connection_is_old_news,
    Reading.A28: _always,
    Reading.A29: _never,
}
"""When a plan relies on a reading: where the other one could have told another story of this very change."""

WITHOUT_A_CHANGE: Final = (Reading.A25, Reading.A27, Reading.A28)
"""What still matters then: a password that drifted unseen, connections that may be dead, calendars out of scope."""
