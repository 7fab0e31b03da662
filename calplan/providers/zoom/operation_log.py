"""What the vendor's log says was done in the portal: a hint that somebody edited something, and never a state."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from calplan.plan.edits import Edit, EditLog
from calplan.providers.http.message import text_of
from calplan.providers.zoom.calls import Calls
from calplan.providers.zoom.messages import OperationPage, OperationRow
from calplan.providers.zoom.routes import OPERATION_LOG

LARGEST_PAGE: Final = 300
LONGEST_SPAN: Final = timedelta(days=30)
"""The vendor answers for one month at a time."""
MOST_SPANS: Final = 6
CATEGORY: Final = "account"
"""Settings of the account; under which category an edit of the calendar settings appears is not documented."""


def edits_since(calls: Calls, since: datetime, now: datetime) -> EditLog:
    """The edits of account settings since a moment, oldest first, as far back as half a year.

    Raises:
        ProviderError: the log cannot be read.
    """
    found: dict[Edit, None] = {}
    since, now = since.astimezone(UTC), now.astimezone(UTC)
    read_from = max(since, now - MOST_SPANS * LONGEST_SPAN)
    for begin, end in _spans(read_from, now):
        query: dict[str, str | int] = {
            "from": f"{begin:%Y-%m-%d %H:%M}",
            "to": f"{end:%Y-%m-%d %H:%M}",
            "page_size": LARGEST_PAGE,
            "category_type": CATEGORY,
        }
        for page in calls.pages(OPERATION_LOG, kind=OperationPage, query=query):
            found |= dict.fromkeys(_edit(row) for row in page.rows)
    edits = tuple(sorted((one for one in found if one.time is None or one.time >= since), key=_when))
    return EditLog(edits=edits, read_from=read_from)


def _spans(since: datetime, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The time since a moment in parts that the vendor takes."""
    begin = since
    while begin < now:
        end = min(begin + LONGEST_SPAN, now)
        yield begin, end
        begin = end


def _edit(row: OperationRow) -> Edit:
    return Edit(
        time=_moment(text_of(row.time)),
        operator=text_of(row.operator),
        action=text_of(row.action),
        detail=text_of(row.operation_detail),
    )


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _when(edit: Edit) -> tuple[bool, datetime]:
    return edit.time is None, edit.time or datetime.min.replace(tzinfo=UTC)
