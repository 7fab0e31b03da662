"""The one way out: requests to the policy's URL and no other, over connections whose other end has to be trusted."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as ConnectingError
from requests.exceptions import ConnectTimeout, ReadTimeout, RequestException, SSLError
from urllib3.exceptions import HTTPError, NameResolutionError

from calplan.providers.exchange.heard import Ear, Heard, Trouble, code_in, leads_to, schemes_in
from calplan.providers.exchange.task import Target
from calplan.providers.exchange.watch import Watch, watched_pools
from calplan.providers.http.retry import retry_after

Stream = Callable[[int, bool | None], Iterator[bytes]]
USER_AGENT: Final = "calplan"
LARGEST: Final = 1024 * 1024
"""Bytes of an answer; those of a probe have a few thousand."""
REDIRECTS: Final = range(300, 400)


class StrayRequestError(OSError):
    """A request was to go elsewhere; nothing was sent."""


class Line(HTTPAdapter):
    """Carries requests to one URL. Redirects, proxies, netrc and certificates of the environment have no say in it."""

    def __init__(
        self,
        pool_connections: int = 1,
        pool_maxsize: int = 1,
        max_retries: int = 0,
        pool_block: bool = True,
        *,
        target: Target,
        ca_file: Path | None,
        ear: Ear,
        watch: Watch,
    ) -> None:
        super().__init__(pool_connections, pool_maxsize, max_retries, pool_block)
        self.poolmanager.pool_classes_by_scheme = watched_pools(watch)
        self._url = requests.Request("POST", target.url).prepare().url
        self._place = target.place
        self._trusted: bool | str = True if ca_file is None else str(ca_file)
        self._ear = ear
        self._watch = watch

    def send(  # type: ignore[override]  # noqa: PLR0917 - as the library calls it
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | None = None,
        verify: bool | str = True,  # noqa: ARG002 - what the environment says of it counts for nothing
        cert: str | tuple[str, str] | None = None,  # noqa: ARG002 - as above
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002 - there are none
    ) -> requests.Response:
        """Send a request, and keep what is heard.

        Raises:
            StrayRequestError: it does not go to the URL.
            OSError: no answer came.
        """
        if request.url != self._url:
            self._ear.last = Heard(trouble=Trouble.STRAY)
            raise StrayRequestError("a request to another place than the policy's was stopped")
        if self._watch.over:
            self._ear.last = Heard(trouble=Trouble.TIME)
            raise ReadTimeout("the time is over")
        try:
            response = super().send(request, stream, timeout, self._trusted, None, None)
        except OSError as error:
            self._ear.last = Heard(trouble=self._trouble(error))
            raise
        self._ear.last = self._heard(response)
        response.raw.stream = self._bounded(response.raw.stream)
        return response

    def close(self) -> None:
        """Closes every connection now; left to itself the library would wait until nobody remembers an answer."""
        pools = self.poolmanager.pools
        for pool in [pools.get(key) for key in pools.keys()]:  # noqa: SIM118 - it cannot be walked over otherwise
            if pool is not None:
                pool.close()
        super().close()

    def _bounded(self, stream: Stream) -> Stream:
        """Gives the bytes of an answer as the library asks for them, and not too many."""

        def read(amount: int = 2**16, decode_content: bool | None = None) -> Iterator[bytes]:
            count = 0
            try:
                for part in stream(amount, decode_content):
                    count += len(part)
                    if count > LARGEST:
                        self._ear.last = Heard(trouble=Trouble.TOO_LARGE)
                        raise ConnectingError("the answer is too large")
                    yield part
            except HTTPError:
                self._ear.last = Heard(trouble=Trouble.TIME if self._watch.over else Trouble.CLOSED)
                raise

        return read

    def _heard(self, response: requests.Response) -> Heard:
        headers = {name.lower(): value for name, value in response.headers.items()}
        location = headers.get("location") if response.status_code in REDIRECTS else None
        elsewhere, passing = (None, False) if location is None else leads_to(location, self._place)
        return Heard(
            status=response.status_code,
            schemes=schemes_in(headers.get("www-authenticate", "")),
            elsewhere=elsewhere,
            passing=passing,
            code=code_in(headers.get("x-caserrorcode")),
            wait=retry_after(headers, datetime.now(UTC)),
            xml="xml" in headers.get("content-type", "").lower(),
        )

    def _trouble(self, error: OSError) -> Trouble:
        if self._watch.over or isinstance(error, ConnectTimeout | ReadTimeout):
            return Trouble.TIME
        if isinstance(error, SSLError) or not isinstance(error, RequestException):
            # What is no error of a request is one of the file of certificates.
            return Trouble.TLS
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        return Trouble.NAME if isinstance(reason, NameResolutionError) else Trouble.CLOSED


def ask_nameless(line: Callable[[], Line], url: str, body: bytes, timeout: tuple[float, float]) -> None:
    """Ask without credentials, and keep what is heard; words of an error could hold anything and are dropped."""
    with requests.Session() as session, suppress(OSError):
        session.trust_env = False
        session.adapters.clear()
        session.mount(url, line())
        headers = {"content-type": "text/xml; charset=utf-8", "user-agent": USER_AGENT}
        session.post(url, data=body, headers=headers, allow_redirects=False, timeout=timeout)
