"""A valid Guardrails document as typed rules and waivers, or what is wrong with its expressions."""

from pathlib import Path
from typing import Final

from calplan.guardrails.cel import CelEngine
from calplan.guardrails.compiled import compiled
from calplan.guardrails.mentions import Fault
from calplan.guardrails.rules import Baseline, Guardrails, Rule, RuleSeverity, Waiver
from calplan.model.diagnostic import Diagnostic, Severity
from calplan.policyfile.document import Parsed
from calplan.policyfile.documents import GuardrailsDocument
from calplan.policyfile.finding import Finding, Pointer
from calplan.policyfile.values import items, mapping, parse_day, text
from calplan.policyfile.within_scalar import position_within

RULES: Final[Pointer] = ("spec", "rules")
WAIVERS: Final[Pointer] = ("spec", "waivers")


def guardrails_document(document: Parsed, file: Path) -> GuardrailsDocument | tuple[Diagnostic, ...]:
    """The rules, compiled, and the waivers of a document without errors; or the errors in its expressions and days."""
    engine = CelEngine()
    rules: list[Rule] = []
    errors: list[Diagnostic] = []
    for number, _ in enumerate(items(document.at(RULES))):
        rule = _rule(document, (*RULES, number), engine)
        if isinstance(rule, Rule):
            rules.append(rule)
        else:
            errors += rule
    waivers: list[Waiver] = []
    for number, _ in enumerate(items(document.at(WAIVERS))):
        waiver = _waiver(document, (*WAIVERS, number))
        if isinstance(waiver, Waiver):
            waivers.append(waiver)
        else:
            errors.append(document.diagnostic(waiver))
    if errors:
        return tuple(errors)
    return GuardrailsDocument(
        name=text(document.at(("metadata", "name"))),
        guardrails=Guardrails(rules=tuple(rules), waivers=tuple(waivers)),
        position=document.position(("metadata", "name")),
        file=file,
    )


def _rule(document: Parsed, pointer: Pointer, engine: CelEngine) -> Rule | tuple[Diagnostic, ...]:
    stated = mapping(document.at(pointer))
    expression, each_user = text(stated["expression"]), stated.get("each") == "user"
    found = compiled(engine, expression, each_user=each_user)
    if isinstance(found, tuple):
        return tuple(_said(document, (*pointer, "expression"), expression, one) for one in found)
    return Rule(
        id=text(stated["id"]),
        severity=RuleSeverity(stated["severity"]),
        expression=expression,
        message=text(stated["message"]),
        program=found.program,
        mentions=found.mentions,
        each_user=each_user,
        baselines=tuple(
            Baseline(framework=text(one["framework"]), version=text(one["version"]), id=text(one["id"]))
            for one in map(mapping, items(stated.get("baselines")))
        ),
        position=document.position((*pointer, "id")),
    )


def _said(document: Parsed, pointer: Pointer, expression: str, fault: Fault) -> Diagnostic:
    return Diagnostic(
        code=fault.code,
        severity=Severity.ERROR,
        summary=fault.summary,
        why=fault.why,
        help=fault.help,
        position=position_within(document, pointer, expression, fault.at, fault.length),
    )


def _waiver(document: Parsed, pointer: Pointer) -> Waiver | Finding:
    stated = mapping(document.at(pointer))
    expires = parse_day(text(stated["expires"]))
    if expires is None:
        return Finding(
            code="S-VALUE",
            subject=(*pointer, "expires"),
            summary="this is no day of the calendar",
            help="for example `2027-06-30`",
        )
    return Waiver(
        rule=text(stated["rule"]),
        reason=text(stated["reason"]),
        owner=text(stated["owner"]),
        expires=expires,
        position=document.position((*pointer, "rule")),
    )
