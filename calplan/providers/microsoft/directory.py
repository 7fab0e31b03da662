"""The users of a tenant, and where the mailbox of each lies as far as Graph can tell."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar
from urllib.parse import quote

from calplan.model.user import MailboxLocation
from calplan.providers.errors import NotAuthorisedError, ProviderError
from calplan.providers.http.message import text_of
from calplan.providers.microsoft.calls import MOST_AT_ONCE, Calls
from calplan.providers.microsoft.messages import BatchPart, Page, UserRow

T = TypeVar("T")
FIELDS: Final = "id,userPrincipalName,mail,proxyAddresses,accountEnabled,userType,assignedPlans"
LARGEST_PAGE: Final = 999
READS_MAILBOXES: Final = frozenset({"MailboxSettings.Read", "MailboxSettings.ReadWrite"})
NO_MAILBOX_HERE: Final = "MailboxNotEnabledForRESTAPI"
SMTP: Final = "smtp:"
OK: Final = 200
FORBIDDEN: Final = 403
DENIED: Final = "Authorization_RequestDenied"
ENOUGH: Final = 100
"""So many mailboxes that are refused without one that is not make it pointless to ask for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The users of a tenant. ``failure`` says why these may not be all."""

    rows: tuple[UserRow, ...]
    failure: ProviderError | None = None


def directory_of(calls: Calls) -> Directory:
    """Every user; where reading breaks off, those that were read by then.

    Raises:
        NotAuthorisedError: nobody may be read.
    """
    # A list that changes while it is read can show somebody twice.
    rows: dict[str, UserRow] = {}
    failure: ProviderError | None = None
    try:
        query: dict[str, str | int] = {"$select": FIELDS, "$top": LARGEST_PAGE}
        for page in calls.pages("users", kind=Page[UserRow], query=query, what="users"):
            rows.update((row.id, row) for row in page.value)
    except ProviderError as error:
        if isinstance(error, NotAuthorisedError) and not rows:
            raise
        failure = error
    return Directory(rows=tuple(rows.values()), failure=failure)


def names_of(row: UserRow) -> tuple[str, ...]:
    """What a user signs in with, and his main address."""
    return tuple(dict.fromkeys(one for one in (row.user_principal_name.strip(), text_of(row.mail)) if one))


def aliases_of(row: UserRow) -> tuple[str, ...]:
    """His other addresses; those of other kinds than e-mail are left out."""
    stated = row.proxy_addresses if isinstance(row.proxy_addresses, list) else []
    return tuple(dict.fromkeys(one[len(SMTP) :].strip() for one in stated if one.lower().startswith(SMTP)))


def mailboxes_of(calls: Calls, rows: Iterable[UserRow]) -> dict[str, str]:
    """Where mailboxes lie, by user id; nobody is in it of whom it is not known.

    An Exchange plan that is enabled and settings that can be read are a mailbox in the cloud. The code for a mailbox
    that Graph does not reach means one on premises; an account without a licence looks the same, and so does one that
    was deleted lately. Anything else says nothing, and neither does the mark of a synchronised account. Guests have
    their mailboxes elsewhere and are not asked for.
    """
    granted = calls.permissions()
    found: dict[str, str] = {}
    if granted is not None and granted.isdisjoint(READS_MAILBOXES):
        return found
    refused = 0
    asked = [row for row in rows if text_of(row.user_type).lower() != "guest"]
    for number, some in enumerate(_by(MOST_AT_ONCE, asked)):
        calls.tell("mailboxes", number * MOST_AT_ONCE, len(asked))
        try:
            parts = calls.many({str(number): _settings(row) for number, row in enumerate(some)})
        except ProviderError:
            return found
        places = {row.id: _place(row, parts.get(str(number))) for number, row in enumerate(some)}
        found |= {person: place.value for person, place in places.items() if place is not None}
        refused += sum(part.status == FORBIDDEN for part in parts.values())
        # One mailbox may be closed to calplan by a policy of Exchange; where all are, a permission is missing.
        if any(DENIED in part.codes for part in parts.values()) or (refused >= ENOUGH and not found):
            return found
    return found


def _settings(row: UserRow) -> str:
    return f"/users/{quote(row.id, safe='')}/mailboxSettings?$select=userPurpose"


def _place(row: UserRow, part: BatchPart | None) -> MailboxLocation | None:
    if part is None:
        return None
    if part.status == OK:
        return MailboxLocation.CLOUD if _has_plan(row) else None
    return MailboxLocation.ON_PREMISES if NO_MAILBOX_HERE in part.codes else None


def _has_plan(row: UserRow) -> bool:
    plans = row.assigned_plans if isinstance(row.assigned_plans, list) else []
    return any(
        text_of(one.service).lower() == "exchange" and text_of(one.capability_status) == "Enabled" for one in plans
    )


def _by(size: int, items: Iterable[T]) -> Iterator[tuple[T, ...]]:
    """The items in portions."""
    left = iter(items)
    while some := tuple(islice(left, size)):
        yield some
