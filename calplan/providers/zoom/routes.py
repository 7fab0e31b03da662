"""The calls that calplan makes of the vendor's API, each with its rate class and the scopes that allow it.

There is no other: none of these reads or writes a setting of the calendar and contacts integration, for there is none
that does.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal


class RateClass(Enum):
    """How the vendor counts a call; the value is its word in ``X-RateLimit-Category``."""

    LIGHT = "light"
    MEDIUM = "medium"
    HEAVY = "heavy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One call: ``path`` has ``*`` where a name stands. ``scope`` allows it, and so does the classic one."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    rate: RateClass
    scope: str
    classic: str

    def parts(self, *names: str) -> tuple[str, ...]:
        """The parts of the path with these names in it."""
        found = iter(names)
        return tuple(next(found) if part == "*" else part for part in self.path.strip("/").split("/"))

    def shown(self) -> str:
        """The call as people write it."""
        return f"{self.method} {self.path.replace('*', '…')}"

    def covers(self, method: str, target: str) -> bool:
        """Whether a request is this call."""
        form = re.escape(self.path).replace(re.escape("*"), "[^/]+")
        return method == self.method and re.fullmatch(form, target.partition("?")[0]) is not None

    def allowed_by(self, granted: frozenset[str]) -> bool:
        """Whether one of these scopes allows the call; a master account has its own word for the same one."""
        accepted = {self.scope, self.classic}
        accepted |= {f"{one.rpartition(':')[0]}:master" for one in accepted}
        return bool(accepted & granted)


USERS: Final = Route(
    method="GET",
    path="/users",
    rate=RateClass.MEDIUM,
    scope="user:read:list_users:admin",
    classic="user:read:admin",
)
USER: Final = Route(
    method="GET",
    path="/users/*",
    rate=RateClass.LIGHT,
    scope="user:read:user:admin",
    classic="user:read:admin",
)
GROUPS: Final = Route(
    method="GET",
    path="/groups",
    rate=RateClass.MEDIUM,
    scope="group:read:list_groups:admin",
    classic="group:read:admin",
)
MEMBERS: Final = Route(
    method="GET",
    path="/groups/*/members",
    rate=RateClass.MEDIUM,
    scope="group:read:list_members:admin",
    classic="group:read:admin",
)
ASSISTANTS: Final = Route(
    method="GET",
    path="/users/*/assistants",
    rate=RateClass.MEDIUM,
    scope="user:read:list_assistants:admin",
    classic="user:read:admin",
)
ADD_ASSISTANT: Final = Route(
    method="POST",
    path="/users/*/assistants",
    rate=RateClass.MEDIUM,
    scope="user:write:assistant:admin",
    classic="user:write:admin",
)
REMOVE_ASSISTANT: Final = Route(
    method="DELETE",
    path="/users/*/assistants/*",
    rate=RateClass.LIGHT,
    scope="user:delete:assistant:admin",
    classic="user:write:admin",
)
OPERATION_LOG: Final = Route(
    method="GET",
    path="/report/operationlogs",
    rate=RateClass.HEAVY,
    scope="report:read:operation_logs:admin",
    classic="report:read:admin",
)
MANAGED_DOMAINS: Final = Route(
    method="GET",
    path="/accounts/*/managed_domains",
    rate=RateClass.LIGHT,
    scope="account:read:managed_domains:master",
    classic="account:read:admin",
)
ROUTES: Final = (
    USERS,
    USER,
    GROUPS,
    MEMBERS,
    ASSISTANTS,
    ADD_ASSISTANT,
    REMOVE_ASSISTANT,
    OPERATION_LOG,
    MANAGED_DOMAINS,
)

PLAN: Final = (USERS, GROUPS)
"""What every plan calls."""
PRIVATE_EVENTS: Final = (ASSISTANTS,)
"""What a plan calls besides where the policy manages private events."""
WRITES: Final = (ASSISTANTS, USER, REMOVE_ASSISTANT, ADD_ASSISTANT)
"""What it takes to change one privilege."""
HINTS: Final = (MEMBERS, OPERATION_LOG, MANAGED_DOMAINS)
"""What calplan can do without, and then knows less."""


def rate_of(method: str, target: str) -> RateClass:
    """The class of a request; of one that is no route the strictest."""
    return next((route.rate for route in ROUTES if route.covers(method, target)), RateClass.HEAVY)
