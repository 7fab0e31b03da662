"""How a call ends that was given up: the sentence an admin reads, and the exception it comes with."""

import re
from datetime import UTC
from typing import Final, assert_never
from urllib.parse import urlsplit

from calplan.providers.errors import NotAuthorisedError, ProviderError, UnreachableError
from calplan.providers.http.answer import Answer, Kind
from calplan.providers.http.retry import in_words
from calplan.providers.http.ruling import Next, Tried
from calplan.providers.http.server import Server
from calplan.providers.http.wire import Fault

LONGEST_WORDS: Final = 300
_HOST: Final = re.compile(r"[a-z0-9.:-]{1,253}")


class RefusedError(ProviderError):
    """The server took the request and said no; nothing is gained by asking again. ``status`` is the answer's."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def end_of(server: Server, tried: Tried, *, left: float) -> ProviderError | None:
    """The error a call ends with after this try, or ``None`` where it goes on; ``left`` are its last seconds."""
    who = _who(server, tried)
    again = tried.ruling.next is Next.AGAIN and tried.tries < server.patience.attempts and left > 0
    if isinstance(tried.outcome, Fault):
        return None if again else UnreachableError(f"{who} could not be reached: {tried.outcome.reason}{_often(tried)}")
    when = None if tried.wait is None else in_words(tried.wait, server.time.now().astimezone(UTC))
    if tried.ruling.next is Next.AGAIN and tried.wait is not None and tried.wait > left:
        return UnreachableError(f"{who} takes no more requests before {when}. Run the command again after that")
    return None if again else _refused(server, tried, tried.outcome, when)


def _refused(server: Server, tried: Tried, answer: Answer, when: str | None) -> ProviderError:
    who, status = _who(server, tried), f"status {answer.status}"
    words = " ".join(tried.meaning.words.split())[:LONGEST_WORDS]  # in one line: another could look like one of ours
    said = f": {words}" if words else ""
    match tried.meaning.kind:
        case Kind.SLOW_DOWN:
            return UnreachableError(f"{who} keeps throttling ({status}{_often(tried)}). Run the command again later")
        case Kind.PASSING:
            return UnreachableError(
                f"{who} has trouble of its own ({status}{_often(tried)}). Run the command again later"
            )
        case Kind.DAILY:
            until, after = ("today", "tomorrow") if when is None else (f"before {when}", "after that")
            return UnreachableError(
                f"{who} takes no more requests {until}: a daily limit. Run the command again {after}"
            )
        case Kind.SIGN_IN_AGAIN:
            return NotAuthorisedError(f"{who} does not accept calplan's credential ({status}){said}")
        case Kind.NOT_ALLOWED:
            return NotAuthorisedError(f"{who} does not let calplan do this ({status}){said}")
        case Kind.ELSEWHERE:
            place = server.redactor.text(_host(answer.headers.get("location", "")))
            return ProviderError(f"{who} redirects to {place}, and calplan follows no redirect. Correct the endpoint")
        case Kind.WRONG | Kind.FINE:
            return RefusedError(f"{who} refused the request ({status}){said}", answer.status)
        case _:
            assert_never(tried.meaning.kind)


def _who(server: Server, tried: Tried) -> str:
    return f"{server.name} ({tried.call.endpoint.place})"


def _often(tried: Tried) -> str:
    return f", tried {tried.tries} times" if tried.tries > 1 else ""


def _host(location: str) -> str:
    """The host of an address, and nothing else of it: tokens travel in queries."""
    try:
        host = urlsplit(location).hostname or ""
    except ValueError:
        host = ""
    return host if _HOST.fullmatch(host) else "another place"
