"""What is valid in a document and still has no consumer: said aloud, so that nobody relies on it."""

from collections.abc import Iterator
from typing import Final

from calplan.model.diagnostic import Severity
from calplan.policyfile.document import Parsed
from calplan.policyfile.finding import Finding, Pointer, shown

KINDS_WITHOUT_CONSUMER: Final = frozenset({"Guardrails"})
KEYS_WITHOUT_CONSUMER: Final[dict[str, tuple[Pointer, ...]]] = {
    "Scenario": (("spec", "then", "guardrails"),),
}


def notes_on(document: Parsed, kind: str) -> Iterator[Finding]:
    """A note for the whole document, or for each of its keys, that this version does nothing with."""
    if kind in KINDS_WITHOUT_CONSUMER:
        yield _note(("kind",), f"kind {kind} is valid; this version does nothing with it yet")
    for pointer in KEYS_WITHOUT_CONSUMER.get(kind, ()):
        if document.at(pointer) is not None:
            yield _note(pointer, f"{shown(pointer)} is valid; this version does nothing with it yet")


def _note(subject: Pointer, summary: str) -> Finding:
    return Finding(code="D-LATER", severity=Severity.NOTE, subject=subject, on_key=True, summary=summary)
