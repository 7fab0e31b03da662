"""Time zones by their names in the IANA database."""

from collections.abc import Iterable
from datetime import tzinfo
from difflib import get_close_matches
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

ELSEWHERE: Final = ("localtime", "posixrules", "Factory", "posix/", "right/")
"""Names that mean another zone on each machine, none at all, or the database in another form."""

LIKENESS: Final = 0.8


def time_zone(name: str) -> tzinfo:
    """The time zone of a name.

    Raises:
        ValueError: there is none.
    """
    if name.startswith(ELSEWHERE):
        raise ValueError(f"{name} is not the same zone everywhere")
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError("this is no name of the IANA time zone database") from error


def likely_zone(name: str) -> str | None:
    """A time zone whose name looks like a word, if there is one."""
    known = {zone.casefold(): zone for zone in available_timezones() if not zone.startswith(ELSEWHERE)}
    cities = {zone.rpartition("/")[2]: zone for zone in sorted(known, reverse=True)}
    word = name.strip().casefold().replace(" ", "_")
    near = _near(word, known) or [cities[one] for one in _near(word, cities)]
    return known[near[0]] if near else None


def _near(word: str, names: Iterable[str]) -> list[str]:
    return get_close_matches(word, names, n=1, cutoff=LIKENESS)
