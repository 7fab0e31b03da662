"""A certificate for this machine, made when the servers start and signed by an authority that is made for it alone.

The authority's key is let go before anything is served, so that nothing else can ever be signed with it. The server's
own key lies in a file nobody else can read for as long as it takes to load it.
"""

import os
import ssl
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAMES: Final = (
    x509.DNSName("localhost"),
    x509.IPAddress(ip_address("127.0.0.1")),
    x509.IPAddress(ip_address("::1")),
)
GOOD_FOR: Final = timedelta(days=365)
EARLIER: Final = timedelta(days=1)
"""A clock that is a little behind takes the certificate all the same."""
NOTHING: Final = {
    "digital_signature": False,
    "content_commitment": False,
    "key_encipherment": False,
    "data_encipherment": False,
    "key_agreement": False,
    "key_cert_sign": False,
    "crl_sign": False,
    "encipher_only": False,
    "decipher_only": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How the servers show who they are: ``authority`` is the certificate to trust, in PEM."""

    authority: bytes
    context: ssl.SSLContext = field(repr=False)


def new_identity(now: datetime) -> Identity:
    """An identity that nobody has had before."""
    authority_key, key = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    name = _name("calplan sandbox, made for one run")
    authority = (
        _blank(name, name, authority_key, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(**{**NOTHING, "key_cert_sign": True}), critical=True)
        .sign(authority_key, SHA256())
    )
    certificate = (
        _blank(_name("calplan sandbox"), name, key, now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{**NOTHING, "digital_signature": True}), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(NAMES), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, SHA256())
    )
    context = _context(key, certificate.public_bytes(Encoding.PEM))
    return Identity(authority=authority.public_bytes(Encoding.PEM), context=context)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _blank(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + GOOD_FOR)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _context(key: EllipticCurvePrivateKey, certificate: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # The library takes a key from a file only. The folder is one that nobody else can enter.
    with TemporaryDirectory(prefix="calplan-") as folder:
        chain = Path(folder) / "server.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        descriptor = os.open(chain, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secret + certificate)
        context.load_cert_chain(chain)
    return context
