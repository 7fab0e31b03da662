"""The saved plan: one deterministic ZIP, packed and read in memory (interface section 5)."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from itertools import islice
from typing import Final, cast

from calplan.plan.document import FORMAT_VERSION, PlanDocument
from calplan.plan.fingerprint import RULES_VERSION, canonical_text, digest, plan_id_of
from calplan.plan.users import SavedUsers

FORMAT: Final = "calplan.plan"
MANIFEST: Final = "manifest.json"
PLAN: Final = "plan.json"
USERS: Final = "users.ndjson"
POLICY: Final = "policy.json"
MEMBERS: Final = (PLAN, USERS, POLICY)
LIFETIME: Final = timedelta(hours=24)
LARGEST_MEMBER: Final = 2 * 1024**3
"""A million users take about 350 MB; what claims to be larger than this is no plan."""
LARGEST_RATIO: Final = 1000
DOS_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
MODE: Final = 0o600
LINES_AT_ONCE: Final = 2000


class BadPlanError(ValueError):
    """The bytes are no saved plan that can be trusted. The message says why, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPlan:
    """A plan as it was saved: the document, its users, the policy's canonical form, and when and from where."""

    document: PlanDocument
    users: SavedUsers
    policy: dict[str, object]
    created_at: datetime
    expires_at: datetime
    paths: tuple[str, ...]
    rules_version: str


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


def users_digest(lines: Iterator[str]) -> str:
    """The sha256 of the member ``users.ndjson``, without holding it."""
    total = hashlib.sha256()
    for chunk in _chunks(lines):
        total.update(chunk)
    return total.hexdigest()


def _chunks(lines: Iterator[str]) -> Iterator[bytes]:
    while part := list(islice(lines, LINES_AT_ONCE)):
        yield ("\n".join(part) + "\n").encode("utf-8", "surrogatepass")


def pack(parts: PlanParts, *, created_at: datetime, lifetime: timedelta = LIFETIME) -> bytes:
    """The bytes of a plan file; the same parts and time give the same bytes."""
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
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data in ((MANIFEST, _encoded(manifest)), *members.items()):
            info = zipfile.ZipInfo(name, DOS_EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = MODE << 16
            info.create_system = 3
            archive.writestr(info, data)
    return out.getvalue()


def _encoded(value: object) -> bytes:
    """JSON as it is saved; a file name that is no text keeps its bytes."""
    return (canonical_text(value) + "\n").encode("utf-8", "surrogatepass")


def unpack(data: bytes) -> SavedPlan:
    """The plan in a file.

    Raises:
        BadPlanError: not a plan, of a newer major version, torn, or changed since it was saved.
    """
    members = _members(data)
    manifest = _object(members[MANIFEST], MANIFEST)
    if manifest.get("format") != FORMAT:
        raise BadPlanError("the archive is not a calplan plan")
    if str(manifest.get("format_version", "")).partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise BadPlanError("the plan was saved in a format that this version of calplan does not read")
    _check_members(manifest, members)
    try:
        return _saved(manifest, members)
    except BadPlanError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BadPlanError("the plan's contents do not have the form of a plan") from error


def _members(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sorted(archive.namelist()) != sorted((MANIFEST, *MEMBERS)):
                raise BadPlanError("the archive does not hold the members of a plan")
            for info in archive.infolist():
                if info.file_size > LARGEST_MEMBER or info.file_size > LARGEST_RATIO * max(info.compress_size, 1024):
                    raise BadPlanError(f"{info.filename} would unpack to an unreasonable size")
            return {info.filename: archive.read(info) for info in archive.infolist()}
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        EOFError,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        OSError,
    ) as error:
        raise BadPlanError("the file is torn, encrypted or no ZIP archive") from error
    except (ValueError, OverflowError) as error:
        if isinstance(error, BadPlanError):
            raise
        raise BadPlanError("the file is a damaged ZIP archive") from error


def _check_members(manifest: Mapping[str, object], members: Mapping[str, bytes]) -> None:
    stated = manifest.get("members")
    for name in MEMBERS:
        entry = stated.get(name) if isinstance(stated, dict) else None
        if not isinstance(entry, dict) or entry.get("sha256") != digest(members[name]):
            raise BadPlanError(f"{name} was changed after the plan was saved")


def _saved(manifest: Mapping[str, object], members: Mapping[str, bytes]) -> SavedPlan:
    document = cast("PlanDocument", _object(members[PLAN], PLAN))
    if str(document["format_version"]).partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise BadPlanError("the plan was saved in a format that this version of calplan does not read")
    held = _object(members[POLICY], POLICY)
    policy = held["policy"]
    expected = plan_id_of(document, users_hash=digest(members[USERS]), policy_hash=digest(canonical_text(policy)))
    if not expected == document["plan_id"] == manifest["plan_id"]:
        raise BadPlanError("the plan's id does not belong to its contents")
    if not isinstance(policy, dict) or not isinstance(manifest["paths"], list):
        raise BadPlanError("the plan's contents do not have the form of a plan")
    return SavedPlan(
        document=document,
        users=SavedUsers(filter(None, members[USERS].decode("utf-8", "surrogatepass").split("\n"))),
        policy=policy,
        created_at=_moment(manifest["created_at"]),
        expires_at=_moment(manifest["expires_at"]),
        paths=tuple(map(str, manifest["paths"])),
        rules_version=str(manifest["rules_version"]),
    )


def _moment(text: object) -> datetime:
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise BadPlanError("the plan's times have no time zone")
    return moment


def _object(data: bytes, name: str) -> dict[str, object]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadPlanError(f"{name} is not JSON") from error
    if not isinstance(value, dict):
        raise BadPlanError(f"{name} does not hold an object")
    return value
