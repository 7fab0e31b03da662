"""Rows of a file with one JSON object per line."""

import json
from collections.abc import Iterator
from typing import Final, TypeAlias

from calplan.policyfile.row_source import Errors

DEEPEST: Final = 20
"""A row is a flat object with lists in it; the bound keeps the JSON reader from recursing."""


class JsonNumber:
    """A number that stands where no number belongs; its value is never looked at."""


Value: TypeAlias = str | bool | JsonNumber | list["Value"] | dict[str, "Value"] | None


class _BadRowError(Exception):
    """One line is no row; the message says why."""


def json_rows(lines: Iterator[tuple[int, str]], errors: Errors) -> Iterator[tuple[int, dict[str, Value]]]:
    """Each object with its line; lines of blanks are passed over, a line that is no object is an error and left out."""
    for number, line in lines:
        text = line.rstrip()
        if not text:
            continue
        try:
            row = _row(text)
        except _BadRowError as error:
            errors.add("U-JSON", number, str(error), "write one whole JSON object per line")
            continue
        yield number, row


def _row(text: str) -> dict[str, Value]:
    if _depth(text) > DEEPEST:
        raise _BadRowError("this line is nested too deeply to be a row")
    try:
        row = json.loads(
            text, object_pairs_hook=_object, parse_int=_number, parse_float=_number, parse_constant=_no_constant
        )
    except json.JSONDecodeError as error:
        raise _BadRowError(f"this line is not JSON: {error.msg} at column {error.colno}") from error
    if not isinstance(row, dict):
        raise _BadRowError("this line is no JSON object")
    return row


def _object(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _BadRowError("a key stands twice in this object")
    return found


def _number(_text: str) -> JsonNumber:
    return JsonNumber()


def _no_constant(word: str) -> Value:
    raise _BadRowError(f"`{word}` is no JSON")


def _depth(text: str) -> int:
    """How deep a line is nested, not counting brackets inside of strings; quick where there are few brackets."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return 0
    depth = deepest = 0
    in_string = escaped = False
    for sign in text:
        if in_string:
            in_string = escaped or sign != '"'
            escaped = sign == "\\" and not escaped
        elif sign == '"':
            in_string = True
        elif sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest
