"""Which accounts something that is said of documents is about."""

from collections.abc import Iterable
from typing import Final

from calplan.model.diagnostic import Diagnostic
from calplan.policyfile.together import Outline

OF_ALL: Final = frozenset({"Guardrails", "TenantFacts"})
"""Kinds that hold for every account of a folder, unless they name one."""
OF_YAML: Final = "Y-"
"""How the codes begin of what keeps a file from being read to its end."""


class Ownership:
    """Knows the documents of a reading by their files."""

    def __init__(self, outlines: Iterable[Outline]) -> None:
        self._by_file: dict[str, list[Outline]] = {}
        for one in outlines:
            self._by_file.setdefault(one.begin.file, []).append(one)

    def owners(self, said: Diagnostic) -> frozenset[str]:
        """The accounts that it is about; empty where nobody knows, or where it is about all of them."""
        return frozenset(one.whose for one in self._documents(said) if one.whose is not None)

    def about_all(self, said: Diagnostic) -> bool:
        """Whether it stands in a document that holds for every account."""
        documents = self._documents(said)
        return said.position is None or any(one.kind in OF_ALL and one.whose is None for one in documents)

    def _documents(self, said: Diagnostic) -> list[Outline]:
        """The document that it stands in; every one of the file where that could not be read to its end."""
        within = [] if said.position is None else self._by_file.get(said.position.file, [])
        if said.position is None or unreadable(said):
            return within
        before = [one for one in within if one.begin.line <= said.position.line]
        return [max(before, key=lambda one: one.begin.line)] if before else []


def unreadable(said: Diagnostic) -> bool:
    """Whether it keeps a file from being read to its end, so that other documents may be in it."""
    return said.code.startswith(OF_YAML)
