"""From an Account document to a server that can be spoken to: addresses, credential, pace, and how answers are read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from calplan.policyfile.documents import AccountDocument, ZoomPlatform
from calplan.policyfile.service_value import reference_of
from calplan.policyfile.values import beside, mapping, text
from calplan.providers.credentials import zoom_credential
from calplan.providers.endpoints import Endpoint
from calplan.providers.http.paces import Paces
from calplan.providers.http.retry import Time
from calplan.providers.http.server import Server
from calplan.providers.http.tokens import Grant
from calplan.providers.observing import Observe, unobserved
from calplan.providers.secrets import resolve
from calplan.providers.trust import Trust
from calplan.providers.zoom.judging import judge
from calplan.providers.zoom.pace import Pace

Clock = Callable[[], datetime]
NAME: Final = "Zoom"
API: Final = "https://api.zoom.us/v2"
"""It answers for every account; the one of a region that a token's answer may name is not followed."""
TOKEN: Final = "https://zoom.us/oauth/token"  # noqa: S105 - an address
VERSION: Final = "/v2"


def server_of(
    account: AccountDocument,
    trust: Trust,
    time: Time | None = None,
    observe: Observe = unobserved,
    *,
    paces: Paces | None = None,
) -> Server:
    """The server that an account's document states, its secret resolved.

    Raises:
        ProviderError: the secret cannot be resolved.
    """
    stated = _stated(account).stated
    addresses = mapping(stated.get("endpoints"))
    reference = reference_of(mapping(stated["credential"])["from"])
    assert reference is not None, "the schema demands it"
    ca_file = stated.get("caFile")
    passing = time or Time()
    pace = (paces or Paces()).of(zoom_credential(stated), lambda: Pace(ticks=passing.ticks))
    return Server(
        name=NAME,
        api=_versioned(Endpoint.parse(text(addresses.get("api", API)))),
        grant=Grant(
            endpoint=Endpoint.parse(text(addresses.get("token", TOKEN))),
            client=text(stated["clientId"]),
            secret=resolve(reference, trust, account.file.parent),
            form={"grant_type": "account_credentials", "account_id": account_id(account)},
        ),
        ca_file=None if ca_file is None else beside(account.file, text(ca_file)),
        judge=judge,
        pacer=pace,
        time=passing,
        redactor=trust.redactor,
        observe=observe,
    )


def account_id(account: AccountDocument) -> str:
    """The vendor's id of the account."""
    return text(_stated(account).stated["accountId"])


def _stated(account: AccountDocument) -> ZoomPlatform:
    assert isinstance(account.platform, ZoomPlatform)
    return account.platform


def _versioned(endpoint: Endpoint) -> Endpoint:
    """The endpoint with the version of the API, which documents may leave out."""
    return endpoint if endpoint.path else replace(endpoint, path=VERSION)
