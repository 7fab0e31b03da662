"""Where a value stands in its file: spans as the YAML reader counts, positions as people count."""

import os
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from calplan.model.diagnostic import Position

LINE_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What the YAML reader counts as the end of a line."""
LONGEST_SNIPPET: Final = 400
"""Characters of a source line that a diagnostic carries; longer lines are shown without a snippet."""
SENSITIVE: Final = re.compile(r"passw|passphrase|secret|credential|token|private_?key|api_?key", re.IGNORECASE)
"""Words that make a key's value, and the lines it stands on, unfit to be shown."""
USER_IN_URL: Final = re.compile(r"//[^/\s]*@")
DOCUMENT_START: Final = re.compile(r"---(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text, 0-based: from line and column up to, not including, the end."""

    line: int
    column: int
    end_line: int
    end_column: int


START: Final = Span(0, 0, 0, 0)


def shown_name(path: Path) -> str:
    """A path as text that can be printed anywhere, whatever bytes the file's name is made of."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


@dataclass(frozen=True)
class Source:
    """A file's text with its name. ``text`` is empty when the file could not be read."""

    name: str
    text: str = field(default="", repr=False)

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends, counted as the YAML reader counts."""
        return LINE_BREAK.split(self.text)

    @cached_property
    def secret_lines(self) -> frozenset[int]:
        """The lines that may hold a secret as far as the bare text tells: a sensitive word and all that follows it."""
        hidden: set[int] = set()
        sensitive = False
        for number, line in enumerate(self.lines):
            if DOCUMENT_START.match(line):
                sensitive = False
            sensitive = sensitive or SENSITIVE.search(line) is not None
            if sensitive:
                hidden.add(number)
        return frozenset(hidden)

    def position(self, span: Span, secret_lines: frozenset[int] | None = None) -> Position:
        """The place for a person; the source line is left out where it may hold a secret or is too long to help.

        ``secret_lines`` is what a parsed document knows of its secrets; without it the bare text decides.
        """
        hidden = self.secret_lines if secret_lines is None else secret_lines
        line = self.lines[span.line] if span.line < len(self.lines) else ""
        end = span.end_column if span.end_line == span.line else len(line.rstrip())
        shown = span.line not in hidden and len(line) <= LONGEST_SNIPPET and not USER_IN_URL.search(line)
        return Position(
            file=self.name,
            line=span.line + 1,
            column=span.column + 1,
            length=max(1, end - span.column),
            text=line if shown and self.text else None,
        )
