"""Windows and freezes of an Account: they name times that exist."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from calplan.model.limits import parse_age
from calplan.plan.windows import cron_fault
from calplan.policyfile.document import Parsed, Plain
from calplan.policyfile.finding import Finding, Pointer
from calplan.policyfile.time_zones import likely_zone, time_zone
from calplan.policyfile.values import parse_day

LONGEST: Final = timedelta(days=366)


def windows_begin_and_end(document: Parsed, root: Pointer) -> Iterator[Finding]:
    """Every window begins at times that exist, in a zone that exists, and lasts; the root is the ``spec``."""
    for place, window in _mappings(document, (*root, "windows")):
        yield from _cron((*place, "cron"), window.get("cron"))
        yield from _zone(document, (*place, "timeZone"), window.get("timeZone"))
        yield from _duration((*place, "duration"), window.get("duration"))


def freezes_have_days(document: Parsed, root: Pointer) -> Iterator[Finding]:
    """Every freeze has a first day and a later or equal last one; the root is the ``spec``."""
    for place, freeze in _mappings(document, (*root, "freezes")):
        stated = {key: value for key in ("from", "to") if isinstance(value := freeze.get(key), str)}
        days = {key: parse_day(value) for key, value in stated.items()}
        for key, day in days.items():
            if day is None:
                yield Finding(
                    code="S-VALUE",
                    subject=(*place, key),
                    summary="this is no day of the calendar",
                    help="for example `2026-12-20`",
                )
        first, last = days.get("from"), days.get("to")
        if first is not None and last is not None and first > last:
            yield Finding(
                code="S-SPAN",
                subject=(*place, "to"),
                summary=f"this freeze ends before it begins, on {first}",
                why="it would never be in force",
                help="`to` is the last day and belongs to the freeze",
            )


def _cron(place: Pointer, value: Plain) -> Iterator[Finding]:
    fault = cron_fault(value) if isinstance(value, str) else None
    if fault is not None:
        yield Finding(
            code="S-CRON",
            subject=place,
            summary=f"this is no time that comes again: {fault}",
            why="nobody could tell when the window opens",
            help='five fields, for example `"0 20 * * 5"`: on Fridays at 20:00',
        )


def _zone(document: Parsed, place: Pointer, value: Plain) -> Iterator[Finding]:
    if not isinstance(value, str):
        return
    try:
        time_zone(value)
    except ValueError:
        near = likely_zone(value)
        yield Finding(
            code="S-ZONE",
            subject=place,
            summary=f"{document.quoted(place, value)} is no time zone of the IANA database",
            why="nobody could tell when the window opens",
            help=f"did you mean `{near}`?" if near else "for example `Europe/Berlin`, or `UTC`",
        )


def _duration(place: Pointer, value: Plain) -> Iterator[Finding]:
    try:
        lasts = parse_age(value) if isinstance(value, str) else None
    except ValueError:
        return
    if lasts is not None and not timedelta() < lasts <= LONGEST:
        yield Finding(
            code="S-SPAN",
            subject=place,
            summary=f"a window cannot last {'more than 366 days' if lasts else 'no time at all'}",
            why="it would be open always" if lasts else "it would never be open",
            help="write how long it stays open, for example `4h`",
        )


def _mappings(document: Parsed, place: Pointer) -> Iterator[tuple[Pointer, dict[str, Plain]]]:
    listed = document.at(place)
    for index, one in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(one, dict):
            yield (*place, index), one
