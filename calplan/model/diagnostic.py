"""A finding for a person: what is wrong, where, why, and what to do."""

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """How much a diagnostic weighs: an error refuses, a warning never blocks, a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A span in a source file: 1-based line and column (in characters), ``length`` characters on that line.

    ``text`` is the source line for the snippet, or ``None`` where it must not be shown (it may hold a secret).
    """

    file: str
    line: int
    column: int
    length: int = 1
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding. ``code`` is stable and known to ``calplan explain``; ``address`` names a setting or user."""

    code: str
    severity: Severity
    summary: str
    why: str = ""
    help: str = ""
    position: Position | None = None
    address: str | None = None

    @property
    def detail(self) -> str:
        """Why, and what to do, each in a line of its own that says which it is."""
        said = (("why", self.why), ("help", self.help))
        return "\n".join(f"{name}: {text}" for name, text in said if text)


def errors_in(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """The diagnostics that refuse."""
    return tuple(one for one in diagnostics if one.severity is Severity.ERROR)
