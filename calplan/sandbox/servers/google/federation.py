"""Signing in without a key: a pipeline's own token is exchanged, and the service account signs for its holder."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from calplan.sandbox.account.operations import time_text
from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.google.answers import ApiError, OAuthError, no_credentials, not_found
from calplan.sandbox.servers.google.calls import GoogleCall
from calplan.sandbox.servers.google.keys import JWT_TYPE, new_private_key
from calplan.sandbox.servers.google.scopes import CLOUD, IAM
from calplan.sandbox.servers.google.sign_in import SECONDS, SignIn, form_of
from calplan.sandbox.servers.google.signed import BadTokenError, Signer

GRANT: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - the name of a type
MINUTES_OF_SUBJECT: Final = 5
ISSUER: Final = "https://ci.example"
PIPELINE: Final = "repo:corp/calplan:ref:refs/heads/main"


@dataclass(kw_only=True)
class Federation:
    """The endpoints for whoever signs in without a key."""

    sign_in: SignIn

    @cached_property
    def issuer(self) -> Signer:
        """The key of whoever runs the pipelines; made when the first token of one is asked for."""
        return Signer(new_private_key(), "ci")

    def subject_token(self) -> str:
        """A token that says which pipeline its holder is, as a pipeline would find it in a file."""
        now = int(self.sign_in.clock().timestamp())
        stated = {
            "iss": ISSUER,
            "sub": PIPELINE,
            "aud": f"https:{self.sign_in.keys.audience}",
            "iat": now,
            "exp": now + 60 * MINUTES_OF_SUBJECT,
        }
        return self.issuer.sign(json.dumps(stated).encode())

    def oidc(self, call: GoogleCall) -> Answer:
        """GET oidc, which is the pipeline's and not Google's."""
        if not secrets.compare_digest(call.authorization.encode(), f"Bearer {self.sign_in.keys.oidc_bearer}".encode()):
            return Answer(status=401, body={"message": "Bad credentials"})
        return Answer(body={"value": self.subject_token()})

    def exchange(self, call: GoogleCall) -> Answer:
        """POST sts/v1/token"""
        form = form_of(call)
        if form.get("grant_type") != GRANT or form.get("requested_token_type") != ACCESS_TOKEN:
            raise OAuthError(400, "unsupported_grant_type", "Invalid value for grant_type or requested_token_type.")
        if form.get("audience") != self.sign_in.keys.audience or form.get("subject_token_type") != JWT_TYPE:
            raise OAuthError(400, "invalid_request", "Invalid value for audience or subject_token_type.")
        scopes = frozenset(form.get("scope", "").split())
        if not scopes:
            raise OAuthError(400, "invalid_request", "The scope is missing.")
        self._require_subject(form.get("subject_token", ""))
        token = self.sign_in.bearers.give(scopes)
        stated = {"access_token": token, "issued_token_type": ACCESS_TOKEN, "token_type": "Bearer"}
        return Answer(body={**stated, "expires_in": SECONDS})

    def sign_jwt(self, call: GoogleCall) -> Answer:
        """POST iam/v1/projects/-/serviceAccounts/{account}:signJwt"""
        self._require_account(call)
        payload = _json(call).get("payload")
        try:
            claims = json.loads(payload) if isinstance(payload, str) else None
        except ValueError:
            claims = None
        if not isinstance(claims, dict) or not isinstance(payload, str):
            raise ApiError(400, "badRequest", "The payload is not a JSON object.", word="INVALID_ARGUMENT")
        signer = self.sign_in.signer
        return Answer(body={"keyId": signer.key_id, "signedJwt": signer.sign(payload.encode())})

    def access_token(self, call: GoogleCall) -> Answer:
        """POST iam/v1/projects/-/serviceAccounts/{account}:generateAccessToken"""
        self._require_account(call)
        stated = _json(call)
        scopes, lifetime = stated.get("scope"), str(stated.get("lifetime", f"{SECONDS}s")).removesuffix("s")
        if not isinstance(scopes, list) or not scopes or not lifetime.isdecimal() or int(lifetime) > SECONDS:
            raise ApiError(400, "badRequest", "The scope or the lifetime is invalid.", word="INVALID_ARGUMENT")
        lasting = timedelta(seconds=int(lifetime))
        token = self.sign_in.bearers.give(frozenset(map(str, scopes)), lasting=lasting)
        return Answer(body={"accessToken": token, "expireTime": time_text(self.sign_in.clock() + lasting)})

    def _require_subject(self, token: str) -> None:
        try:
            claims = self.issuer.read(token)
        except BadTokenError as error:
            raise OAuthError(400, "invalid_grant", "The subject token could not be verified.") from error
        ends = claims["exp"]
        assert isinstance(ends, int)
        if datetime.fromtimestamp(ends, self.sign_in.clock().tzinfo) <= self.sign_in.clock():
            raise OAuthError(400, "invalid_grant", "The subject token is stale.")

    def _require_account(self, call: GoogleCall) -> None:
        bearer = self.sign_in.bearers.require(call.authorization, (IAM, CLOUD))
        if bearer.subject:
            raise no_credentials()
        if call.names["account"] != self.sign_in.keys.service_account:
            raise not_found("service account")


def _json(call: GoogleCall) -> dict[str, object]:
    try:
        stated = json.loads(call.body)
    except ValueError:
        stated = None
    if not isinstance(stated, dict):
        raise ApiError(400, "parseError", "Invalid JSON payload received.", word="INVALID_ARGUMENT")
    return stated
