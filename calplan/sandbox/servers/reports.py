"""The log of operations, as the vendor reports it: free text, newest first."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from calplan.sandbox.account.operations import operations_between
from calplan.sandbox.servers.answer import Answer, Call, invalid
from calplan.sandbox.servers.pages import PageTokens, cut, page_size
from calplan.sandbox.servers.world import World

MOST: Final = 300
A_MONTH: Final = timedelta(days=31)
CATEGORIES: Final = frozenset(
    {
        "all",
        "user",
        "user_settings",
        "account",
        "billing",
        "im",
        "recording",
        "phone_contacts",
        "webinar",
        "sub_account",
        "role",
        "zoom_rooms",
    }
)
FORM: Final = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """The endpoint of the log of operations."""

    world: World
    tokens: PageTokens

    def operation_logs(self, call: Call) -> Answer:
        """GET /report/operationlogs"""
        first, last = _moment(call, "from", to_the_end=False), _moment(call, "to", to_the_end=True)
        if last < first or last - first > A_MONTH:
            raise invalid("from", "The range must be at most one month.")
        category = call.query.get("category_type", "all")
        if category not in CATEGORIES:
            raise invalid("category_type")
        size, after = page_size(call, most=MOST), self.tokens.after(call)
        with self.world.view() as connection:
            found = operations_between(connection, first, last)
        rows = [row for row in found if category in ("all", row.category)][int(after or 0) :]
        numbered = [
            (
                str(number),
                {
                    "time": row.time,
                    "operator": row.operator,
                    "category_type": row.category,
                    "action": row.action,
                    "operation_detail": row.detail,
                },
            )
            for number, row in enumerate(rows, start=int(after or 0) + 1)
        ]
        logs, token = cut(numbered, self.tokens, call, size)
        return Answer(body={"next_page_token": token, "page_size": size, "operation_logs": logs})


def _moment(call: Call, name: str, *, to_the_end: bool) -> datetime:
    """The moment that a parameter names; a day without a time is meant whole.

    Raises:
        RefusedError: it is missing, or written in another way.
    """
    text = call.query.get(name, "")
    if not FORM.fullmatch(text):
        raise invalid(name, "The format must be yyyy-mm-dd or yyyy-MM-dd HH:mm.")
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise invalid(name) from None
    if not to_the_end:
        return moment
    return moment + (timedelta(seconds=59) if " " in text else timedelta(days=1, seconds=-1))
