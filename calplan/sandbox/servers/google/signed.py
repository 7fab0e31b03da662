"""JSON Web Tokens, signed with RS256: how they are made, and what one says that is signed as it should be."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

ALGORITHM: Final = "RS256"
PARTS: Final = 3


class BadTokenError(Exception):
    """A text is no token, or its signature does not fit."""


class Signer:
    """A key with a name: signs, and recognises what it signed."""

    def __init__(self, private_key: str, key_id: str) -> None:
        key = load_pem_private_key(private_key.encode(), None)
        assert isinstance(key, RSAPrivateKey)
        self._key = key
        self.key_id = key_id

    def sign(self, payload: bytes) -> str:
        """A token that says this; the payload is JSON, and stays as it was written."""
        head = json.dumps({"alg": ALGORITHM, "typ": "JWT", "kid": self.key_id}).encode()
        said = f"{_base64(head)}.{_base64(payload)}"
        return f"{said}.{_base64(self._key.sign(said.encode(), PKCS1v15(), SHA256()))}"

    def read(self, token: str) -> Mapping[str, object]:
        """What a token says.

        Raises:
            BadTokenError: it is none, names another way to sign or another key, or was not signed with this one.
        """
        parts = token.split(".")
        if len(parts) != PARTS:
            raise BadTokenError("it does not have three parts")
        head, claims = _object(parts[0]), _object(parts[1])
        if head.get("alg") != ALGORITHM or head.get("kid", self.key_id) != self.key_id:
            raise BadTokenError("it is signed in another way, or with another key")
        try:
            self._key.public_key().verify(
                _bytes(parts[2]), f"{parts[0]}.{parts[1]}".encode("ascii", "replace"), PKCS1v15(), SHA256()
            )
        except InvalidSignature as error:
            raise BadTokenError("its signature does not fit") from error
        return claims


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise BadTokenError("it is not written in base64") from error


def _object(text: str) -> dict[str, object]:
    try:
        stated = json.loads(_bytes(text))
    except ValueError as error:
        raise BadTokenError("it does not hold JSON") from error
    if not isinstance(stated, dict):
        raise BadTokenError("it does not hold a JSON object")
    return stated
