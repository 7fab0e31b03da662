"""Names of files as machines of others know them: relative to the root of the repository, with forward slashes."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Final
from urllib.parse import quote

OUTSIDE: Final = "outside-of-the-repository"
"""The folder that stands for wherever a file lies that is not below the root: nothing of the machine is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRoot:
    """The root of a repository, and the folder that relative names start from; both absolute, of the same system."""

    folder: PurePath
    start: PurePath

    def path_of(self, file: str) -> str:
        """The name relative to the root. Nothing is looked up: links stand for themselves."""
        whole = _without_dots(self.start / file)
        try:
            inner = whole.relative_to(_without_dots(self.folder))
        except ValueError:
            return f"{OUTSIDE}/{whole.name}"
        return inner.as_posix()


def uri_of(path: str) -> str:
    """A relative path as a relative URI: whatever is not plainly a letter or a digit is percent-encoded."""
    return "/".join(quote(_octets(part), safe="") for part in path.split("/"))


def _without_dots(path: PurePath) -> PurePath:
    kept: list[str] = []
    for part in path.parts[1:] if path.anchor else path.parts:
        if part != "..":
            kept.append(part)
        elif kept:
            kept.pop()
    return type(path)(path.anchor, *kept)


def _octets(part: str) -> bytes:
    """The bytes of a name; one that is no UTF-8 reaches us with surrogates in place of its bytes."""
    try:
        return part.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return part.encode("utf-8", "backslashreplace")
