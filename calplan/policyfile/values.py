"""Parts of a document that its schema has already found right, taken out with their types."""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, TypeVar

from calplan.policyfile.document import Parsed, Plain
from calplan.policyfile.finding import Finding, Pointer

T = TypeVar("T")
EARLIEST_YEAR: Final = 2000
LATEST_YEAR: Final = 9000
"""Years outside these bounds are slips, and arithmetic on them can overflow."""


def mapping(value: Plain) -> dict[str, Plain]:
    """A mapping; nothing stated is an empty one."""
    assert value is None or isinstance(value, dict)
    return value or {}


def items(value: Plain) -> list[Plain]:
    """A list; nothing stated is an empty one."""
    assert value is None or isinstance(value, list)
    return value or []


def text(value: Plain) -> str:
    assert isinstance(value, str)
    return value


def stated_text(value: Plain) -> str | None:
    assert value is None or isinstance(value, str)
    return value


def whole(value: Plain) -> int:
    assert isinstance(value, int)
    return value


def flag(value: Plain, absent: T) -> bool | T:
    """True or false, or ``absent`` where nothing is stated."""
    assert value is None or isinstance(value, bool)
    return absent if value is None else value


def beside(file: Path, path: str) -> Path:
    """A path stated in a document, which is relative to the document's file."""
    return Path(os.path.normpath(file.parent / path))


def moment(document: Parsed, pointer: Pointer) -> datetime | Finding | None:
    """A date and time, UTC where no offset is given; or what is wrong with it; or ``None`` where none is stated."""
    value = document.at(pointer)
    if value is None:
        return None
    read = parse_moment(text(value))
    if read is not None:
        return read
    return Finding(
        code="S-VALUE",
        subject=pointer,
        summary="this is no date and time of the calendar",
        help="for example `2026-11-22T09:00:00Z`",
    )


def parse_moment(written: str) -> datetime | None:
    """The date and time a text names, UTC where no offset is given, or ``None`` when it names none."""
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        return None
    if not is_plausible(read):
        return None
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)


def parse_day(written: str) -> date | None:
    """The day a text names, or ``None`` when it names none."""
    try:
        read = date.fromisoformat(written)
    except ValueError:
        return None
    return read if is_plausible(read) else None


def is_plausible(day: date) -> bool:
    """Whether a day or time lies in a year that can be meant."""
    return EARLIEST_YEAR <= day.year <= LATEST_YEAR
