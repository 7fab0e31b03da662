"""Whether a connections file can be read, and how much it says. Nothing is written."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from calplan.impact.stated import Stated
from calplan.providers.checkup import Check, doubtful, failed, passed
from calplan.providers.connections_file.reading import read_connections
from calplan.providers.errors import InvalidAccountError

IGNORED: Final = "U-IGNORED"
WRITE_AGAIN: Final = "write the file again from where its facts come from"


def check_connections(path: Path, clock: Callable[[], datetime], max_age: timedelta) -> Iterator[Check]:
    """What a look at a connections file finds; ``max_age`` is how old evidence about users may be."""
    try:
        stated = read_connections(path)
    except InvalidAccountError as error:
        advice = error.diagnostics[0].help if error.diagnostics else ""
        wrong = failed("file", error, advice or "correct what is named, or write the file again")
        yield replace(wrong, found="; ".join(wrong.found.splitlines()))
        return
    yield _rows(path, stated)
    for note in stated.notes:
        if note.code == IGNORED:
            yield doubtful("columns", note.summary, note.help or "nothing, unless one of them was meant to be another")
    if stated.rows:
        yield from _ages(stated, clock(), max_age)
        yield _services(stated)


def _rows(path: Path, stated: Stated) -> Check:
    if not stated.rows:
        return doubtful("file", f"{path} has no row: it says nothing about anybody", WRITE_AGAIN)
    return passed("file", f"{path} can be read: {_counted(len(stated.rows), len(stated.rows))}")


def _ages(stated: Stated, now: datetime, max_age: timedelta) -> Iterator[Check]:
    moments = [row.as_of for row in stated.rows.values() if row.as_of is not None]
    silent = len(stated.rows) - len(moments)
    if silent:
        found = f"{_counted(silent, len(stated.rows))} without `as_of`: their age is unknown"
        yield doubtful("as_of", found, "state `as_of` in each row; `evidence.age` refuses what has no age")
    if not moments:
        return
    oldest, newest = min(moments), max(moments)
    said = f"the oldest row is of {oldest:%Y-%m-%d %H:%M} UTC"
    if newest > now:
        ahead = f"a row is of {newest:%Y-%m-%d %H:%M} UTC, which is yet to come"
        yield doubtful("age", ahead, "compare the clocks of this machine and of where the file comes from")
    elif now - oldest > max_age:
        yield doubtful("age", f"{said}: older than `maxEvidenceAge.users` allows", WRITE_AGAIN)
    else:
        yield passed("age", said)


def _services(stated: Stated) -> Check:
    unknown = sum(row.facts.service is None for row in stated.rows.values())
    if not unknown:
        return passed("service", "every row says what its user is connected to")
    found = f"{_counted(unknown, len(stated.rows))} without a known `service`"
    return doubtful("service", found, "state `service` where it is known; empty means that a user is not connected")


def _counted(some: int, rows: int) -> str:
    """How many rows, and of how many if not of all."""
    noun = "row" if rows == 1 else "rows"
    return f"{some:,} {noun}" if some == rows else f"{some:,} of {rows:,} {noun}"
