"""How an Exchange server, or what stands before it, behaves when something is wrong with it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, NamedTuple

from starlette.responses import Response, StreamingResponse

from calplan.sandbox.servers.exchange.replies import XML, Fault, busy_inside

SECONDS_BETWEEN_DROPS: Final = 0.05
LOCKED_OUT: Final = "The referenced account is currently locked out and may not be logged on to."


class Trouble(Enum):
    """What is wrong."""

    BUSY = auto()
    """A fault that says for how long to stay away."""
    BUSY_INSIDE = auto()
    """The same inside of an answer that looks well."""
    TOO_MANY_CONNECTIONS = auto()
    UNAVAILABLE = auto()
    UNAVAILABLE_AND_CLOSED = auto()
    BROKEN_APPLICATION = auto()
    REDIRECT = auto()
    ERROR_PAGE = auto()
    WEB_PAGE = auto()
    FORBIDDEN = auto()
    FORBIDDEN_AND_CLOSED = auto()
    DISABLED = auto()
    LOCKED_OUT = auto()
    SLOW_DOWN = auto()
    EMPTY_XML = auto()
    ENDLESS = auto()
    """An answer that begins, goes on drop by drop, and never ends."""


class Page(NamedTuple):
    """What no operation of Exchange answers, but the web server around it, or one before it."""

    status: int
    html: str = ""
    headers: tuple[tuple[str, str], ...] = ()


CLOSING: Final = (("connection", "close"),)
GENERIC_ERROR_PAGE: Final = "/ews/genericerrorpage.htm?aspxerrorpath=/ews/exchange.asmx"
PAGES: Final = {
    Trouble.UNAVAILABLE: Page(503, "<h2>Service Unavailable</h2>"),
    Trouble.UNAVAILABLE_AND_CLOSED: Page(503, "<h2>Service Unavailable</h2>", CLOSING),
    Trouble.BROKEN_APPLICATION: Page(500, "<h1>Server Error in '/EWS' Application.</h1>"),
    Trouble.REDIRECT: Page(302),
    Trouble.ERROR_PAGE: Page(302, headers=(("location", GENERIC_ERROR_PAGE),)),
    Trouble.WEB_PAGE: Page(200, "<!doctype html><html><body>Welcome to the intranet</body></html>"),
    Trouble.FORBIDDEN: Page(403),
    Trouble.FORBIDDEN_AND_CLOSED: Page(403, headers=CLOSING),
    Trouble.DISABLED: Page(403, headers=(("x-caserrorcode", "EwsDisabled"),)),
    Trouble.LOCKED_OUT: Page(401, LOCKED_OUT),
    Trouble.SLOW_DOWN: Page(429),
}


@dataclass(slots=True, kw_only=True)
class Manner:
    """One trouble, for every request or for so many ``times``.

    ``on`` names an operation such as ``GetFolder``, and then the trouble comes after the sign-in; without it, the
    trouble is met by whoever knocks. ``back_off`` is in milliseconds.
    """

    trouble: Trouble
    on: str | None = None
    times: int | None = None
    back_off: int = 2_500
    retry_after: str | None = None
    location: str = "/owa/auth/logon.aspx"

    def meets(self, authorization: str) -> bool:
        """Whether it comes before the sign-in. Who is locked out is told so only when he tries."""
        return self.on is None and (bool(authorization) or self.trouble is not Trouble.LOCKED_OUT)

    def met(self) -> bool:
        """Whether it happens this time too."""
        if self.times is None:
            return True
        self.times -= 1
        return self.times >= 0

    def answer(self, header: str, operation: str) -> Response:
        """What is sent; ``header`` is that of an answer of this server."""
        match self.trouble:
            case Trouble.BUSY:
                words = "The server cannot service this request right now. Try again later."
                return Fault("ErrorServerBusy", words, back_off=self.back_off).response(header)
            case Trouble.BUSY_INSIDE:
                return busy_inside(header, operation)
            case Trouble.TOO_MANY_CONNECTIONS:
                return Fault("ErrorExceededConnectionCount", "You have exceeded the available connections.").response(
                    header
                )
            case Trouble.ENDLESS:
                return StreamingResponse(_drops(), media_type=XML)
            case Trouble.EMPTY_XML:
                return Response("<nothing/>", media_type=XML)
            case _:
                return self._page()

    def _page(self) -> Response:
        page = PAGES[self.trouble]
        headers = dict(page.headers)
        if self.trouble is Trouble.REDIRECT:
            headers["location"] = self.location
        if self.retry_after is not None:
            headers["retry-after"] = self.retry_after
        return Response(page.html, page.status, headers=headers, media_type="text/html")


async def _drops() -> AsyncIterator[bytes]:
    while True:
        yield b" "
        await asyncio.sleep(SECONDS_BETWEEN_DROPS)
