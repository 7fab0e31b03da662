"""One record of the log of consents as it is written: every parameter has its value in one of several places."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from calplan.sandbox.servers.google.ids import NOBODY, etag
from calplan.sandbox.servers.google.people import GoogleUser
from calplan.sandbox.servers.google.scopes import bucket
from calplan.sandbox.servers.google.token_log import ACTIVITY, AUTHORIZE, REVOKE, Record

OF_CONSENT: Final = frozenset({"app_name", "client_id", "client_type", "scope", "scope_data"})
OF_USE: Final = frozenset(
    {"api_name", "app_name", "client_id", "client_type", "method_name", "num_response_bytes", "product_bucket"}
)
PARAMETERS: Final[Mapping[str, frozenset[str]]] = {AUTHORIZE: OF_CONSENT, REVOKE: OF_CONSENT, ACTIVITY: OF_USE}
"""Which parameters belong to an event."""
ADDRESS: Final = "192.0.2.14"
NETWORK: Final[Mapping[str, object]] = {"ipAsn": [64500], "regionCode": "DE", "subdivisionCode": "DE-BE"}
API: Final = "calendar"
METHOD: Final = "calendar.events.list"
SIZE: Final = "4711"


def item(record: Record, user: GoogleUser | None, customer: str) -> dict[str, object]:
    """The record in full. An actor who is no user of the customer has a placeholder for an id, and no address."""
    actor = {"profileId": NOBODY} if user is None else {"email": user.primary, "profileId": user.id}
    number = str(record.qualifier)
    return {
        "kind": "admin#reports#activity",
        "id": {
            "time": time_text(record.at),
            "uniqueQualifier": number,
            "applicationName": "token",
            "customerId": customer,
        },
        "etag": etag(number),
        "actor": {"callerType": "USER", **actor},
        "ipAddress": ADDRESS,
        "networkInfo": NETWORK,
        "events": [{"type": "auth", "name": record.name, "parameters": parameters(record)}],
    }


def parameters(record: Record) -> list[dict[str, object]]:
    """The parameters of a record's event; a consent that names no scope has no parameter for them."""
    token = record.token
    named: list[dict[str, object]] = [
        {"name": "client_id", "value": token.client_id},
        {"name": "app_name", "value": token.text},
        {"name": "client_type", "value": "NATIVE_APPLICATION" if token.native else "WEB"},
    ]
    if record.name == ACTIVITY:
        return [
            *named,
            {"name": "api_name", "value": API},
            {"name": "method_name", "value": METHOD},
            {"name": "num_response_bytes", "intValue": SIZE},
            {"name": "product_bucket", "value": API.upper()},
        ]
    if not token.scopes:
        return named
    data = [
        {
            "parameter": [
                {"name": "scope_name", "value": scope},
                {"name": "product_bucket", "multiValue": [bucket(scope)]},
            ]
        }
        for scope in token.scopes
    ]
    return [
        *named,
        {"name": "scope_data", "multiMessageValue": data},
        {"name": "scope", "multiValue": list(token.scopes)},
    ]


def values(record: Record, name: str) -> Iterable[str]:
    """What a filter compares of a record."""
    token = record.token
    match name:
        case "client_id":
            return (token.client_id,)
        case "app_name":
            return (token.text,)
        case "scope":
            return token.scopes
        case _:
            found = [one for one in parameters(record) if one["name"] == name]
            return tuple(str(one.get("value", one.get("intValue", ""))) for one in found)


def time_text(time: datetime) -> str:
    """A moment as the log writes it, to the millisecond."""
    return f"{time.astimezone(UTC).isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"
