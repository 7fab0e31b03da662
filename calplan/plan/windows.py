"""Whether an account may be changed now: windows that allow or deny, as Debian's cron would start them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from calplan.model.times import Window, WindowKind, Windows
from calplan.plan.gates import Gate, in_words, status_of

FIELDS: Final = 5
MOST_STEPS: Final = 500
"""How many windows in a row are followed to find out when the present state ends."""
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def cron_fault(cron: str) -> str | None:
    """What is wrong with a cron expression in a few words, or ``None``."""
    from cronsim import CronSim, CronSimError  # noqa: PLC0415 - only accounts with windows need it

    if len(cron.split()) != FIELDS:
        return "five fields are needed: minute, hour, day of the month, month, day of the week"
    try:
        next(CronSim(cron, datetime(2026, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        return f"{str(error).removeprefix('Bad ')} is not as cron knows it"
    except StopIteration:
        return "there is no such day"
    return None


def window_gate(lists: tuple[Windows, ...], now: datetime, owner: str) -> Gate | None:
    """Refuses outside of the windows that allow, and inside one that denies; ``None`` where there are no windows.

    Where there are several lists, each of them has to let the change through.
    """
    stated = [window for windows in lists for window in windows]
    if not stated:
        return None
    kinds = {window.kind for window in stated}
    wants = [
        *(["inside an allow window"] if WindowKind.ALLOW in kinds else []),
        *(["outside every deny window"] if WindowKind.DENY in kinds else []),
    ]
    again = opens(lists, now)
    return Gate(
        id="window",
        status=status_of(again == now),
        limit=" and ".join(wants),
        actual=_open(lists, now) if again == now else _closed(lists, now, again),
        owner=owner,
    )


def opens(lists: tuple[Windows, ...], now: datetime) -> datetime | None:
    """The first moment from now on at which every list lets a change through, or ``None`` if none is found."""
    at = now
    for _ in range(MOST_STEPS):
        moments = [_not_before(windows, at) for windows in lists]
        known = [moment for moment in moments if moment is not None]
        if len(known) < len(moments):
            return None
        latest = max(known, default=at)
        if latest == at:
            return at
        at = latest
    return None


def _not_before(windows: Windows, at: datetime) -> datetime | None:
    """The moment itself if the windows let a change through; else one before which they do not; ``None``: never."""
    denied = [end for window in _of(windows, WindowKind.DENY) if (end := _end(window, at)) is not None]
    if denied:
        return max(denied)
    allowing = _of(windows, WindowKind.ALLOW)
    if not allowing or any(_end(window, at) is not None for window in allowing):
        return at
    return min((start for window in allowing if (start := next_start(window, at)) is not None), default=None)


def _closed(lists: tuple[Windows, ...], now: datetime, again: datetime | None) -> str:
    denying = [(end, window) for windows in lists for window, end in _running(windows, WindowKind.DENY, now)]
    if denying:
        last = max(denying, key=lambda one: one[0])[1]
        return f"closed by the deny window {_named(last)}; {_opening(again, last)}"
    shut = next(windows for windows in lists if _not_before(windows, now) != now)
    allowing = _of(shut, WindowKind.ALLOW)
    then = next((window for window in allowing if again is not None and _end(window, again) is not None), allowing[0])
    which = "the allow window" if len(allowing) == 1 else "the next allow window"
    return f"closed, {which} is {_named(then)}; {_opening(again, then)}"


def _opening(again: datetime | None, window: Window) -> str:
    return "no time was found at which it opens" if again is None else f"opens {shown(again, window)}"


def _open(lists: tuple[Windows, ...], now: datetime) -> str:
    running = [one for windows in lists for one in _running(windows, WindowKind.ALLOW, now)]
    denials = [window for windows in lists for window in _of(windows, WindowKind.DENY)]
    begins = [(start, window) for window in denials if (start := next_start(window, now)) is not None]
    first = min(begins, key=lambda one: one[0], default=None)
    if not running:
        nothing = "open, no deny window is in force"
        return nothing if first is None else f"{nothing}; closes {shown(*first)}, deny window {_named(first[1])}"
    window = max(running, key=lambda one: one[1])[0]
    ends = [_covered(windows, now) for windows in lists if _of(windows, WindowKind.ALLOW)]
    until, found = min(ends)
    if first is not None and first[0] <= until:
        return f"open, allow window {_named(window)}; closes {shown(*first)}, deny window {_named(first[1])}"
    return f"open, allow window {_named(window)}; closes {'' if found else 'not before '}{shown(until, window)}"


def _covered(windows: Windows, now: datetime) -> tuple[datetime, bool]:
    """Until when some allow window is open without a break, and whether that end was found or is only a lower bound."""
    at = now
    for _ in range(MOST_STEPS):
        ends = [end for _, end in _running(windows, WindowKind.ALLOW, at)]
        if not ends:
            return at, True
        at = max(ends)
    return at, False


def _running(windows: Windows, kind: WindowKind, at: datetime) -> Iterator[tuple[Window, datetime]]:
    """The windows of a kind that are open at a moment, each with an end before which it does not close."""
    return ((window, end) for window in _of(windows, kind) if (end := _end(window, at)) is not None)


def _of(windows: Windows, kind: WindowKind) -> Windows:
    return tuple(window for window in windows if window.kind is kind)


def _end(window: Window, at: datetime) -> datetime | None:
    """When the earliest run of a window that is open at a moment ends; ``None`` where it is not open."""
    start = next_start(window, at - window.duration)
    return None if start is None or start > at else start + window.duration


def next_start(window: Window, after: datetime) -> datetime | None:
    """The first moment after another one at which a window begins, in UTC.

    A time that the clocks skip begins when they have been moved on; one that comes twice begins once, unless minute or
    hour is a star.
    """
    from cronsim import CronSim  # noqa: PLC0415 - only accounts with windows need it

    # In the hour that comes twice the clock on the wall, from which cron goes on, may name a start already over.
    starts = (start.astimezone(UTC) for start in CronSim(window.cron, after.astimezone(window.time_zone)))
    return next((start for start in starts if start > after), None)


def _named(window: Window) -> str:
    reason = f" ({window.reason})" if window.reason else ""
    return f"`{window.cron}` for {in_words(window.duration)} in {window.time_zone}{reason}"


def shown(moment: datetime, window: Window) -> str:
    """A moment on the clocks of a window's time zone, with what tells an hour that comes twice apart."""
    local = moment.astimezone(window.time_zone)
    offset = local.strftime("%z")
    seconds = f":{local:%S}" if local.second else ""
    return f"{DAYS[local.weekday()]} {local:%Y-%m-%d %H:%M}{seconds} {offset[:3]}:{offset[3:5]} {window.time_zone}"
