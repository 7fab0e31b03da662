"""Connections for vendors' own libraries, which open them with ``requests``: to endpoints that were given and no other.

What a library does on its own account, such as following a redirect, asking another host what it thinks, or taking a
proxy or password from its surroundings, it cannot do through such a session.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from calplan.providers.endpoints import HTTPS_PORT, Endpoint

SECONDS: Final = (10.0, 60.0)
"""To connect, and between two bytes of an answer, where a library names no time."""
USUAL_PORTS: Final = {"https": HTTPS_PORT, "http": 80}


class ForeignRequestError(OSError):
    """A library wanted to go where nobody sent it; nothing was sent. The message holds the host alone."""


def session(*allowed: Endpoint, ca_file: Path | None = None) -> requests.Session:
    """A session for these endpoints and whatever lies below their paths; it trusts the file's certificates alone."""
    opened = _Session()
    opened.trust_env = False
    opened.verify = True if ca_file is None else str(ca_file)
    opened.headers["user-agent"] = "calplan"
    opened.adapters.clear()
    for scheme in USUAL_PORTS:
        opened.mount(f"{scheme}://", _Guarded(allowed))
    return opened


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """No redirect is followed: a token would go with it."""


class _Guarded(HTTPAdapter):
    """The usual adapter for a few places."""

    def __init__(self, allowed: tuple[Endpoint, ...]) -> None:
        super().__init__(max_retries=0)
        self._allowed = allowed

    def send(  # type: ignore[override]  # noqa: PLR0917 - as the library calls it
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | None = None,
        verify: bool | str = True,
        cert: str | tuple[str, str] | None = None,
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002 - there are none
    ) -> requests.Response:
        """Send a request that goes to one of the places.

        Raises:
            ForeignRequestError: it goes elsewhere.
        """
        url = urlsplit(request.url or "")
        if not any(_below(url.scheme, url.hostname, url.port, url.path, one) for one in self._allowed):
            raise ForeignRequestError(f"a request to {url.hostname or 'nowhere'} was stopped: nobody asked for it")
        return super().send(request, stream, timeout or SECONDS, verify, cert, None)


def _below(scheme: str, host: str | None, port: int | None, path: str, endpoint: Endpoint) -> bool:
    """Whether an address lies at an endpoint or below its path."""
    place = (endpoint.scheme, endpoint.host.strip("[]"), endpoint.port)
    if (scheme, host, port or USUAL_PORTS.get(scheme)) != place or ".." in path.split("/"):
        return False
    return path == endpoint.path or path.startswith(f"{endpoint.path}/")
