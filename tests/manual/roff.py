"""Man pages as roff: the few requests that every formatter of manuals knows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

SIGNS: Final = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti", '"': r"\(dq"}
"""Signs that would be set as others, or taken for a request."""
PARAGRAPH: Final = re.compile(r"\n\s*\n")
AS_IT_IS: Final = "\b"
"""Before a paragraph whose lines are kept, as click has it."""


def text(words: str) -> str:
    """Words that are shown as they are, wherever they stand."""
    shown = "".join(SIGNS.get(sign) or (sign if sign.isascii() else f"\\[u{ord(sign):04X}]") for sign in words)
    return rf"\&{shown}" if shown.startswith(".") else shown


def bold(words: str) -> str:
    return rf"\fB{text(words)}\fR"


def italic(words: str) -> str:
    return rf"\fI{text(words)}\fR"


def typed(words: str) -> str:
    """A piece of a command line: options bold, what stands for something else in italics, broken after a bar."""
    pieces = " ".join(bold(word) if word.startswith("-") else italic(word) for word in words.split(" "))
    return pieces.replace("|", r"|\:")


def head(name: str, version: str) -> Iterator[str]:
    yield '.\\" Written by python -m tests.manual; edit the help texts instead.'
    yield f'.TH {name.upper()} 1 "" "calplan {text(version)}" "calplan manual"'
    # What is typed has neither stretched blanks nor hyphens of somebody else's.
    yield from (".nh", ".ad l")


def section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A section, or nothing where it would be empty."""
    held = list(lines)
    if held:
        yield f".SH {title}"
        yield from held


def prose(words: str) -> Iterator[str]:
    """Paragraphs, those with a mark before them line by line."""
    for number, paragraph in enumerate(PARAGRAPH.split(words.strip("\n"))):
        if number:
            yield ".PP"
        if paragraph.startswith(AS_IT_IS):
            yield from (".nf", *map(text, paragraph.removeprefix(AS_IT_IS).strip("\n").split("\n")), ".fi")
        else:
            yield text(" ".join(paragraph.split()))


def listed(entries: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Terms, which are roff already, each with what it means."""
    for term, meaning in entries:
        yield from (".TP", term, text(" ".join(meaning.split())) or r"\&")
