"""Findings and plans as workflow commands of GitHub Actions, which become annotations beside the lines of a change.

Limits: 10 errors and 10 warnings of a step become annotations, and 50 of a job; more are dropped without a word.
Notices are treated like warnings here, since nothing is said of them. Sources: GitHub Docs, "REST API endpoints for
check runs" (10 of each in a step), and actions/toolkit, ``docs/problem-matchers.md`` (also the 50 of a job), read
2026-11.

The runner takes a line for a command if ``::`` stands at its start, or ``##[`` anywhere in it; it turns ``%0A`` and the
like back before it shows a message. Source: actions/runner, ``ActionCommand.cs``.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from calplan.model.diagnostic import Severity
from calplan.model.plural import plural
from calplan.plan.document import PlanDocument
from calplan.render.counts import summary_line
from calplan.render.findings import WORST_FIRST, Finding, Placed, count_of, lines_of, placed, shown_level
from calplan.render.plan_findings import plan_findings
from calplan.render.source_root import SourceRoot
from calplan.render.untrusted import for_github_log, for_terminal

MOST_OF_A_LEVEL: Final = 10
COMMAND: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
IN_DATA: Final = {"%": "%25", "\r": "%0D", "\n": "%0A"}
IN_PROPERTIES: Final = {**IN_DATA, ":": "%3A", ",": "%2C"}


def github(findings: Sequence[Finding], *, root: SourceRoot) -> Iterator[str]:
    """An annotation for each finding as far as GitHub shows them, the rest as lines of the log, and the numbers."""
    yield from _annotations(placed(findings, root))
    yield f"{findings_line(findings)}\n"


def plan_github(document: PlanDocument, *, root: SourceRoot) -> Iterator[str]:
    """The plan's diagnostics and the gates that refuse it as annotations, and the line with the numbers of the plan."""
    yield from _annotations(placed(plan_findings(document), root))
    yield f"{for_github_log(summary_line(document))}\n"


def findings_line(findings: Sequence[Finding]) -> str:
    """How many findings of each level there are: ``Findings: 1 error, 0 warnings, 0 notes, 2 waived.``"""
    words = [plural(count_of(findings, level), level.value) for level in WORST_FIRST]
    waived = sum(one.suppressed is not None for one in findings)
    return f"Findings: {', '.join([*words, *([f'{waived} waived'] if waived else [])])}."


def workflow_command(command: str, properties: dict[str, str], message: str) -> str:
    """One command. Its message stays harmless also line by line, for a reader that turns ``%0A`` back too early."""
    stated = ",".join(f"{name}={_escaped(for_terminal(value), IN_PROPERTIES)}" for name, value in properties.items())
    data = _escaped("\n".join(map(for_github_log, message.split("\n"))), IN_DATA)
    return f"::{command} {stated}::{data}\n".replace("##[", "# #[")


def _annotations(everything: Sequence[Placed]) -> Iterator[str]:
    beyond: list[Placed] = []
    for level, command in COMMAND.items():
        of_level = [one for one in everything if shown_level(one.finding) is level]
        shown = len(of_level) if len(of_level) <= MOST_OF_A_LEVEL else MOST_OF_A_LEVEL - 1
        yield from (_annotation(one) for one in of_level[:shown])
        if more := of_level[shown:]:
            where = f"GitHub shows {MOST_OF_A_LEVEL} annotations of a kind for each step; the log of this step has all."
            yield workflow_command(
                command, {"title": "calplan"}, f"{plural(len(more), f'more {level.value}')}. {where}"
            )
            beyond += more
    if beyond:
        yield "::group::Findings beyond what GitHub annotates\n"
        yield from (_in_the_log(one) for one in beyond)
        yield "::endgroup::\n"


def _annotation(one: Placed) -> str:
    finding, place = one.finding, one.finding.position
    properties: dict[str, str] = {}
    if place is not None and one.path is not None:
        properties = {
            "file": one.path,
            "line": str(place.line),
            "endLine": str(place.line),
            "col": str(place.column),
            "endColumn": str(place.column + max(1, place.length) - 1),
        }
    waived = "" if finding.suppressed is None else " (waived)"
    title = {"title": f"{finding.rule}{waived}"}
    return workflow_command(COMMAND[shown_level(finding)], properties | title, "\n".join(lines_of(finding)))


def _in_the_log(one: Placed) -> str:
    place = one.finding.position
    where = "" if place is None or one.path is None else f"{one.path}:{place.line}:{place.column}: "
    said = "; ".join(lines_of(one.finding))
    return f"{for_github_log(f'{where}{shown_level(one.finding).value}[{one.finding.rule}]: {said}')}\n"


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(sign, sign) for sign in text)
