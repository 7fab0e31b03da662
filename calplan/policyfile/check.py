"""Everything that can be said about one document by itself: its YAML, its schema, the static rules."""

from typing import Final

from calplan.model.diagnostic import Diagnostic, Severity, errors_in
from calplan.policyfile.diagnostics import of_problem
from calplan.policyfile.document import Parsed
from calplan.policyfile.finding import Finding, Pointer
from calplan.policyfile.schema import broken_rules
from calplan.policyfile.static_rules.catalogue import rule_findings

HARMLESS: Final = frozenset({"Y-DUP"})
"""Problems of YAML that leave the rest of the document as it was meant."""
MOST_SAID: Final = 200


def check(document: Parsed, schema: str) -> tuple[Diagnostic, ...]:
    """The diagnostics of a document. Where the YAML itself is in doubt the schema is not asked."""
    source = document.source
    problems = tuple(of_problem(problem, source, document.secret_lines) for problem in document.problems)
    if any(problem.code not in HARMLESS for problem in document.problems):
        return problems[:MOST_SAID]
    found = (document.diagnostic(finding) for finding in findings(document, schema))
    return in_order((*problems, *found), document)


def in_order(said: tuple[Diagnostic, ...], document: Parsed) -> tuple[Diagnostic, ...]:
    """What is said of a document in the order of its lines, and no more of it than anybody reads."""
    ordered = tuple(sorted(said, key=_place))
    return ordered if len(ordered) <= MOST_SAID else _shortened(ordered, document)


def _shortened(said: tuple[Diagnostic, ...], document: Parsed) -> tuple[Diagnostic, ...]:
    """As many as anybody reads, errors first, so that none of them is lost to a warning."""
    kept = (*errors_in(said), *(one for one in said if one.severity is not Severity.ERROR))[:MOST_SAID]
    summary = f"{len(said) - MOST_SAID} more findings in this document are not listed"
    more = Finding(code="D-MORE", severity=Severity.NOTE, subject=(), summary=summary)
    return (*kept, document.diagnostic(more))


def _place(diagnostic: Diagnostic) -> tuple[int, int]:
    position = diagnostic.position
    return (0, 0) if position is None else (position.line, position.column)


def findings(document: Parsed, schema: str) -> tuple[Finding, ...]:
    """What rules and schema say; where a rule speaks the schema is silent."""
    ruled = rule_findings(schema, document)
    claimed = {pointer for finding in ruled for pointer in (finding.subject, *finding.also)}
    return (*ruled, *(one for one in broken_rules(schema, document) if not _is_claimed(one, claimed)))


def _is_claimed(finding: Finding, claimed: set[Pointer]) -> bool:
    subject = finding.subject
    return any(subject[:length] in claimed for length in range(1, len(subject) + 1))
