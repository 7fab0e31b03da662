"""Many requests in one: https://learn.microsoft.com/graph/json-batching"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote

from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.faults import Fault, FaultPlan, Status
from calplan.sandbox.servers.microsoft.asked import Ask, GraphRefusedError, bad_request
from calplan.sandbox.servers.microsoft.graph import Graph
from calplan.sandbox.servers.microsoft.login import Signed
from calplan.sandbox.servers.microsoft.throttling import ThrottledError

MOST: Final = 20
TARGET: Final = "/$batch"
METHODS: Final = frozenset({"GET", "POST", "PATCH", "DELETE"})
FAILURE: Final = 400
FAILED_DEPENDENCY: Final = 424
NO_BATCH: Final = "Invalid batch payload format."
FIELDS: Final = frozenset({"id", "method", "url", "headers", "body", "dependsOn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    """One request of a batch."""

    id: str
    ask: Ask
    after: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Batch:
    """The endpoint. ``faults`` meet requests inside of a batch, one by one, by their path below ``/v1.0``."""

    graph: Graph
    faults: FaultPlan = field(default_factory=FaultPlan)

    def answer(self, ask: Ask, signed: Signed) -> Answer:
        """POST /$batch; whatever becomes of the requests inside, the answer is 200."""
        try:
            inner = _inner(ask)
        except GraphRefusedError as refused:
            return self.graph.refusal(ask, refused)
        statuses: dict[str, int] = {}
        responses: list[dict[str, object]] = []
        for one in inner:
            failed = any(statuses[other] >= FAILURE for other in one.after)
            answer = self._dependency_failed(one.ask) if failed else self._one(one.ask, signed)
            statuses[one.id] = answer.status
            responses.append(_response(one.id, answer))
        # The order of the answers means nothing, and nobody is to get used to one.
        return Answer(body={"responses": responses[::-1]})

    def _one(self, ask: Ask, signed: Signed) -> Answer:
        fault = self.faults.next(ask.method, ask.path, paged="$skiptoken" in ask.query)
        return self.graph.answer(ask, signed) if fault is None else self._fault(fault, ask)

    def _fault(self, fault: Fault, ask: Ask) -> Answer:
        """A planned failure; inside of a batch there is no connection to be dropped, so all others are 503."""
        status = fault.status if isinstance(fault, Status) else 503
        if status == ThrottledError({}).status:
            return self.graph.refusal(ask, ThrottledError(self.graph.throttling.planned()))
        return self.graph.refusal(ask, GraphRefusedError(status, "UnknownError", "The sandbox was told to fail."))

    def _dependency_failed(self, ask: Ask) -> Answer:
        words = "The request was not made because one that it depends on failed."
        return self.graph.refusal(ask, GraphRefusedError(FAILED_DEPENDENCY, "FailedDependency", words))


def _inner(ask: Ask) -> list[Inner]:
    """The requests of a batch.

    Raises:
        GraphRefusedError: it is none that Graph takes.
    """
    stated = ask.json().get("requests")
    if not isinstance(stated, list) or not stated or not all(isinstance(one, dict) for one in stated):
        raise bad_request(NO_BATCH)
    if len(stated) > MOST:
        raise bad_request(f"Number of batch request steps exceeds the maximum value of {MOST}.")
    found: list[Inner] = []
    for one in stated:
        inner = _request(ask, one)
        earlier = {other.id for other in found}
        if inner.id in earlier:
            raise bad_request(f"Request Id '{inner.id}' has to be unique in a batch.")
        if not earlier.issuperset(inner.after):
            raise bad_request(f"Request '{inner.id}' depends on one that does not stand before it.")
        found.append(inner)
    return found


def _request(ask: Ask, stated: Mapping[str, object]) -> Inner:
    number, method, url = stated.get("id"), stated.get("method"), stated.get("url")
    headers, after = _words(stated.get("headers", {})), stated.get("dependsOn", [])
    if not isinstance(number, str) or not number or not FIELDS.issuperset(stated):
        raise bad_request(NO_BATCH)
    if not isinstance(method, str) or method.upper() not in METHODS:
        raise bad_request(f"Request '{number}' has no method that a batch takes.")
    if not isinstance(url, str) or not url.startswith("/") or url.startswith((TARGET, "//")):
        raise bad_request(f"Request '{number}' has no relative URL that a batch takes.")
    if not isinstance(after, list) or not all(isinstance(one, str) for one in after):
        raise bad_request(NO_BATCH)
    if not isinstance(stated.get("body", {}), dict):
        raise bad_request(NO_BATCH)
    path, _, query = url.partition("?")
    # What was said of the batch does not hold for the requests inside, except who sends them.
    own = {name.lower(): value for name, value in headers.items() if name.lower() != "authorization"}
    body = json.dumps(stated["body"]).encode() if "body" in stated else b""
    request = Ask(
        method=method.upper(),
        path=unquote(path),
        origin=ask.origin,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=own,
        body=body,
    )
    return Inner(id=number, ask=request, after=tuple(after))


def _words(headers: object) -> dict[str, str]:
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise bad_request(NO_BATCH)
    return headers


def _response(number: str, answer: Answer) -> dict[str, object]:
    headers = {**answer.headers, **({} if answer.body is None else {"Content-Type": "application/json"})}
    body = {} if answer.body is None else {"body": answer.body}
    return {"id": number, "status": answer.status, "headers": headers, **body}
