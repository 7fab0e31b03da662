"""Google's servers over the simulated account, below one prefix."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.body import body_of
from calplan.sandbox.servers.google.answers import Failures, RefusedByGoogleError, not_authorized, page
from calplan.sandbox.servers.google.calls import Api, Endpoint, GoogleCall, parts_of
from calplan.sandbox.servers.google.consents import AppToken, Consents
from calplan.sandbox.servers.google.directory import Directory
from calplan.sandbox.servers.google.federation import Federation
from calplan.sandbox.servers.google.ids import user_id
from calplan.sandbox.servers.google.keys import GoogleKeys
from calplan.sandbox.servers.google.page_tokens import GooglePageTokens
from calplan.sandbox.servers.google.people import People
from calplan.sandbox.servers.google.quotas import Quotas
from calplan.sandbox.servers.google.reports import Reports
from calplan.sandbox.servers.google.scopes import (
    MAY_GET_USER,
    MAY_HANDLE_TOKENS,
    MAY_LIST_USERS,
    MAY_READ_REPORTS,
)
from calplan.sandbox.servers.google.sign_in import Bearers, SignIn
from calplan.sandbox.servers.google.token_log import AUTHORIZE, TokenLog
from calplan.sandbox.servers.google.tokens import Tokens
from calplan.sandbox.servers.google.truth import Truth
from calplan.sandbox.servers.world import World

PREFIX: Final = "/google"
METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]
USERS: Final = "admin/directory/v1/users"
LOGS: Final = "admin/reports/v1/activity/users/{userKey}/applications/{applicationName}"
ACCOUNTS: Final = "iam/v1/projects/-/serviceAccounts"
NOTHING_HERE: Final = 404


@dataclass(kw_only=True)
class Google:
    """The servers. What a test may change lies in the parts: who is suspended, what the quotas are, who consented."""

    world: World
    keys: GoogleKeys
    failures: Failures = field(default_factory=Failures)
    people: People = field(init=False)
    consents: Consents = field(init=False)
    log: TokenLog = field(init=False)
    pages: GooglePageTokens = field(init=False)
    quotas: Quotas = field(init=False)
    bearers: Bearers = field(init=False)
    sign_in: SignIn = field(init=False)
    federation: Federation = field(init=False)
    directory: Directory = field(init=False)
    reports: Reports = field(init=False)
    endpoints: tuple[Endpoint, ...] = field(init=False)

    def __post_init__(self) -> None:
        world, keys, clock = self.world, self.keys, self.world.clock
        self.people = people = People(world=world)
        self.consents = Consents(world=world, keys=keys, truth=Truth(world))
        self.log = TokenLog(clock=clock, consents=self.consents)
        self.pages = GooglePageTokens(clock)
        self.quotas = Quotas(clock=clock, failures=self.failures)
        self.bearers = Bearers(clock)
        self.sign_in = SignIn(keys=keys, clock=clock, bearers=self.bearers, is_user=people.knows)
        self.federation = Federation(sign_in=self.sign_in)
        self.directory = Directory(keys=keys, clock=clock, people=people, pages=self.pages)
        self.reports = Reports(keys=keys, clock=clock, people=people, log=self.log, pages=self.pages)
        self.endpoints = self._endpoints()

    @property
    def prefix(self) -> str:
        return PREFIX

    def routes(self) -> list[Route]:
        return [Route(f"{PREFIX}/{{path:path}}", self._respond, methods=METHODS)]

    def failure(self, status: int) -> Answer:
        return self.failures.answer(status)

    def end_sign_in(self, authorization: str) -> None:
        self.bearers.end(authorization)

    def id_of(self, login: str) -> str:
        """The id of a user, by the address he signs in to the platform with."""
        return user_id(login)

    def grant(self, *scopes: str) -> None:
        """Delegates these scopes alone to the service account; tokens that are out stay as they are."""
        self.sign_in.keys = replace(self.sign_in.keys, scopes=frozenset(scopes))

    def give(self, login: str, token: AppToken, *, at: datetime | None = None) -> None:
        """Lets a user consent to another app, now or at another time."""
        self.consents.give(login, token)
        self.log.add(AUTHORIZE, login, token=token, at=at)

    def answer(self, call: GoogleCall) -> Answer:
        """The answer to a request."""
        for endpoint in self.endpoints:
            names = endpoint.names(call)
            if names is not None:
                try:
                    return self._answer(endpoint, replace(call, names=names))
                except RefusedByGoogleError as refused:
                    return refused.answer()
        return page(NOTHING_HERE, "The requested URL was not found on this server.")

    def _answer(self, endpoint: Endpoint, call: GoogleCall) -> Answer:
        if endpoint.api in (Api.DIRECTORY, Api.REPORTS):
            bearer = self.bearers.require(call.authorization, endpoint.scopes)
            if bearer.subject != self.keys.subject.lower():
                raise not_authorized()
        refusal = self.quotas.take(endpoint.api, call)
        return endpoint.answer(call) if refusal is None else refusal

    async def _respond(self, request: Request) -> Response:
        # The path is taken as it was sent: an encoded slash in an address is no slash of the path.
        call = GoogleCall(
            method=request.method,
            parts=parts_of(request.scope["raw_path"]),
            query=dict(request.query_params),
            body=await body_of(request),
            authorization=request.headers.get("authorization", ""),
        )
        answer = self.answer(call)
        kind = {} if answer.body is None else {"content-type": "application/json; charset=UTF-8"}
        return Response(answer.data(), answer.status, headers={**kind, **answer.headers})

    def _endpoints(self) -> tuple[Endpoint, ...]:
        tokens = Tokens(people=self.people, consents=self.consents, log=self.log)
        federation, directory = self.federation, self.directory
        one_token = f"{USERS}/{{userKey}}/tokens/{{clientId}}"
        rows = (
            ("GET", f"{USERS}/{{userKey}}/tokens", tokens.list_tokens, Api.DIRECTORY, MAY_HANDLE_TOKENS),
            ("GET", one_token, tokens.show_token, Api.DIRECTORY, MAY_HANDLE_TOKENS),
            ("DELETE", one_token, tokens.delete_token, Api.DIRECTORY, MAY_HANDLE_TOKENS),
            ("GET", USERS, directory.list_users, Api.DIRECTORY, MAY_LIST_USERS),
            ("GET", f"{USERS}/{{userKey}}", directory.show_user, Api.DIRECTORY, MAY_GET_USER),
            ("GET", LOGS, self.reports.activities, Api.REPORTS, MAY_READ_REPORTS),
            ("POST", "token", self.sign_in.token, Api.SIGN_IN, ()),
            ("GET", "oidc", federation.oidc, Api.SIGN_IN, ()),
            ("POST", "sts/v1/token", federation.exchange, Api.SIGN_IN, ()),
            ("POST", f"{ACCOUNTS}/{{account}}:signJwt", federation.sign_jwt, Api.IAM, ()),
            ("POST", f"{ACCOUNTS}/{{account}}:generateAccessToken", federation.access_token, Api.IAM, ()),
        )
        return tuple(
            Endpoint(method=method, path=path, answer=answer, api=api, scopes=scopes)
            for method, path, answer, api, scopes in rows
        )
