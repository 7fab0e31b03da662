"""When an account may be changed: windows, freezes, and how long before its users are told."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import Enum
from typing import TypeAlias


class WindowKind(Enum):
    """Whether changes are allowed or denied inside a window."""

    ALLOW = "allow"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A time that comes again: it begins as five cron fields say, in a time zone, and lasts for a duration.

    The duration is time that passes, whatever the clocks on the wall do meanwhile. The time zone names itself.
    """

    kind: WindowKind
    cron: str
    duration: timedelta
    time_zone: tzinfo
    reason: str = ""


Windows: TypeAlias = tuple[Window, ...]
"""Windows of one document: where some allow, the time must lie in one of these; it must lie in none that denies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """Days on which nothing is applied; both the first and the last belong to it. No time zone is stated."""

    first: date
    last: date
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """How many hours before an apply people must have been told, and the name of the file that proves it."""

    hours: int
    receipt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeReceipt:
    """The proof that the people a plan concerns were told, and when."""

    plan_id: str
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoReceipt:
    """Why a receipt file proves nothing, in words."""

    why: str
