"""Rows of text in columns, for a terminal."""

from collections.abc import Iterator, Sequence
from typing import Final

from calplan.render.untrusted import for_terminal

GAP: Final = "  "


def columns(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> Iterator[str]:
    """Each row as a line without its end, cells made harmless and set in columns; nothing is cut.

    ``right`` numbers the columns that are set to the right, such as numbers.
    """
    cells = [[for_terminal(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        set_in = [
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield GAP.join(set_in).rstrip()
