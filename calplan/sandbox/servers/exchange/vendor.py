"""Exchange as one vendor among the servers of a simulated account."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.body import body_of
from calplan.sandbox.servers.exchange.asked import Asked, NotSoapError, asked_in, knows, newest
from calplan.sandbox.servers.exchange.keys import ExchangeKeys
from calplan.sandbox.servers.exchange.mailboxes import Mailboxes
from calplan.sandbox.servers.exchange.manner import Manner
from calplan.sandbox.servers.exchange.operations import Operations
from calplan.sandbox.servers.exchange.replies import Fault, answered, header_of
from calplan.sandbox.servers.exchange.sign_in import Doorman, challenges
from calplan.sandbox.servers.world import World

PREFIX: Final = "/EWS"
SERVICE: Final = f"{PREFIX}/Exchange.asmx"
HEALTH: Final = f"{PREFIX}/healthcheck.htm"
SERVER: Final = "SANDBOX"
UNAUTHORIZED: Final = 401
REMEMBERED: Final = 1_000


class AnyCase(Route):
    """A route whose path is compared as Windows does: capital letters or not."""

    def __init__(self, path: str, endpoint: Callable[[Request], Awaitable[Response]], *, methods: list[str]) -> None:
        super().__init__(path, endpoint, methods=methods)
        self.path_regex = re.compile(self.path_regex.pattern, re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Exchange:
    """The server. What it is and does may be changed while it runs: ``keys``, ``mailboxes.beside``, ``manner``.

    ``names_schema`` is whether its answers name the edition of their interface, beside the build, and ``names_build``
    whether those do that tell of trouble. ``asked`` are the operations that came through the door, the last thousand.
    """

    world: World
    keys: ExchangeKeys
    manner: Manner | None = None
    names_schema: bool = True
    names_build: bool = True
    asked: list[Asked] = field(default_factory=list)
    mailboxes: Mailboxes = field(init=False)
    _doorman: Doorman = field(default_factory=Doorman, repr=False)

    def __post_init__(self) -> None:
        self.mailboxes = Mailboxes(world=self.world)

    @property
    def prefix(self) -> str:
        return PREFIX

    def routes(self) -> list[Route]:
        """Where it answers."""
        return [
            AnyCase(SERVICE, self._call, methods=["GET", "POST"]),
            AnyCase(HEALTH, self._health, methods=["GET"]),
        ]

    def failure(self, status: int) -> Answer:
        """An answer without words, as of the web server that Exchange runs in."""
        named = {"www-authenticate": ", ".join(challenges(self.keys.auth))} if status == UNAUTHORIZED else {}
        return Answer(status=status, headers={"x-feserver": SERVER, **named})

    def end_sign_in(self, authorization: str) -> None:  # noqa: ARG002 - a connection is signed in, not a request
        """Signs every connection out; with Basic each request signs in by itself."""
        self._doorman.forget()

    async def _health(self, _request: Request) -> Response:
        return PlainTextResponse(f"200 OK<br/>{SERVER}.CORP.EXAMPLE", media_type="text/html")

    async def _call(self, request: Request) -> Response:
        body = await body_of(request)
        refused = self._at_the_door(request)
        if refused is not None:
            return refused
        if request.method != "POST":
            return PlainTextResponse("This service is spoken to in SOAP.\n")
        try:
            asked = asked_in(body)
        except NotSoapError:
            return Response(status_code=400)
        self.asked = [*self.asked[-REMEMBERED + 1 :], asked]
        return self._answer(asked)

    def _at_the_door(self, request: Request) -> Response | None:
        """What a request is met with instead of being let in; ``None`` where it is."""
        authorization, client = request.headers.get("authorization", ""), request.scope["client"]
        manner = self.manner
        if manner is not None and manner.meets(authorization) and manner.met():
            return manner.answer(self._header() if self.names_build else "", "ConvertId")
        message = self._doorman.hear(self.keys, authorization, client)
        if message is not None:
            return _challenged([f"NTLM {message}"])
        if self._doorman.lets_in(self.keys, authorization, client):
            return None
        return _challenged(challenges(self.keys.auth))

    def _answer(self, asked: Asked) -> Response:
        header = self._header()
        if not knows(self.keys.build, asked.schema):
            return Fault("ErrorInvalidServerVersion", "The specified server version is invalid.").response(header)
        manner = self.manner
        if manner is not None and manner.on == asked.operation and manner.met():
            return manner.answer(header if self.names_build else "", asked.operation)
        outcome = Operations(self.keys, self.mailboxes).answer(asked)
        if isinstance(outcome, Fault):
            return outcome.response(header)
        return answered(header, asked.operation, outcome)

    def _header(self) -> str:
        return header_of(self.keys.build, newest(self.keys.build) if self.names_schema else None)


def _challenged(words: list[str]) -> Response:
    response = Response(status_code=UNAUTHORIZED, headers={"x-feserver": SERVER})
    for one in words:
        response.headers.append("www-authenticate", one)
    return response
