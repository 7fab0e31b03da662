"""Rows as fields by name, whichever of the two formats they are written in."""

from collections.abc import Iterator, Mapping
from itertools import chain

from calplan.policyfile.csv_rows import csv_rows
from calplan.policyfile.json_rows import Value, json_rows
from calplan.policyfile.row_source import Lines


def rows_of(
    lines: Lines, *, required: tuple[str, ...], lists: frozenset[str] = frozenset()
) -> Iterator[tuple[int, Mapping[str, Value]]]:
    """Each row with the number of its first line.

    ``required`` are columns that a CSV header must have, ``lists`` those whose cells are split at each ``;``.

    Raises:
        InvalidFileError: the file is neither CSV nor NDJSON, or cannot be read on.
    """
    remaining = iter(lines)
    errors = lines.errors
    first = next((line for line in remaining if line[1].strip()), None)
    if first is None:
        raise errors.stop("U-EMPTY", 1, "the file is empty", f"the least is a header with `{required[0]}`")
    rest = chain([first], remaining)
    match first[1].lstrip()[:1]:
        case "{":
            yield from json_rows(rest, errors)
        case "[":
            advice = "write one JSON object per line, without a list around them"
            raise errors.stop("U-FORMAT", first[0], "this is a JSON list, not NDJSON", advice)
        case _:
            yield from csv_rows(rest, errors, required, lists)
