"""The files that a PATH stands for."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SUFFIXES: Final = frozenset({".yaml", ".yml"})
NEVER_ENTERED: Final = frozenset({".calplan", ".git", ".github", ".gitlab"})
"""What calplan and git keep, and the pipelines of a repository: no document lies there."""


class MissingPathError(Exception):
    """A PATH that was asked for does not exist (exit code 64)."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"there is no file or folder {path}")
        self.path = path


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file to read. ``asked_for`` when the PATH is this very file; ``trouble`` says why it must not be opened."""

    path: Path
    asked_for: bool
    trouble: str = ""


def files_of(path: Path) -> tuple[FoundFile, ...]:
    """The file itself, or every document file of a folder and its sub-folders, in the order of their names.

    Raises:
        MissingPathError: there is nothing at the path.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        raise MissingPathError(path) from None
    if not stat.S_ISDIR(mode):
        return (FoundFile(path=path, asked_for=True),)
    return tuple(sorted(_below(path), key=lambda found: found.path.parts))


def _below(folder: Path) -> Iterator[FoundFile]:
    todo, entered = [folder], set()
    while todo:
        current = todo.pop()
        # Links may lead back to a folder above: each folder is entered once, by whichever name came first.
        real = os.path.realpath(current)
        if real in entered:
            continue
        entered.add(real)
        try:
            names = sorted(os.listdir(current), reverse=True)  # noqa: PTH208 - names, not paths
        except OSError as error:
            yield FoundFile(path=current, asked_for=False, trouble=error.strerror or "the system gives no reason")
            continue
        for name in names:
            inner = current / name
            if _is_folder(inner):
                todo += [inner] if name not in NEVER_ENTERED else []
            elif inner.suffix.lower() in SUFFIXES:
                yield FoundFile(path=inner, asked_for=False, trouble=_trouble(inner))


def _is_folder(path: Path) -> bool:
    """Whether this is a folder; what nobody can tell of, such as a link to where nothing may be looked at, is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _trouble(path: Path) -> str:
    """Why a file found in a folder must not be opened: a pipe would wait for ever."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return error.strerror or "the system gives no reason"
    return "" if stat.S_ISREG(mode) else "it is no regular file"
