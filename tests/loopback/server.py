"""A server on this machine, over real sockets, that keeps a log of who asked and can be told to misbehave."""

import gc
import socketserver
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import trustme

LONGEST_WAIT: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer as it goes back."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """The connection is closed without a word, before the request is looked at or after it was done."""

    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """The request is done, and half of the answer is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """Nothing comes: not before ``server.release`` is set. With ``dripping`` the answer begins, and never ends."""

    dripping: bool = False


Effect = Reply | Drop | Half | Stall
Answering = Callable[[Asked], Reply]


class Loopback:
    """The server: ``answer`` gives its answers, ``log`` is what was asked of it, in order."""

    def __init__(self, answer: Answering, *, authority: trustme.CA | None = None, host: str = "127.0.0.1") -> None:
        self.log: list[Asked] = []
        self.faults: list[BaseException] = []
        self.release = threading.Event()
        self._planned: list[tuple[str | None, str, Effect, int]] = []
        self._guard = threading.Lock()
        self._answer = answer
        outer = self

        class Handler(_Handler):
            loopback = outer

        self._server = _Server((host, 0), Handler)
        self._server.loopback = self
        if authority is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.host = host
        self.scheme = "http" if authority is None else "https"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"

    def plan(self, *effects: Effect, method: str | None = None, path: str = "", times: int = 1) -> None:
        """Misbehave in these ways, one request after the other, where method and beginning of the path fit."""
        with self._guard:
            self._planned += [(method, path, effect, times) for effect in effects]

    def forget(self) -> None:
        """Behave from now on, whatever was planned."""
        with self._guard:
            self._planned.clear()

    def asked(self, method: str | None = None) -> list[str]:
        """What was asked, as ``GET /path``."""
        return [f"{one.method} {one.path}" for one in self.log if method in (None, one.method)]

    def next_effect(self, asked: Asked) -> Effect | None:
        """Note a request, and how to misbehave."""
        with self._guard:
            self.log.append(asked)
            for index, (method, path, effect, times) in enumerate(self._planned):
                if method in (None, asked.method) and asked.path.startswith(path):
                    self._planned[index : index + 1] = [(method, path, effect, times - 1)] if times > 1 else []
                    return effect
        return None

    def answer(self, asked: Asked) -> Reply:
        """The answer to a request, one at a time."""
        with self._guard:
            return self._answer(asked)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(LONGEST_WAIT)


@contextmanager
def serving(answer: Answering, *, authority: trustme.CA | None = None, host: str = "127.0.0.1") -> Iterator[Loopback]:
    """A server for as long as the block lasts; what went wrong inside of it fails the test."""
    server = Loopback(answer, authority=authority, host=host)
    # A collection in a thread of the server would close what other tests left behind, and SQLite minds the thread.
    gc.collect()
    collecting = gc.isenabled()
    gc.disable()
    server.start()
    try:
        yield server
    finally:
        server.stop()
        if collecting:
            gc.enable()
    assert server.faults == []


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    loopback: Loopback

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # the usual one asks for the name of this machine
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - the library's signature
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError | ssl.SSLError | TimeoutError):
            self.loopback.faults.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = LONGEST_WAIT
    loopback: Loopback

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(method=self.command, path=path, query=query, headers=headers, body=body)
        effect = self.loopback.next_effect(asked)
        match effect:
            case None:
                self._send(self.loopback.answer(asked))
            case Reply():
                self._send(effect)
            case Drop(done=done):
                if done:
                    self.loopback.answer(asked)
                self.close_connection = True
            case Half():
                self._send(self.loopback.answer(asked), half=True)
            case Stall(dripping=dripping):
                if dripping:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n{")
                    while not self.loopback.release.wait(0.02):
                        self.wfile.write(b" ")
                self.loopback.release.wait(LONGEST_WAIT)
                self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the names are the library's

    def _send(self, reply: Reply, *, half: bool = False) -> None:
        self.send_response_only(reply.status)  # without a Date of today
        for name, value in {"content-type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[: len(reply.body) // 2] if half else reply.body)
        self.close_connection = self.close_connection or half

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002 - the library's signature
        return
