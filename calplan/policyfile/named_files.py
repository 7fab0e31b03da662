"""The files that documents name for a purpose of their own; they are no part of PATH, even if they lie below it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from calplan.policyfile.document import Parsed, Plain
from calplan.policyfile.finding import Pointer

TRIED: Final[Pointer] = ("spec", "when", "policy")
PATH_KEYS: Final = frozenset({"caFile", "receipt", "file"})
"""Keys whose text is a path wherever they stand."""


def named_by(document: Parsed, file: Path) -> Iterator[str]:
    """The real paths that a document names, as far as it can be understood."""
    for path in _paths(document):
        yield os.path.realpath(file.parent / path)


def tried_policy(document: Parsed, file: Path) -> str | None:
    """The real path of the policy that a Scenario tries, where it names one."""
    path = next(_texts([document.at(TRIED)]), None)
    return None if path is None else os.path.realpath(file.parent / path)


def _paths(document: Parsed) -> Iterator[str]:
    create = document.at(("spec", "platform", "create"))
    if isinstance(create, dict):
        yield from _texts(create.values())
    providers = document.at(("spec", "providers"))
    for provider in providers if isinstance(providers, list) else ():
        if isinstance(provider, dict):
            yield from _texts([provider.get("path")])
    yield from _texts([document.at(TRIED)])
    yield from _texts(_values_of_path_keys(document.value))


def _values_of_path_keys(value: Plain) -> Iterator[Plain]:
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, list):
            todo += one
        elif isinstance(one, dict):
            yield from (inner for key, inner in one.items() if key in PATH_KEYS)
            todo += one.values()


def _texts(values: object) -> Iterator[str]:
    assert hasattr(values, "__iter__")
    yield from (value for value in values if isinstance(value, str) and "\0" not in value)
