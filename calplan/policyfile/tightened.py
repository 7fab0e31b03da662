"""An account under the terms of another document of the same name: its own may only make them stricter."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from calplan.model.diagnostic import Diagnostic, Severity
from calplan.model.limits import Limit, Limits, MaxEvidenceAge, Tolerance
from calplan.model.times import Notice
from calplan.plan.gates import in_words
from calplan.policyfile.documents import AccountDocument

LOOSER: Final = "G-LOOSER"


def tightened(own: AccountDocument, outside: AccountDocument) -> AccountDocument:
    """The account under the terms of the document from outside, and under its own where these are stricter.

    What its own document does not state is no opinion; what the one from outside does not state is the default there.
    """
    stated, limits, ages = own.positions, _limits(own), _ages(own)
    limit = {at: one.and_also(limits[at]) if at in stated else one for at, one in _limits(outside).items()}
    age = {at: min(one, ages[at]) if at in stated else one for at, one in _ages(outside).items()}
    return replace(
        own,
        owner=outside.owner or own.owner,
        limits=Limits(
            disconnected=limit["limits.disconnected"],
            silent=limit["limits.silent"],
            blocked=limit["limits.blocked"],
            unknown=limit["limits.unknown"],
            pairs=limit["limits.pairs"],
        ),
        tolerance=Tolerance(surprises=limit["tolerance.surprises"], false_alarms=limit["tolerance.falseAlarms"]),
        max_evidence_age=MaxEvidenceAge(
            users=age["maxEvidenceAge.users"],
            portal=age["maxEvidenceAge.portal"],
            tenant=age["maxEvidenceAge.tenant"],
        ),
        windows=(*outside.windows, *own.windows),
        freezes=(*outside.freezes, *own.freezes),
        notice=_notice(own.notice, outside.notice),
    )


def ignored(own: AccountDocument, outside: AccountDocument) -> tuple[Diagnostic, ...]:
    """A warning for everything that the account's own document states and that would loosen the terms from outside."""
    return tuple(
        Diagnostic(
            code=LOOSER,
            severity=Severity.WARNING,
            summary=f"`{address}` is ignored{why}",
            why="CALPLAN_GATES takes the terms of an account from outside its folder, which may only tighten them",
            help="remove it, or have it changed where the terms come from",
            position=own.positions.get(address),
        )
        for address, why in _looser(own, outside)
    )


def _looser(own: AccountDocument, outside: AccountDocument) -> Iterator[tuple[str, str]]:
    """The addresses of what is ignored, each with the reason and, where it is not ignored for everybody, with when."""
    limits, ages = _limits(outside), _ages(outside)
    for address, limit in _limits(own).items():
        other = limits[address]
        if address in own.positions and limit.ever_above(other):
            always = limit.never_below(other)
            yield address, f": {limit} is looser than {other}" if always else f" where {limit} is more than {other}"
    for address, age in _ages(own).items():
        if address in own.positions and age > ages[address]:
            yield address, f": {in_words(age)} is longer than {in_words(ages[address])}"
    if own.notice is not None and outside.notice is not None:
        if own.notice.hours < outside.notice.hours:
            yield "notice.hours", f": {own.notice.hours} is shorter than {outside.notice.hours}"
        if own.notice.receipt != outside.notice.receipt:
            yield "notice.receipt", f": the receipt is {outside.notice.receipt}"
    if own.owner is not None and outside.owner not in (None, own.owner):
        yield "owner", f": the owner is {outside.owner}"


def _limits(account: AccountDocument) -> dict[str, Limit]:
    limits, tolerance = account.limits, account.tolerance
    return {
        "limits.disconnected": limits.disconnected,
        "limits.silent": limits.silent,
        "limits.blocked": limits.blocked,
        "limits.unknown": limits.unknown,
        "limits.pairs": limits.pairs,
        "tolerance.surprises": tolerance.surprises,
        "tolerance.falseAlarms": tolerance.false_alarms,
    }


def _ages(account: AccountDocument) -> dict[str, timedelta]:
    ages = account.max_evidence_age
    return {
        "maxEvidenceAge.users": ages.users,
        "maxEvidenceAge.portal": ages.portal,
        "maxEvidenceAge.tenant": ages.tenant,
    }


def _notice(own: Notice | None, outside: Notice | None) -> Notice | None:
    if own is None or outside is None:
        return outside or own
    return Notice(hours=max(own.hours, outside.hours), receipt=outside.receipt)
