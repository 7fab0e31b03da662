"""Ids as Microsoft makes them: GUIDs, and the ids of delegated grants, which are made of GUIDs."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from hashlib import sha256
from typing import Final
from uuid import UUID

GRAPH_APP: Final = "00000003-0000-0000-c000-000000000000"
EXCHANGE_APP: Final = "00000002-0000-0ff1-ce00-000000000000"
BYTES_OF_GUID: Final = 16
PARTS: Final = (2, 3)
"""A grant for everybody is of an app and an API; one of a single person is of him as well."""


def guid(kind: str, word: str) -> str:
    """A GUID that is always the same for the same word."""
    return str(UUID(bytes=sha256(f"{kind}\0{word}".encode()).digest()[:BYTES_OF_GUID], version=4))


def user_id(email: str) -> str:
    """The object id of a user, by the address he signs in to the platform with."""
    return guid("user", email)


def principal_id(app_id: str) -> str:
    """The object id of an app's service principal; it is never the app's id."""
    return guid("servicePrincipal", app_id)


def grant_id(client: str, resource: str, principal: str | None = None) -> str:
    """The id of a grant: the GUIDs' bytes, each GUID little-endian, in base64 for URLs without padding.

    Raises:
        ValueError: a part is no GUID.
    """
    parts = [client, resource] if principal is None else [client, resource, principal]
    return urlsafe_b64encode(b"".join(UUID(part).bytes_le for part in parts)).decode().rstrip("=")


def parts_of(word: str) -> tuple[str, ...] | None:
    """The GUIDs that a grant's id is made of, or ``None`` where it is no such id."""
    try:
        data = urlsafe_b64decode(word + "=" * (-len(word) % 4))
    except (Base64Error, ValueError):
        return None
    if len(data) not in [count * BYTES_OF_GUID for count in PARTS]:
        return None
    cut = [data[start : start + BYTES_OF_GUID] for start in range(0, len(data), BYTES_OF_GUID)]
    parts = tuple(str(UUID(bytes_le=part)) for part in cut)
    # Many words decode to the same bytes; an id is written in one way.
    return parts if grant_id(*parts) == word else None
