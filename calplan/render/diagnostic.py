"""A diagnostic as lines for a person: code and summary, place, source line with a caret, why, and what to do."""

import unicodedata
from typing import Final

from calplan.model.diagnostic import Diagnostic, Position
from calplan.render.untrusted import for_terminal

WIDE: Final = frozenset({"W", "F"})
WITHOUT_WIDTH: Final = frozenset({"Mn", "Me", "Cf"})


def render_diagnostic(diagnostic: Diagnostic) -> str:
    """The lines of one diagnostic, without a final line end. Text of the source is made harmless for a terminal."""
    position = diagnostic.position
    margin = " " * (1 if position is None else len(str(position.line)))
    lines = [f"{diagnostic.severity.value}[{diagnostic.code}]: {for_terminal(diagnostic.summary)}"]
    if position is not None:
        lines += _place(position, margin)
    elif diagnostic.address is not None:
        lines.append(f"{margin}--> {for_terminal(diagnostic.address)}")
    if diagnostic.why:
        lines.append(f"{margin} = why: {for_terminal(diagnostic.why)}")
    if diagnostic.help:
        lines.append(f"{margin} = help: {for_terminal(diagnostic.help)}")
    return "\n".join(lines)


def width(text: str) -> int:
    """How many cells of a terminal the text takes."""
    if text.isascii():
        return len(text)
    return sum(_width_of(sign) for sign in text)


def _place(position: Position, margin: str) -> list[str]:
    lines = [f"{margin}--> {for_terminal(position.file)}:{position.line}:{position.column}"]
    if position.text is None:
        return lines
    start = position.column - 1
    before = _visible(position.text[:start])
    marked = _visible(position.text[start : start + position.length])
    after = _visible(position.text[start + position.length :])
    carets = "^" * max(1, width(marked))
    source = f"{position.line} | {before}{marked}{after}".rstrip()
    return [*lines, f"{margin} |", source, f"{margin} | {' ' * width(before)}{carets}"]


def _visible(text: str) -> str:
    return for_terminal(text.replace("\t", " "))


def _width_of(sign: str) -> int:
    if unicodedata.category(sign) in WITHOUT_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in WIDE else 1
