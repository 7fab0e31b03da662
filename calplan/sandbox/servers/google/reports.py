"""The log of consents as the Reports API tells it: newest first, of the last 180 days, in pages."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.google import fields
from calplan.sandbox.servers.google.answers import ApiError, bad_request, invalid, not_authorized, not_simulated
from calplan.sandbox.servers.google.calls import GoogleCall
from calplan.sandbox.servers.google.directory import MINE, page_size
from calplan.sandbox.servers.google.ids import etag
from calplan.sandbox.servers.google.keys import GoogleKeys
from calplan.sandbox.servers.google.mask import masked
from calplan.sandbox.servers.google.page_tokens import GooglePageTokens
from calplan.sandbox.servers.google.people import GoogleUser, People
from calplan.sandbox.servers.google.records import PARAMETERS, item, values
from calplan.sandbox.servers.google.token_log import Record, TokenLog
from calplan.sandbox.servers.world import Clock

MOST: Final = 1000
REACH: Final = timedelta(days=180)
EVERYBODY: Final = "all"
TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)", re.ASCII)
CLAUSE: Final = re.compile(r"(?P<name>\w+)(?P<sign>==|<>|<=|>=|<|>)(?P<value>.*)")
SIGNS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
NOT_SIMULATED: Final = (
    "orgUnitID",
    "groupIdFilter",
    "actorIpAddress",
    "applicationInfoFilter",
    "networkInfoFilter",
    "statusFilter",
    "resourceDetailsFilter",
    "deviceFilter",
    "agentInfoFilter",
)
LOG: Final = "token"
OTHER_LOGS: Final = frozenset(
    {
        "access_transparency",
        "admin",
        "calendar",
        "chat",
        "drive",
        "gcp",
        "gmail",
        "groups",
        "login",
        "meet",
        "mobile",
        "rules",
        "saml",
        "user_accounts",
    }
)


@dataclass(kw_only=True)
class Reports:
    """The endpoint of the log. Parameters it does not know are passed over without a word, as Google does."""

    keys: GoogleKeys
    clock: Clock
    people: People
    log: TokenLog
    pages: GooglePageTokens
    repeats: bool = False
    """Whether the last record of a page comes again as the first of the next."""

    def activities(self, call: GoogleCall) -> Answer:
        """GET admin/reports/v1/activity/users/{userKey}/applications/{applicationName}"""
        self._require_simulated(call)
        actor = self._actor(call.names["userKey"])
        # First, for what is noted now must not lie behind the end of the span.
        self.log.follow()
        first, last = self._span(call)
        size, after = page_size(call, most=MOST, usual=MOST), self.pages.after(call)
        before = after if isinstance(after, tuple) else None
        meant = _filter(call.query.get("eventName"), call.query.get("filters"))
        found = self.log.newest_first(first, last, before) if call.names["applicationName"] == LOG else iter(())
        rows = (one for one in found if (actor is None or one.login == actor.login) and meant(one))
        shown = list(islice(rows, size + 1))
        content: dict[str, object] = {"kind": "admin#reports#activities"}
        content["etag"] = etag([one.qualifier for one in shown])
        if shown:
            content["items"] = [self._item(one) for one in shown[:size]]
        if len(shown) > size:
            place = shown[size - 1]
            content["nextPageToken"] = self.pages.give(
                call, (place.at, place.qualifier + int(self.repeats and size > 1))
            )
        return Answer(body=masked(content, call.query.get("fields"), fields.ACTIVITIES))

    def _item(self, record: Record) -> dict[str, object]:
        user = None if record.login is None else self.people.of(record.login)
        return item(record, user, self.keys.customer_id)

    def _require_simulated(self, call: GoogleCall) -> None:
        if call.names["applicationName"] not in OTHER_LOGS | {LOG}:
            raise bad_request()
        if call.query.get("customerId", MINE) not in (MINE, self.keys.customer_id):
            raise not_authorized()
        if call.query.get("includeSensitiveData") == "true":
            raise ApiError(403, "forbidden", "The caller does not have permission", word="PERMISSION_DENIED")
        for name in NOT_SIMULATED:
            if name in call.query:
                raise not_simulated(name)

    def _actor(self, key: str) -> GoogleUser | None:
        """Whose records are asked for, ``None`` for everybody's; a deleted user is known by his id alone."""
        if key == EVERYBODY:
            return None
        found = self.people.even_deleted(key) if key.isdecimal() else self.people.find(key)
        if found is None:
            raise bad_request()
        return found

    def _span(self, call: GoogleCall) -> tuple[datetime, datetime]:
        now = self.clock()
        first, last = _moment(call, "startTime"), _moment(call, "endTime")
        if first is not None and (first >= now or (last is not None and first >= last)):
            raise ApiError(400, "invalid", "Start time must be before end time and the current time.")
        return max(first or now - REACH, now - REACH), last or now


def _moment(call: GoogleCall, name: str) -> datetime | None:
    text = call.query.get(name)
    if text is None:
        return None
    if not TIME.fullmatch(text):
        raise invalid(name)
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise invalid(name) from None


def _filter(event: str | None, filters: str | None) -> Callable[[Record], bool]:
    """Whether a record is asked for.

    Clauses that cannot be read are passed over; of two about one name the last counts.
    """
    parsed = (CLAUSE.fullmatch(clause.strip()) for clause in (filters or "").split(","))
    clauses = {one["name"]: (one["sign"], one["value"]) for one in parsed if one is not None}
    known = PARAMETERS.get(event, frozenset()) if event is not None else frozenset().union(*PARAMETERS.values())
    if not clauses.keys() <= known:
        return lambda _record: False
    return lambda record: (
        (event is None or record.name == event)
        and all(_holds(values(record, name), *clause) for name, clause in clauses.items())
    )


def _holds(stated: Iterable[str], sign: str, wanted: str) -> bool:
    compare = SIGNS[sign]
    if wanted.isdecimal():
        return any(compare(int(one), int(wanted)) if one.isdecimal() else compare(one, wanted) for one in stated)
    return any(compare(one, wanted) for one in stated)
