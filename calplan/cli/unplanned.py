"""What of valid documents this version cannot forecast: silence would be a false promise."""

from calplan.model.diagnostic import Diagnostic, Position, Severity
from calplan.model.policy import CalendarPolicy
from calplan.policyfile.documents import AccountDocument


def unplanned(policy: CalendarPolicy, account: AccountDocument) -> tuple[Diagnostic, ...]:
    """Parts of the documents that this version cannot forecast: silence would be a false promise."""
    found = unplanned_in(policy)
    if account.providers:
        found += (unplanned_part("providers beside the platform", account.positions.get("providers[0]")),)
    return found


def unplanned_in(policy: CalendarPolicy) -> tuple[Diagnostic, ...]:
    """Parts of a policy that this version cannot forecast."""
    found = []
    if policy.office365_revoke_stale or policy.google_revoke_stale:
        found.append(unplanned_part("`revokeStale`", policy.positions.get("office365.revokeStale")))
    return tuple(found)


def unplanned_part(what: str, position: Position | None) -> Diagnostic:
    """That this version cannot forecast something."""
    return Diagnostic(
        code="P-LATER",
        severity=Severity.ERROR,
        summary=f"{what} cannot be planned by this version",
        why="a plan that left them out would promise too much",
        help="remove them, or wait for the version that plans them",
        position=position,
    )
