"""Scheduling privileges, with the one flag of a policy that the vendor's API shows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from calplan.model.account import AssistantPair, PrivateAccess
from calplan.providers.errors import ProviderError
from calplan.providers.http.said import RefusedError
from calplan.providers.zoom.calls import Calls
from calplan.providers.zoom.messages import AssistantList, AssistantRow
from calplan.providers.zoom.routes import ASSISTANTS

MOST_OF_ONE_HOST: Final = 30
"""The API gives no more, and does not say whether there are."""
NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Privileges:
    """Scheduling privileges, and whether these are all of the hosts that were asked for."""

    pairs: dict[AssistantPair, PrivateAccess]
    complete: bool


def privileges_of(calls: Calls, hosts: Collection[str]) -> Privileges:
    """The privileges that these hosts gave, one request for each; a host who is gone gave none.

    Raises:
        ProviderError: they cannot be read.
    """
    pairs: dict[AssistantPair, PrivateAccess] = {}
    complete = True
    for number, host in enumerate(sorted(hosts)):
        calls.tell("users with their assistants", number, len(hosts))
        rows = assistants_of(calls, host)
        complete = complete and len(rows) < MOST_OF_ONE_HOST
        for row in rows:
            pair = AssistantPair(user=host, assistant=address_of(row))
            if pair in pairs and pairs[pair] is not access_of(row):
                raise ProviderError(
                    f"Zoom lists {pair.assistant} twice among the assistants of {host}, and differently"
                )
            pairs[pair] = access_of(row)
    return Privileges(pairs=pairs, complete=complete)


def assistants_of(calls: Calls, host: str) -> list[AssistantRow]:
    """The assistants of one host, by address or id."""
    try:
        return calls.get(ASSISTANTS, host, kind=AssistantList).assistants
    except RefusedError as error:
        if error.status == NOT_FOUND:
            return []
        raise


def assistant_in(rows: Iterable[AssistantRow], assistant: str) -> AssistantRow | None:
    """The row of one assistant, by login address."""
    return next((row for row in rows if address_of(row) == assistant), None)


def address_of(row: AssistantRow) -> str:
    """The login address of an assistant."""
    return row.email.strip().lower()


def access_of(row: AssistantRow) -> PrivateAccess:
    """Whether an assistant manages private events; unknown where the vendor does not say."""
    flag = row.can_manage_host_private_event
    if not isinstance(flag, bool):
        return PrivateAccess.UNKNOWN
    return PrivateAccess.MANAGED if flag else PrivateAccess.HIDDEN
