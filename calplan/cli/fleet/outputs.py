"""Where the results of a fleet go: what all come to in one place, and a file for each account in a folder."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.naming import file_name_of
from calplan.cli.output import Target, save, targets
from calplan.cli.shown import PLAN_FORMATS, Look, show_plan
from calplan.plan.archive import MODE
from calplan.plan.planfile import unpack

OF_ALL: Final = ("text", "json")
ENDINGS: Final = {
    "text": "txt",
    "markdown": "md",
    "checklist": "checklist.md",
    "github": "github.txt",
    "gitlab-terraform": "gitlab-terraform.json",
}
"""The ends of file names, where they are not the format's name."""
PLAN_ENDING: Final = "calplan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """``summary`` is for all accounts together; ``each`` names a format and a folder; ``plans`` is one as well."""

    summary: tuple[Target, ...]
    each: tuple[Target, ...]
    plans: Path | None

    @property
    def need_plans(self) -> bool:
        """Whether the file of a plan is of any use."""
        return bool(self.each) or self.plans is not None

    def begin(self) -> None:
        """Make the folders.

        Raises:
            StopError: one cannot be made.
        """
        for folder in (*(one.file for one in self.each), self.plans):
            if folder is not None:
                _make(folder)

    def keep(self, account: str, plan: bytes, look: Look, *, errored: bool) -> Path | None:
        """Write what is asked for of one account; gives the file of its plan, of which there is none with errors."""
        name = file_name_of(account)
        if self.each:
            saved = unpack(plan)
            shown = [Target(format=one.format, file=_in(one.file, name, one.format)) for one in self.each]
            show_plan(saved.document, saved.users, shown, look)
        if self.plans is None or errored:
            return None
        file = self.plans / f"{name}.{PLAN_ENDING}"
        save(file, plan, mode=MODE)
        return file


def fleet_outputs(words: Sequence[str], plans: Path | None) -> Outputs:
    """The outputs that ``-o`` and ``--out`` ask for. What all come to is shown as text by default.

    Raises:
        StopError: an unknown format, one that shows a single account, or two outputs for one place.
    """
    each = tuple(word for word in words if word.endswith("/"))
    others = tuple(word for word in words if not word.endswith("/"))
    for word in others:
        name = word.partition("=")[0]
        if name in PLAN_FORMATS and name not in OF_ALL:
            raise StopError(
                ExitCode.USAGE,
                f"error: -o {name} shows one account; to write it for each of them, name a folder: -o {name}=DIR/",
            )
    folders = tuple(Target(format=one.format, file=one.file) for one in _folders(each))
    return Outputs(summary=targets(others, OF_ALL), each=folders, plans=plans)


def _folders(words: Sequence[str]) -> tuple[Target, ...]:
    """Formats with their folders; several formats may share one, where each has an ending of its own."""
    found = tuple(target for word in words for target in targets((word,), PLAN_FORMATS))
    if len({(one.format, os.path.realpath(one.file or "")) for one in found}) < len(found):
        raise StopError(ExitCode.USAGE, "error: two outputs for one place; give each a folder: -o NAME=DIR/")
    return found


def _in(folder: Path | None, name: str, form: str) -> Path:
    assert folder is not None, "a word that ends in a slash names a folder"
    return folder / f"{name}.{ENDINGS.get(form, form)}"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = "a file is there" if isinstance(error, FileExistsError) else error.strerror
        message = f"error: {folder} cannot be made, the folder with a file for each account: {why}"
        raise StopError(ExitCode.USAGE, message) from error
