"""Where a part of a text stands in its file, however the text is written: plain, quoted, or as a block of lines."""

from typing import Final

from calplan.model.diagnostic import Position
from calplan.policyfile.document import Parsed
from calplan.policyfile.finding import Pointer
from calplan.policyfile.line_numbers import Span

BLANK: Final = " \t\n"
MOST_PASSED: Final = 80
"""Characters that the file has between two of the text, blanks apart; more, and the two do not belong together."""


def position_within(document: Parsed, pointer: Pointer, text: str, at: int, length: int) -> Position:
    """The place of ``length`` characters from the ``at``-th on of the text at a pointer.

    The place of the whole text where the file writes it so that nothing can be told, with an alias or by escapes.
    """
    whole = document.position(pointer)
    source = document.source
    first = whole.line - 1
    lines = [source.lines[first][whole.column - 1 :], *source.lines[first + 1 :]]
    if not lines[0] or at >= len(text):
        return whole
    line, column = 0, 0
    if lines[0][0] in "|>":
        line, column = 1, 0
    passed = 0
    for wanted in range(at + 1):
        while True:
            if line >= len(lines) or passed > MOST_PASSED:
                return whole
            sign = lines[line][column] if column < len(lines[line]) else "\n"
            if sign == text[wanted] or (sign in BLANK and text[wanted] in BLANK):
                break
            passed = passed if sign in BLANK else passed + 1
            line, column = (line + 1, 0) if sign == "\n" else (line, column + 1)
        if wanted == at:
            break
        passed = 0
        line, column = (line + 1, 0) if sign == "\n" else (line, column + 1)
    start = column + (whole.column - 1 if line == 0 else 0)
    span = Span(first + line, start, first + line, start + max(1, min(length, len(lines[line]) - column)))
    return source.position(span, document.secret_lines)
