"""How the organisation's rules stand for a plan, for people and for programs."""

from collections.abc import Iterator, Sequence
from typing import Final

from calplan.guardrails.gates import in_words, results_document
from calplan.guardrails.results import Result, Status
from calplan.guardrails.rules import RuleSeverity
from calplan.model.diagnostic import Severity
from calplan.plan.document import FORMAT_VERSION, PlanDocument
from calplan.render.colour import Style, paint
from calplan.render.findings import Finding
from calplan.render.plan_json import canonical_json
from calplan.render.untrusted import for_terminal

STYLE: Final = {
    "denied": Style.BAD,
    "warned": Style.WARN,
    "noted": Style.PLAIN,
    "waived": Style.WARN,
    "passed": Style.GOOD,
}
"""The words for how a rule stands, worst first."""


def check_text(results: Sequence[Result], *, colour: bool = False) -> Iterator[str]:
    """The rules, worst first, each with whom it concerns and what it rests on, then one line with the numbers."""
    order = list(STYLE)
    for one in sorted(results, key=lambda result: order.index(_word(result))):
        word, rule = _word(one), one.rule
        said = "" if one.status is Status.PASS else f" {in_words(one)}"
        yield f"{paint(for_terminal(f'{word}: {rule.id}{said}'), STYLE[word], on=colour)}\n"
        if one.status is not Status.PASS:
            rests = "; ".join(f"{base.framework} {base.version} {base.id}" for base in rule.baselines)
            message = f"{rule.message} ({rests})" if rests else rule.message
            yield f"  {for_terminal(message)}  [{for_terminal(rule.position.file)}:{rule.position.line}]\n"
    counts = {word: sum(_word(one) == word for one in results) for word in STYLE}
    parts = ", ".join(f"{number} {word}" for word, number in counts.items())
    denied = any(one.denies for one in results)
    yield f"{paint(f'Guardrails: {parts}, of {len(results)}.', Style.BAD if denied else Style.GOOD, on=colour)}\n"


def check_json(document: PlanDocument, results: Sequence[Result]) -> Iterator[str]:
    """The same as one object, in the order of the rules (``schemas/check.schema.json``)."""
    report = {
        "format_version": FORMAT_VERSION,
        "account": document["account"],
        "as_of": document["as_of"],
        "plan_id": document["plan_id"],
        "denied": any(one.denies for one in results),
        "guardrails": results_document(tuple(results)),
    }
    yield f"{canonical_json(report)}\n"


def _word(result: Result) -> str:
    if result.denies:
        return "denied"
    match result.status:
        case Status.PASS:
            return "passed"
        case Status.WAIVED:
            return "waived"
        case _:
            return "warned" if result.rule.severity is RuleSeverity.WARN else "noted"


def guardrail_findings(account: str, results: Sequence[Result]) -> tuple[Finding, ...]:
    """The rules that do not hold, as findings for other machines; one that is waived says why."""
    return tuple(
        Finding(
            rule=one.rule.id,
            level=_level(one),
            message=one.rule.message,
            detail=in_words(one),
            position=one.rule.position,
            subject=account,
            baselines=tuple(f"{base.framework} {base.version} {base.id}" for base in one.rule.baselines),
            suppressed=None if one.waiver is None or one.denies else one.waiver.reason,
        )
        for one in results
        if one.fires
    )


def _level(result: Result) -> Severity:
    if result.denies:
        return Severity.ERROR
    return Severity.WARNING if result.rule.severity is not RuleSeverity.AUDIT else Severity.NOTE
