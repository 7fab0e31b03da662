"""Who vouches for a saved plan: an ed25519 signature over the bytes of its manifest, which holds all the digests.

The signature is no part of a plan's identity: whoever signs the same plan again signs the same id.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from calplan.plan.archive import BadArchiveError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM: Final = "ed25519"
KEYS: Final = frozenset({"algorithm", "key_id", "signature"})
SIGNATURE_BYTES: Final = 64


class BadKeyError(ValueError):
    """A file holds no key that plans are signed or checked with. The message says why and never what it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A signature as a plan carries it; ``key_id`` is the sha256 of the public key's 32 bytes."""

    key_id: str
    value: bytes


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, which shows itself to nobody."""

    _key: "Ed25519PrivateKey"

    def __repr__(self) -> str:
        return "SigningKey()"

    def sign(self, data: bytes) -> Signature:
        """The signature of these bytes; the same key and bytes give the same one."""
        return Signature(key_id=_id_of(self._key.public_key()), value=self._key.sign(data))


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key."""

    _key: "Ed25519PublicKey"

    @property
    def id(self) -> str:
        """The sha256 of its 32 bytes, in hex."""
        return _id_of(self._key)

    def made(self, signature: Signature, data: bytes) -> bool:
        """Whether the private half of this key signed these bytes."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - a heavy library, imported when used

        try:
            self._key.verify(signature.value, data)
        except InvalidSignature:
            return False
        return True


def signing_key(pem: bytes) -> SigningKey:
    """The ed25519 private key in a PEM file (PKCS8, not encrypted).

    Raises:
        BadKeyError: it holds something else.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - a heavy library, imported when used
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - as above

    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        raise BadKeyError("the key is encrypted, and nobody is there to ask for its password") from None
    except (ValueError, UnsupportedAlgorithm):
        # What the library says may quote the file.
        raise BadKeyError("it holds no private key in PEM form") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadKeyError("its key is not of the kind ed25519")
    return SigningKey(key)


def public_key(pem: bytes) -> PublicKey:
    """The ed25519 public key in a PEM file.

    Raises:
        BadKeyError: it holds something else.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - a heavy library, imported when used
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415 - as above

    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise BadKeyError("it holds no public key in PEM form") from None
    if not isinstance(key, Ed25519PublicKey):
        raise BadKeyError("its key is not of the kind ed25519")
    return PublicKey(key)


def _id_of(key: "Ed25519PublicKey") -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


def signature_bytes(signature: Signature) -> bytes:
    """The member ``signature.json``."""
    stated = {"algorithm": ALGORITHM, "key_id": signature.key_id, "signature": signature.value.hex()}
    return (json.dumps(stated, sort_keys=True, separators=(",", ":")) + "\n").encode()


def signature_of(stated: dict[str, object]) -> Signature:
    """The signature that ``signature.json`` states.

    Raises:
        BadArchiveError: it states none, or one of another kind.
    """
    words = {key: value for key, value in stated.items() if isinstance(value, str)}
    if words.get("algorithm") != ALGORITHM or not words.keys() >= KEYS:
        raise BadArchiveError("signature.json states no ed25519 signature")
    try:
        value = bytes.fromhex(words["signature"])
    except ValueError as error:
        raise BadArchiveError("signature.json states no ed25519 signature") from error
    return Signature(key_id=words["key_id"], value=value)


def fault_in_signature(signature: Signature | None, manifest: bytes, keys: Sequence[PublicKey]) -> str | None:
    """Why none of the keys vouches for a manifest, or ``None`` where one does.

    By which key a signature says it was made only chooses the sentence: every key is tried.
    """
    if signature is None:
        return "it is not signed"
    if any(key.made(signature, manifest) for key in keys):
        return None
    if signature.key_id in {key.id for key in keys}:
        return "its manifest was changed after it was signed"
    return f"it is signed with another key, {signature.key_id[:16]}"
