"""The one place that opens connections: one exchange at a time, within a deadline, to endpoints that were given."""

import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Final
from weakref import finalize

import httpcore2
import httpx2

from calplan.providers.endpoints import Endpoint
from calplan.providers.errors import InvalidAccountError
from calplan.providers.http.answer import Answer
from calplan.providers.http.retry import Patience

LARGEST_ANSWER: Final = 32 * 1024 * 1024
ENCODINGS: Final = frozenset({"", "identity", "gzip"})
"""gzip grows at most a thousandfold, a chunk at a time; what else nobody asked for is refused."""
CONNECTIONS_KEPT: Final = 4
NOTHING_SENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it goes out."""

    method: str
    endpoint: Endpoint
    target: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why there is no answer. ``sent``: some of the request may have arrived. ``passing``: it is worth another try.

    A value and no exception: what a foreign library raised, with whatever it holds, is gone once there is a fault.
    """

    reason: str
    sent: bool
    passing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What may go out: these methods to ``api``, and a POST to exactly ``token`` where there is one.

    ``batch`` is the one target below ``api`` to which reads are posted, many in one request.
    """

    api: Endpoint
    methods: frozenset[str]
    token: Endpoint | None
    batch: str | None = None

    def covers(self, request: Request) -> bool:
        if request.endpoint == self.api and request.method in self.methods:
            return True
        posted = (request.endpoint, request.target)
        return request.method == "POST" and posted in ((self.token, ""), (self.api, self.batch))


class Wire:
    """Connections for what is allowed and nothing else, without proxies, ``.netrc``, cookies or redirects.

    Raises:
        InvalidAccountError: the file of trusted certificates cannot be used.
    """

    def __init__(self, allowed: Allowed, patience: Patience, ticks: Callable[[], float], ca_file: Path | None) -> None:
        self._allowed = allowed
        self._patience = patience
        self._deadline = Deadline(ticks)
        plain = all(one is None or one.scheme == "http" for one in (allowed.api, allowed.token))
        # Reading every certificate of the machine takes a while; a context without any trusts nobody.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain and ca_file is None else _context(ca_file)
        # A write never goes over a connection that the other side may be about to close, so each has its own.
        self._kept, self._fresh = (
            httpx2.Client(
                transport=_Transport(context, self._deadline, kept=kept),
                trust_env=False,
                follow_redirects=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            )
            for kept in (CONNECTIONS_KEPT, 0)
        )

        # A platform knows no end: connections are let go with whoever reads over them.
        self._let_go = finalize(self, _close, self._kept, self._fresh)

    def exchange(self, request: Request, until: float) -> Answer | Fault:
        """Send a request and read the whole answer, at the latest until this tick.

        Raises:
            PermissionError: these connections were not made for such a request.
        """
        if not self._allowed.covers(request):
            raise PermissionError(f"{request.method} {request.endpoint.place} is not what this client was made for")
        self._deadline.begin(until)
        if self._deadline.left(1.0) <= 0:
            return Fault(reason="the time for this call was used up", sent=False, passing=False)
        try:
            return self._exchange(request)
        except NOTHING_SENT as error:
            return _unconnected(error)
        except httpx2.TimeoutException:
            return Fault(reason="it did not answer in time", sent=True)
        except httpx2.RemoteProtocolError:
            return Fault(reason="it closed the connection before its answer was complete", sent=True)
        except httpx2.LocalProtocolError:
            return Fault(reason="the request cannot be written as HTTP", sent=False, passing=False)
        except (httpx2.HTTPError, httpx2.StreamError, OSError):
            return Fault(reason="the connection broke", sent=True)
        except (httpx2.InvalidURL, ValueError):
            return Fault(reason="the request cannot be written as HTTP", sent=False, passing=False)

    def close(self) -> None:
        """Let go of every connection."""
        self._let_go()

    def _exchange(self, request: Request) -> Answer | Fault:
        patience = self._patience
        timeout = httpx2.Timeout(connect=patience.connect, read=patience.read, write=patience.write, pool=1.0)
        end = request.endpoint
        url = end.url + request.target
        headers = {"accept-encoding": "gzip", "user-agent": "calplan", **request.headers}
        writes = request.method != "GET" and request.target != self._allowed.batch
        client = self._fresh if writes else self._kept
        content = None if request.method == "GET" else request.body
        outgoing = client.build_request(request.method, url, headers=headers, content=content, timeout=timeout)
        response = client.send(outgoing, stream=True)
        try:
            if response.headers.get("content-encoding", "").strip().lower() not in ENCODINGS:
                return Fault(reason="its answer is packed in a way nobody asked for", sent=True, passing=False)
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if len(body) > LARGEST_ANSWER:
                    return Fault(reason=f"its answer is larger than {LARGEST_ANSWER:,} bytes", sent=True, passing=False)
        finally:
            response.close()
        known = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, headers=known, body=bytes(body), place=end.place, of_write=writes)


def _close(*clients: httpx2.Client) -> None:
    for client in clients:
        client.close()


class Deadline:
    """The tick at which the call of this thread ends."""

    def __init__(self, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        self._of = threading.local()

    def begin(self, until: float) -> None:
        self._of.until = until

    def left(self, timeout: float | None) -> float:
        """The seconds that one wait may take: no longer than its own limit, nor than what is left of the call."""
        left: float = self._of.until - self._ticks()
        return left if timeout is None else min(timeout, left)


class _Transport(httpx2.HTTPTransport):
    """The usual transport, with sockets that know the deadline, so that no server holds a call by sending slowly."""

    def __init__(self, context: ssl.SSLContext, deadline: Deadline, *, kept: int) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=context,
            max_connections=CONNECTIONS_KEPT,
            max_keepalive_connections=kept,
            keepalive_expiry=5.0,
            network_backend=_Backend(deadline),
        )


class _Backend(httpcore2.SyncBackend):
    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        left = self._deadline.left(timeout)
        if left <= 0:
            raise httpcore2.ConnectTimeout
        opened = super().connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(opened, self._deadline)


class _Stream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._deadline.left(timeout)
        if left <= 0:
            raise httpcore2.ReadTimeout
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = self._deadline.left(timeout)
        if left <= 0:
            raise httpcore2.WriteTimeout
        self._stream.write(buffer, left)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        left = self._deadline.left(timeout)
        if left <= 0:
            raise httpcore2.ConnectTimeout
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _context(ca_file: Path | None) -> ssl.SSLContext:
    """How the other side proves who it is: always, and by this file alone where one is given."""
    if ca_file is None:
        return httpx2.create_ssl_context(verify=True, trust_env=False)
    # Not the library's default context, which writes the keys of connections to where SSLKEYLOGFILE says.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    wrong = "there is no such file"
    if ca_file.is_file():
        try:
            context.load_verify_locations(ca_file)
        except ssl.SSLError:
            wrong = "no certificate is in it"
        except OSError as error:
            wrong = error.strerror or "it cannot be read"
        else:
            return context
    raise InvalidAccountError(f"{ca_file} cannot be used as caFile: {wrong}. It needs certificates in PEM form")


def _unconnected(error: BaseException) -> Fault:
    """Why no connection came about. A certificate that is not trusted today is not trusted in a second either."""
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, ssl.SSLCertVerificationError):
            reason = f"its certificate is not trusted ({chain.verify_message})"
            return Fault(reason=reason, sent=False, passing=False)
        if isinstance(chain, ssl.SSLError):
            return Fault(reason="no encrypted connection came about", sent=False)
        chain = chain.__cause__ or chain.__context__
    if isinstance(error, httpx2.ConnectTimeout | httpx2.PoolTimeout):
        return Fault(reason="no connection came about in time", sent=False)
    return Fault(reason="no connection came about", sent=False)
