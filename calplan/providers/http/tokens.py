"""How a client proves who it is: a token that is asked for at one endpoint and kept until it ends."""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import urlencode

from calplan.providers.endpoints import Endpoint
from calplan.providers.errors import NotAuthorisedError, ProviderError
from calplan.providers.http.answer import Answer, Kind, Meaning, by_status
from calplan.providers.secret import Secret

USUAL_SECONDS: Final = 3600.0
"""How long a token is good for where the server does not say."""
LONGEST_SECONDS: Final = 24 * USUAL_SECONDS
"""A token is renewed after this, whatever the server says."""
EARLY: Final = 60.0
"""A token that ends so soon is renewed first: it could end on the way."""
REFUSALS: Final = frozenset({400, 401, 403})
_WORD: Final = re.compile(r"[A-Za-z_.-]{1,60}")
_SENDABLE: Final = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What is posted to ``endpoint`` to be given a token; the secret goes with ``client`` into a Basic header."""

    endpoint: Endpoint
    client: str
    secret: Secret = field(repr=False)
    form: Mapping[str, str]

    def headers(self) -> dict[str, str]:
        """The headers of the request, made anew for each."""
        pair = f"{self.client}:{self.secret.reveal()}".encode()
        return {
            "content-type": "application/x-www-form-urlencoded",
            "accept": "application/json",
            "authorization": f"Basic {b64encode(pair).decode('ascii')}",
        }

    def body(self) -> bytes:
        """The form."""
        return urlencode(self.form).encode("ascii")


class TokenSource(Protocol):
    """Where tokens come from that a vendor's own library asks for, over a connection of its own."""

    def token(self, now: float) -> "Token":
        """A token; ``now`` is a tick of the clock that ``Token.until`` is held against.

        Raises:
            ProviderError: there is none. ``NotAuthorisedError`` where calplan is not let in.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What came with a token: the scopes it holds, or ``None`` where the server does not say."""

    scopes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token, and the tick after which it is not used any more."""

    secret: Secret = field(repr=False)
    until: float
    granted: Granted = field(default_factory=Granted)

    def header(self) -> str:
        """The value of ``Authorization``."""
        return f"Bearer {self.secret.reveal()}"


def token_in(answer: Answer, now: float) -> Token:
    """The token that an answer of a token endpoint holds.

    Raises:
        ProviderError: it holds none.
    """
    stated = answer.json()
    fields = stated if isinstance(stated, dict) else {}
    text, seconds = fields.get("access_token"), fields.get("expires_in")
    if not isinstance(text, str) or not _SENDABLE.fullmatch(text):
        raise NotAuthorisedError(f"{answer.place} let calplan in, but its answer holds no token that could be used")
    stated_seconds = seconds if isinstance(seconds, int | float) and seconds > 0 else USUAL_SECONDS
    good_for = min(stated_seconds, LONGEST_SECONDS)
    scope = fields.get("scope")
    granted = Granted(scopes=frozenset(scope.split()) if isinstance(scope, str) else None)
    return Token(secret=Secret(text), until=now + max(good_for - EARLY, good_for / 2), granted=granted)


def token_meaning(answer: Answer) -> Meaning:
    """What an answer of a token endpoint means. Its reason is one word or none: no sentence of it is repeated."""
    if answer.status not in REFUSALS:
        return by_status(answer)
    try:
        stated = answer.json()
    except ProviderError:
        stated = None
    word = stated.get("error") if isinstance(stated, dict) else None
    words = word if isinstance(word, str) and _WORD.fullmatch(word) else ""
    return Meaning(kind=Kind.SIGN_IN_AGAIN, words=words)
