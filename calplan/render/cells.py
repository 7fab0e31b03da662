"""How wide text stands on a terminal, in cells: some signs take two of them, and some none.

Text is made harmless for a terminal first: what nobody sees is an escape by then.
"""

import unicodedata
from typing import Final

WIDE: Final = frozenset({"W", "F"})
WITHOUT_WIDTH: Final = frozenset({"Mn", "Me", "Cf"})
LATER_JAMO: Final = (range(0x1160, 0x1200), range(0xD7B0, 0xD800))
"""Vowels and last consonants of Hangul that are written one by one; they join the sign before them."""
MORE: Final = "..."


def width(text: str) -> int:
    """How many cells the text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_width_of, text))


def padded(text: str, cells: int, *, right: bool = False) -> str:
    """The text filled up with blanks to so many cells, set to the left or to the right; never cut."""
    blanks = " " * (cells - width(text))
    return blanks + text if right else text + blanks


def fitting(text: str, cells: int) -> str:
    """As much of the text as so many cells hold, for what is gone a moment later; results are never cut."""
    if width(text) <= cells:
        return text
    kept = text
    while width(kept) > cells - len(MORE):
        kept = kept[:-1]
    return kept + MORE


def _width_of(sign: str) -> int:
    if unicodedata.category(sign) in WITHOUT_WIDTH or any(ord(sign) in one for one in LATER_JAMO):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in WIDE else 1
