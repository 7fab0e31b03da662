"""Where results go: standard output, or the files that ``-o NAME=FILE`` names."""

import errno
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TextIO

import click

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.render.untrusted import for_terminal

BLOCK: Final = 64 * 1024
"""Letters that are written at once, at least."""


DATABASE: Final = b"SQLite format 3\0"
"""How an account, an inventory and a state begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One output: its format, and its file or ``None`` for standard output."""

    format: str
    file: Path | None


def targets(words: Sequence[str], formats: Sequence[str], *, saved_to: Path | None = None) -> tuple[Target, ...]:
    """The outputs that ``-o`` asks for; text on standard output where it does not ask. A plan may be saved beside them.

    Raises:
        StopError: an unknown format, two outputs for one place, or a place where a document or a database lies.
    """
    chosen = tuple(_target(word, formats) for word in words) or (Target(format="text", file=None),)
    files = [target.file for target in chosen] + ([] if saved_to is None else [saved_to])
    places = [None if file is None else os.path.realpath(file) for file in files]
    if len(set(places)) < len(places):
        raise StopError(ExitCode.USAGE, "error: two outputs for one place; give each but one a file: -o NAME=FILE")
    for file in files:
        if file is not None:
            spare(file)
    return chosen


def spare(file: Path) -> None:
    """Refuse to write where something lies that no output ever is, and that calplan may be about to read.

    Raises:
        StopError: it is a document or a database.
    """
    from calplan.policyfile.folder import SUFFIXES  # noqa: PLC0415 - whoever only asks for help reads no document

    if not os.path.isfile(file):  # noqa: PTH113 - it never fails
        return
    beginning = b""
    with suppress(OSError), file.open("rb") as stream:
        # Whoever writes there says what is the matter.
        beginning = stream.read(len(DATABASE))
    if file.suffix in SUFFIXES or beginning == DATABASE:
        kind = "a document" if file.suffix in SUFFIXES else "a database"
        raise StopError(ExitCode.USAGE, f"error: {file} is {kind}, which would be replaced; name another file")


def _target(word: str, formats: Sequence[str]) -> Target:
    name, equals, file = word.partition("=")
    if name in formats and (not equals or file):
        return Target(format=name, file=Path(file) if equals else None)
    if "." in name:
        raise StopError(ExitCode.USAGE, f"error: {name} is no format; to save the plan use --out {name}")
    raise StopError(ExitCode.USAGE, f"error: {word!r} is no output; -o takes {', '.join(formats)}, each with =FILE")


def emit(parts: Iterable[str], file: Path | None = None) -> None:
    """Write text to standard output, or whole to a file.

    Where the reader of standard output has gone, the rest is dropped.

    Raises:
        StopError: it cannot be written.
    """
    if file is not None:
        write(file, _blocks(parts))
        return
    try:
        for part in parts:
            sys.stdout.write(part)
        sys.stdout.flush()
    except BrokenPipeError:
        hush(sys.stdout)
    except OSError as error:
        hush(sys.stdout)
        raise StopError(ExitCode.USAGE, f"error: standard output cannot be written: {error.strerror}") from error


def tell(parts: Iterable[str]) -> None:
    """Write text to standard output if that can be: once an account was written, nothing may stop for this."""
    try:
        emit(parts)
    except StopError as lost:
        say(str(lost))


def hush(stream: TextIO) -> None:
    """Let everything go that a stream still holds, and whatever is written to it later."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def save(file: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file whole or not at all; see ``write``.

    Raises:
        StopError: the file cannot be written.
    """
    write(file, (data,), mode)


def write(file: Path, blocks: Iterable[bytes], mode: int = 0o644) -> None:
    """Write a file whole or not at all: under another name first, then renamed. A device or a pipe is written as it is.

    Blocks are written as they come, so that none of them has to be kept.

    Raises:
        StopError: the file cannot be written.
    """
    with _unwritable(file):
        kind = _kind(file)
    if kind is not None and not stat.S_ISREG(kind):
        with _unwritable(file):
            stream = file.open("wb")
        with stream:
            _fill(stream, file, blocks)
    else:
        _replace(file, blocks, mode)


@contextmanager
def _unwritable(file: Path) -> Iterator[None]:
    """Says in one sentence why a file cannot be written."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can have this name"
        raise StopError(ExitCode.USAGE, f"error: {file} cannot be written: {reason}") from error


def _fill(stream: BinaryIO, file: Path, blocks: Iterable[bytes]) -> None:
    """Write blocks; what goes wrong while they are made is no fault of the file."""
    for block in blocks:
        with _unwritable(file):
            stream.write(block)
    with _unwritable(file):
        stream.flush()


def _blocks(parts: Iterable[str]) -> Iterator[bytes]:
    """Text in blocks of some size: a page comes in many small parts."""
    held: list[str] = []
    size = 0
    for part in parts:
        held.append(part)
        size += len(part)
        if size >= BLOCK:
            yield "".join(held).encode("utf-8", "backslashreplace")
            held.clear()
            size = 0
    yield "".join(held).encode("utf-8", "backslashreplace")


def _kind(file: Path) -> int | None:
    """The mode of what the name leads to, or ``None`` where there is nothing yet."""
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return mode


def _replace(file: Path, blocks: Iterable[bytes], mode: int) -> None:
    with _unwritable(file):
        draft = file.with_name(f".calplan-{os.urandom(8).hex()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            _fill(stream, file, blocks)
        with _unwritable(file):
            draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def say(text: str) -> None:
    """Say something on stderr, where everything goes that is not the result; it never fails.

    Whatever the text holds, each of its lines is harmless for a terminal.
    """
    try:
        click.echo("\n".join(map(for_terminal, text.split("\n"))), err=True)
    except OSError:
        hush(sys.stderr)
