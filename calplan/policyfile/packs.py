"""The guardrail packs that come with calplan: Guardrails documents for every account, by their names."""

from importlib.resources import files
from pathlib import Path
from typing import Final

SUFFIX: Final = ".yaml"
PREFIX: Final = "pack:"
"""How a pack of ours is called where files are named: it lies elsewhere on each machine."""


def pack_folder() -> Path:
    """Where the packs lie: in the installed package, else at the top of the repository."""
    package = Path(str(files("calplan")))
    installed = package / "policies"
    return installed if installed.is_dir() else package.parent / "policies"


def pack_names() -> tuple[str, ...]:
    """The names of the packs, sorted."""
    return tuple(sorted(one.stem for one in pack_folder().glob(f"*{SUFFIX}")))


def pack_file(name: str) -> Path:
    """The file of a pack.

    Raises:
        KeyError: there is no pack of this name.
    """
    if name not in pack_names():
        raise KeyError(name)
    return pack_folder() / f"{name}{SUFFIX}"


def recorded(path: Path) -> str:
    """How a file is called in what goes to another machine: a pack of ours by its name, all else by its path."""
    return f"{PREFIX}{path.stem}" if path.parent == pack_folder() else str(path)


def path_recorded(text: str) -> Path:
    """The file that ``recorded`` called so; a pack that is not there any more is a file that is not."""
    name = text.removeprefix(PREFIX)
    return pack_folder() / f"{name}{SUFFIX}" if text.startswith(PREFIX) else Path(text)
