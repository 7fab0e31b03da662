"""What the data itself has to say to the admin, apart from any rule."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from calplan.diff import Transition
from calplan.impact.assess import Assessment
from calplan.impact.outcome import Link
from calplan.impact.overlay import overlaid
from calplan.impact.population import Population
from calplan.impact.resolve import Levels
from calplan.impact.terms import Terms
from calplan.model.account import AssistantPair
from calplan.model.connection import Connection
from calplan.model.diagnostic import Diagnostic, Position, Severity
from calplan.model.plural import plural
from calplan.model.service import ServiceType
from calplan.model.settings import Setting
from calplan.model.unknown import UNMANAGED, Unknown
from calplan.plan.addresses import group_address
from calplan.plan.leftovers import OF, Leftover
from calplan.plan.order import OrderChoice

SHOWN: Final = 3


def data_findings(population: Population) -> tuple[Diagnostic, ...]:
    """Warnings about addresses that calplan cannot make full sense of."""
    return (*_unreadable_domains(population), *_other_mailboxes(population))


def lost_on_the_way(order: OrderChoice, assessment: Assessment) -> Iterator[Diagnostic]:
    """A warning about users who lose a connection on the way only."""
    count = sum(assessment.cohorts.sizes[number] for number in order.surplus_cohorts)
    if count:
        lost = plural(count, "user loses a connection", "users lose a connection")
        emails = assessment.population.addresses(assessment.cohorts.kinds_in(order.surplus_cohorts))
        shown = ", ".join(islice(emails, SHOWN)) + (" ..." if count > SHOWN else "")
        yield Diagnostic(
            code="P-ON-THE-WAY",
            severity=Severity.WARNING,
            summary=f"{lost} on the way only, and not by the change as a whole: {shown}",
            why="settings are written one after the other, and of the orders calplan may take none spares these users",
            help="make the change in several applies, exceptions of groups first; or tell these users too",
        )


def revoked_uncounted(stale: Iterable[Leftover], assessment: Assessment) -> Iterator[Diagnostic]:
    """A warning about users who may be connected by a consent that is revoked, and of whom no rule says that it goes.

    The settings that hold for them let nobody use it, if they are what they are taken for.
    """
    for one in stale:
        users = frozenset[str]() if isinstance(one.users, Unknown) else one.users
        spared = frozenset(_uncounted(OF[one.consent], assessment)) if users else frozenset[int]()
        emails = [email for email in users_in(spared, assessment) if email in users]
        if emails:
            shown = ", ".join(emails[:SHOWN]) + (" ..." if len(emails) > SHOWN else "")
            yield Diagnostic(
                code="P-REVOKES",
                severity=Severity.WARNING,
                summary=f"of {plural(len(emails), 'user')} a consent is revoked by which they may be connected, and no"
                f" forecast counts that: {shown}",
                why="the lock that holds for them enforces another service already, or they are inactive; if a setting"
                " is not what it is taken for, revoking disconnects them",
                help="look at the lock in the portal before the last step, or leave `revokeStale` out",
            )


def _uncounted(services: frozenset[ServiceType], assessment: Assessment) -> Iterator[int]:
    """The cohorts that may be connected to these services and are not forecast to lose that."""
    for number, (cohort, outcome) in enumerate(zip(assessment.cohorts.members, assessment.outcomes, strict=True)):
        held = cohort.held
        may_be = isinstance(held, Unknown) or (isinstance(held, Connection) and held.service in services)
        if may_be and (outcome is None or outcome.connection not in (Link.LOST, Link.AT_RISK)):
            yield number


def users_in(cohorts: frozenset[int], assessment: Assessment) -> list[str]:
    """The addresses of all users of these cohorts, sorted."""
    return list(assessment.population.addresses(assessment.cohorts.kinds_in(cohorts)))


def _unreadable_domains(population: Population) -> tuple[Diagnostic, ...]:
    kinds = {kind for kind, one in population.kinds.items() if population.domains[one.domain_id] is None}
    count = sum(population.sizes[kind] for kind in kinds)
    if not count:
        return ()
    shown = ", ".join(islice(population.addresses(kinds), SHOWN)) + (" ..." if count > SHOWN else "")
    return (
        Diagnostic(
            code="P-DOMAIN",
            severity=Severity.WARNING,
            summary=f"{count} addresses have no domain that can be read: {shown}",
            why="they count as outside every list of allowed domains",
            help="correct the addresses where the users live",
        ),
    )


def _other_mailboxes(population: Population) -> tuple[Diagnostic, ...]:
    elsewhere = (kind for kind, one in population.kinds.items() if one.domain_id != one.mailbox_domain_id)
    others = sum(population.sizes[kind] for kind in elsewhere)
    if not others:
        return ()
    have = plural(others, "user has", "users have")
    return (
        Diagnostic(
            code="P-MAILBOX",
            severity=Severity.WARNING,
            summary=f"{have} a mailbox outside the domain of the login address",
            why="allowed domains are held against the login address (A11)",
            help="list the login domains",
        ),
    )


def pair_not_found(pair: AssistantPair, position: Position | None) -> Diagnostic:
    """A warning that an exception names a scheduling privilege that does not exist."""
    return Diagnostic(
        code="P-PAIR",
        severity=Severity.WARNING,
        summary=f"{pair.assistant} has no scheduling privilege for {pair.user}",
        why="calplan changes flags of privileges that exist; it neither gives nor takes any",
        help="give the privilege first, or remove the exception",
        position=position,
    )


def narrowings(before: Levels, after: Levels, positions: Mapping[str, Position]) -> Iterator[Diagnostic]:
    """A warning wherever lower permissions without the lock take nothing back from anybody (A05)."""
    if Terms(move=Transition(before=before.account, after=after.account)).narrowed:
        yield _narrowing("", positions.get(Setting.SERVICE.value))
    if isinstance(before.overrides, Unknown) or isinstance(after.overrides, Unknown):
        return
    for group in after.overrides:
        was, now = before.overrides.get(group), after.overrides[group]
        old = before.account if was is None else overlaid(before.account, was)
        move = Transition(before=old, after=overlaid(after.account, now))
        if now.service is not UNMANAGED and Terms(move=move).narrowed:
            address = group_address(group, after)
            yield _narrowing(f" in {address}", positions.get(address) or positions.get("groups"))


def _narrowing(where: str, position: Position | None) -> Diagnostic:
    return Diagnostic(
        code="P-NARROWED",
        severity=Severity.WARNING,
        summary=f"lower permissions{where} revoke nothing while the settings are not locked",
        why="whoever is connected keeps the token he has, with its old permissions (S11)",
        help="lock the settings to have everybody authorise again, or leave it at new set-ups",
        position=position,
    )
