"""Partial answers: ``fields=nextPageToken,users(id,primaryEmail)`` leaves the rest out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from calplan.sandbox.servers.google.answers import ApiError

NAME: Final = re.compile(r"\*|[A-Za-z_][A-Za-z0-9_]*")
EVERYTHING: Final = "*"

Tree = dict[str, "Tree"]
"""What is wanted of a resource; an empty one wants all of it."""


@dataclass(slots=True)
class _Reader:
    """Reads a mask from left to right."""

    text: str
    at: int = 0

    def fields(self) -> Tree:
        found: Tree = {}
        while True:
            self._field(found)
            if not self._take(","):
                return found

    def done(self) -> bool:
        return self.at == len(self.text)

    def _field(self, into: Tree) -> None:
        name = NAME.match(self.text, self.at)
        if name is None:
            raise _invalid(self.text)
        self.at = name.end()
        below = into.setdefault(name[0], {})
        if self._take("/"):
            self._field(below)
        elif self._take("("):
            below |= self.fields()
            if not self._take(")"):
                raise _invalid(self.text)

    def _take(self, sign: str) -> bool:
        if not self.text.startswith(sign, self.at):
            return False
        self.at += 1
        return True


def masked(content: object, fields: str | None, known: Mapping[str, object]) -> object:
    """What a mask leaves of an answer; ``known`` holds the names that there are, and below a name those of its rows.

    Raises:
        ApiError: the mask cannot be read, or names a field that there is not.
    """
    if fields is None:
        return content
    reader = _Reader(fields)
    wanted = reader.fields()
    if not reader.done():
        raise _invalid(fields)
    _require_known(wanted, known)
    return _cut(content, wanted)


def _require_known(wanted: Tree, known: Mapping[str, object]) -> None:
    for name, below in wanted.items():
        if name != EVERYTHING and name not in known:
            raise _invalid(name)
        rows = known.get(name)
        if isinstance(rows, Mapping):
            _require_known(below, rows)


def _cut(content: object, wanted: Tree) -> object:
    if not wanted:
        return content
    if isinstance(content, list):
        return [_cut(one, wanted) for one in content]
    if not isinstance(content, dict):
        return content
    rest = wanted.get(EVERYTHING)
    if rest is not None:
        return {name: _cut(value, wanted.get(name, rest)) for name, value in content.items()}
    return {name: _cut(value, wanted[name]) for name, value in content.items() if name in wanted}


def _invalid(what: str) -> ApiError:
    return ApiError(400, "invalidParameter", f"Invalid field selection {what}", location=("parameter", "fields"))
