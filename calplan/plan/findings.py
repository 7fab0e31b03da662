"""What the data itself has to say to the admin, apart from any rule."""

from collections.abc import Mapping
from typing import Final

from calplan.diff import Transition
from calplan.impact.population import Population
from calplan.impact.terms import Terms
from calplan.model.account import AssistantPair
from calplan.model.diagnostic import Diagnostic, Position, Severity
from calplan.model.domain import domain_of
from calplan.model.settings import AccountSettings, Setting

SHOWN: Final = 3


def data_findings(population: Population) -> tuple[Diagnostic, ...]:
    """Warnings about addresses that calplan cannot make full sense of."""
    return (*_unreadable_domains(population), *_other_mailboxes(population))


def _unreadable_domains(population: Population) -> tuple[Diagnostic, ...]:
    if None not in population.domains:
        return ()
    number = population.domains.index(None)
    emails = [email for email, domain in zip(population.emails, population.domain_ids, strict=True) if domain == number]
    if not emails:
        return ()
    shown = ", ".join(emails[:SHOWN]) + (" ..." if len(emails) > SHOWN else "")
    return (
        Diagnostic(
            code="P-DOMAIN",
            severity=Severity.WARNING,
            summary=f"{len(emails)} addresses have no domain that can be read: {shown}",
            why="they count as outside every list of allowed domains",
            help="correct the addresses where the users live",
        ),
    )


def _other_mailboxes(population: Population) -> tuple[Diagnostic, ...]:
    others = [
        email for email, mailbox in sorted(population.mailboxes.items()) if domain_of(email) != domain_of(mailbox)
    ]
    if not others:
        return ()
    return (
        Diagnostic(
            code="P-MAILBOX",
            severity=Severity.WARNING,
            summary=f"{len(others)} users have a mailbox in another domain than their login address",
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


def narrowing(
    before: AccountSettings, after: AccountSettings, positions: Mapping[str, Position]
) -> tuple[Diagnostic, ...]:
    """A warning that lower permissions without the lock take nothing back from anybody (A05)."""
    if not Terms(move=Transition(before=before, after=after)).narrowed:
        return ()
    return (
        Diagnostic(
            code="P-NARROWED",
            severity=Severity.WARNING,
            summary="lower permissions revoke nothing while the settings are not locked",
            why="whoever is connected keeps the token he has, with its old permissions (S11)",
            help="lock the settings to have everybody authorise again, or leave it at new set-ups",
            position=positions.get(Setting.SERVICE.value),
        ),
    )
