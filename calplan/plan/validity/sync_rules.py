"""What sync in both directions asks for (V29, V30, V31)."""

from collections.abc import Iterator
from typing import Final

from calplan.model.diagnostic import Severity
from calplan.model.permissions import Permission
from calplan.model.service import ExchangeEws, ExchangeMapi, Google, Office365Graph
from calplan.model.settings import Setting
from calplan.plan.validity.exchange_online import is_exchange_online
from calplan.plan.validity.subject import Subject, Verdict

SYNC: Final = Setting.BIDIRECTIONAL_SYNC
WITH_SERVICE: Final = frozenset({SYNC, Setting.SERVICE})
CANNOT_WRITE: Final = frozenset({Permission.READ, Permission.NONE})


def v29_sync_needs_write(subject: Subject) -> Iterator[Verdict]:
    service = subject.after.service
    if subject.after.bidirectional_sync is not True or not isinstance(service, (Office365Graph, Google)):
        return
    level = service.permissions.calendar
    if level in CANNOT_WRITE:
        yield Verdict(
            code="V29",
            severity=Severity.WARNING,
            at=SYNC.value,
            rests_on=WITH_SERVICE,
            summary=f"sync in both directions with calendar permission `{level.value}`",
            why="writing a meeting back probably needs `write`; nobody has shown it (S4, unverified)",
            help="grant calendar `write`, or turn sync in both directions off",
        )


def v30_sync_on_premises(subject: Subject) -> Iterator[Verdict]:
    service = subject.after.service
    in_house = isinstance(service, ExchangeMapi) or (
        isinstance(service, ExchangeEws) and not is_exchange_online(service.ews_url.host)
    )
    if subject.after.bidirectional_sync is True and in_house:
        yield Verdict(
            code="V30",
            severity=Severity.WARNING,
            at=SYNC.value,
            rests_on=WITH_SERVICE,
            summary="sync in both directions is not supported with Exchange on premises",
            why="meetings would be kept in step in one direction at best (S4)",
            help="turn sync in both directions off, or do not rely on it",
        )


def v31_tokens_are_kept(subject: Subject) -> Iterator[Verdict]:
    if subject.after.bidirectional_sync is True:
        yield Verdict(
            code="V31",
            severity=Severity.NOTE,
            at=SYNC.value,
            rests_on=frozenset({SYNC}),
            summary="with sync in both directions the users' access tokens are kept in the vendor's cloud",
            why="the vendor writes to calendars while the users are away",
            help="make sure that your rules for tokens allow it",
        )
