"""The folder that ``calplan notify`` writes: never over what somebody else put there, or changed since."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import save
from calplan.policyfile.encoding import read_bytes
from calplan.render.plan_json import canonical_json

RECORD: Final = "notify.json"
"""Says which plan the folder is about, and what every file in it held when it was written."""
WRITER: Final = "calplan notify"
PRIVATE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
ADVICE: Final = "Render into another folder, or empty this one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What an earlier run left in the folder: the plan, and the sha256 of each file by its name."""

    plan_id: str
    files: Mapping[str, str]


def write_folder(folder: Path, plan_id: str, files: Mapping[str, bytes]) -> None:
    """Write files into a folder that is new, empty, or holds messages about the same plan as they were written.

    What an earlier run wrote and this one does not is removed.

    Raises:
        StopError: something else is there, or a file was changed by hand, or it cannot be written.
    """
    earlier = _earlier(folder, plan_id)
    for name in (*earlier.files, *files):
        _refuse_links(folder, name)
    strange = sorted(name for name in files if name not in earlier.files and os.path.lexists(folder / name))
    if strange:
        raise _refused(folder, f"{strange[0]} is not from calplan notify and would be overwritten")
    changed = sorted(name for name in earlier.files if _changed(folder / name, earlier.files[name]))
    if changed:
        raise _refused(folder, f"{changed[0]} was changed since it was written, and would be lost")
    try:
        for name in earlier.files:
            (folder / name).unlink(missing_ok=True)
        for place in sorted({folder, *((folder / name).parent for name in files)}):
            place.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise _unwritable(folder, error) from error
    # The record comes first: whatever is interrupted can be done again.
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    record = canonical_json({"written_by": WRITER, "plan_id": plan_id, "files": digests})
    save(folder / RECORD, f"{record}\n".encode(), PRIVATE)
    for name, data in files.items():
        save(folder / name, data, PRIVATE)


def _earlier(folder: Path, plan_id: str) -> Earlier:
    """What was written there before.

    Raises:
        StopError: it was not calplan notify that wrote, or it wrote about another plan.
    """
    nothing = Earlier(plan_id=plan_id, files={})
    try:
        if not os.path.lexists(folder) or not any(folder.iterdir()):
            return nothing
    except (OSError, ValueError) as error:
        raise _unwritable(folder, error) from error
    earlier = _record(folder / RECORD)
    if earlier is None:
        raise _refused(folder, "it is not empty, and holds no messages that calplan notify wrote")
    if earlier.plan_id != plan_id:
        raise _refused(folder, f"it holds messages about plan {earlier.plan_id}, and this is plan {plan_id}")
    return earlier


def _record(file: Path) -> Earlier | None:
    data = read_bytes(file)
    if isinstance(data, str):
        return None
    try:
        record = json.loads(data)
    except (ValueError, RecursionError):
        return None
    match record:
        case {"written_by": str(writer), "plan_id": str(plan_id), "files": dict(files)} if writer == WRITER:
            named = {name: digest for name, digest in files.items() if _inside(name) and isinstance(digest, str)}
            return Earlier(plan_id=plan_id, files=named) if len(named) == len(files) else None
        case _:
            return None


def _inside(name: object) -> bool:
    """Whether this names a file within the folder."""
    if not isinstance(name, str) or not name or "\0" in name or "\\" in name:
        return False
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and str(path) == name and name != RECORD


def _parents(folder: Path, name: str) -> Iterator[Path]:
    yield from ((folder / one) for one in PurePosixPath(name).parents if str(one) != ".")


def _refuse_links(folder: Path, name: str) -> None:
    """A link among the folders of a name would lead what is written elsewhere."""
    link = next((one for one in _parents(folder, name) if one.is_symlink()), None)
    if link is not None:
        raise _refused(folder, f"{link.relative_to(folder)} is a link to another place")


def _changed(file: Path, digest: str) -> bool:
    """Whether a file is there and holds something else than was written."""
    if not os.path.lexists(file):
        return False
    try:
        return file.is_symlink() or not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest
    except OSError:
        return True


def _unwritable(folder: Path, error: OSError | ValueError) -> StopError:
    reason = getattr(error, "strerror", None) or "no folder can have this name"
    return StopError(ExitCode.USAGE, f"error: {folder} cannot be written: {reason}")


def _refused(folder: Path, why: str) -> StopError:
    return StopError(ExitCode.USAGE, f"error: nothing is written to {folder}: {why}. {ADVICE}")
