"""The option ``--pack``: rules that hold beside those of the folder, from a pack of ours or from a file."""

import difflib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from calplan.cli import completing
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.policyfile.packs import SUFFIX, pack_file, pack_names

Command = TypeVar("Command", bound=Callable[..., object])

pack_option: Callable[[Command], Command] = click.option(
    "--pack",
    "packs",
    multiple=True,
    metavar="NAME|FILE",
    shell_complete=completing.packs,
    help=f"Guardrails that hold as well: {', '.join(pack_names())}, or a file of yours; may repeat.",
)


def with_packs(paths: Sequence[Path], packs: Sequence[str]) -> tuple[Path, ...]:
    """The PATHs with the file of each pack behind them, to be read as one folder.

    Raises:
        StopError: a pack is neither one of ours nor a file.
    """
    return (*paths, *map(_file_of, packs))


def _file_of(word: str) -> Path:
    """A name is a name whatever lies in the working directory; a file is told by its ending or a slash in it."""
    if not word.endswith((SUFFIX, ".yml")) and os.sep not in word:
        try:
            return pack_file(word)
        except KeyError as error:
            known = pack_names()
            near = difflib.get_close_matches(word, known, n=1)
            meant = f"did you mean {near[0]}? " if near else ""
            message = f"error: there is no pack {word!r}; {meant}there are {', '.join(known)}, or name a file of yours"
            raise StopError(ExitCode.USAGE, message) from error
    if not Path(word).is_file():
        raise StopError(ExitCode.USAGE, f"error: --pack {word}: there is no such file")
    return Path(word)
