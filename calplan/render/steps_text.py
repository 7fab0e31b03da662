"""What comes after the users on a terminal: gates, steps, what the forecast rests on, and diagnostics."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from calplan.model.plural import plural
from calplan.plan.document import DiagnosticDocument, GateDocument, PlanDocument
from calplan.render.colour import Line, Style
from calplan.render.counts import ERROR, REFUSE
from calplan.render.evidence import assumption_in_words, evidence_in_words, is_weighty, made_at, snapshot_in_words
from calplan.render.guide import path_in_words
from calplan.render.step_wording import (
    changes_by_address,
    cost_in_words,
    doer_of,
    gate_advice,
    gate_figures,
    gate_in_words,
    order_in_words,
    reasons,
    step_in_words,
)
from calplan.render.values import place_in_words
from calplan.render.wording import listed

STATUS: Final = {
    "refuse": ("refused", Style.BAD),
    "overridden": ("lifted", Style.WARN),
    "pass": ("passed", Style.GOOD),
}
WITHOUT_CHANGES: Final = {**STATUS, REFUSE: ("would refuse", Style.WARN)}
NOTHING_TO_APPLY: Final = "There is nothing to apply, so nothing is refused; a change would be, as things stand."
SEVERITY: Final = {"error": Style.BAD, "warning": Style.WARN}


def gates_text(document: PlanDocument, *, verbose: bool) -> Iterator[Line]:
    """Every gate that refuses or was lifted; those that pass by name, or one by one with ``verbose``."""
    gates = document["gates"]
    if not gates:
        return
    idle = not document["resource_changes"]
    refused = [gate["id"] for gate in gates if gate["status"] == REFUSE]
    yield Line("Gates", Style.STRONG)
    if idle and refused:
        yield Line(f"  {NOTHING_TO_APPLY}")
    passed = [gate for gate in gates if gate["status"] == "pass"]
    for gate in gates:
        if verbose or gate["status"] != "pass":
            yield from _gate(gate, WITHOUT_CHANGES if idle else STATUS)
    if passed and not verbose:
        yield Line(f"  passed: {', '.join(gate['id'] for gate in passed)}", Style.FAINT)
    if refused and not idle:
        flags = " ".join(f"--allow {name}" for name in refused)
        yield Line(f"  An apply is refused. Who may decide so lifts it with: {flags} --reason TEXT")
    yield Line()


def _gate(gate: GateDocument, words: Mapping[str, tuple[str, Style]]) -> Iterator[Line]:
    word, style = words.get(gate["status"], (gate["status"], Style.PLAIN))
    yield Line(f"  {word}  {gate['id']} ({gate_in_words(gate['id'])}): {gate_figures(gate)}", style)
    advice = gate_advice(gate["id"])
    if advice and gate["status"] == REFUSE:
        yield Line(f"      {advice}", Style.FAINT)


def steps_text(document: PlanDocument) -> Iterator[Line]:
    """The writes in their order, each with who does it, whom it costs, and why it stands there."""
    steps = document["steps"]
    if not steps:
        return
    changes = changes_by_address(document)
    yield Line("Steps, in this order", Style.STRONG)
    for step, why in zip(steps, reasons(steps), strict=True):
        doer = doer_of(step["mode"], step["provider"])
        yield Line(f"  {step['id']} [{doer}] {step_in_words(step, changes)}; {cost_in_words(step)}")
        if path := path_in_words(step):
            yield Line(f"      {path}")
        if why:
            yield Line(f"      {why}", Style.FAINT)
    for words in order_in_words(document["order"]):
        yield Line(f"  {words}", Style.WARN if document["order"]["surplus"] else Style.PLAIN)
    yield Line()


def snapshot_text(document: PlanDocument) -> Iterator[Line]:
    """That nothing live was read, where that is so."""
    if (words := snapshot_in_words(document)) is not None:
        yield Line(f"{words[0].upper()}{words[1:]}", Style.WARN)


def evidence_text(document: PlanDocument, *, verbose: bool) -> Iterator[Line]:
    """The sources, and the readings the forecast rests on."""
    if document["evidence"]:
        yield Line("Evidence", Style.STRONG)
        now = made_at(document)
        for one in document["evidence"]:
            yield Line(f"  {evidence_in_words(one, now)}", Style.WARN if one["stale"] else Style.PLAIN)
        yield Line()
    assumptions = document["assumptions"]
    if assumptions:
        yield Line("Assumptions", Style.STRONG)
        weighty = [one for one in assumptions if verbose or is_weighty(one)]
        yield from (Line(f"  {assumption_in_words(one)}") for one in weighty)
        others = [one["id"] for one in assumptions if one not in weighty]
        if others:
            yield Line(f"  also {', '.join(others)}: calplan explain ID", Style.FAINT)
        yield Line()


def diagnostics_text(diagnostics: Sequence[DiagnosticDocument]) -> Iterator[Line]:
    """Errors, warnings and notes, each with its place, why, and what to do."""
    for one in diagnostics:
        yield from _diagnostic(one)
        yield Line()


def _diagnostic(one: DiagnosticDocument) -> Iterator[Line]:
    yield Line(f"{one['severity']}[{one['code']}]: {one['summary']}", SEVERITY.get(one["severity"], Style.PLAIN))
    if one["range"] is not None:
        yield Line(f" --> {place_in_words(one['range'])}")
    for sentence in one["detail"].splitlines():
        yield Line(f"  = {sentence}")


def errors_text(document: PlanDocument) -> Iterator[Line]:
    """Why a plan with errors goes no further, and what to do."""
    if not document["errored"]:
        return
    codes = sorted({one["code"] for one in document["diagnostics"] if one["severity"] == ERROR})
    named = f": {listed(codes)}" if codes else ""
    yield Line(f"This plan has {plural(len(codes), 'error') if codes else 'errors'}{named}.", Style.BAD)
    yield Line("It is shown whole, but it is not saved and cannot be applied.")
    yield Line("Correct the policy or the facts; calplan explain CODE says what each error means. Then plan again.")
    yield Line()
