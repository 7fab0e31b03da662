"""Running the application on a port of this machine, until somebody ends it."""

import asyncio
import signal
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from calplan.sandbox.servers.errors import PortTakenError
from calplan.sandbox.servers.misbehaving import Lines

LOOPBACK: Final = "127.0.0.1"
BACKLOG: Final = 128
SECONDS_TO_FINISH: Final = 1
LOOKS_A_TICK: Final = 20
SECONDS_BETWEEN_LOOKS: Final = 0.005
"""A tick is a tenth of a second, as the library has it."""
TURNS_TO_CUT: Final = 3
"""Of the loop: the encrypted connection tells the one below, which then lets go of its socket."""
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def listening(port: int) -> socket.socket:
    """A socket that listens on a port of this machine alone; port 0 stands for any that is free.

    Raises:
        PortTakenError: it cannot be had.
    """
    # The protocol is named, for asyncio sends small answers at once only on sockets that name it.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((LOOPBACK, port))
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise PortTakenError(f"port {port} of this machine cannot be used: {error.strerror}") from error
    return sock


class LoopbackServer(uvicorn.Server):
    """The server. It tells once it answers, and ends in good order at the first signal."""

    def __init__(
        self, app: ASGIApp, lines: Lines, *, tls: ssl.SSLContext | None = None, ready: Callable[[], None]
    ) -> None:
        config = uvicorn.Config(
            app,
            http=lines.protocol(),
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            ssl_context_factory=None if tls is None else lambda _config, _usual: tls,
        )
        super().__init__(config)
        self._ready = ready
        self._lines = lines

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def main_loop(self) -> None:
        """Runs until it is told to end, and notices that at once; the usual loop looks ten times a second."""
        looks = 0
        while not self.should_exit:
            if looks % LOOKS_A_TICK == 0:
                await self.on_tick(looks // LOOKS_A_TICK)
            looks += 1
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Takes no more requests, lets those that are being answered finish, and cuts every connection."""
        for one in (*self.servers, *(sockets or ())):
            one.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        end = time.monotonic() + SECONDS_TO_FINISH
        while self.server_state.tasks and time.monotonic() < end:  # noqa: ASYNC110 - the library tells of no event
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        for task in self.server_state.tasks:
            task.cancel()
        # Over TLS a connection is closed once the other side agrees, and nobody is left to wait for that.
        self._lines.cut_all()
        for _ in range(TURNS_TO_CUT):
            await asyncio.sleep(0)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """A signal ends the server, and is not sent again once it has ended: to end it is what was wanted."""
        loop = asyncio.get_running_loop()
        # Only the main thread hears signals.
        with suppress(ValueError, RuntimeError):
            # Whoever started us deaf to a signal, as with nohup, wants that.
            for one in (one for one in SIGNALS if signal.getsignal(one) is not signal.SIG_IGN):
                loop.add_signal_handler(one, self.handle_exit, one, None)
        yield
