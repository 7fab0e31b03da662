"""A verification as data for programs: the numbers that are kept, and the users whom reports name."""

from collections.abc import Iterable
from typing import TypedDict

from calplan.apply.verification_record import VerificationRecord, Verified, record_of
from calplan.apply.verify import Listed
from calplan.model.connection import Connection
from calplan.model.unknown import Unknown


class ListedUser(TypedDict):
    """A user by address: what was forecast, and the service found now in the words of users files."""

    email: str
    outcome: str
    next_step: str
    rules: list[str]
    service_now: str


class VerificationDocument(TypedDict):
    """A verification whole; ``numbers`` are what is kept with the run."""

    run: str
    account: str
    plan_id: str
    as_forecast: bool
    settings: list[str]
    numbers: VerificationRecord
    surprises: list[ListedUser]
    false_alarms: list[ListedUser]
    still_disconnected: list[ListedUser]


def verification_document(verified: Verified) -> VerificationDocument:
    """A verification for the JSON report of a command."""
    result = verified.result
    return {
        "run": verified.run,
        "account": verified.account,
        "plan_id": verified.plan_id,
        "as_forecast": verified.as_forecast,
        "settings": [*verified.circumstances.settings],
        "numbers": record_of(verified),
        "surprises": _users(result.surprises),
        "false_alarms": _users(result.false_alarms),
        "still_disconnected": _users(result.still_disconnected),
    }


def listed_user(one: Listed) -> ListedUser:
    """One user as data."""
    now = (
        one.found.service.value
        if isinstance(one.found, Connection)
        else "unknown"
        if isinstance(one.found, Unknown)
        else ""
    )
    return {
        "email": one.email,
        "outcome": one.expected.outcome.value,
        "next_step": one.expected.next_step.value,
        "rules": [*one.expected.rules],
        "service_now": now,
    }


def _users(listed: Iterable[Listed]) -> list[ListedUser]:
    return [listed_user(one) for one in listed]
