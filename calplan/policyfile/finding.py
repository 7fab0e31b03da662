"""What is wrong with one place of a document, before it is put into words for a terminal."""

from dataclasses import dataclass
from typing import TypeAlias

from calplan.model.diagnostic import Severity

Pointer: TypeAlias = tuple[str | int, ...]
"""The way from a document's top to a value: keys and list indexes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A diagnostic whose place is still a pointer.

    ``subject`` may name a key that is missing: the nearest thing around it is shown. Whatever a rule says about a
    subject, or about what it speaks of also, replaces what the schema says about it and anything below it.
    """

    code: str
    subject: Pointer
    summary: str
    why: str = ""
    help: str = ""
    severity: Severity = Severity.ERROR
    on_key: bool = False
    also: tuple[Pointer, ...] = ()


def shown(pointer: Pointer) -> str:
    """A pointer in the way people write it, for a sentence: `` `spec.groups[2].service` ``."""
    text = ""
    for part in pointer:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return f"`{text}`" if text else "the document"
