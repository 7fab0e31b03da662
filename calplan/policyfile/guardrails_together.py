"""What only shows when all rules and waivers of a folder are looked at together."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from calplan.guardrails.rules import Guardrails, Rule
from calplan.model.diagnostic import Diagnostic, Position, Severity
from calplan.policyfile.documents import Document, GuardrailsDocument, ScenarioDocument
from calplan.policyfile.packs import recorded
from calplan.policyfile.translate import listed, nearest, quoted

MOST_NAMED: Final = 10


def joined(documents: Sequence[GuardrailsDocument]) -> Guardrails:
    """All rules and waivers; of two rules with one id, which is an error, the first."""
    rules: dict[str, Rule] = {}
    for one in documents:
        for rule in one.guardrails.rules:
            place = replace(rule.position, file=recorded(Path(rule.position.file)))
            rules.setdefault(rule.id, replace(rule, position=place))
    return Guardrails(
        rules=tuple(rules.values()),
        waivers=tuple(waiver for one in documents for waiver in one.guardrails.waivers),
    )


def said_of_guardrails(documents: Sequence[Document], day: date, *, whole: bool) -> Iterator[Diagnostic]:
    """Ids that stand for two rules, words that name no rule, and waivers that are over or soon will be.

    ``whole``: a folder was looked at, where every rule ought to be. Files by themselves may leave the rules out.
    """
    found = [one for one in documents if isinstance(one, GuardrailsDocument)]
    rules = [rule for one in found for rule in one.guardrails.rules]
    yield from _twice(rules)
    ids = sorted({rule.id for rule in rules})
    for one in found:
        from calplan.guardrails.gates import expiring  # noqa: PLC0415 - few folders have rules

        yield from expiring(one.guardrails.waivers, day)
        for waiver in one.guardrails.waivers if whole or ids else ():
            if waiver.rule not in ids:
                yield _no_rule(waiver.rule, ids, waiver.position, "a waiver of nothing looks like one that holds")
    for document in documents:
        if isinstance(document, ScenarioDocument) and (whole or ids):
            yield from _strangers(document, ids)


def _strangers(scenario: ScenarioDocument, ids: list[str]) -> Iterator[Diagnostic]:
    from calplan.plan.scenario import GuardrailExpectation  # noqa: PLC0415 - whoever made the Scenario imported it

    for one in scenario.expectations:
        if isinstance(one, GuardrailExpectation):
            for rule in one.expected:
                if rule not in ids:
                    yield _no_rule(rule, ids, one.position, "a rule that is not there can never fire")


def _twice(rules: Sequence[Rule]) -> Iterator[Diagnostic]:
    first: dict[str, Rule] = {}
    for rule in rules:
        earlier = first.setdefault(rule.id, rule)
        # A copy says nothing else: each of several accounts in a folder may have the same pack.
        if earlier != rule:
            yield Diagnostic(
                code="C-TWO",
                severity=Severity.ERROR,
                summary=f"a second, different rule with the id {quoted(rule.id)}",
                why=f"waivers and gates name a rule by its id; the first stands in {_place(earlier.position)}",
                help="give it another id, or remove one of the two",
                position=rule.position,
            )


def _no_rule(rule: str, ids: list[str], position: Position, why: str) -> Diagnostic:
    near = nearest(rule, ids)
    known = f"rules found: {listed(ids[:MOST_NAMED])}" if ids else "no rule was found"
    return Diagnostic(
        code="C-RULE",
        severity=Severity.ERROR,
        summary=f"there is no rule {quoted(rule)}",
        why=why,
        help=f"did you mean `{near}`? {known}" if near else known,
        position=position,
    )


def _place(position: Position) -> str:
    return f"{position.file}:{position.line}"
