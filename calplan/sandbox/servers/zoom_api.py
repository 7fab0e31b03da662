"""Zoom's REST API as far as calplan has to do with it: which endpoint asks for which scope, and how costly it is.

There is no endpoint for the calendar and contacts integration, because the vendor has none.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from calplan.sandbox.servers.answer import Answer, Call, RefusedError, no_endpoint
from calplan.sandbox.servers.assistants import Assistants
from calplan.sandbox.servers.other_settings import OtherSettings
from calplan.sandbox.servers.pages import PageTokens
from calplan.sandbox.servers.people import People
from calplan.sandbox.servers.rates import Label, RatePlan, Rates
from calplan.sandbox.servers.reports import Reports
from calplan.sandbox.servers.sign_in import Keys, Tokens
from calplan.sandbox.servers.world import World

NAME: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One endpoint: parts of its path in braces vary."""

    method: str
    path: str
    answer: Callable[[Call], Answer]
    label: Label
    scope: str

    def names(self, call: Call) -> Mapping[str, str] | None:
        """The parts that vary, or ``None`` where the request is for something else."""
        form = NAME.sub(r"(?P<\1>[^/]+)", self.path)
        found = re.fullmatch(form, call.path) if call.method == self.method else None
        return None if found is None else found.groupdict()


@dataclass(slots=True)
class ZoomApi:
    """The API over one account."""

    world: World
    keys: Keys
    plan: RatePlan = RatePlan.NONE
    tokens: Tokens = field(init=False)
    pages: PageTokens = field(init=False)
    rates: Rates = field(init=False)
    endpoints: tuple[Endpoint, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.keys, self.world.clock)
        self.pages = PageTokens(self.world.clock)
        self.rates = Rates(self.plan, self.world.clock)
        self.endpoints = endpoints(self.world, self.pages)

    def answer(self, call: Call, authorization: str) -> Answer:
        """The answer to a request below ``/v2``."""
        try:
            self.tokens.require(authorization)
            for endpoint in self.endpoints:
                names = endpoint.names(call)
                if names is not None:
                    return self._answer(endpoint, _with(call, names))
            raise no_endpoint()
        except RefusedError as refused:
            return refused.answer()

    def _answer(self, endpoint: Endpoint, call: Call) -> Answer:
        self.tokens.require_scope(endpoint.scope)
        taken = self.rates.take(endpoint.label)
        if isinstance(taken, Answer):
            return taken
        try:
            answer = endpoint.answer(call)
        except RefusedError as refused:
            answer = refused.answer()
        return Answer(status=answer.status, body=answer.body, headers={**answer.headers, **taken})


def endpoints(world: World, pages: PageTokens) -> tuple[Endpoint, ...]:
    """Every endpoint there is."""
    people = People(world=world, tokens=pages)
    assistants = Assistants(world=world, people=people)
    other = OtherSettings(world=world, people=people)
    logs = Reports(world=world, tokens=pages).operation_logs
    light, medium, heavy = Label.LIGHT, Label.MEDIUM, Label.HEAVY
    rows = (
        ("GET", "/users", people.list_users, medium, "user:read:list_users:admin"),
        ("GET", "/users/{user}", people.show_user, light, "user:read:user:admin"),
        ("GET", "/users/{user}/settings", other.user, medium, "user:read:settings:admin"),
        ("GET", "/users/{user}/assistants", assistants.list_assistants, medium, "user:read:list_assistants:admin"),
        ("POST", "/users/{user}/assistants", assistants.add, medium, "user:write:assistant:admin"),
        ("DELETE", "/users/{user}/assistants", assistants.delete_all, light, "user:delete:assistant:admin"),
        ("DELETE", "/users/{user}/assistants/{assistant}", assistants.delete, light, "user:delete:assistant:admin"),
        ("GET", "/users/{user}/schedulers", assistants.list_schedulers, medium, "user:read:list_schedulers:admin"),
        ("GET", "/groups", people.list_groups, medium, "group:read:list_groups:admin"),
        ("GET", "/groups/{group}", people.show_group, light, "group:read:group:admin"),
        ("GET", "/groups/{group}/members", people.list_members, medium, "group:read:list_members:admin"),
        ("GET", "/groups/{group}/settings", other.group, medium, "group:read:settings:admin"),
        ("GET", "/groups/{group}/lock_settings", other.group_locks, medium, "group:read:lock_settings:admin"),
        ("GET", "/report/operationlogs", logs, heavy, "report:read:operation_logs:admin"),
        ("GET", "/accounts/{account}/settings", other.account, medium, "account:read:settings:admin"),
        ("GET", "/accounts/{account}/lock_settings", other.account_locks, medium, "account:read:lock_settings:master"),
        (
            "GET",
            "/accounts/{account}/managed_domains",
            other.managed_domains,
            light,
            "account:read:managed_domains:master",
        ),
        (
            "GET",
            "/accounts/{account}/trusted_domains",
            other.trusted_domains,
            light,
            "account:read:trusted_domains:master",
        ),
    )
    return tuple(
        Endpoint(method=method, path=path, answer=answer, label=label, scope=scope)
        for method, path, answer, label, scope in rows
    )


def _with(call: Call, names: Mapping[str, str]) -> Call:
    return Call(method=call.method, path=call.path, names=names, query=call.query, body=call.body)
