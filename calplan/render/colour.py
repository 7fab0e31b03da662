"""Lines with a style, and the one place that turns styles into colour. Colour repeats what words say, never more."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from calplan.render.cells import width as cells_of
from calplan.render.untrusted import for_terminal


class Style(Enum):
    """How much a line weighs."""

    PLAIN = "plain"
    STRONG = "strong"
    BAD = "bad"
    WARN = "warn"
    GOOD = "good"
    FAINT = "faint"


CODES: Final = {
    Style.PLAIN: "",
    Style.STRONG: "1",
    Style.BAD: "31",
    Style.WARN: "33",
    Style.GOOD: "32",
    Style.FAINT: "2",
}
HANGING: Final = 4
"""Blanks by which the rest of a wrapped line is set in."""
WORD: Final = re.compile(r"[^ ]+ *")
"""A word with the blanks after it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line before it is shown: its text may hold anything. ``whole`` lines are never wrapped."""

    text: str = ""
    style: Style = Style.PLAIN
    whole: bool = False


def finished(lines: Iterable[Line], *, colour: bool, width: int | None) -> Iterator[str]:
    """The lines as they are printed, with their line ends: neutralised, perhaps wrapped, perhaps coloured.

    They are wrapped at blanks if ``width`` is given. Nothing is ever cut: a word longer than that, such as an address,
    stands in a line of its own.
    """
    for line in lines:
        text = for_terminal(line.text)
        parts = [text] if width is None or line.whole or cells_of(text) <= width else _wrapped(text, width)
        for part in parts:
            yield f"{paint(part, line.style, on=colour)}\n"


def paint(text: str, style: Style, *, on: bool) -> str:
    """The text in the colour of its style; the blanks before it stay as they are."""
    code = CODES[style]
    words = text.lstrip(" ")
    if not on or not code or not words:
        return text
    return f"{text[: len(text) - len(words)]}\x1b[{code}m{words}\x1b[0m"


def _wrapped(text: str, width: int) -> list[str]:
    """The text in lines of so many cells, but for words that are longer; all lines but the first are set in."""
    blanks = " " * (len(text) - len(text.lstrip(" ")))
    lines, line, begun = list[str](), blanks, False
    for word in WORD.findall(text):
        if begun and cells_of(line + word.rstrip(" ")) > width:
            lines.append(line.rstrip(" "))
            line = blanks + " " * HANGING
        line, begun = line + word, True
    return [*lines, line.rstrip(" ")]
