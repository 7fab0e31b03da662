"""Findings for machines of others: what diagnostics and guardrails come to before they take a foreign form.

Every format gets them prepared in one way: the worst first, each with the path of its file relative to the root and a
fingerprint by which a finding is known again in the next run.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from calplan.model.diagnostic import Diagnostic, Position, Severity
from calplan.render.source_root import SourceRoot
from calplan.render.untrusted import for_terminal

WORST_FIRST: Final = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
FINGERPRINT_DIGITS: Final = 32
MOST_SIGNS: Final = 4_000
"""Of one finding no more is told to a machine. Whoever wants the rest runs the command without `-o`."""
CUT: Final = " ..."


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding: the code or id of its ``rule``, what is wrong, and in ``detail`` why and what to do, line by line.

    ``subject`` names what it is about where that stays the same while the message may change: the address of a setting,
    a group, a user. ``baselines`` are the outside rules that it answers to, such as ``CIS Zoom 1.0.0 1.1.5.4``.
    ``suppressed`` is the reason of the waiver that lets it pass, or ``None``.
    """

    rule: str
    level: Severity
    message: str
    detail: str = ""
    position: Position | None = None
    subject: str | None = None
    baselines: tuple[str, ...] = ()
    suppressed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A finding with the ``path`` of its file, relative to the root, where it has a file, and its fingerprint."""

    finding: Finding
    path: str | None
    fingerprint: str


def findings_of(diagnostics: Iterable[Diagnostic]) -> tuple[Finding, ...]:
    """Diagnostics as findings."""
    return tuple(
        Finding(
            rule=one.code,
            level=one.severity,
            message=one.summary,
            detail=one.detail,
            position=one.position,
            subject=one.address,
        )
        for one in diagnostics
    )


def placed(findings: Sequence[Finding], root: SourceRoot) -> tuple[Placed, ...]:
    """The findings, the worst first and what is waived last; the order they came in does not matter."""
    paths = [None if one.position is None else root.path_of(one.position.file) for one in findings]
    ordered = sorted(zip(findings, paths, strict=True), key=lambda pair: _order(*pair))
    seen: Counter[str] = Counter()
    result = []
    for finding, path in ordered:
        known = _identity(finding, path)
        seen[known] += 1
        result.append(Placed(finding=finding, path=path, fingerprint=_fingerprint(known, seen[known])))
    return tuple(result)


def lines_of(finding: Finding) -> list[str]:
    """What a finding says, in lines that are harmless anywhere lines are; the first is the message."""
    lines = [finding.message or finding.rule, *finding.detail.split("\n")]
    lines += [f"baselines: {', '.join(finding.baselines)}"] if finding.baselines else []
    lines += [] if finding.suppressed is None else [f"waived: {finding.suppressed}"]
    return shortened("\n".join(for_terminal(line) for line in lines if line), MOST_SIGNS).split("\n")


def shortened(text: str, most: int) -> str:
    """The text, or its beginning and a sign that it was cut."""
    return text if len(text) <= most else f"{text[: most - len(CUT)]}{CUT}"


def shown_level(finding: Finding) -> Severity:
    """The level to alarm with: what is waived is told, and alarms nobody."""
    return finding.level if finding.suppressed is None else Severity.NOTE


def count_of(findings: Iterable[Finding], level: Severity) -> int:
    """How many findings of a level are not waived."""
    return sum(one.level is level and one.suppressed is None for one in findings)


def _order(finding: Finding, path: str | None) -> tuple[object, ...]:
    place = finding.position
    return (
        finding.suppressed is not None,
        WORST_FIRST.index(finding.level),
        path or "",
        (0, 0) if place is None else (place.line, place.column),
        finding.rule,
        finding.subject or "",
        finding.message,
        finding.detail,
    )


def _identity(finding: Finding, path: str | None) -> str:
    """What stays when lines move and other findings come or go; without a subject the message has to tell it."""
    subject = ["message", finding.message] if finding.subject is None else ["subject", finding.subject]
    return json.dumps([finding.rule, path, *subject])


def _fingerprint(identity: str, number: int) -> str:
    """A digest of what the finding is, with a number only from the second on that is the same in everything."""
    known = identity if number == 1 else f"{identity}#{number}"
    return hashlib.sha256(known.encode("ascii")).hexdigest()[:FINGERPRINT_DIGITS]
