"""Findings as SARIF 2.1.0, the form that code scanning and many editors read.

Limits of GitHub's code scanning: a file of more than 10 MB once gzipped, or with more than 20 runs, 25,000 results or
25,000 rules in a run, or 20 tags on a rule, is rejected whole; of the results it shows the 5,000 gravest, of the tags
10. Descriptions of a rule have 1,024 characters. It knows an alert again by ``primaryLocationLineHash`` alone, shows
none that has no location, and does not look at suppressions, so what is waived is a note. Source: GitHub Docs, "SARIF
support for code scanning" and "SARIF results exceed one or more limits", read 2026-11.
"""

import gzip
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from calplan.model.diagnostic import Position
from calplan.model.plural import plural
from calplan.render.findings import WORST_FIRST, Finding, Placed, lines_of, placed, shortened, shown_level
from calplan.render.plan_json import canonical_json
from calplan.render.source_root import SourceRoot, uri_of
from calplan.render.untrusted import for_markdown, for_terminal

VERSION: Final = "2.1.0"
SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT_NAME: Final = "%SRCROOT%"
FINGERPRINTS: Final = ("primaryLocationLineHash", "calplan/v1")
"""The first is the one that code scanning compares; the second says whose it is and in which form."""

MOST_BYTES: Final = 10_000_000
MOST_RESULTS: Final = 25_000
MOST_RESULTS_SHOWN: Final = 5_000
MOST_TAGS: Final = 20
MOST_SIGNS_OF_A_DESCRIPTION: Final = 1_024

Explained = Callable[[str], str | None]
"""The text of ``calplan explain`` for a rule, or ``None`` for a rule it does not know, such as a guardrail's."""


def sarif(
    findings: Sequence[Finding],
    *,
    root: SourceRoot,
    explained: Explained,
    command: str,
    version: str,
    most_bytes: int = MOST_BYTES,
) -> Iterator[str]:
    """One run with every finding, the worst first; what is too much for code scanning is left out, and that is said.

    ``command`` is the command that found them, so that results of several uploaded for one commit do not replace each
    other.
    """
    everything = placed(findings, root)
    kept = everything[:MOST_RESULTS]
    while True:
        log = _log(kept, left_out=len(everything) - len(kept), explained=explained, command=command, version=version)
        text = f"{canonical_json(log)}\n"
        if not kept or _fits(text, most_bytes):
            break
        kept = kept[: len(kept) // 2]
    yield text


def _fits(text: str, most_bytes: int) -> bool:
    data = text.encode()
    return len(data) <= most_bytes or len(gzip.compress(data, mtime=0)) <= most_bytes


def _log(
    kept: Sequence[Placed], *, left_out: int, explained: Explained, command: str, version: str
) -> dict[str, object]:
    of_rule: dict[str, list[Finding]] = defaultdict(list)
    for one in kept:
        of_rule[one.finding.rule].append(one.finding)
    index = {name: number for number, name in enumerate(sorted(of_rule))}
    rules = [_rule(name, of_rule[name], explained) for name in index]
    run = {
        "tool": {"driver": {"name": "calplan", "semanticVersion": version, "rules": rules}},
        "automationDetails": {"id": f"calplan/{command}/"},
        "originalUriBaseIds": {ROOT_NAME: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notes(len(kept), left_out)}],
        "results": [_result(one, index[one.finding.rule]) for one in kept],
    }
    return {"$schema": SCHEMA, "version": VERSION, "runs": [run]}


def _notes(kept: int, left_out: int) -> list[dict[str, object]]:
    said = []
    if left_out:
        said.append(f"{plural(left_out, 'more finding')} left out, since code scanning rejects a file with them.")
    if kept > MOST_RESULTS_SHOWN:
        said.append(f"Code scanning shows the {MOST_RESULTS_SHOWN} gravest of {kept} findings.")
    return [{"level": "warning", "message": {"text": text}} for text in said]


def _rule(name: str, findings: Sequence[Finding], explained: Explained) -> dict[str, object]:
    """What a rule says of itself: by ``calplan explain``, or by its own message where that does not know it."""
    text = explained(name) or lines_of(findings[0])[0]
    lines = [for_terminal(line) for line in text.rstrip("\n").split("\n")]
    short = shortened(lines[0], MOST_SIGNS_OF_A_DESCRIPTION)
    full = shortened("\n".join(lines), MOST_SIGNS_OF_A_DESCRIPTION)
    baselines = sorted({for_terminal(baseline) for one in findings for baseline in one.baselines})
    level = min((one.level for one in findings), key=WORST_FIRST.index)
    rule: dict[str, object] = {
        "id": for_terminal(name),
        "shortDescription": {"text": short},
        "fullDescription": {"text": full},
        "help": {"text": "\n".join(lines), "markdown": "\n\n".join(for_markdown(line) for line in lines if line)},
        "defaultConfiguration": {"level": level.value},
    }
    if baselines:
        rule["properties"] = {"baselines": baselines, "tags": baselines[:MOST_TAGS]}
    return rule


def _result(one: Placed, rule_index: int) -> dict[str, object]:
    finding = one.finding
    result: dict[str, object] = {
        "ruleId": for_terminal(finding.rule),
        "ruleIndex": rule_index,
        "level": shown_level(finding).value,
        "message": {"text": _without_links("\n".join(lines_of(finding)))},
        "partialFingerprints": dict.fromkeys(FINGERPRINTS, one.fingerprint),
    }
    location: dict[str, object] = {}
    if finding.position is not None and one.path is not None:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": uri_of(one.path), "uriBaseId": ROOT_NAME},
            "region": _region(finding.position),
        }
    if finding.subject is not None:
        location["logicalLocations"] = [{"fullyQualifiedName": for_terminal(finding.subject)}]
    if location:
        result["locations"] = [location]
    if finding.suppressed is not None:
        reason = for_terminal(finding.suppressed)
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
    return result


def _region(position: Position) -> dict[str, object]:
    """The span; its end is the column after the last character. The source line itself is not repeated here."""
    return {
        "startLine": position.line,
        "startColumn": position.column,
        "endLine": position.line,
        "endColumn": position.column + max(1, position.length),
    }


def _without_links(text: str) -> str:
    """Plain text of a message may hold links, ``[words](place)``; findings have none, so a look-alike is parted."""
    return text.replace("](", "] (")
