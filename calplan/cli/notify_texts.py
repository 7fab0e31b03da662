"""The texts of messages on disk: a folder that replaces some, and the shipped ones written out to be edited."""

import os
from pathlib import Path
from typing import Final

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import save, say
from calplan.policyfile.encoding import decode, read_bytes
from calplan.policyfile.line_numbers import shown_name
from calplan.render.notices.sources import Source, Sources, shipped, sources, unused

ENDINGS: Final = (".j2", ".toml")
MOST_FILES: Final = 500


def texts(folder: Path | None) -> Sources:
    """The shipped texts, with those of a folder in place of their namesakes.

    Raises:
        StopError: the folder or a file in it cannot be read.
    """
    found = {} if folder is None else _own(folder)
    for sentence in unused(sorted(found)):
        say(f"note: {folder}/{sentence}")
    return sources(found)


def _own(folder: Path) -> dict[str, Source]:
    if not folder.is_dir():
        raise StopError(ExitCode.USAGE, f"error: there is no folder of templates {folder}")
    found: dict[str, Source] = {}
    try:
        for below in (folder, *sorted(one for one in folder.iterdir() if one.is_dir())):
            for file in sorted(below.iterdir()):
                if file.name.endswith(ENDINGS) and not file.name.startswith(".") and not file.is_dir():
                    found[shown_name(file.relative_to(folder))] = _source(file)
                    if len(found) > MOST_FILES:
                        raise StopError(ExitCode.USAGE, f"error: {folder} has more than {MOST_FILES} templates")
    except OSError as error:
        raise StopError(ExitCode.USAGE, f"error: {folder} cannot be read: {error.strerror}") from error
    return found


def _source(file: Path) -> Source:
    name = shown_name(file)
    data = read_bytes(file)
    if isinstance(data, str):
        raise StopError(ExitCode.INVALID, f"error: {name} cannot be read: {data}")
    source, problem = decode(name, data)
    if problem is not None:
        line = source.text.count("\n") + 1
        raise StopError(ExitCode.INVALID, f"error: {name}:{line}: this is no text in UTF-8, or is too large")
    return Source(place=name, text=source.text.replace("\r\n", "\n"))


def copy_texts(folder: Path) -> tuple[str, ...]:
    """Write the shipped texts into a folder that is new or empty, and give their names.

    Raises:
        StopError: something is there, or it cannot be written.
    """
    try:
        if os.path.lexists(folder) and any(folder.iterdir()):
            raise StopError(ExitCode.USAGE, f"error: nothing is written to {folder}: it is not empty")
        for name, text in shipped().items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            save(file, text.encode())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no folder can have this name"
        raise StopError(ExitCode.USAGE, f"error: {folder} cannot be written: {reason}") from error
    return tuple(shipped())
