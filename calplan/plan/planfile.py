"""The saved plan: one deterministic ZIP, packed and read in memory (interface section 5)."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, cast

from calplan.plan.archive import Archive, BadPlanError, archived, opened
from calplan.plan.document import FORMAT_VERSION, PlanDocument
from calplan.plan.fingerprint import RULES_VERSION, canonical_text, digest, plan_id_of
from calplan.plan.signature import Signature, SigningKey, signature_bytes, signature_of
from calplan.plan.users import SavedUsers

FORMAT: Final = "calplan.plan"
MANIFEST: Final = "manifest.json"
PLAN: Final = "plan.json"
USERS: Final = "users.ndjson"
POLICY: Final = "policy.json"
SIGNATURE: Final = "signature.json"
MEMBERS: Final = (PLAN, USERS, POLICY)
LIFETIME: Final = timedelta(hours=24)
MEGABYTE: Final = 1024**2
LARGEST: Final = {MANIFEST: MEGABYTE, PLAN: 64 * MEGABYTE, USERS: 1024 * MEGABYTE, POLICY: 64 * MEGABYTE}
"""Bytes that each member comes to at most; a million users take about 350 MB."""
LINES_AT_ONCE: Final = 2000
VERSION: Final = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})", re.ASCII)
OURS: Final = FORMAT_VERSION.split(".")


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
        PLAN: _encoded(parts.document),
        USERS: parts.users,
        POLICY: _encoded(policy),
    }
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "rules_version": RULES_VERSION,
        "plan_id": parts.document["plan_id"],
        "account": parts.document["account"],
        "calplan_version": parts.document["calplan_version"],
        "created_at": created_at.isoformat(timespec="seconds"),
        "expires_at": (created_at + lifetime).isoformat(timespec="seconds"),
        "paths": list(parts.paths),
        "members": {name: {"sha256": digest(data), "size": len(data)} for name, data in members.items()},
    }
    head = _encoded(manifest)
    signed = {} if key is None else {SIGNATURE: signature_bytes(key.sign(head))}
    return archived({MANIFEST: head, **members, **signed})


def signed(data: bytes, key: SigningKey) -> bytes:
    """The bytes of a plan file, as they would be had it been packed with this key."""
    archive = opened(data)
    members = {name: archive.read(name, LARGEST[name]) for name in (MANIFEST, *MEMBERS)}
    return archived({**members, SIGNATURE: signature_bytes(key.sign(members[MANIFEST]))})


def _encoded(value: object) -> bytes:
    """JSON as it is saved; a file name that is no text keeps its bytes."""
    return (canonical_text(value) + "\n").encode("utf-8", "surrogatepass")


def unpack(data: bytes) -> SavedPlan:
    """The plan in a file.

    Raises:
        BadPlanError: not a plan, of a newer major version, torn, or changed since it was saved.
    """
    archive = opened(data)
    if MANIFEST not in archive.entries:
        raise BadPlanError("the archive does not hold the members of a plan")
    head = archive.read(MANIFEST, LARGEST[MANIFEST])
    manifest = _object(head, MANIFEST)
    members = _members(archive, manifest)
    signature = None
    if SIGNATURE in archive.entries:
        signature = signature_of(_object(archive.read(SIGNATURE, LARGEST[MANIFEST]), SIGNATURE))
    try:
        return _saved(manifest, members, head, signature)
    except BadPlanError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BadPlanError("the plan's contents do not have the form of a plan") from error


def _members(archive: Archive, manifest: Mapping[str, object]) -> dict[str, bytes]:
    """The members that the manifest vouches for; what a later minor version added is left alone."""
    if manifest.get("format") != FORMAT:
        raise BadPlanError("the archive is not a calplan plan")
    newer = _minor(manifest.get("format_version")) > int(OURS[1])
    names = archive.entries.keys() - {MANIFEST, SIGNATURE}
    if not names >= set(MEMBERS) or (names > set(MEMBERS) and not newer):
        raise BadPlanError("the archive does not hold the members of a plan")
    members = {name: archive.read(name, LARGEST[name]) for name in MEMBERS}
    stated = manifest.get("members")
    for name in MEMBERS:
        entry = stated.get(name) if isinstance(stated, dict) else None
        if not isinstance(entry, dict) or entry.get("sha256") != digest(members[name]):
            raise BadPlanError(f"{name} was changed after the plan was saved")
    return members


def _minor(written: object) -> int:
    """The minor part of a format version; a later one may have added keys and members.

    Raises:
        BadPlanError: it is of another major version.
    """
    found = VERSION.fullmatch(str(written))
    if found is None:
        raise BadPlanError("the plan does not say in which format it was saved")
    if found[1] != OURS[0]:
        raise BadPlanError(f"the plan was saved in format {found[0]}, which this version of calplan does not read")
    return int(found[2])


def _saved(
    manifest: Mapping[str, object], members: Mapping[str, bytes], head: bytes, signature: Signature | None
) -> SavedPlan:
    document = cast("PlanDocument", _object(members[PLAN], PLAN))
    _minor(document["format_version"])
    held = _object(members[POLICY], POLICY)
    policy = held["policy"]
    users = SavedUsers(members[USERS])
    expected = plan_id_of(document, users_hash=users.digest(), policy_hash=digest(canonical_text(policy)))
    if not expected == document["plan_id"] == manifest["plan_id"]:
        raise BadPlanError("the plan's id does not belong to its contents")
    if manifest["account"] != document["account"]:
        raise BadPlanError("the plan names two accounts")
    if not isinstance(policy, dict) or not isinstance(manifest["paths"], list):
        raise BadPlanError("the plan's contents do not have the form of a plan")
    return SavedPlan(
        document=document,
        users=users,
        policy=policy,
        created_at=_moment(manifest["created_at"]),
        expires_at=_moment(manifest["expires_at"]),
        paths=tuple(map(str, manifest["paths"])),
        rules_version=str(manifest["rules_version"]),
        manifest=head,
        signature=signature,
    )


def _moment(text: object) -> datetime:
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise BadPlanError("the plan's times have no time zone")
    return moment


def _object(data: bytes, name: str) -> dict[str, object]:
    try:
        value = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BadPlanError(f"{name} is not JSON") from error
    if not isinstance(value, dict):
        raise BadPlanError(f"{name} does not hold an object")
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object in which no key stands twice: two readers could take different ones."""
    found = dict(pairs)
    if len(found) < len(pairs):
        message = "a key stands twice"
        raise ValueError(message)
    return found
