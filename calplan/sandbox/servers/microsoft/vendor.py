"""Microsoft's servers as routes of the application, and how they word a failure."""

from dataclasses import dataclass, field, replace
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.body import body_of
from calplan.sandbox.servers.microsoft.asked import Ask, error
from calplan.sandbox.servers.microsoft.assertions import Workflows
from calplan.sandbox.servers.microsoft.batch import TARGET, Batch
from calplan.sandbox.servers.microsoft.graph import Graph
from calplan.sandbox.servers.microsoft.keys import MicrosoftKeys
from calplan.sandbox.servers.microsoft.login import Html, Login
from calplan.sandbox.servers.world import World

PREFIX: Final = "/microsoft"
LOGIN: Final = f"{PREFIX}/login/{{tenant}}"
GRAPH: Final = f"{PREFIX}/graph/v1.0"
ANY_METHOD: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]
PORTAL: Final = "<html><body>Sign in to your network to go on.</body></html>"
CODES: Final = {
    400: "Request_BadRequest",
    401: "InvalidAuthenticationToken",
    403: "Authorization_RequestDenied",
    404: "Request_ResourceNotFound",
    409: "Request_MultipleObjectsWithSameKeyValue",
    429: "TooManyRequests",
    500: "InternalServerError",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
    507: "InsufficientStorage",
}
"""Graph's words for a status; a code may also be empty."""
ASKS_TO_WAIT: Final = frozenset({429, 503})


@dataclass(kw_only=True)
class Microsoft:
    """The servers. What they can be told to do wrong beyond a status hangs at their parts:

    ``login.faults``, ``login.wrong_issuer``, ``workflows.subject``, ``graph.lag.reads``, ``graph.pages.size`` and
    ``.empty``, ``graph.throttling``, ``graph.people.names``, ``.unlicensed``, ``.purposes`` and ``.guests``,
    ``graph.tenant.app_is_known``, ``batch.faults``; and ``html`` is how many requests to Graph get a page under 200.
    """

    world: World
    keys: MicrosoftKeys
    html: int = 0
    workflows: Workflows = field(init=False)
    login: Login = field(init=False)
    graph: Graph = field(init=False)
    batch: Batch = field(init=False)

    def __post_init__(self) -> None:
        self.workflows = Workflows(self.keys)
        self.login = Login(self.keys, self.world.clock, self.workflows)
        self.graph = Graph(world=self.world, keys=self.keys, login=self.login)
        self.batch = Batch(graph=self.graph)

    @property
    def prefix(self) -> str:
        """What all of its paths begin with."""
        return PREFIX

    def routes(self) -> list[Route]:
        """Where it answers."""
        known = ".well-known/openid-configuration"
        return [
            Route(f"{LOGIN}/{known}", self._discovery, methods=["GET"]),
            Route(f"{LOGIN}/v2.0/{known}", self._discovery_of_v2, methods=["GET"]),
            Route(f"{LOGIN}/oauth2/v2.0/token", self._token, methods=["POST"]),
            Route(f"{PREFIX}/oidc", self._proof, methods=["GET"]),
            Route(f"{GRAPH}/{{path:path}}", self._ask, methods=ANY_METHOD),
        ]

    def allow(self, *permissions: str) -> None:
        """Leaves the app registration these permissions alone; tokens that are out keep theirs."""
        self.login.keys = replace(self.login.keys, permissions=frozenset(permissions))

    def failure(self, status: int) -> Answer:
        """How Graph words an answer with this status."""
        answer = error(status, CODES.get(status, ""), "The sandbox was told to fail.", self.world.clock())
        more = self.graph.throttling.planned() if status in ASKS_TO_WAIT else {}
        return Answer(status=status, body=answer.body, headers={**answer.headers, **more})

    def end_sign_in(self, authorization: str) -> None:
        """Ends the access token of a request before its time."""
        self.login.end(authorization)

    async def _discovery(self, request: Request) -> Response:
        return _sent(self.login.discovery(_origin(request), request.path_params["tenant"], ""))

    async def _discovery_of_v2(self, request: Request) -> Response:
        return _sent(self.login.discovery(_origin(request), request.path_params["tenant"], "/v2.0"))

    async def _token(self, request: Request) -> Response:
        body = await body_of(request)
        return _sent(self.login.token(_origin(request), request.path_params["tenant"], body))

    async def _proof(self, request: Request) -> Response:
        return _sent(self.workflows.answer(request.headers.get("authorization", ""), request.query_params))

    async def _ask(self, request: Request) -> Response:
        ask = Ask(
            method=request.method,
            # Not from the URL: a guest's name holds a letter that would end the path there.
            path=str(request.scope["path"]).removeprefix(GRAPH),
            origin=_origin(request),
            query=request.query_params,
            headers=dict(request.headers),
            body=await body_of(request),
        )
        if self.html:
            self.html -= 1
            return _sent(Html(text=PORTAL))
        signed = self.graph.sign(ask)
        if isinstance(signed, Answer):
            return _sent(signed)
        batch = ask.method == "POST" and ask.path == TARGET
        return _sent(self.batch.answer(ask, signed) if batch else self.graph.answer(ask, signed))


def _origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _sent(answer: Answer | Html) -> Response:
    if isinstance(answer, Html):
        return HTMLResponse(answer.text)
    headers = {} if answer.body is None else {"content-type": "application/json; odata.metadata=minimal"}
    return Response(answer.data(), answer.status, headers={**headers, **answer.headers})
