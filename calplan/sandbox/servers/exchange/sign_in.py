"""Signing in to Exchange: with Basic for one request, with NTLM for one connection."""

import os
import secrets
import struct
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from calplan.sandbox.servers.exchange.keys import Auth, ExchangeKeys

REALM: Final = "the sandbox"
BEARER: Final = (
    'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="",'
    ' token_types="app_asserted_user_v1 service_asserted_app_v1"'
)
CONNECTIONS: Final = 64
"""So many are remembered; the longest ago is forgotten first."""
STORE: Final = "NTLM_USER_FILE"
_STORE_LOCK: Final = threading.Lock()
"""The library takes passwords from a file that a variable of the whole process names."""


@dataclass(slots=True)
class _Talk:
    """What was said on one connection; ``client`` is what the web server holds as long as it is open."""

    client: object
    acceptor: object = None
    signed_in: bool = False


@dataclass(slots=True)
class Doorman:
    """Lets requests in, and words the challenge for those that are not."""

    _talks: dict[object, _Talk] = field(default_factory=dict)

    def lets_in(self, keys: ExchangeKeys, authorization: str, client: object) -> bool:
        """Whether a request is one of somebody who signed in; with NTLM the whole connection is."""
        talk = self._talk(client)
        kind, _, token = authorization.partition(" ")
        if kind.lower() == "basic" and keys.auth.basic:
            return _is(token, keys)
        if kind.lower() == "ntlm" and keys.auth.ntlm:
            return talk is not None and talk.signed_in
        return not authorization and talk is not None and talk.signed_in

    def hear(self, keys: ExchangeKeys, authorization: str, client: object) -> str | None:
        """Takes the next message of NTLM, if a request brings one; gives what is to be answered to it, if anything."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "ntlm" or not keys.auth.ntlm:
            return None
        talk = self._talk(client) or self._new(client)
        try:
            said = b64decode(token, validate=True)
        except ValueError:
            said = b""
        answer = _step(talk, said, keys)
        return None if answer is None else b64encode(answer).decode()

    def forget(self) -> None:
        """Signs everybody out."""
        self._talks.clear()

    def _talk(self, client: object) -> _Talk | None:
        """What was said on this connection. Another one that now has its port is not the same object."""
        found = self._talks.get(client)
        if found is not None and found.client is not client:
            del self._talks[client]
            return None
        return found

    def _new(self, client: object) -> _Talk:
        while len(self._talks) >= CONNECTIONS:
            del self._talks[next(iter(self._talks))]
        self._talks[client] = talk = _Talk(client)
        return talk


def challenges(auth: Auth) -> list[str]:
    """What a server says to whoever has not signed in, one for each header."""
    match auth:
        case Auth.BEARER:
            return [BEARER]
        case Auth.NEGOTIATE:
            return ["Negotiate"]
        case _:
            return [*(["NTLM"] if auth.ntlm else []), *([f'Basic realm="{REALM}"'] if auth.basic else [])]


def _is(token: str, keys: ExchangeKeys) -> bool:
    try:
        name, _, password = b64decode(token, validate=True).decode().partition(":")
    except ValueError:
        return False
    known = any(secrets.compare_digest(name.lower().encode(), one.lower().encode()) for one in _names(keys))
    return secrets.compare_digest(password.encode(), keys.password.encode()) and known


def _names(keys: ExchangeKeys) -> tuple[str, str]:
    return keys.username, keys.account


def _step(talk: _Talk, said: bytes, keys: ExchangeKeys) -> bytes | None:
    """One message further; the talk begins anew with a first message, and after one that is wrong."""
    import spnego  # noqa: PLC0415 - slow, and only NTLM needs it
    from spnego.exceptions import SpnegoError  # noqa: PLC0415 - as above

    with _passwords(keys):
        if talk.acceptor is None or talk.signed_in:
            talk.acceptor, talk.signed_in = (
                spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm),
                False,
            )
        acceptor = talk.acceptor
        assert isinstance(acceptor, spnego.ContextProxy)
        try:
            answer = acceptor.step(said)
        except (SpnegoError, struct.error, ValueError, TypeError, LookupError):
            talk.acceptor = None
            return None
    talk.signed_in = acceptor.complete
    return answer


@contextmanager
def _passwords(keys: ExchangeKeys) -> Iterator[None]:
    """The file that the library takes passwords from, for as long as it looks at one message."""
    with _STORE_LOCK, TemporaryDirectory(prefix="calplan-") as folder:
        path = Path(folder) / "ntlm"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{keys.username.replace(chr(92), ':')}:{keys.password}\n")
        before = os.environ.get(STORE)
        os.environ[STORE] = str(path)
        try:
            yield
        finally:
            if before is None:
                del os.environ[STORE]
            else:
                os.environ[STORE] = before
