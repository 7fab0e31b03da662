"""The guardrail packs that come with calplan: Guardrails documents for every account, by their names."""

from importlib.resources import files
from pathlib import Path
from typing import Final

SUFFIX: Final = ".yaml"


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
