"""How often Google lets its APIs be asked, and what it answers to one request too many.

Google counts by the minute: 2,400 requests of a user to either API, and of the Reports API 250 filtered ones. Here each
limit is in requests by the second, so that a test can meet one without waiting; ``None`` is no limit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final, assert_never

from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.google.answers import QUOTA, UNAVAILABLE, USER_RATE, Failures, Words
from calplan.sandbox.servers.google.calls import Api, GoogleCall
from calplan.sandbox.servers.world import Clock

FILTERS: Final = ("actorIpAddress", "eventName", "filters", "orgUnitID", "groupIdFilter")
EVERYBODY: Final = "all"
DIRECTORY_REFUSAL: Final = 403
REPORTS_REFUSAL: Final = 503


class Spent(Enum):
    """Which limit of the Directory API a refusal speaks of."""

    BY_USER = "userRateLimitExceeded"
    BY_OPERATION = "quotaExceeded"

    @property
    def words(self) -> Words:
        return USER_RATE if self is Spent.BY_USER else QUOTA


@dataclass(slots=True, kw_only=True)
class Quotas:
    """The limits, and since when how much was asked of each."""

    clock: Clock
    failures: Failures
    directory: float | None = None
    reports: float | None = None
    filtered_reports: float | None = None
    spent: Spent = Spent.BY_USER
    _windows: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    def take(self, api: Api, call: GoogleCall) -> Answer | None:
        """The answer to one request too many, if this is one."""
        match api:
            case Api.SIGN_IN | Api.IAM:
                return None
            case Api.DIRECTORY:
                return None if self._room({"directory": self.directory}) else self._refuse(DIRECTORY_REFUSAL)
            case Api.REPORTS:
                filtered = call.names.get("userKey") != EVERYBODY or any(name in call.query for name in FILTERS)
                limits = {"reports": self.reports, "filtered": self.filtered_reports if filtered else None}
                return None if self._room(limits) else self._refuse(REPORTS_REFUSAL)
            case _:
                assert_never(api)

    def _refuse(self, status: int) -> Answer:
        return self.failures.answer(status, self.spent.words if status == DIRECTORY_REFUSAL else UNAVAILABLE)

    def _room(self, limits: Mapping[str, float | None]) -> bool:
        """Whether there is room below every limit; it is used up only then."""
        now, windows = self.clock(), dict(self._windows)
        for name, limit in limits.items():
            if limit is None:
                continue
            if limit <= 0:
                return False
            since, asked = windows.get(name, (now, 0))
            # A limit below one is one request in a longer time.
            if not 0 <= (now - since).total_seconds() < max(1.0, 1 / limit):
                since, asked = now, 0
            if asked >= max(1, int(limit)):
                return False
            windows[name] = (since, asked + 1)
        self._windows = windows
        return True
