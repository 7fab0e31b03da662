"""A page of the documentation as a test reads it: its fenced blocks, its links, its headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
FENCE: Final = re.compile(r"^(?P<fence>```+)(?P<language>\S*)\n(?P<text>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
LINK: Final = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)")
HEADING: Final = re.compile(r"^#+ (?P<text>.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block, with the line its text begins at."""

    line: int
    language: str
    text: str

    @property
    def first(self) -> str:
        """The first line, by which tests call it."""
        return self.text.partition("\n")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page by its path below the root."""

    name: str
    text: str

    def blocks(self) -> Iterator[Block]:
        """Its fenced blocks, from the top."""
        for found in FENCE.finditer(self.text):
            line = self.text.count("\n", 0, found.start()) + 2
            yield Block(line=line, language=found["language"], text=found["text"])

    def links(self) -> Iterator[str]:
        """Where its links lead, but for those in blocks and in code."""
        prose = re.sub(r"`[^`\n]*`", "", FENCE.sub("", self.text))
        return (found["target"] for found in LINK.finditer(prose))

    def anchors(self) -> frozenset[str]:
        """What its headings are linked by."""
        headings = (found["text"] for found in HEADING.finditer(FENCE.sub("", self.text)))
        return frozenset(re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings)


def page(name: str) -> Page:
    """The page with this path."""
    return Page(name=name, text=(ROOT / name).read_text(encoding="utf-8"))


def all_pages() -> tuple[Page, ...]:
    """The README, everything below ``docs``, and what stands beside the examples."""
    found = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*/README.md")]
    names = sorted(one.relative_to(ROOT).as_posix() for one in found)
    return tuple(page(name) for name in ("README.md", *names))
