"""Findings as a code quality report of GitLab, and a plan as its Terraform report.

GitLab reads an array of objects with ``description``, ``check_name``, ``fingerprint``, ``severity`` and ``location``,
ignores every other key, and takes no byte order mark; two findings with one fingerprint show as one. It states no
limit for the number of findings. A report is an artifact: of 100 MB at most unless the administrator says otherwise,
and of 5 MB for Terraform. Sources: GitLab Docs, "Code Quality: Implement a custom tool", "Instance limits: Maximum file
size per type of artifact" and "Maximum artifacts size", read 2026-11.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from calplan.model.diagnostic import Severity
from calplan.model.plural import plural
from calplan.plan.document import PlanDocument
from calplan.render.findings import Finding, Placed, lines_of, placed, shown_level
from calplan.render.plan_json import canonical_json
from calplan.render.source_root import SourceRoot
from calplan.render.untrusted import for_terminal

MOST_FINDINGS: Final = 5_000
"""With the longest message each, they stay below 100 MB."""
SEVERITY: Final = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}
NO_FILE: Final = "."
"""Where a finding belongs to no file; GitLab wants a path, so it is the root."""
LEFT_OUT: Final = "calplan-left-out"
COUNTED: Final = ("create", "update", "delete")


def gitlab(findings: Sequence[Finding], *, root: SourceRoot, most: int = MOST_FINDINGS) -> Iterator[str]:
    """Every finding, the worst first; where there are too many, the last entry says how many were left out."""
    everything = placed(findings, root)
    kept = everything if len(everything) <= most else everything[: most - 1]
    report = [_entry(one) for one in kept]
    if left_out := len(everything) - len(kept):
        words = f"{plural(left_out, 'more finding')} left out"
        report.append(_entry(Placed(finding=_note(words), path=None, fingerprint=LEFT_OUT)))
    yield f"{canonical_json(report)}\n"


def plan_gitlab_terraform(document: PlanDocument) -> Iterator[str]:
    """How many resources a plan creates, updates and deletes, and nothing else: guests can read this report."""
    actions = Counter(action for change in document["resource_changes"] for action in change["change"]["actions"])
    yield f"{json.dumps({name: actions[name] for name in COUNTED}, separators=(',', ':'))}\n"


def _note(words: str) -> Finding:
    return Finding(rule=LEFT_OUT, level=Severity.NOTE, message=words)


def _entry(one: Placed) -> dict[str, object]:
    """A finding; what is waived stays in the report as information, since GitLab knows no waivers."""
    finding = one.finding
    line = 1 if finding.position is None else finding.position.line
    return {
        "description": "\n".join(lines_of(finding)),
        "check_name": for_terminal(finding.rule),
        "fingerprint": one.fingerprint,
        "severity": SEVERITY[shown_level(finding)],
        "location": {"path": one.path or NO_FILE, "lines": {"begin": line}},
    }
