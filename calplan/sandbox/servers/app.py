"""The servers as one ASGI application: the token endpoint, the API, and what stands around them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from calplan.sandbox.account.errors import AccountError
from calplan.sandbox.servers.access_log import AccessLog, Listener
from calplan.sandbox.servers.answer import Answer, Call, RefusedError, no_endpoint
from calplan.sandbox.servers.body import body_of
from calplan.sandbox.servers.faults import FaultPlan
from calplan.sandbox.servers.misbehaving import Lines, Misbehaving
from calplan.sandbox.servers.portal import ForeignFormError, NotThereError, Portal
from calplan.sandbox.servers.vendor import Vendor
from calplan.sandbox.servers.zoom_api import ZoomApi

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
ANY_METHOD: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]
API: Final = "/v2"


@dataclass(frozen=True, slots=True)
class Api:
    """The routes of the vendor's API."""

    zoom: ZoomApi

    async def token(self, request: Request) -> Response:
        """What the token endpoint answers."""
        body = await body_of(request)
        return sent(
            self.zoom.tokens.sign_in(
                authorization=request.headers.get("authorization", ""),
                query=request.query_params,
                body=body,
                origin=f"{request.url.scheme}://{request.url.netloc}",
            )
        )

    async def call(self, request: Request) -> Response:
        """What an endpoint answers."""
        call = Call(
            method=request.method,
            path=request.url.path.removeprefix(API),
            query=request.query_params,
            body=await body_of(request),
        )
        return sent(self.zoom.answer(call, request.headers.get("authorization", "")))

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/oauth/token", self.token, methods=["POST"]),
            Route(f"{API}/{{path:path}}", self.call, methods=ANY_METHOD),
        ]


def application(
    zoom: ZoomApi, *, hear: Listener, faults: FaultPlan, lines: Lines, vendors: tuple[Vendor, ...] = ()
) -> ASGIApp:
    """The whole of it; ``hear`` is told of every request."""
    answers: dict[int | type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
        404: _not_here,
        405: _not_here,
        NotThereError: _not_here,
        ForeignFormError: _foreign,
        AccountError: _unusable,
        RefusedError: _refused,
    }
    theirs = [route for vendor in vendors for route in vendor.routes()]
    routes = [*Api(zoom).routes(), *Portal(world=zoom.world).routes(), *theirs]
    app = Starlette(routes=routes, exception_handlers=answers)
    return AccessLog(OnlyLoopback(Misbehaving(app, faults, lines, zoom, vendors)), zoom.world.clock, hear)


@dataclass(frozen=True, slots=True)
class OnlyLoopback:
    """Refuses whoever calls this machine by another name: a web page could have given it that name."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and host_of(scope) not in LOOPBACK:
            refusal = Response("This server answers to 127.0.0.1 and localhost alone.\n", 421, media_type="text/plain")
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)


def host_of(scope: Scope) -> str:
    """The host that a request names, without its port; empty where it names none, or several."""
    named = [value for name, value in scope["headers"] if name == b"host"]
    host = named[0].decode("latin-1").lower() if len(named) == 1 else ""
    head, _, port = host.rpartition(":")
    return head if head and port.isdecimal() else host


def sent(answer: Answer) -> Response:
    """An answer of the API as it is sent."""
    headers: Mapping[str, str] = {} if answer.body is None else {"content-type": "application/json;charset=UTF-8"}
    return Response(answer.data(), answer.status, headers={**headers, **answer.headers})


async def _not_here(request: Request, _error: Exception) -> Response:
    if request.url.path.startswith(f"{API}/"):
        return sent(no_endpoint().answer())
    return Response("There is nothing here.\n", 404, media_type="text/plain")


async def _foreign(_request: Request, _error: Exception) -> Response:
    words = "This form is not from a page of this server, or from before it was started. Open the page again.\n"
    return Response(words, 403, media_type="text/plain")


async def _unusable(request: Request, error: Exception) -> Response:
    words = f"The simulated account: {error}."
    if request.url.path.startswith(f"{API}/"):
        return sent(Answer(status=500, body={"code": 500, "message": words}))
    return Response(f"{words}\n", 500, media_type="text/plain")


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return sent(error.answer())
