"""Rows of a CSV file with a header."""

import csv
from collections import Counter
from collections.abc import Iterator
from typing import Final

from calplan.policyfile.json_rows import Value
from calplan.policyfile.row_source import Errors

SEPARATOR: Final = ";"
OTHER_DELIMITERS: Final = (";", "\t", "|")


def csv_rows(
    lines: Iterator[tuple[int, str]], errors: Errors, required: tuple[str, ...], lists: frozenset[str]
) -> Iterator[tuple[int, dict[str, Value]]]:
    """Each row below the header with the number of its first line; a row of the wrong length is an error and left out.

    Raises:
        InvalidFileError: the header or the quoting makes the rest unreadable.
    """
    records = _records(lines, errors)
    line, header = next(records)
    columns = [name.strip() for name in header]
    _judge_header(columns, line, errors, required)
    for line, cells in records:
        if len(cells) == len(columns):
            yield (
                line,
                {
                    name: [*cell.split(SEPARATOR)] if name in lists else cell
                    for name, cell in zip(columns, cells, strict=True)
                },
            )
        elif cells:
            message = f"this row has {len(cells)} fields where the header has {len(columns)}"
            errors.add("U-ROW", line, message, "quote fields that hold a comma; lists use `;`")


def _records(lines: Iterator[tuple[int, str]], errors: Errors) -> Iterator[tuple[int, list[str]]]:
    counted = _CountedLines(lines)
    reader = csv.reader(counted, strict=True)
    while True:
        counted.begin_record()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if "\r" in counted.last.rstrip("\r\n"):
                message = "this line holds a carriage return outside of quotes"
                raise errors.stop("U-ROW", counted.number, message, "end lines with LF or CRLF") from error
            message = f"this row is not CSV: {error}"
            advice = 'write a quote inside a quoted field twice (`""`), and close every quote'
            raise errors.stop("U-ROW", counted.first, message, advice) from error
        if cells is None:
            return
        yield counted.first, cells


class _CountedLines:
    """Lines for the CSV reader, with the ``last`` it was given and its ``number``.

    ``first`` is the number of the first line of the record being read.
    """

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._begins = True
        self.first = self.number = 1
        self.last = ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.number, self.last = next(self._lines)
        if self._begins:
            self.first, self._begins = self.number, False
        return self.last

    def begin_record(self) -> None:
        self._begins = True


def _judge_header(columns: list[str], line: int, errors: Errors, required: tuple[str, ...]) -> None:
    twice = sorted(name for name, times in Counter(columns).items() if times > 1)
    if twice:
        raise errors.stop("U-COLUMN", line, f"the column `{twice[0]}` stands in the header twice")
    missing = [name for name in required if name not in columns]
    if missing:
        one_cell = columns[0] if len(columns) == 1 else ""
        advice = "the first line names the columns"
        if any(sign in one_cell for sign in OTHER_DELIMITERS):
            advice = "separate columns by commas"
        raise errors.stop("U-COLUMN", line, f"there is no column `{missing[0]}`", advice)
