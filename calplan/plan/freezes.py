"""Whether days on which nothing is applied have begun anywhere on earth, and not ended everywhere."""

from datetime import UTC, datetime, time, timedelta
from typing import Final

from calplan.model.times import Freeze
from calplan.plan.gates import Gate, status_of

EASTERNMOST: Final = timedelta(hours=14)
"""Where a day begins first, ahead of UTC: the Line Islands."""
WESTERNMOST: Final = timedelta(hours=12)
"""Where a day ends last, behind UTC: at sea and on Baker Island."""


def freeze_gate(freezes: tuple[Freeze, ...], now: datetime, owner: str) -> Gate | None:
    """Refuses during a freeze; ``None`` where there are none."""
    if not freezes:
        return None
    frozen = [one for one in freezes if begins(one) <= now < ends(one)]
    return Gate(
        id="freeze",
        status=status_of(not frozen),
        limit="outside every freeze",
        actual=_frozen(frozen, freezes, now) if frozen else _free(freezes, now),
        owner=owner,
    )


def begins(freeze: Freeze) -> datetime:
    """The moment at which the first day of a freeze begins somewhere."""
    return datetime.combine(freeze.first, time(), UTC) - EASTERNMOST


def ends(freeze: Freeze) -> datetime:
    """The moment at which the last day of a freeze has ended everywhere."""
    return datetime.combine(freeze.last, time(), UTC) + timedelta(days=1) + WESTERNMOST


def _frozen(frozen: list[Freeze], freezes: tuple[Freeze, ...], now: datetime) -> str:
    until = now
    while following := [ends(one) for one in freezes if begins(one) <= until < ends(one)]:
        until = max(following)
    last = max(frozen, key=ends)
    more = "" if until == ends(last) else ", and others follow"
    return f"frozen {_named(last)}{more}; until {_shown(until)}, when the last day has ended everywhere"


def _free(freezes: tuple[Freeze, ...], now: datetime) -> str:
    coming = min((one for one in freezes if begins(one) > now), key=begins, default=None)
    if coming is None:
        return "no freeze now, and none to come"
    return f"no freeze now; the next, {_named(coming)}, begins {_shown(begins(coming))}, where days begin"


def _named(freeze: Freeze) -> str:
    reason = f" ({freeze.reason})" if freeze.reason else ""
    days = f"on {freeze.first}" if freeze.first == freeze.last else f"from {freeze.first} to {freeze.last}"
    return f"{days}{reason}"


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
