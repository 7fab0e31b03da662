"""The other vendors' servers over the same account, and what a document and an environment need to lead there."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from calplan.model.service import ExchangeEws
from calplan.model.unknown import Unknown
from calplan.sandbox.account.read import read_settings
from calplan.sandbox.servers.exchange.keys import DOMAIN, ExchangeKeys, new_exchange_keys
from calplan.sandbox.servers.exchange.vendor import Exchange
from calplan.sandbox.servers.google.keys import GoogleKeys, new_google_keys
from calplan.sandbox.servers.google.vendor import Google
from calplan.sandbox.servers.microsoft.keys import MicrosoftKeys, new_microsoft_keys
from calplan.sandbox.servers.microsoft.vendor import Microsoft
from calplan.sandbox.servers.vendor import Vendor
from calplan.sandbox.servers.world import World

OF_MICROSOFT: Final = "CALPLAN_SECRET_MICROSOFT"
OF_GOOGLE: Final = "CALPLAN_SECRET_GOOGLE"
OF_EXCHANGE: Final = "CALPLAN_SECRET_EWS"
NOBODY: Final = "admin@sandbox.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The vendors beside the platform, and the keys to them."""

    microsoft: MicrosoftKeys
    google: GoogleKeys
    exchange: ExchangeKeys
    probe: str
    """A mailbox that may be opened as a test."""
    vendors: tuple[Vendor, ...] = field(repr=False)

    @property
    def secrets(self) -> Mapping[str, str]:
        """The secrets by the variables that hold them."""
        return {
            OF_MICROSOFT: self.microsoft.client_secret,
            OF_GOOGLE: self.google.service_account_json(),
            OF_EXCHANGE: self.exchange.password,
        }

    def stated(self, kind: str, origin: str, authority: str) -> dict[str, Any]:
        """What an Account document states of a provider of this type so that it leads here; nothing of other types."""
        trusted = {"caFile": authority}
        match kind:
            case "microsoft":
                return {**_of_microsoft(self.microsoft, origin), **trusted}
            case "google":
                return {**_of_google(self.google, origin), **trusted}
            case "exchange":
                return {"probeMailbox": self.probe, "username": self.exchange.username, **trusted}
            case _:
                return {}


def neighbours_of(world: World) -> Neighbours:
    """The vendors of an account, with secrets that nobody has had before."""
    owner = world.directory.owner or NOBODY
    microsoft, google = new_microsoft_keys(world.account_id), new_google_keys(world.account_id, owner)
    exchange = _exchange_keys(world)
    return Neighbours(
        microsoft=microsoft,
        google=google,
        exchange=exchange,
        probe=_on_premises(world) or owner,
        vendors=(
            Microsoft(world=world, keys=microsoft),
            Google(world=world, keys=google),
            Exchange(world=world, keys=exchange),
        ),
    )


def _exchange_keys(world: World) -> ExchangeKeys:
    """Keys of the account that impersonates others: the one that is set, if there is one."""
    keys = new_exchange_keys(world.account_id)
    with world.view() as connection:
        service = read_settings(connection, world.path).service
    impersonation = service.impersonation if isinstance(service, ExchangeEws) else None
    if impersonation is None or isinstance(impersonation, Unknown):
        return keys
    name = impersonation.account.partition("@")[0]
    return replace(keys, account=impersonation.account, username=f"{DOMAIN}\\{name}")


def _on_premises(world: World) -> str | None:
    """Somebody whose mailbox lies on the own server."""
    query = (
        "SELECT email FROM users JOIN facts ON facts.id = users.truth"
        " WHERE mailbox_location = 'on-premises' AND status = 'active' ORDER BY email LIMIT 1"
    )
    with world.view() as connection:
        row = connection.execute(query).fetchone()
    return None if row is None else str(row[0])


def _of_microsoft(keys: MicrosoftKeys, origin: str) -> dict[str, Any]:
    return {
        "tenantId": keys.tenant_id,
        "clientId": keys.client_id,
        "appId": keys.app_id,
        "credential": {"kind": "secret", "from": {"env": OF_MICROSOFT}},
        "endpoints": {"login": f"{origin}/microsoft/login", "graph": f"{origin}/microsoft/graph/v1.0"},
    }


def _of_google(keys: GoogleKeys, origin: str) -> dict[str, Any]:
    return {
        "customer": keys.customer_id,
        "subject": keys.subject,
        "clientIds": [*keys.client_ids],
        "credential": {"kind": "serviceAccount", "from": {"env": OF_GOOGLE}},
        "endpoints": {
            "token": f"{origin}/google/token",
            "admin": f"{origin}/google",
            "sts": f"{origin}/google/sts",
            "iamcredentials": f"{origin}/google/iam",
        },
    }
