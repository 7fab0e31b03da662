"""The saved plan: one deterministic ZIP, packed and read in memory (interface section 5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, cast

from calplan.plan.archive import BadArchiveError, Packed, archived
from calplan.plan.document import FORMAT_VERSION, PlanDocument
from calplan.plan.fingerprint import RULES_VERSION, canonical_text, digest, plan_id_of
from calplan.plan.sealed import MANIFEST, MEGABYTE, Form, encoded, moment_in, object_in, unsealed
from calplan.plan.signature import Signature, SigningKey, signature_bytes, signature_of
from calplan.plan.users import SavedUsers

PLAN: Final = "plan.json"
USERS: Final = "users.ndjson"
POLICY: Final = "policy.json"
SIGNATURE: Final = "signature.json"
LIFETIME: Final = timedelta(hours=24)
FORM: Final = Form(
    noun="plan",
    version=FORMAT_VERSION,
    bounds={PLAN: 64 * MEGABYTE, USERS: 1024 * MEGABYTE, POLICY: 64 * MEGABYTE},
    beside=frozenset({SIGNATURE}),
)
"""A million users take about 350 MB."""
LINES_AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPlan:
    """A plan as it was saved: the document, its users, the policy's canonical form, and when and from where.

    ``signature`` is over the bytes of ``manifest``; whether it holds is for whoever has a public key.
    """

    document: PlanDocument
    users: SavedUsers
    policy: dict[str, object]
    created_at: datetime
    expires_at: datetime
    paths: tuple[str, ...]
    rules_version: str
    manifest: bytes
    signature: Signature | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanParts:
    """What a plan file is made of. ``positions`` maps an address to file, line and column."""

    document: PlanDocument
    users: bytes
    policy: Mapping[str, object]
    positions: Mapping[str, list[str | int]]
    paths: tuple[str, ...]


def users_bytes(lines: Iterator[str]) -> bytes:
    """The member ``users.ndjson``."""
    return b"".join(_chunks(lines))


def _chunks(lines: Iterator[str]) -> Iterator[bytes]:
    while part := list(islice(lines, LINES_AT_ONCE)):
        yield ("\n".join(part) + "\n").encode("utf-8", "surrogatepass")


def pack(
    parts: PlanParts, *, created_at: datetime, lifetime: timedelta = LIFETIME, key: SigningKey | None = None
) -> bytes:
    """The bytes of a plan file, signed where a key is given; the same parts, time and key give the same bytes."""
    policy = {"policy": dict(parts.policy), "positions": dict(parts.positions)}
    members = {
        PLAN: encoded(parts.document),
        USERS: parts.users,
        POLICY: encoded(policy),
    }
    stated = {
        "rules_version": RULES_VERSION,
        "plan_id": parts.document["plan_id"],
        "account": parts.document["account"],
        "calplan_version": parts.document["calplan_version"],
        "created_at": created_at.isoformat(timespec="seconds"),
        "expires_at": (created_at + lifetime).isoformat(timespec="seconds"),
        "paths": list(parts.paths),
    }
    packed = {name: Packed(sha256=digest(data), size=len(data)) for name, data in members.items()}
    head = FORM.manifest(stated, packed)
    signed = {} if key is None else {SIGNATURE: signature_bytes(key.sign(head))}
    return archived({MANIFEST: head, **members, **signed})


def signed(data: bytes, key: SigningKey) -> bytes:
    """The bytes of a plan file, as they would be had it been packed with this key."""
    file = unsealed(data, FORM)
    members = {MANIFEST: file.head, **{name: file.read(name) for name in FORM.bounds}}
    return archived({**members, SIGNATURE: signature_bytes(key.sign(file.head))})


def unpack(data: bytes) -> SavedPlan:
    """The plan in a file.

    Raises:
        BadArchiveError: not a plan, of a newer major version, torn, or changed since it was saved.
    """
    file = unsealed(data, FORM)
    members = {name: file.read(name) for name in FORM.bounds}
    signed = file.beside(SIGNATURE)
    signature = None if signed is None else signature_of(object_in(signed, SIGNATURE))
    try:
        return _saved(file.manifest, members, file.head, signature)
    except BadArchiveError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BadArchiveError("the plan's contents do not have the form of a plan") from error


def _saved(
    manifest: Mapping[str, object], members: Mapping[str, bytes], head: bytes, signature: Signature | None
) -> SavedPlan:
    document = cast("PlanDocument", object_in(members[PLAN], PLAN))
    FORM.minor(document["format_version"])
    held = object_in(members[POLICY], POLICY)
    policy = held["policy"]
    users = SavedUsers(members[USERS])
    expected = plan_id_of(document, users_hash=users.digest(), policy_hash=digest(canonical_text(policy)))
    if not expected == document["plan_id"] == manifest["plan_id"]:
        raise BadArchiveError("the plan's id does not belong to its contents")
    if manifest["account"] != document["account"]:
        raise BadArchiveError("the plan names two accounts")
    if not isinstance(policy, dict) or not isinstance(manifest["paths"], list):
        raise BadArchiveError("the plan's contents do not have the form of a plan")
    return SavedPlan(
        document=document,
        users=users,
        policy=policy,
        created_at=moment_in(manifest["created_at"], FORM.noun),
        expires_at=moment_in(manifest["expires_at"], FORM.noun),
        paths=tuple(map(str, manifest["paths"])),
        rules_version=str(manifest["rules_version"]),
        manifest=head,
        signature=signature,
    )
