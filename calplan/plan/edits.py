"""Entries of a platform's operation log since a person attested the settings: a hint that they may have moved.

The log is free text about everything an admin does. It is never read as state, and is no part of what is planned.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from calplan.model.account import Evidence
from calplan.model.diagnostic import Diagnostic, Severity
from calplan.model.plural import plural

PORTAL: Final = "portal"
SHOWN: Final = 3
LONGEST: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One entry of the log; its words are the platform's own. ``time`` is ``None`` where it states none."""

    time: datetime | None
    operator: str
    action: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditLog:
    """The entries of the log from ``read_from`` on, which may be later than was asked for: logs forget."""

    edits: tuple[Edit, ...]
    read_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LogUnread:
    """That the log could not be read, and why."""

    reason: str


def said_of_edits(log: EditLog | LogUnread | None, record: Evidence) -> Iterator[Diagnostic]:
    """What a log has to say about settings that a person attested; nothing of others, or where there is no log."""
    if log is None or record.kind != PORTAL or record.as_of is None:
        return
    if isinstance(log, LogUnread):
        yield _note(
            "E-UNLOGGED",
            f"nobody can tell whether somebody edited the settings since they were attested: {log.reason}",
            "let calplan read the operation log, or look in the portal before you apply",
        )
        return
    since = record.as_of
    younger = sorted((one for one in log.edits if one.time is None or one.time > since), key=_order, reverse=True)
    if younger:
        entries = plural(len(younger), "entry", "entries")
        shown = "; ".join(map(_in_words, younger[:SHOWN])) + ("; ..." if len(younger) > SHOWN else "")
        yield _note(
            "E-EDITED",
            f"{entries} of the operation log since {record.source} ({_moment(since)}), the newest first: {shown}",
            "look in the portal whether these settings are still as attested, and correct the PortalRecord if not",
        )
    if log.read_from > since:
        yield _note(
            "E-UNLOGGED",
            f"the operation log was read from {_moment(log.read_from)} on only, and {record.source} is older",
            "look in the portal whether these settings are still as attested, and date the PortalRecord anew",
        )


def _note(code: str, summary: str, advice: str) -> Diagnostic:
    why = "the log says that somebody did something, in free text; what the settings are it does not say"
    return Diagnostic(code=code, severity=Severity.NOTE, summary=summary, why=why, help=advice)


def _order(edit: Edit) -> tuple[bool, datetime, str]:
    """Newest last; what states no time could be newer than all."""
    return edit.time is None, edit.time or datetime.min.replace(tzinfo=UTC), edit.detail


def _in_words(edit: Edit) -> str:
    when = "at a time it does not state" if edit.time is None else _moment(edit.time)
    words = " ".join(f"{edit.operator}: {edit.action}: {edit.detail}".split())
    return f"{when} {words if len(words) <= LONGEST else words[:LONGEST] + '...'}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%MZ}"
