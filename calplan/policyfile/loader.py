"""One file of documents, read: its YAML documents and whatever is wrong with the file as such."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from calplan.model.diagnostic import Diagnostic, Severity
from calplan.policyfile.diagnostics import of_problem, whole_file
from calplan.policyfile.document import Parsed
from calplan.policyfile.encoding import decode, read_bytes
from calplan.policyfile.line_numbers import Source, shown_name
from calplan.policyfile.tree import parse

OUR_WORD: Final = b"calplan/"
"""Stands in every document of ours, whatever else is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedFile:
    """A file's documents. ``mentions_us`` tells whether a file that is broken may be one of ours."""

    path: Path
    source: Source
    documents: tuple[Parsed, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    mentions_us: bool = False


def load(path: Path) -> LoadedFile:
    """The documents of a file; never raises, whatever the file holds."""
    name = shown_name(path)
    data = read_bytes(path)
    if isinstance(data, str):
        return LoadedFile(path=path, source=Source(name), diagnostics=(unreadable(path, data),), mentions_us=True)
    # UTF-16 puts a NUL byte beside every letter.
    mentions_us = OUR_WORD in data.replace(b"\0", b"")
    source, problem = decode(name, data)
    if problem is not None:
        found = of_problem(problem, source)
        return LoadedFile(path=path, source=source, diagnostics=(found,), mentions_us=mentions_us)
    return _parsed(path, source, mentions_us=mentions_us)


def loaded(path: Path, text: str) -> LoadedFile:
    """The documents of a text as if a file held it."""
    return _parsed(path, Source(shown_name(path), text), mentions_us=True)


def _parsed(path: Path, source: Source, *, mentions_us: bool) -> LoadedFile:
    roots, problems = parse(source)
    return LoadedFile(
        path=path,
        source=source,
        documents=tuple(Parsed(source, root.node, root.problems) for root in roots),
        diagnostics=tuple(of_problem(one, source) for one in problems),
        mentions_us=mentions_us,
    )


def unreadable(path: Path, why: str) -> Diagnostic:
    """That a file cannot be read."""
    return whole_file(
        "D-UNREADABLE",
        Severity.ERROR,
        shown_name(path),
        f"this cannot be read: {why}",
        advice="check the path and the permissions, or move the file elsewhere",
    )
