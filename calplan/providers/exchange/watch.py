"""A limit on the time of a whole probe, which no slow answer can stretch."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class Watch:
    """Cuts every connection that is open when the time is over, or the block is left, and each that is opened later."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self.over = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._cut()

    def add(self, connection: HTTPConnection) -> None:
        """Watch over a connection that was opened just now."""
        sock = connection.sock
        if sock is None:
            return
        with self._lock:
            self._open.append(sock)
            if self.over:
                _shut(sock)

    def _cut(self) -> None:
        with self._lock:
            self.over = True
            for sock in self._open:
                _shut(sock)


def _shut(sock: socket.socket) -> None:
    """End a conversation under whoever waits for a word in it."""
    with suppress(OSError):
        # The method of the plain socket: that of TLS would take its state away from under the reader.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def watched_pools(watch: Watch) -> dict[str, type[HTTPConnectionPool]]:
    """The library's pools of connections by scheme, each connection under watch."""

    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            watch.add(self)

    class Secure(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            watch.add(self)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
