"""From an Account document to Graph and to where its tokens come from: addresses of a cloud, and a credential."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from calplan.policyfile.document import Plain
from calplan.policyfile.documents import StatedProvider
from calplan.policyfile.values import beside, mapping, text
from calplan.providers.endpoints import VENDOR_HOSTS, Endpoint
from calplan.providers.http.retry import Time
from calplan.providers.http.server import Server
from calplan.providers.microsoft.credentials import credential_of
from calplan.providers.microsoft.judging import judge
from calplan.providers.microsoft.signing_in import Registration, SigningIn
from calplan.providers.observing import Observe, unobserved
from calplan.providers.trust import Trust

Clock = Callable[[], datetime]
NAME: Final = "Microsoft Graph"
VERSION: Final = "/v1.0"
BATCH: Final = "/$batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """The hosts of one of Microsoft's clouds. People are signed in at the first of ``login``; others may be named."""

    login: tuple[str, ...]
    graph: str


CLOUDS: Final[Mapping[str, Cloud]] = {
    # https://learn.microsoft.com/graph/deployments; GCC is on the hosts of the global cloud.
    "global": Cloud(login=("login.microsoftonline.com",), graph="graph.microsoft.com"),
    "usgov": Cloud(login=("login.microsoftonline.us",), graph="graph.microsoft.us"),
    "usgovdod": Cloud(login=("login.microsoftonline.us",), graph="dod-graph.microsoft.us"),
    "china": Cloud(
        login=("login.chinacloudapi.cn", "login.partner.microsoftonline.cn"),
        graph="microsoftgraph.chinacloudapi.cn",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """What a document says of a tenant: ``app_id`` is the vendor's application, whose consents are looked at.

    ``graph_host`` is the host by which scopes of Graph are named, wherever Graph is spoken to.
    """

    tenant_id: str
    client_id: str
    app_id: str
    logins: tuple[Endpoint, ...]
    graph: Endpoint
    graph_host: str
    ca_file: Path | None

    @property
    def source(self) -> str:
        """How evidence from here is called."""
        return f"Microsoft tenant {self.tenant_id}"

    def consent_url(self, scopes: frozenset[str]) -> str:
        """Where an administrator consents for the whole tenant; he adds a redirect address of the application's."""
        named = " ".join(f"https://{self.graph_host}/{one}" for one in sorted(scopes))
        query = urlencode({"client_id": self.app_id, "scope": named}, quote_via=quote)
        return f"{self.logins[0].url}/{quote(self.tenant_id, safe='')}/v2.0/adminconsent?{query}"


def tenant_of(provider: StatedProvider, file: Path) -> Tenant:
    """The tenant that a document states; nothing is opened or resolved."""
    stated = provider.stated
    cloud = CLOUDS[text(stated.get("cloud", "global"))]
    addresses = mapping(stated.get("endpoints"))
    ca_file = stated.get("caFile")
    graph = Endpoint.parse(text(addresses.get("graph", f"https://{cloud.graph}")))
    return Tenant(
        tenant_id=text(stated["tenantId"]),
        client_id=text(stated["clientId"]),
        app_id=text(stated["appId"]),
        logins=_logins(addresses, cloud),
        graph=graph if graph.path else replace(graph, path=VERSION),
        graph_host=graph.host if graph.host in VENDOR_HOSTS["microsoft"] else cloud.graph,
        ca_file=None if ca_file is None else beside(file, text(ca_file)),
    )


def server_of(
    provider: StatedProvider, file: Path, trust: Trust, time: Time | None = None, observe: Observe = unobserved
) -> Server:
    """Graph as a document states it, with its secret resolved.

    Raises:
        ProviderError: the secret cannot be resolved.
    """
    tenant = tenant_of(provider, file)
    passing = time or Time()
    registration = Registration(
        tenant_id=tenant.tenant_id,
        client_id=tenant.client_id,
        logins=tenant.logins,
        scope=f"https://{tenant.graph_host}/.default",
        ca_file=tenant.ca_file,
    )
    credential = credential_of(mapping(provider.stated["credential"]), file.parent, trust, tenant.ca_file)
    return Server(
        name=NAME,
        api=tenant.graph,
        grant=SigningIn(registration, credential, passing),
        batch=BATCH,
        ca_file=tenant.ca_file,
        judge=judge,
        time=passing,
        redactor=trust.redactor,
        observe=observe,
    )


def _logins(addresses: Mapping[str, Plain], cloud: Cloud) -> tuple[Endpoint, ...]:
    """Where people are signed in: the stated place alone, or the hosts of the cloud."""
    if "login" in addresses:
        return (Endpoint.parse(text(addresses["login"])),)
    return tuple(Endpoint.parse(f"https://{host}") for host in cloud.login)
