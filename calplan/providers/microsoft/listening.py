"""The connection that Microsoft's library is lent, which looks at each answer before the library does.

Of an answer that it cannot read the library logs every word, and of one that asks to wait it does not say how long.
"""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from calplan.providers.http.answer import DEEPEST_JSON, depth
from calplan.providers.http.retry import retry_after

LOG: Final = logging.getLogger("calplan.http")
_NUMBER: Final = re.compile(r"\bAADSTS([0-9]{4,9})\b")
_WORD: Final = re.compile(r"[A-Za-z_.-]{1,60}")
LARGEST_CODE: Final = 999_999_999
MOST_CODES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why there is no token. ``again``: another try may help. ``is_whole``: the reason is a sentence of its own.

    ``wait`` are the seconds that were asked for; ``is_refusal`` marks what somebody has to change before.
    """

    reason: str
    again: bool = False
    wait: float | None = None
    is_refusal: bool = False
    is_whole: bool = False


class StoppedError(Exception):
    """An answer was not handed on to the library."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.reason)
        self.trouble = trouble


class Reply(Protocol):
    """An answer as the library reads it."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def text(self) -> str: ...


class Session(Protocol):
    """What the connection is made with."""

    def get(self, url: str, *, params: Any, headers: Any) -> Reply: ...  # noqa: ANN401 - what the library takes
    def post(self, url: str, *, params: Any, headers: Any, data: Any) -> Reply: ...  # noqa: ANN401 - the same
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """The numbers of what went wrong, and the word for it; of the sentence nothing is kept."""

    numbers: tuple[int, ...] = ()
    word: str = ""


@dataclass(frozen=True, slots=True)
class Listening:
    """A session as the library wants one. Both methods raise ``StoppedError`` for what the library must not see."""

    session: Session = field(repr=False)

    def get(self, url: str, *, params: object = None, headers: object = None) -> Reply:
        reply = self.session.get(url, params=params, headers=headers)
        stated = _checked("GET", url, reply)
        if reply.status_code >= HTTPStatus.BAD_REQUEST:
            codes = codes_in(stated)
            named = ", ".join(f"AADSTS{code}" for code in codes.numbers) or codes.word
            reason = f"it knows no such tenant (status {reply.status_code}{f', {named}' if named else ''}). Compare"
            raise StoppedError(Trouble(reason=f"{reason} `tenantId` and `cloud`", is_refusal=True))
        return reply

    def post(self, url: str, *, params: object = None, headers: object = None, data: object = None) -> Reply:
        reply = self.session.post(url, params=params, headers=headers, data=data)
        _checked("POST", url, reply)
        return reply

    def close(self) -> None:
        self.session.close()


def codes_in(stated: Mapping[str, object]) -> Codes:
    """The codes of an error: from their own field, else from the beginning of the sentence."""
    listed = stated.get("error_codes")
    numbers = (
        [one for one in listed if isinstance(one, int) and 0 < one <= LARGEST_CODE] if isinstance(listed, list) else []
    )
    if not numbers:
        numbers = [int(one) for one in _NUMBER.findall(str(stated.get("error_description", ""))[:200])]
    word = stated.get("error")
    return Codes(
        numbers=tuple(numbers[:MOST_CODES]),
        word=word if isinstance(word, str) and _WORD.fullmatch(word) else "",
    )


def _checked(method: str, url: str, reply: Reply) -> Mapping[str, object]:
    """The answer as JSON.

    Raises:
        StoppedError: it asks to wait, leads elsewhere, is none of a server in order, or no JSON.
    """
    status = reply.status_code
    where = urlsplit(url)
    LOG.debug("%s %s %s -> %d", method, where.netloc, where.path, status)
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        headers = {name.lower(): value for name, value in reply.headers.items()}
        wait = retry_after(headers, datetime.now(UTC))
        throttles = status == HTTPStatus.TOO_MANY_REQUESTS
        reason = f"{'it keeps throttling' if throttles else 'it has trouble of its own'} (status {status})"
        raise StoppedError(Trouble(reason=reason, again=True, wait=wait))
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise StoppedError(Trouble(reason="it redirects, and calplan follows no redirect. Correct `endpoints.login`"))
    text = reply.text
    try:
        stated = json.loads(text) if depth(text) <= DEEPEST_JSON else None
    except ValueError:
        stated = None
    if not isinstance(stated, dict):
        raise StoppedError(Trouble(reason=f"it answers {status} with something that is not JSON"))
    return stated
