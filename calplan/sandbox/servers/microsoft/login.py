"""Microsoft's login: what it says of itself, the token endpoint, and the tokens that are out.

Forms and codes: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow and
https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
"""

import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, assert_never
from urllib.parse import parse_qs
from uuid import uuid4

from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.microsoft.assertions import (
    BadAssertionError,
    Workflows,
    of_a_workflow,
    require_certificate,
)
from calplan.sandbox.servers.microsoft.keys import MicrosoftKeys
from calplan.sandbox.servers.world import Clock

SECONDS: Final = 3599
BYTES_OF_TOKEN: Final = 48
GRANT: Final = "client_credentials"
ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EVERYTHING_GRANTED: Final = "/.default"
GRAPH_HOSTS: Final = frozenset(
    {"graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"}
)
MORE_ABOUT: Final = "https://login.microsoftonline.com/error?code="


class LoginFault(Enum):
    """Ways in which the token endpoint fails one request."""

    WRONG_SECRET = "wrong-secret"  # noqa: S105 - the name of a fault
    TOO_MANY = "too-many"
    TOO_MANY_AND_NO_TIME = "too-many-and-no-time"
    BROKEN = "broken"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Html:
    """A page where JSON was asked for."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A token that is out: how long it is good, and what it allows."""

    until: datetime
    permissions: frozenset[str]


@dataclass(slots=True)
class Login:
    """The login of one tenant. ``faults`` are met one by one, first come first served."""

    keys: MicrosoftKeys
    clock: Clock
    workflows: Workflows
    faults: list[LoginFault] = field(default_factory=list)
    wrong_issuer: bool = False
    retry_after: int = 1
    _out: dict[str, Signed] = field(default_factory=dict, repr=False)

    def discovery(self, origin: str, tenant: str, version: str) -> Answer:
        """GET /microsoft/login/{tenant}/…/.well-known/openid-configuration"""
        if tenant != self.keys.tenant_id:
            return self._refusal(400, "invalid_tenant", 90002, f"Tenant '{tenant}' not found.")
        base = f"{origin}/microsoft/login/{tenant}"
        issuer = "https://login.corp.example/somebody-else" if self.wrong_issuer else f"{base}{version}"
        stated = {
            "issuer": issuer,
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return Answer(body=stated)

    def token(self, origin: str, tenant: str, body: bytes) -> Answer | Html:
        """POST /microsoft/login/{tenant}/oauth2/v2.0/token"""
        if self.faults:
            return self._failed(self.faults.pop(0))
        form = {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        return self._wrong(origin, tenant, form) or self._sign_in()

    def signed(self, authorization: str) -> Signed | None:
        """What the token of a request allows; ``None`` where it shows none that was given here."""
        return self._out.get(_bearer(authorization))

    def end(self, authorization: str) -> None:
        """Ends a token before its time."""
        token = _bearer(authorization)
        if token in self._out:
            self._out[token] = Signed(until=self.clock(), permissions=self._out[token].permissions)

    def _sign_in(self) -> Answer:
        token = self._new_token()
        until = self.clock() + timedelta(seconds=SECONDS)
        self._out[token] = Signed(until=until, permissions=self.keys.permissions)
        stated = {"token_type": "Bearer", "expires_in": SECONDS, "ext_expires_in": SECONDS, "access_token": token}
        return Answer(body=stated, headers={"cache-control": "no-store, no-cache"})

    def _new_token(self) -> str:
        """A token as Microsoft writes one: its middle tells the permissions, and only its maker can check its end."""
        stated = {"typ": "JWT", "alg": "RS256"}, {"tid": self.keys.tenant_id, "roles": sorted(self.keys.permissions)}
        head, middle = (urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in stated)
        return f"{head}.{middle}.{secrets.token_urlsafe(BYTES_OF_TOKEN)}"

    def _wrong(self, origin: str, tenant: str, form: dict[str, str]) -> Answer | None:
        """What keeps somebody from signing in, in the order in which Microsoft looks."""
        if tenant != self.keys.tenant_id:
            return self._refusal(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
        if "grant_type" not in form:
            words = "The request body must contain the following parameter: 'grant_type'."
            return self._refusal(400, "invalid_request", 900144, words)
        if form["grant_type"] != GRANT:
            return self._refusal(400, "unsupported_grant_type", 70003, "The grant type is not supported.")
        if form.get("client_id") != self.keys.client_id:
            words = "Application with identifier '***' was not found in the directory."
            return self._refusal(400, "unauthorized_client", 700016, words)
        resource, suffix = _split(form.get("scope", ""))
        if not suffix:
            words = "The provided value for scope is not valid. For client credentials it has to end in /.default."
            return self._refusal(400, "invalid_scope", 1002012, words)
        host = resource.removeprefix("https://")
        if host not in GRAPH_HOSTS and resource != origin and not resource.startswith(f"{origin}/"):
            return self._refusal(400, "invalid_resource", 500011, "The resource principal was not found in the tenant.")
        return self._unproved(origin, tenant, form)

    def _unproved(self, origin: str, tenant: str, form: dict[str, str]) -> Answer | None:
        if "client_secret" in form:
            if secrets.compare_digest(form["client_secret"].encode(), self.keys.client_secret.encode()):
                return None
            return self._wrong_secret()
        proof = form.get("client_assertion")
        if proof is None or form.get("client_assertion_type") != ASSERTION:
            words = "One of the following parameters is required: 'client_assertion' or 'client_secret'."
            return self._refusal(401, "invalid_client", 7000216, words)
        base = f"{origin}/microsoft/login/{tenant}"
        try:
            if of_a_workflow(proof):
                self.workflows.require(proof)
            else:
                require_certificate(proof, self.keys, (f"{base}/oauth2/v2.0/token", f"{base}/v2.0"))
        except BadAssertionError as bad:
            return self._refusal(401, "invalid_client", bad.code, str(bad))
        return None

    def _failed(self, fault: LoginFault) -> Answer | Html:
        match fault:
            case LoginFault.WRONG_SECRET:
                return self._wrong_secret()
            case LoginFault.TOO_MANY | LoginFault.TOO_MANY_AND_NO_TIME:
                refusal = self._refusal(429, "temporarily_unavailable", 90055, "There are too many requests.")
                timed = fault is LoginFault.TOO_MANY
                headers = {"Retry-After": str(self.retry_after)} if timed else {}
                return Answer(status=429, body=refusal.body, headers=headers)
            case LoginFault.BROKEN:
                return self._refusal(500, "server_error", 90033, "A transient error has occurred. Please try again.")
            case LoginFault.HTML:
                return Html(text="<html><body>Sign in to your network to go on.</body></html>")
            case _:
                assert_never(fault)

    def _wrong_secret(self) -> Answer:
        words = "Invalid client secret provided. Ensure that it is the client secret value, not the client secret ID."
        return self._refusal(401, "invalid_client", 7000215, words)

    def _refusal(self, status: int, error: str, code: int, words: str) -> Answer:
        trace, correlation, time = str(uuid4()), str(uuid4()), f"{self.clock():%Y-%m-%d %H:%M:%SZ}"
        description = f"AADSTS{code}: {words} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}"
        body = {
            "error": error,
            "error_description": description,
            "error_codes": [code],
            "timestamp": time,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"{MORE_ABOUT}{code}",
        }
        return Answer(status=status, body=body)


def _bearer(authorization: str) -> str:
    kind, _, token = authorization.partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _split(scope: str) -> tuple[str, bool]:
    """The API that a scope is about, and whether all that was granted there is asked for."""
    return scope.removesuffix(EVERYTHING_GRANTED), scope.endswith(EVERYTHING_GRANTED)
