"""The one place that asks what time it is."""

import os
from datetime import UTC, date, datetime
from typing import Final

from calplan.cli.exit_codes import ExitCode, StopError

LATEST: Final = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())
"""Times that outputs carry are followed by others, such as when a plan expires; those need a year as well."""


def now() -> datetime:
    """The real time, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The day by which dated rules are judged unless somebody asks for another."""
    return stamp().date()


def stamp() -> datetime:
    """The time that outputs carry: ``SOURCE_DATE_EPOCH`` where it is set, so that the same input gives the same bytes.

    Raises:
        StopError: the variable holds no number of seconds.
    """
    text = os.environ.get("SOURCE_DATE_EPOCH")
    if not text:
        return now().replace(microsecond=0)
    seconds = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(LATEST)) else LATEST + 1
    if seconds > LATEST:
        raise StopError(ExitCode.USAGE, "error: SOURCE_DATE_EPOCH must be a number of seconds since 1970")
    return datetime.fromtimestamp(seconds, UTC)
