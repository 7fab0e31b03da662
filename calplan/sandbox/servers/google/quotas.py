"""How often Google lets its APIs be asked, and what it answers to one request too many.

Google counts by the minute: 2,400 requests of a user to either API, and of the Reports API 250 filtered ones. Here each
limit is in requests by the second, so that a test can meet one without waiting; ``None`` is no limit.
"""

from collections import Counter
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
    """The limits, and what was asked within the present second."""

    clock: Clock
    failures: Failures
    directory: float | None = None
    reports: float | None = None
    filtered_reports: float | None = None
    spent: Spent = Spent.BY_USER
    _since: datetime | None = None
    _asked: Counter[str] = field(default_factory=Counter)

    def take(self, api: Api, call: GoogleCall) -> Answer | None:
        """The answer to one request too many, if this is one."""
        match api:
            case Api.SIGN_IN | Api.IAM:
                return None
            case Api.DIRECTORY:
                return None if self._room(directory=self.directory) else self._refuse(DIRECTORY_REFUSAL)
            case Api.REPORTS:
                filtered = call.names.get("userKey") != EVERYBODY or any(name in call.query for name in FILTERS)
                left = self._room(reports=self.reports, filtered=self.filtered_reports if filtered else None)
                return None if left else self._refuse(REPORTS_REFUSAL)
            case _:
                assert_never(api)

    def _refuse(self, status: int) -> Answer:
        return self.failures.answer(status, self.spent.words if status == DIRECTORY_REFUSAL else UNAVAILABLE)

    def _room(
        self, *, directory: float | None = None, reports: float | None = None, filtered: float | None = None
    ) -> bool:
        """Whether there is room below every limit; it is used up only then."""
        limits = {"directory": directory, "reports": reports, "filtered": filtered}
        meant = {name: limit for name, limit in limits.items() if limit is not None}
        if not meant:
            return True
        now = self.clock()
        # A limit below one by the second is one request in a longer time.
        span = max(1.0, *(1 / limit for limit in meant.values() if limit > 0), 1.0)
        if self._since is None or not 0 <= (now - self._since).total_seconds() < span:
            self._since = now
            self._asked.clear()
        if any(self._asked[name] >= max(1, int(limit)) if limit > 0 else True for name, limit in meant.items()):
            return False
        self._asked.update(meant.keys())
        return True
