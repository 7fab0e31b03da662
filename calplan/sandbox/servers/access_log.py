"""Who asked for what: a line for each request, without its query, headers and body, where secrets could be."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from calplan.sandbox.servers.world import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request; the status is ``None`` where the connection ended without an answer."""

    time: str
    host: str
    method: str
    path: str
    status: int | None

    def row(self) -> dict[str, object]:
        """The row of the log."""
        return asdict(self)


Listener = Callable[[Asked], None]


@dataclass(frozen=True, slots=True)
class AccessLog:
    """Tells of each request once its answer begins, before anything of that is sent."""

    app: ASGIApp
    clock: Clock
    hear: Listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        time = self.clock().isoformat(timespec="milliseconds")
        host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
        told = False

        def tell(status: int | None) -> None:
            nonlocal told
            told = True
            self.hear(Asked(time=time, host=host, method=scope["method"], path=scope["path"], status=status))

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                tell(message["status"])
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            if not told:
                tell(None)
