"""Proofs that stand in for a secret: a token signed with a certificate's key, and one that GitHub gives a workflow."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.microsoft.keys import MicrosoftKeys, new_secret

WORKFLOWS: Final = "https://token.actions.githubusercontent.com"
EXCHANGE_AUDIENCE: Final = "api://AzureADTokenExchange"
NO_RECORD: Final = "No matching federated identity record found for presented assertion"
GOOD_FOR: Final = timedelta(minutes=5)
SIGNED_BY_CERTIFICATE: Final = {"PS256": "x5t#S256", "RS256": "x5t"}
"""Which header names the certificate, by the way of signing."""


class BadAssertionError(Exception):
    """A proof is not taken; ``code`` is Microsoft's number for the reason."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(slots=True)
class Workflows:
    """GitHub's endpoint that gives a workflow a proof of what it is."""

    keys: MicrosoftKeys
    subject: str = ""
    """What the workflow is, where it is not the one that Entra trusts."""
    _signing: str = field(default_factory=new_secret, repr=False)

    def answer(self, authorization: str, query: Mapping[str, str]) -> Answer:
        """GET /microsoft/oidc: a proof for the audience that is asked for."""
        import jwt  # noqa: PLC0415 - msal brings it along, and most who serve an account never need it

        kind, _, shown = authorization.partition(" ")
        if kind.lower() != "bearer" or not secrets.compare_digest(shown.encode(), self.keys.request_token.encode()):
            return Answer(status=401, body={"message": "The token that allows to ask for a proof is not valid."})
        now = datetime.now(UTC)
        claims = {
            "iss": WORKFLOWS,
            "sub": self.subject or self.keys.subject,
            "aud": query.get("audience", "https://github.com/corp"),
            "iat": now,
            "nbf": now,
            "exp": now + GOOD_FOR,
            "jti": secrets.token_hex(8),
        }
        # GitHub signs with a key that anybody can look up. Here signer and reader are one, and a common secret does.
        return Answer(body={"value": jwt.encode(claims, self._signing, algorithm="HS256")})

    def require(self, proof: str) -> None:
        """Takes a proof that was given here to the workflow that the app registration trusts.

        Raises:
            BadAssertionError: it is another.
        """
        claims = _claims(proof, self._signing, ("HS256",), None)
        if claims["sub"] != self.keys.subject:
            raise BadAssertionError(700213, f"{NO_RECORD} subject.")
        if claims["aud"] != EXCHANGE_AUDIENCE:
            raise BadAssertionError(700212, f"{NO_RECORD} audience.")


def require_certificate(proof: str, keys: MicrosoftKeys, audiences: tuple[str, ...]) -> None:
    """Takes a proof that is signed with the key of the registered certificate, for one of these audiences.

    Raises:
        BadAssertionError: it is another.
    """
    import jwt  # noqa: PLC0415 - as above
    from cryptography import x509  # noqa: PLC0415 - only a certificate credential needs it
    from cryptography.hazmat.primitives.hashes import SHA1, SHA256  # noqa: PLC0415 - as above

    if keys.certificate is None:
        raise BadAssertionError(700027, "The certificate that signed the client assertion is not registered.")
    certificate = x509.load_pem_x509_certificate(keys.certificate.encode())
    header = jwt.get_unverified_header(proof)
    name = SIGNED_BY_CERTIFICATE.get(header.get("alg", ""), "")
    printed = certificate.fingerprint(SHA256() if name == "x5t#S256" else SHA1())  # noqa: S303 - the older header is this
    # With or without padding: Microsoft's own library pads.
    if not name or str(header.get(name)).rstrip("=") != urlsafe_b64encode(printed).decode().rstrip("="):
        raise BadAssertionError(700027, "The certificate that signed the client assertion is not registered.")
    claims = _claims(proof, certificate.public_key(), (header["alg"],), audiences)
    if (claims["iss"], claims["sub"]) != (keys.client_id, keys.client_id):
        raise BadAssertionError(700021, "Client assertion application identifier doesn't match 'client_id' parameter.")


def of_a_workflow(proof: str) -> bool:
    """Whether a proof says that a workflow shows it.

    Raises:
        BadAssertionError: it is no signed token at all.
    """
    import jwt  # noqa: PLC0415 - as above

    try:
        claims = jwt.decode(proof, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise BadAssertionError(50027, "JWT token is invalid or malformed.") from None
    return claims.get("iss") == WORKFLOWS


def _claims(proof: str, key: Any, ways: tuple[str, ...], audiences: tuple[str, ...] | None) -> dict[str, Any]:  # noqa: ANN401 - keys of every kind
    import jwt  # noqa: PLC0415 - as above

    options: Any = {"require": ["aud", "exp", "iss", "sub"], "verify_aud": audiences is not None}
    try:
        # By this machine's clock, which the client's proofs go by as well.
        claims: dict[str, Any] = jwt.decode(proof, key, algorithms=list(ways), audience=audiences, options=options)
    except jwt.ExpiredSignatureError:
        raise BadAssertionError(700024, "Client assertion is not within its valid time range.") from None
    except jwt.InvalidAudienceError:
        raise BadAssertionError(700023, "Client assertion audience claim does not match Realm issuer.") from None
    except jwt.PyJWTError:
        raise BadAssertionError(700027, "Client assertion failed signature validation.") from None
    return claims
