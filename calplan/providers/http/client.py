"""Clients that adapters speak through: one that can only read, and one that can also write."""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Final, Literal, Self
from urllib.parse import quote, unquote, urlencode

from calplan.providers.errors import ProviderError
from calplan.providers.http.answer import Answer, Meaning, by_status
from calplan.providers.http.retry import retry_after
from calplan.providers.http.ruling import Call, Next, Tried, after_answer, after_fault
from calplan.providers.http.said import end_of
from calplan.providers.http.server import Server
from calplan.providers.http.tokens import Grant, Granted, Token, token_in, token_meaning
from calplan.providers.http.wire import Allowed, Fault, Request, Wire
from calplan.providers.observing import Wait

LOG: Final = logging.getLogger("calplan.http")
MOST_LOGGED: Final = 500
_TARGET: Final = re.compile(r"[/?](?:(?![#\\])[\x21-\x7e])*")
"""What may follow the address of an API: letters that mean the same to whoever reads them."""
READS: Final = frozenset({"GET"})
WRITES: Final = frozenset({"PUT", "PATCH", "POST", "DELETE"})

Verb = Literal["PUT", "PATCH", "POST", "DELETE"]


class Reader:
    """A client that sends nothing but GET to a server's API, and POST to the endpoint its tokens come from.

    It belongs to one thread. Every method raises ``ProviderError``: ``NotAuthorisedError`` where the server does not
    let calplan in, ``UnreachableError`` where it does not answer in time or wants to be left alone.
    """

    _methods = READS

    def __init__(self, server: Server) -> None:
        grant = server.grant if isinstance(server.grant, Grant) else None
        self._server = server
        self._redactor = server.redactor
        self.observe = server.observe
        if grant is not None:
            self._redactor.hide(grant.secret)
        allowed = Allowed(
            api=server.api,
            methods=self._methods,
            token=None if grant is None else grant.endpoint,
            batch=server.batch,
        )
        self._wire = Wire(allowed, server.patience, server.time.ticks, server.ca_file)
        self._token: Token | None = None

    def get(self, *parts: str, query: Mapping[str, str | int] | None = None) -> Answer:
        """The answer to a GET of the API's path of these parts, each quoted by itself."""
        return self._ask(self._call("GET", parts, query))

    def follow(self, address: str) -> Answer:
        """The answer to a GET of an address that the server itself named, such as that of a next page, taken whole.

        Raises:
            ProviderError: as for ``get``, and where it does not lie below the API; nothing was sent then.
        """
        api = self._server.api
        target = address.removeprefix(api.url)
        steps = unquote(target.partition("?")[0]).split("/")
        if target == address or not _TARGET.fullmatch(target) or "." in steps or ".." in steps:
            raise ProviderError(
                f"{self._server.name} ({api.place}) leads to an address that is not below {api.url}; nothing was sent"
                " there. Correct the endpoint if its answers name another host than it does"
            )
        return self._ask(replace(self._call("GET", (), None), target=target))

    def get_many(self, targets: Mapping[str, str]) -> Answer:
        """The answer to one POST that asks for many things, each named and each a GET of a path below the API.

        Raises:
            ProviderError: as for ``get``; what came of each thing stands in the answer.
        """
        batch = self._server.batch
        if batch is None:
            raise PermissionError(f"{self._server.name} takes one read at a time")
        asked = [{"id": name, "method": "GET", "url": target} for name, target in targets.items()]
        body = json.dumps({"requests": asked}).encode("ascii")
        return self._ask(replace(self._call("POST", (), None), target=batch, body=body))

    def sign_in(self) -> Granted:
        """What the server grants; it is asked unless a token is at hand that is still good."""
        token = self._bearer(self._server.time.ticks() + self._server.patience.in_all, unclear=False)
        return Granted() if token is None else token.granted

    def close(self) -> None:
        """Let go of every connection."""
        self._wire.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _call(self, method: str, parts: tuple[str, ...], query: Mapping[str, str | int] | None) -> Call:
        """A call of the API that only reads."""
        if any(part in ("", ".", "..") for part in parts):
            raise ProviderError("a part of a path is empty or points elsewhere; nothing was sent")
        try:
            target = "".join(f"/{quote(part, safe='')}" for part in parts) + (f"?{urlencode(query)}" if query else "")
        except UnicodeEncodeError:
            target = None
        if target is None:
            raise ProviderError("a part of a path or query is not text in UTF-8; nothing was sent")
        return Call(method=method, endpoint=self._server.api, target=target, writes=False, idempotent=True)

    def _ask(self, call: Call, until: float | None = None) -> Answer:
        """The answer to a call, tried as often as is safe and the patience allows."""
        server, time = self._server, self._server.time
        end = time.ticks() + server.patience.in_all if until is None else until
        unclear = renewed = False
        tries = 0
        while True:
            token = None if call.asks_for_token else self._bearer(end, unclear=unclear)
            self._pace(call, end)
            tries += 1
            tried = self._judged(call, self._once(call, token, tries, end), tries)
            unclear = unclear or tried.ruling.unclear
            if tried.ruling.next is Next.TAKE and isinstance(tried.outcome, Answer):
                return tried.outcome
            if tried.ruling.next is Next.RENEW and not renewed and token is not None:
                self._token, renewed = None, True
                tries -= 1
                continue
            failure = end_of(server, tried, left=end - time.ticks())
            if failure is not None:
                failure.outcome_unknown = unclear
                raise failure
            pause = (tried.wait or 0.0) + server.patience.pause_before(tries + 1, time.chance())
            LOG.info("%s: waiting %.1f s before try %d", call.endpoint.place, pause, tries + 1)
            self.observe(Wait(source=server.name, seconds=pause, asked=tried.wait is not None))
            time.sleep(min(pause, max(0.0, end - time.ticks())))

    def _judged(self, call: Call, outcome: Answer | Fault, tries: int) -> Tried:
        """A try with what its outcome means, and what the server asks to wait."""
        if isinstance(outcome, Fault):
            return Tried(call=call, outcome=outcome, tries=tries, ruling=after_fault(call, outcome))
        server = self._server
        meaning = self._meaning(call, outcome)
        wait = retry_after(outcome.headers, server.time.now())
        wait = meaning.wait if wait is None else wait
        ruling = after_answer(call, meaning, outcome.status, asked_to_wait=wait is not None)
        return Tried(call=call, outcome=outcome, tries=tries, ruling=ruling, meaning=meaning, wait=wait)

    def _meaning(self, call: Call, answer: Answer) -> Meaning:
        """What an answer means, its words without secrets; by its status alone where the adapter cannot read it."""
        try:
            meaning = token_meaning(answer) if call.asks_for_token else self._server.judge(answer)
        except ProviderError:
            meaning = by_status(answer)
        return replace(meaning, words=self._redactor.text(meaning.words))

    def _pace(self, call: Call, until: float) -> None:
        """Let pass what the vendor's limits want between two calls."""
        if call.asks_for_token:
            return
        pause = self._server.pacer.pause(call.method, call.target)
        if pause > 0:
            time = self._server.time
            time.sleep(min(pause, max(0.0, until - time.ticks())))

    def _bearer(self, until: float, *, unclear: bool) -> Token | None:
        """A token that is still good, asked for where there is none; ``unclear`` goes into its error."""
        grant, time = self._server.grant, self._server.time
        if grant is None:
            return None
        if self._token is None or self._token.until <= time.ticks():
            try:
                given = self._given(grant, until) if isinstance(grant, Grant) else grant.token(time.ticks())
                self._token = given
            except ProviderError as error:
                error.outcome_unknown = unclear
                raise
            self._redactor.hide(self._token.secret)
        return self._token

    def _given(self, grant: Grant, until: float) -> Token:
        asked = Call(
            method="POST",
            endpoint=grant.endpoint,
            target="",
            writes=False,
            idempotent=True,
            asks_for_token=True,
            body=grant.body(),
        )
        return token_in(self._ask(asked, until), self._server.time.ticks())

    def _once(self, call: Call, token: Token | None, tries: int, until: float) -> Answer | Fault:
        """One try, and a line of the log."""
        server = self._server
        headers = {"accept": "application/json", **server.headers}
        if isinstance(server.grant, Grant) and call.asks_for_token:
            headers = server.grant.headers()
        if token is not None:
            headers["authorization"] = token.header()
        if call.body and "content-type" not in headers:
            headers["content-type"] = "application/json"
        request = Request(
            method=call.method, endpoint=call.endpoint, target=call.target, headers=headers, body=call.body
        )
        begun = server.time.ticks()
        outcome = self._wire.exchange(request, until)
        self._log(request, outcome, tries, server.time.ticks() - begun)
        if isinstance(outcome, Answer) and not call.asks_for_token:
            server.pacer.heard(call.method, call.target, outcome)
        return outcome

    def _log(self, request: Request, outcome: Answer | Fault, tries: int, seconds: float) -> None:
        if not LOG.isEnabledFor(logging.DEBUG):
            return
        path = self._redactor.text(request.endpoint.path + request.target.partition("?")[0])
        end = outcome.status if isinstance(outcome, Answer) else outcome.reason
        place = request.endpoint.place
        LOG.debug("%s %s %s -> %s in %d ms, try %d", request.method, place, path, end, seconds * 1000, tries)
        LOG.debug("  sent %s", self._redactor.headers(request.headers))
        if isinstance(outcome, Answer):
            LOG.debug("  got %s", self._redactor.headers(outcome.headers))
        if isinstance(outcome, Answer) and outcome.status >= 400:  # noqa: PLR2004 - where refusals begin
            LOG.debug("  said %s", self._shown(outcome)[:MOST_LOGGED])

    def _shown(self, answer: Answer) -> str:
        """The body of a refusal without secrets."""
        try:
            return json.dumps(self._redactor.value(answer.json()), ensure_ascii=False)
        except ProviderError:
            return self._redactor.text(answer.body.decode("utf-8", "replace"))


class Writer(Reader):
    """A client that can also write. Only an apply may make one."""

    _methods = READS | WRITES

    def write(self, verb: Verb, *parts: str, content: object = None, idempotent: bool) -> Answer:
        """The answer to a write of JSON to the API's path of these parts.

        ``idempotent`` says that doing it twice is as good as once; only then is it sent again where it is unclear
        whether it arrived.

        Raises:
            ProviderError: it did not take place, or ``outcome_unknown`` is set because that is unclear.
        """
        body = b"" if content is None else json.dumps(content).encode("ascii")
        call = self._call(verb, parts, None)
        return self._ask(replace(call, writes=True, idempotent=idempotent, body=body))
