"""The endpoint that gives out access tokens for what a service account signed, and the tokens that are out."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final
from urllib.parse import parse_qs

from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.google.answers import OAuthError, lacks_scope, no_credentials
from calplan.sandbox.servers.google.calls import Bearer, GoogleCall
from calplan.sandbox.servers.google.keys import TOKEN_URI, GoogleKeys
from calplan.sandbox.servers.google.signed import BadTokenError, Signer
from calplan.sandbox.servers.world import Clock, this_moment

SECONDS: Final = 3600
LEEWAY: Final = timedelta(minutes=5)
"""How far the clock of whoever signs may be from ours."""
BYTES_OF_TOKEN: Final = 48
GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
NOT_DELEGATED: Final = (
    "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes"
    " requested."
)


@dataclass(slots=True)
class Bearers:
    """The access tokens that are out. Several may be good at once."""

    clock: Clock
    _out: dict[str, Bearer] = field(default_factory=dict, repr=False)

    def give(self, scopes: frozenset[str], subject: str = "", *, lasting: timedelta | None = None) -> str:
        """A token that nobody has had before; it lasts an hour where nothing else is said."""
        token = f"ya29.{secrets.token_urlsafe(BYTES_OF_TOKEN)}"
        until = self.clock() + (lasting or timedelta(seconds=SECONDS))
        self._out[token] = Bearer(until=until, scopes=scopes, subject=subject)
        return token

    def require(self, authorization: str, scopes: tuple[str, ...]) -> Bearer:
        """What the token of a request is good for.

        Raises:
            ApiError: there is none, it is not good now, or it has none of the scopes.
        """
        bearer = self._out.get(_token(authorization))
        if bearer is None or bearer.until <= self.clock():
            raise no_credentials()
        if bearer.scopes.isdisjoint(scopes):
            raise lacks_scope(scopes)
        return bearer

    def end(self, authorization: str) -> None:
        """Ends a token before its time."""
        self._out.pop(_token(authorization), None)


@dataclass(kw_only=True)
class SignIn:
    """The token endpoint."""

    keys: GoogleKeys
    clock: Clock
    bearers: Bearers
    is_user: Callable[[str], bool]
    """Whether the customer has a user with this address: a service account acts for such users alone."""
    wall_clock: Clock = this_moment
    """The time by which signatures are judged: whoever signs lives in it, also where a test lets time pass here."""

    @cached_property
    def signer(self) -> Signer:
        """The service account's key."""
        return Signer(self.keys.private_key, self.keys.private_key_id)

    def token(self, call: GoogleCall) -> Answer:
        """POST token"""
        form = form_of(call)
        if form.get("grant_type") != GRANT:
            raise OAuthError(400, "unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', '')}")
        scopes, subject = self._signed(form.get("assertion", ""))
        token = self.bearers.give(scopes, subject)
        return Answer(body={"access_token": token, "expires_in": SECONDS - 1, "token_type": "Bearer"})

    def _signed(self, assertion: str) -> tuple[frozenset[str], str]:
        """The scopes that are asked for, and whom the token is to act for."""
        try:
            claims = self.signer.read(assertion)
        except BadTokenError as error:
            raise OAuthError(400, "invalid_grant", "Invalid JWT Signature.") from error
        if claims.get("iss") != self.keys.service_account:
            raise OAuthError(400, "invalid_grant", "Invalid grant: account not found")
        if claims.get("aud") != TOKEN_URI:
            raise OAuthError(400, "invalid_grant", "Invalid JWT: Failed audience check.")
        self._require_time(claims.get("iat"), claims.get("exp"))
        scopes, subject = frozenset(str(claims.get("scope", "")).split()), str(claims.get("sub") or "").lower()
        if not scopes:
            raise OAuthError(400, "invalid_scope", "Empty or missing scope not allowed.")
        if subject in ("", self.keys.service_account):
            return scopes, ""
        if subject != self.keys.subject.lower() and not self.is_user(subject):
            raise OAuthError(400, "invalid_grant", "Invalid email or User ID")
        if not scopes <= self.keys.scopes:
            raise OAuthError(401, "unauthorized_client", NOT_DELEGATED)
        return scopes, subject

    def _require_time(self, issued: object, expires: object) -> None:
        if not isinstance(issued, int | float) or not isinstance(expires, int | float):
            raise OAuthError(400, "invalid_grant", "Invalid JWT: iat and exp are required.")
        now = self.wall_clock()
        begins, ends = (datetime.fromtimestamp(one, UTC) for one in (issued, expires))
        if not begins - LEEWAY <= now < ends + LEEWAY or ends - begins > timedelta(seconds=SECONDS):
            words = "Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
            raise OAuthError(400, "invalid_grant", f"Invalid JWT: {words} Check your iat and exp values.")


def form_of(call: GoogleCall) -> dict[str, str]:
    """The form that a request brings along."""
    return {name: values[-1] for name, values in parse_qs(call.body.decode("utf-8", "replace")).items()}


def _token(authorization: str) -> str:
    kind, _, token = authorization.partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
