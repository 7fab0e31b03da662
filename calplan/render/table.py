"""Rows of text in columns, for a terminal."""

from collections.abc import Iterator, Sequence
from typing import Final

from calplan.render.cells import padded, width
from calplan.render.untrusted import for_terminal

GAP: Final = "  "


def columns(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> Iterator[str]:
    """Each row as a line without its end, cells made harmless and set in columns; nothing is cut.

    ``right`` numbers the columns that are set to the right, such as numbers.
    """
    cells = [[for_terminal(cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        pairs = enumerate(zip(row, widths, strict=True))
        set_in = [padded(cell, wide, right=number in right) for number, (cell, wide) in pairs]
        yield GAP.join(set_in).rstrip()
