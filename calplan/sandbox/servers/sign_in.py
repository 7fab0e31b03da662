"""The token endpoint, and the tokens that are out. Several may be good at once; each lasts an hour."""

import secrets
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qs

from calplan.sandbox.servers.answer import Answer, RefusedError
from calplan.sandbox.servers.world import Clock, made_up_id

SECONDS: Final = 3600
BYTES_OF_TOKEN: Final = 32
BYTES_OF_SECRET: Final = 24
GRANT: Final = "account_credentials"
READ: Final = (
    "account:read:lock_settings:master",
    "account:read:managed_domains:master",
    "account:read:settings:admin",
    "account:read:trusted_domains:master",
    "group:read:group:admin",
    "group:read:list_groups:admin",
    "group:read:list_members:admin",
    "group:read:lock_settings:admin",
    "group:read:settings:admin",
    "report:read:operation_logs:admin",
    "user:read:list_assistants:admin",
    "user:read:list_schedulers:admin",
    "user:read:list_users:admin",
    "user:read:settings:admin",
    "user:read:user:admin",
)
WRITE: Final = ("user:delete:assistant:admin", "user:write:assistant:admin")
EVERY_SCOPE: Final = tuple(sorted(READ + WRITE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What an app signs in with, and what it was granted."""

    account_id: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...] = EVERY_SCOPE


def new_keys(account_id: str) -> Keys:
    """Keys of an account's app, which is always the same one, with a secret that nobody has had before."""
    return Keys(
        account_id=account_id,
        client_id=made_up_id("app", account_id),
        client_secret=secrets.token_urlsafe(BYTES_OF_SECRET),
    )


@dataclass(slots=True)
class Tokens:
    """The tokens that are out."""

    keys: Keys
    clock: Clock
    _until: dict[str, datetime] = field(default_factory=dict, repr=False)

    def sign_in(self, *, authorization: str, query: Mapping[str, str], body: bytes, origin: str) -> Answer:
        """POST /oauth/token; what is asked for may stand in the query or in the form."""
        form = {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        asked = {**query, **form}
        if not _is(authorization, self.keys):
            return _refusal("Invalid client_id or client_secret", "invalid_client")
        if asked.get("grant_type") != GRANT:
            return _refusal("unsupported grant type", "unsupported_grant_type")
        if not _same(asked.get("account_id", ""), self.keys.account_id):
            return _refusal("Bad Request", "invalid_request")
        token = secrets.token_urlsafe(BYTES_OF_TOKEN)
        self._until[token] = self.clock() + timedelta(seconds=SECONDS)
        stated = {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": SECONDS,
            "scope": " ".join(self.keys.scopes),
            "api_url": origin,
        }
        return Answer(body=stated, headers={"cache-control": "no-store"})

    def require(self, authorization: str) -> None:
        """Refuses whoever shows no token that is good now."""
        until = self._until.get(_bearer(authorization))
        if until is None:
            raise RefusedError(401, 124, "Invalid access token.")
        if until <= self.clock():
            raise RefusedError(401, 124, "Access token is expired.")

    def require_scope(self, scope: str) -> None:
        """Refuses what the app was not granted."""
        if scope not in self.keys.scopes:
            raise RefusedError(400, 4711, f"Invalid access token, does not contain scopes:[{scope}].")

    def end(self, authorization: str) -> None:
        """Ends a token before its time."""
        token = _bearer(authorization)
        if token in self._until:
            self._until[token] = self.clock()


def _bearer(authorization: str) -> str:
    kind, _, token = authorization.partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _is(authorization: str, keys: Keys) -> bool:
    kind, _, pair = authorization.partition(" ")
    try:
        client, _, secret = b64decode(pair, validate=True).decode().partition(":")
    except ValueError:
        return False
    return kind.lower() == "basic" and _same(client, keys.client_id) and _same(secret, keys.client_secret)


def _same(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode(), other.encode())


def _refusal(reason: str, error: str) -> Answer:
    return Answer(status=400, body={"reason": reason, "error": error})
