"""How calplan proves who it is to Microsoft: a secret, a certificate, or what somebody else signs for it each time."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from calplan.model.service import SecretReference
from calplan.policyfile.document import Plain
from calplan.policyfile.service_value import reference_of
from calplan.policyfile.values import text
from calplan.providers.errors import NotAuthorisedError
from calplan.providers.microsoft.workflow_identity import workflow_assertion
from calplan.providers.secret import Secret
from calplan.providers.secrets import resolve
from calplan.providers.trust import Trust

Revealed = str | dict[str, str] | dict[str, Callable[[], str]]
"""What Microsoft's library takes."""
_KEY: Final = re.compile(
    r"-----BEGIN (?P<kind>[A-Z ]*)PRIVATE KEY-----.*?-----END (?P=kind)PRIVATE KEY-----", re.DOTALL
)
_CERTIFICATE: Final = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


class Credential(Protocol):
    """A proof of identity in the form that Microsoft's library takes."""

    def reveal(self) -> Revealed:
        """The proof itself, for a request that is made next.

        Raises:
            ProviderError: it cannot be had at this moment.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecret:
    """A password of the application."""

    secret: Secret = field(repr=False)

    def reveal(self) -> str:
        return self.secret.reveal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A private key, and the certificate that Microsoft knows the application by; both in PEM form."""

    key: Secret = field(repr=False)
    certificate: str = field(repr=False)

    def reveal(self) -> dict[str, str]:
        # With the certificate at hand the library signs in the newer of its two ways (PS256).
        return {"private_key": self.key.reveal(), "public_certificate": self.certificate}


@dataclass(frozen=True, slots=True, kw_only=True)
class Federated:
    """An assertion that another issuer signs, had anew for every token since it lives for minutes."""

    assertion: Callable[[], Secret] = field(repr=False)

    def reveal(self) -> dict[str, Callable[[], str]]:
        assertion = self.assertion()
        return {"client_assertion": assertion.reveal}


def credential_of(stated: Mapping[str, Plain], folder: Path, trust: Trust, ca_file: Path | None) -> Credential:
    """The credential that a document states; ``folder`` is where the document lies.

    Raises:
        ProviderError: it cannot be resolved, or is not what it is said to be.
    """
    reference = reference_of(stated.get("from"))
    kind = text(stated["kind"])
    if kind == "federated":
        if reference is None:
            return Federated(assertion=lambda: workflow_assertion(trust, ca_file))
        return Federated(assertion=lambda: resolve(reference, trust, folder))
    assert reference is not None, "the schema demands it"
    secret = resolve(reference, trust, folder)
    return _certificate(secret, reference) if kind == "certificate" else ClientSecret(secret=secret)


def _certificate(secret: Secret, reference: SecretReference) -> Certificate:
    """The key and the certificate in one text.

    Raises:
        NotAuthorisedError: one is missing, or they cannot be used together.
    """
    pem = secret.reveal()
    key, certificate = _KEY.search(pem), _CERTIFICATE.search(pem)
    if key is None or certificate is None:
        what = "private key" if key is None else "certificate"
        wrong: str | None = f"it holds no {what} in PEM form; it has to hold the private key and the certificate"
    else:
        wrong = _what_is_wrong(key[0], certificate[0])
    if wrong is None and key is not None and certificate is not None:
        return Certificate(key=Secret(key[0]), certificate=certificate[0])
    raise NotAuthorisedError(f"the certificate {reference} cannot be used: {wrong}")


def _what_is_wrong(key: str, certificate: str) -> str | None:
    """Why a key and a certificate cannot be used together. The library's errors may hold what it read."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - heavy
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415 - heavy

    try:
        private = load_pem_private_key(key.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "its private key cannot be read; it must be in PEM form and not encrypted"
    if not isinstance(private, RSAPrivateKey):
        return "its private key is no RSA key, which Microsoft asks for"
    try:
        public = load_pem_x509_certificate(certificate.encode()).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "its certificate cannot be read"
    return None if public == private.public_key() else "its first certificate belongs to another private key"
