"""Rules under those of a folder from outside: the folder under review may add rules, and nothing else."""

from collections.abc import Iterator

from calplan.guardrails.rules import Guardrails, Rule, Waiver
from calplan.model.diagnostic import Diagnostic, Position, Severity
from calplan.policyfile.tightened import LOOSER


def under_guardrails(own: Guardrails, outside: Guardrails) -> tuple[Guardrails, tuple[Diagnostic, ...]]:
    """The rules that hold, with a warning for everything of the folder's own that is ignored.

    Rules from outside hold as they stand there, and only waivers from outside set them aside. A rule that only the
    folder has is one more; the folder may waive it, since without the folder it would not be there.
    """
    theirs = {rule.id: rule for rule in outside.rules}
    added = tuple(rule for rule in own.rules if rule.id not in theirs)
    of_their_own = {rule.id for rule in added}
    waivers = tuple(one for one in own.waivers if one.rule in of_their_own)
    return (
        Guardrails(rules=(*outside.rules, *added), waivers=(*outside.waivers, *waivers)),
        tuple(_ignored(own, outside, theirs)),
    )


def _ignored(own: Guardrails, outside: Guardrails, theirs: dict[str, Rule]) -> Iterator[Diagnostic]:
    for rule in own.rules:
        if rule.id in theirs and rule != theirs[rule.id]:
            yield _said(f"the rule `{rule.id}` is ignored: outside it stands otherwise", rule.position)
    for waiver in own.waivers:
        if waiver.rule in theirs and waiver not in outside.waivers:
            yield _said(_waiver_in_words(waiver), waiver.position)


def _waiver_in_words(waiver: Waiver) -> str:
    return f"the waiver of `{waiver.rule}` until {waiver.expires.isoformat()} is ignored: there is none outside"


def _said(summary: str, position: Position) -> Diagnostic:
    return Diagnostic(
        code=LOOSER,
        severity=Severity.WARNING,
        summary=summary,
        why="CALPLAN_GATES takes guardrails and waivers from outside the folder, which may only add rules",
        help="remove it, or have it changed where the guardrails come from",
        position=position,
    )
