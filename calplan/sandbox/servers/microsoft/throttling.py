"""When Graph says that it is asked too much, and how long it wants to be left alone.

Costs and limits: https://learn.microsoft.com/graph/throttling-limits (identity and access).
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from calplan.sandbox.servers.microsoft.asked import Ask, GraphRefusedError
from calplan.sandbox.servers.world import Clock

WINDOW: Final = timedelta(seconds=10)
WORTH_SAYING: Final = 0.8
"""Above this part of the limit an answer says how close it is."""
FEW: Final = 20
SCOPE: Final = "Tenant_Application/ReadWrite/calplan"


class ThrottledError(GraphRefusedError):
    """A request comes too soon; ``headers`` say until when, where they say anything."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__(429, "TooManyRequests", "Too many requests. Please retry after the time that was given.")
        self.headers = headers


@dataclass(slots=True)
class Throttling:
    """How much was asked of late.

    ``limit`` is how many units there are in ten seconds, ``None`` for no limit. ``retry_after`` are the seconds that a
    planned refusal names, ``None`` where it names none. With ``insist``, whoever comes back before a planned refusal's
    time has passed is refused again, and counted in ``early``.
    """

    clock: Clock
    limit: int | None = None
    retry_after: int | None = 1
    insist: bool = False
    early: int = 0
    _until: datetime | None = None
    _taken: deque[tuple[datetime, int]] = field(default_factory=deque)

    def planned(self) -> dict[str, str]:
        """The headers of a refusal that was planned."""
        if self.retry_after is None:
            return {}
        if self.insist:
            self._until = self.clock() + timedelta(seconds=self.retry_after)
        return {"Retry-After": str(self.retry_after)}

    def take(self, cost: int) -> dict[str, str]:
        """The headers of an answer that costs this much.

        Raises:
            ThrottledError: it comes too soon.
        """
        now = self.clock()
        if self._until is not None and now < self._until:
            self.early += 1
            raise ThrottledError({"Retry-After": str(ceil((self._until - now).total_seconds()))})
        headers = {"x-ms-resource-unit": str(cost)}
        if self.limit is None:
            return headers
        while self._taken and self._taken[0][0] <= now - WINDOW:
            self._taken.popleft()
        used = sum(units for _, units in self._taken) + cost
        if used > self.limit:
            wait = self._taken[0][0] + WINDOW - now if self._taken else WINDOW
            said = {"x-ms-throttle-scope": SCOPE, "x-ms-throttle-information": "ResourceUnitLimitExceeded"}
            raise ThrottledError({"Retry-After": str(ceil(wait.total_seconds())), **said})
        self._taken.append((now, cost))
        if used / self.limit > WORTH_SAYING:
            headers |= {"x-ms-throttle-limit-percentage": f"{used / self.limit:.2f}", "x-ms-throttle-scope": SCOPE}
        return headers


def cost_of(ask: Ask, base: int) -> int:
    """What a request costs: less where it asks for little, more where it has other objects sent along."""
    top = ask.query.get("$top", "")
    few = top.isascii() and top.isdecimal() and int(top[:10]) < FEW
    return max(1, base - ("$select" in ask.query) + ("$expand" in ask.query) - few)
