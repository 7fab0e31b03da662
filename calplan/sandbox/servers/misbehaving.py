"""An application that misbehaves as it is told, down to the connection."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from typing import Final, assert_never
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from calplan.sandbox.account.operations import time_text
from calplan.sandbox.servers.answer import TOO_MANY, Answer
from calplan.sandbox.servers.faults import Fault, FaultPlan, Kind, Status
from calplan.sandbox.servers.rates import LIMITS, Label, RatePlan, by_the_second, daily
from calplan.sandbox.servers.vendor import Vendor
from calplan.sandbox.servers.zoom_api import ZoomApi

API: Final = "/v2"
SECONDS_TO_WAIT: Final = 2
WEB_PAGE: Final = "<!doctype html>\n<html><body>Sign in to the guest network</body></html>\n"
SECONDS_BETWEEN_DRIPS: Final = 0.05
ENDLESS: Final = b"1000000"
INVENTED: Final[Mapping[str, object]] = {
    "calendar_and_contacts_integration": True,
    "calendar_service": {"type": "exchange-ews", "ews_url": "https://invented.example/EWS", "locked": True},
    "allowed_domains": ["invented.example"],
    "enforce_oauth": True,
}
"""Fields that no answer of the vendor has; whoever takes them for settings believes a stranger."""


@dataclass(slots=True)
class Lines:
    """The open connections, so that one can be cut."""

    _open: dict[object, asyncio.Transport] = field(default_factory=dict)

    def protocol(self) -> type[H11Protocol]:
        """The protocol that keeps account of its connections here."""
        lines = self._open

        class Watched(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
                super().connection_made(transport)
                lines[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                lines.pop(self.client, None)
                super().connection_lost(exc)

        return Watched

    def cut(self, scope: Scope) -> None:
        """Cuts the connection that a request came by."""
        transport = self._open.get(scope["client"])
        if transport is not None:
            transport.abort()

    def cut_all(self) -> None:
        """Cuts every connection that is still open."""
        for transport in list(self._open.values()):
            transport.abort()


@dataclass(frozen=True, slots=True)
class Misbehaving:
    """Meets each request with the fault that is planned for it, if any."""

    app: ASGIApp
    plan: FaultPlan
    lines: Lines
    zoom: ZoomApi
    vendors: tuple[Vendor, ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._fault(scope) if scope["type"] == "http" else None
        match fault:
            case None:
                await self.app(scope, receive, send)
            case Status(status=status, empty=empty):
                await _send(self._failure(scope, status, empty=empty), scope, receive, send)
            case Kind():
                await self._meet(fault, scope, receive, send)
            case _:
                assert_never(fault)

    def _fault(self, scope: Scope) -> Fault | None:
        path = str(scope["path"])
        below = path.removeprefix(API) if path.startswith(f"{API}/") else path
        return self.plan.next(scope["method"], below, paged=bool(_page_token(scope)))

    async def _meet(self, kind: Kind, scope: Scope, receive: Receive, send: Send) -> None:
        match kind:
            case Kind.DROP | Kind.DROP_AFTER:
                if kind is Kind.DROP_AFTER:
                    await self.app(scope, receive, _nowhere)
                self.lines.cut(scope)
                await _until_gone(receive)
            case Kind.STALL:
                await _until_gone(receive)
            case Kind.DRIP:
                await _drip(receive, send)
            case Kind.HALF | Kind.INVENT | Kind.RENAME:
                await self._spoil(kind, scope, receive, send)
            case Kind.WEB_PAGE:
                await HTMLResponse(WEB_PAGE)(scope, receive, send)
            case Kind.END_PAGES:
                self.zoom.pages.end(_page_token(scope))
                await self.app(scope, receive, send)
            case Kind.END_SIGN_IN:
                vendor = self._vendor(scope)
                end = self.zoom.tokens.end if vendor is None else vendor.end_sign_in
                end(Headers(scope=scope).get("authorization", ""))
                await self.app(scope, receive, send)
            case _:
                await _send(self._refusal(kind), scope, receive, send)

    def _vendor(self, scope: Scope) -> Vendor | None:
        """Whose server a request is for, where it is not the platform's."""
        path = str(scope["path"])
        return next((one for one in self.vendors if path.startswith(f"{one.prefix}/")), None)

    def _failure(self, scope: Scope, status: int, *, empty: bool) -> Answer:
        vendor = self._vendor(scope)
        if empty:
            return Answer(status=status)
        if vendor is not None:
            return vendor.failure(status)
        return Answer(status=status, body={"code": status, "message": "The sandbox was told to fail."})

    async def _spoil(self, kind: Kind, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the request be done, and sends another answer than the one that was given, or half of it."""
        heard: list[Message] = []

        async def hear(message: Message) -> None:
            heard.append(message)

        await self.app(scope, receive, hear)
        start, body = heard[0], b"".join(message.get("body", b"") for message in heard[1:])
        if kind is Kind.HALF:
            await send(start)
            # What the length promised does not follow, and the connection ends.
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
            return
        spoiled = _spoiled(body, _invent if kind is Kind.INVENT else _rename)
        headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", str(len(spoiled)).encode())]})
        await send({"type": "http.response.body", "body": spoiled})

    def _refusal(self, kind: Kind) -> Answer:
        now = self.zoom.world.clock()
        again = now + timedelta(seconds=SECONDS_TO_WAIT)
        limit = LIMITS[RatePlan.FREE][Label.MEDIUM]
        forms = {
            Kind.SECONDS: str(SECONDS_TO_WAIT),
            Kind.DATE: format_datetime(again, usegmt=True),
            Kind.ISO: time_text(again),
        }
        if kind in forms:
            body = {"code": TOO_MANY, "message": "Too many concurrent requests. Please try again later."}
            return Answer(status=TOO_MANY, body=body, headers={"Retry-After": forms[kind]})
        if kind is Kind.PER_SECOND:
            return by_the_second(Label.MEDIUM, limit.second, int(again.timestamp()))
        if kind is Kind.DAILY:
            return daily(Label.MEDIUM, limit.day or 0, now)
        if kind is Kind.ERROR_IN_200:
            return Answer(body={"code": 200, "message": "Only available for paid accounts."})
        return Answer(status=400)


def _page_token(scope: Scope) -> str:
    query = parse_qs(bytes(scope["query_string"]).decode("latin-1"))
    return query.get("next_page_token", [""])[-1]


async def _send(answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    response = Response(answer.data(), answer.status, headers=answer.headers, media_type="application/json")
    await response(scope, receive, send)


async def _nowhere(_message: Message) -> None:
    """Where an answer goes that nobody is to hear."""


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _drip(receive: Receive, send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", ENDLESS)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        while not (await asyncio.wait([gone], timeout=SECONDS_BETWEEN_DRIPS))[0]:
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
    finally:
        gone.cancel()


def _spoiled(body: bytes, change: Callable[[dict[str, object]], dict[str, object]]) -> bytes:
    """A body whose rows are changed, and whose own fields are, where the change adds some."""
    try:
        stated = json.loads(body)
    except ValueError:
        return body
    if not isinstance(stated, dict):
        return body
    whole = {
        name: [change(row) if isinstance(row, dict) else row for row in value] if isinstance(value, list) else value
        for name, value in stated.items()
    }
    return json.dumps(change(whole) if change is _invent else whole).encode()


def _invent(fields: dict[str, object]) -> dict[str, object]:
    return {**fields, **INVENTED}


def _rename(fields: dict[str, object]) -> dict[str, object]:
    """The same fields as another edition of the interface might call them: ``groupIds`` for ``group_ids``."""
    return {re.sub(r"_([a-z])", lambda found: found[1].upper(), name): value for name, value in fields.items()}
