"""What the vendor's log says was done in the portal: a hint that somebody edited something, and never a state."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from calplan.providers.base import Edit
from calplan.providers.zoom.calls import Calls
from calplan.providers.zoom.messages import OperationPage, OperationRow, text_of
from calplan.providers.zoom.routes import OPERATION_LOG

LARGEST_PAGE: Final = 300
LONGEST_SPAN: Final = timedelta(days=30)
"""The vendor answers for one month at a time."""
MOST_SPANS: Final = 6
CATEGORY: Final = "account"
"""Settings of the account; under which category an edit of the calendar settings appears is not documented."""


def edits_since(calls: Calls, since: datetime, now: datetime) -> tuple[Edit, ...]:
    """The edits of account settings since a moment, oldest first, as far back as half a year.

    Raises:
        ProviderError: the log cannot be read.
    """
    found: dict[Edit, None] = {}
    for begin, end in _spans(since.astimezone(UTC), now.astimezone(UTC)):
        query: dict[str, str | int] = {
            "from": f"{begin:%Y-%m-%d %H:%M}",
            "to": f"{end:%Y-%m-%d %H:%M}",
            "page_size": LARGEST_PAGE,
            "category_type": CATEGORY,
        }
        for page in calls.pages(OPERATION_LOG, kind=OperationPage, query=query):
            found |= dict.fromkeys(_edit(row) for row in page.rows)
    return tuple(sorted((one for one in found if one.at is None or one.at >= since), key=_when))


def _spans(since: datetime, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The time since a moment in parts that the vendor takes; of a longer time the last ones."""
    begin = max(since, now - MOST_SPANS * LONGEST_SPAN)
    while begin < now:
        end = min(begin + LONGEST_SPAN, now)
        yield begin, end
        begin = end


def _edit(row: OperationRow) -> Edit:
    return Edit(
        at=_moment(text_of(row.time)),
        operator=text_of(row.operator),
        category=text_of(row.category_type),
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
    return edit.at is None, edit.at or datetime.min.replace(tzinfo=UTC)
