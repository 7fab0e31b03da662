"""The results of rules as what refuses a plan, as remarks in it, and as its document has them."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, assert_never

from calplan.guardrails.results import Result, Status
from calplan.guardrails.rules import DENIED, RuleSeverity, Waiver
from calplan.model.diagnostic import Diagnostic, Severity
from calplan.model.plural import plural
from calplan.plan.document import GuardrailDocument
from calplan.plan.gates import Gate, status_of

PREFIX: Final = "guardrail."
SOON: Final = timedelta(days=14)
"""How long before its end a waiver is warned about."""


def gate_of(rule: str) -> str:
    """The name of a rule's gate."""
    return f"{PREFIX}{rule}"


def guardrail_gates(results: tuple[Result, ...], owner: str) -> tuple[Gate, ...]:
    """A gate for each rule that can refuse: those that deny, and any that could not be evaluated."""
    return tuple(
        Gate(
            id=gate_of(one.rule.id),
            status=status_of(not one.denies),
            limit=one.rule.message,
            actual=in_words(one),
            owner=owner,
        )
        for one in results
        if one.denies or one.rule.severity is RuleSeverity.DENY
    )


def in_words(result: Result) -> str:
    """How one rule stands, with whom it concerns."""
    match result.status:
        case Status.PASS:
            return "holds"
        case Status.VIOLATED:
            return f"does not hold{_for_whom(result)}"
        case Status.ERROR:
            return f"cannot be evaluated{_for_whom(result)}, which denies: {result.why}"
        case Status.WAIVED:
            waiver = result.waiver
            assert waiver is not None
            return f"does not hold{_for_whom(result)}; {_waived(waiver)}"
        case _:
            assert_never(result.status)


def _for_whom(result: Result) -> str:
    if not result.users:
        return ""
    more = "" if result.users <= len(result.emails) else " ..."
    return f" for {plural(result.users, 'user')} ({', '.join(result.emails)}{more})"


def _waived(waiver: Waiver) -> str:
    return f"waived until {waiver.expires.isoformat()} by {waiver.owner}: {waiver.reason}"


def remarks(results: tuple[Result, ...], where: str = "") -> Iterator[Diagnostic]:
    """What is said of rules that refuse nothing: warnings, notes, and what is waived; ``where`` names the account."""
    for one in results:
        if one.status is Status.WAIVED:
            yield _remark(one, "C-WAIVED", Severity.NOTE, where)
        elif one.status is Status.VIOLATED and one.rule.severity is RuleSeverity.WARN:
            yield _remark(one, "C-WARN", Severity.WARNING, where)
        elif one.status is Status.VIOLATED and one.rule.severity is RuleSeverity.AUDIT:
            yield _remark(one, "C-AUDIT", Severity.NOTE, where)


def denials(results: tuple[Result, ...], where: str = "") -> Iterator[Diagnostic]:
    """What refuses, as errors: for a command that has no gates to show."""
    return (_remark(one, DENIED, Severity.ERROR, where) for one in results if one.denies)


def _remark(result: Result, code: str, severity: Severity, where: str) -> Diagnostic:
    rule = result.rule
    name = f"guardrail {rule.id} for {where}" if where else f"guardrail {rule.id}"
    rests = "; ".join(f"{one.framework} {one.version} {one.id}" for one in rule.baselines)
    return Diagnostic(
        code=code,
        severity=severity,
        summary=f"{name} {in_words(result)}",
        why=f"{rule.message} ({rests})" if rests else rule.message,
        position=rule.position,
        address=gate_of(rule.id),
    )


def expiring(waivers: tuple[Waiver, ...], day: date) -> Iterator[Diagnostic]:
    """Errors about waivers that are over on a day, and warnings about those that are soon."""
    for one in waivers:
        if day > one.expires:
            yield Diagnostic(
                code="C-EXPIRED",
                severity=Severity.ERROR,
                summary=f"the waiver of {one.rule} expired on {one.expires.isoformat()}",
                why=f"{one.owner} answers for it: {one.reason}",
                help="remove it and follow the rule, or decide anew how long it is set aside",
                position=one.position,
            )
        elif one.expires - day <= SOON:
            yield Diagnostic(
                code="C-EXPIRES",
                severity=Severity.WARNING,
                summary=f"the waiver of {one.rule} expires on {one.expires.isoformat()}",
                why=f"after that day it is an error; {one.owner} answers for it: {one.reason}",
                help="follow the rule by then, or decide anew how long it is set aside",
                position=one.position,
            )


def results_document(results: tuple[Result, ...]) -> list[GuardrailDocument]:
    """The results as a plan's document has them, in the order of the rules."""
    return [_document(one) for one in results]


def _document(result: Result) -> GuardrailDocument:
    rule, waiver = result.rule, result.waiver
    document: GuardrailDocument = {
        "id": rule.id,
        "severity": rule.severity.value,
        "status": result.status.value,
        "denies": result.denies,
        "message": rule.message,
        "users": result.users,
        "emails": list(result.emails),
        "baselines": [{"framework": one.framework, "version": one.version, "id": one.id} for one in rule.baselines],
        "position": {"file": rule.position.file, "line": rule.position.line, "column": rule.position.column},
    }
    if result.why:
        document["why"] = result.why
    if waiver is not None:
        document["waiver"] = {
            "reason": waiver.reason,
            "owner": waiver.owner,
            "expires": waiver.expires.isoformat(),
        }
    return document
