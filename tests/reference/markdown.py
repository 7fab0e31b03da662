"""Pieces of Markdown that read well as they stand: wrapped paragraphs and bullets, and tables."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

WIDTH: Final = 120
CODE: Final = re.compile(r"`[^`]*`")
UNBROKEN: Final = re.compile(r"`[^`]*`|\[[^\]`]*\]\([^)]*\)")
"""Code, and links with what they lead to."""
GLUE: Final = "\x00"
"""Stands for a blank inside of what stays in one line, where no line may end."""
OPENS_SOMETHING: Final = re.compile(r"\s*([-+*#>]|\d+[.)])\s")


def code(text: str) -> str:
    """Text as code, in a fence long enough for the backticks in it."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def safe(text: str) -> str:
    """A sentence in which nothing outside of code is taken for markup."""
    parts = CODE.split(text)
    spans = [*CODE.findall(text), ""]
    return "".join(re.sub(r"([<>*]|\](?=\())", r"\\\1", part) + span for part, span in zip(parts, spans, strict=True))


def wrapped(text: str, *, first: str = "", rest: str = "") -> Iterator[str]:
    """A paragraph in lines of at most ``WIDTH``, with what begins its first line and the others."""
    glued = UNBROKEN.sub(lambda found: found.group().replace(" ", GLUE), " ".join(text.split()))
    lines = textwrap.wrap(
        glued,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    for number, line in enumerate(lines):
        assert number == 0 or not OPENS_SOMETHING.match(line), f"a line would open a list or a heading: {line}"
        yield line.replace(GLUE, " ")


def bullet(text: str, depth: int = 0) -> Iterator[str]:
    """An entry of a list at a depth."""
    indent = "  " * depth
    return wrapped(text, first=f"{indent}- ", rest=f"{indent}  ")


def paragraphs(*texts: str) -> Iterator[str]:
    """Paragraphs, each followed by an empty line."""
    for text in texts:
        yield from wrapped(text)
        yield ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table; what would end a cell is written so that it does not."""
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def anchor(heading: str) -> str:
    """What a heading is linked by."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
