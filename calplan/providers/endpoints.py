"""Addresses that calplan may speak to: how they are written, and which hosts belong to which vendor."""

import re
from dataclasses import dataclass
from typing import Final, Literal, cast

HTTPS_PORT: Final = 443
LOOPBACK: Final = frozenset({"127.0.0.1", "[::1]", "localhost"})
VENDOR_HOSTS: Final[dict[str, frozenset[str]]] = {
    # https://developers.zoom.us/docs/api/using-zoom-apis: the general host, and those of regions.
    "zoom": frozenset(
        {"zoom.us", "api.zoom.us"}
        | {f"api-{region}.zoom.us" for region in ("au", "ca", "eu", "in", "sa", "sg", "uk", "us")}
    ),
    # https://learn.microsoft.com/graph/deployments: global and GCC, GCC High, DoD, China, and the sovereign clouds for
    # which only the host that signs people in is known.
    "microsoft": frozenset(
        {
            "login.microsoftonline.com",
            "graph.microsoft.com",
            "login.microsoftonline.us",
            "graph.microsoft.us",
            "dod-graph.microsoft.us",
            "login.chinacloudapi.cn",
            "login.partner.microsoftonline.cn",
            "microsoftgraph.chinacloudapi.cn",
            "login.sovcloud-identity.fr",
            "login.sovcloud-identity.de",
            "login.sovcloud-identity.sg",
        }
    ),
    # Each by name: below googleapis.com there are hosts where anybody may keep a file and read who asked for it.
    "google": frozenset(
        {
            "admin.googleapis.com",
            "cloudidentity.googleapis.com",
            "iamcredentials.googleapis.com",
            "oauth2.googleapis.com",
            "sts.googleapis.com",
        }
    ),
}
"""Hosts by the vendor's name in documents; an address of one vendor is none of another's."""

_FORM: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[::1\])(:(?P<port>[0-9]{1,5}))?"
    r"(?P<path>(/[A-Za-z0-9_~.-]+)*)/?",
    re.ASCII,
)
_LAST_PORT: Final = 65535


class BadEndpointError(Exception):
    """An address is not written in the one form that can only be understood in one way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where requests go: ``path`` has no slash at its end, ``port`` is always stated."""

    scheme: Literal["http", "https"]
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, text: str) -> "Endpoint":
        """The endpoint that a text names.

        Only one way of writing it is taken, so that no reader of it can see another host than the next one.

        Raises:
            BadEndpointError: it is written in another way; the message says what is wrong.
        """
        found = _FORM.fullmatch(text)
        if found is None:
            raise BadEndpointError(_what_is_wrong(text))
        scheme = cast('Literal["http", "https"]', found["scheme"])
        port = int(found["port"] or (HTTPS_PORT if scheme == "https" else 80))
        if not 0 < port <= _LAST_PORT:
            raise BadEndpointError(f"there is no port {port}")
        if any(part in (".", "..") for part in found["path"].split("/")):
            raise BadEndpointError("its path holds `.` or `..`")
        if scheme == "http" and found["host"] not in LOOPBACK:
            raise BadEndpointError("it is not https, so whatever is sent there can be read on the way")
        return cls(scheme=scheme, host=found["host"], port=port, path=found["path"])

    @property
    def place(self) -> str:
        """Host and port as people write them: no port where it is the usual one."""
        usual = HTTPS_PORT if self.scheme == "https" else 80
        return self.host if self.port == usual else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The address in full."""
        return f"{self.scheme}://{self.place}{self.path}"

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine."""
        return self.host in LOOPBACK


def _what_is_wrong(text: str) -> str:
    """Why a text is no endpoint; nothing of it is repeated, since a password may stand in it."""
    if not text.isascii():
        return "it holds letters outside ASCII, which can look like others"
    if "@" in text:
        return "it holds a user name or password"
    if not text.startswith(("http://", "https://")):
        return "it does not begin with https://"
    if "?" in text or "#" in text:
        return "it has a query or a fragment"
    if "%" in text or "\\" in text or "//" in text.partition("://")[2]:
        return "its path can be read in more than one way"
    host = text.partition("://")[2].partition("/")[0]
    if host != host.lower():
        return "its host has capital letters"
    if host.partition(":")[0].endswith("."):
        return "its host ends in a dot"
    return "it is not written as https://host/path"
