"""Whether calplan can do its work at Google: secret, a token for each use, directory, clock. All of it only reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from calplan.policyfile.documents import StatedProvider
from calplan.providers.checkup import Check, doubtful, failed, passed
from calplan.providers.errors import InvalidAccountError, NotAuthorisedError, ProviderError, UnreachableError
from calplan.providers.google.calls import USERS
from calplan.providers.google.connecting import Clock, Serve, Servers, servers_of, stated_workspace
from calplan.providers.google.evidence import NO_CLIENTS
from calplan.providers.google.messages import UserPage, decoded
from calplan.providers.google.signing_in import NotDelegatedError
from calplan.providers.google.workspace import LOG_SCOPE, TOKENS_SCOPE, USERS_SCOPE, Told, Workspace
from calplan.providers.http.answer import Answer
from calplan.providers.http.client import Reader
from calplan.providers.http.retry import Time, server_time
from calplan.providers.trust import Trust

SKEW: Final = timedelta(seconds=60)
COMPARE: Final = (
    "see that `subject` is the address of an admin of this customer, and that the key of `credential` is the service"
    " account's and still good"
)
DELEGATION: Final = "the admin console, under security, API controls, domain-wide delegation"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """A scope and what it is there for; a command that needs it cannot do without."""

    scope: str
    purpose: str
    needed: bool
    serve: Serve


def check_google(
    stated: StatedProvider, file: Path, trust: Trust, clock: Clock, time: Time | None = None
) -> Iterator[Check]:
    """What a look at a provider of the document ``file`` finds, up to what makes going on useless."""
    try:
        workspace = stated_workspace(stated, file)
        servers = servers_of(workspace, trust, time)
    except ProviderError as error:
        yield failed("secret", error, "provide what `credential` of the Google provider names")
        return
    yield passed("secret", "the credential of the Google provider is at hand")
    if not workspace.clients:
        yield doubtful("client ids", NO_CLIENTS, "list the vendor's client ids in `clientIds`")
    refused: list[_Use] = []
    for use in _uses(workspace, servers):
        wrong = _sign_in(use.serve)
        if wrong is None:
            yield passed(f"token {use.purpose}", f"{workspace.subject} may be acted for with {use.scope}")
            continue
        if isinstance(wrong, InvalidAccountError):
            yield failed("caFile", wrong, "correct `caFile` of the Google provider")
            return
        if isinstance(wrong, UnreachableError):
            yield failed(f"token {use.purpose}", wrong, "make Google's addresses reachable from this machine")
            return
        if not isinstance(wrong, NotDelegatedError):
            # Whatever is asked for, the answer would be the same.
            yield failed(f"token {use.purpose}", wrong, COMPARE)
            return
        refused.append(use)
        yield _missing(use, wrong)
    if not any(use.scope == USERS_SCOPE for use in refused):
        yield from _directory(workspace, servers.users, clock)


def _uses(workspace: Workspace, servers: Servers) -> tuple[_Use, ...]:
    by_tokens = workspace.told is Told.BY_TOKENS
    return (
        _Use(scope=USERS_SCOPE, purpose="to list users", needed=True, serve=servers.users),
        _Use(scope=TOKENS_SCOPE, purpose="to read and revoke tokens", needed=by_tokens, serve=servers.tokens),
        _Use(scope=LOG_SCOPE, purpose="to read the log of consents", needed=not by_tokens, serve=servers.log),
    )


def _sign_in(serve: Serve) -> ProviderError | None:
    """What stands in the way of a token, or ``None`` where there is one."""
    try:
        with Reader(serve()) as reader:
            reader.sign_in()
    except ProviderError as error:
        return error
    return None


def _missing(use: _Use, error: ProviderError) -> Check:
    fix = f"in {DELEGATION}, add {use.scope} to the service account's client"
    if use.needed:
        return failed(f"token {use.purpose}", error, fix)
    return doubtful(f"token {use.purpose}", str(error), fix)


def _directory(workspace: Workspace, serve: Serve, clock: Clock) -> Iterator[Check]:
    """Whether the directory answers, and how far its clock is from this machine's."""
    fields = "kind,users(id,primaryEmail)"
    query: dict[str, str | int] = {"customer": workspace.customer, "maxResults": 1, "fields": fields}
    try:
        with Reader(serve()) as reader:
            answer = reader.get(*USERS, query=query)
            decoded(answer, UserPage, "users")
    except NotAuthorisedError as error:
        fix = f"see that {workspace.subject} is an admin who may read users, and of this `customer`"
        yield failed("directory", error, fix)
        return
    except ProviderError as error:
        yield failed("directory", error, "compare `customer` of the Google provider with the admin console")
        return
    yield passed("directory", f"{workspace.places.admin.place} answers for customer {workspace.customer}")
    yield _clock(answer, clock)


def _clock(answer: Answer, clock: Clock) -> Check:
    """How far the clock of this machine is from Google's: a token is asked for with a time."""
    theirs = server_time(answer.headers)
    if theirs is None:
        return doubtful("clock", "Google did not say what time it is", "compare this machine's clock with another one")
    skew = clock() - theirs
    if abs(skew) <= SKEW:
        return passed("clock", f"within {SKEW.seconds} seconds of Google's")
    side = "ahead of" if skew > timedelta() else "behind"
    seconds = abs(round(skew.total_seconds()))
    return doubtful("clock", f"this machine is {seconds:,} seconds {side} Google", "set the clock of this machine")
