"""A file that holds exactly one document of one kind."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from calplan.model.diagnostic import Diagnostic, errors_in
from calplan.policyfile.check import check
from calplan.policyfile.diagnostics import of_problem
from calplan.policyfile.document import Parsed
from calplan.policyfile.finding import Finding
from calplan.policyfile.line_numbers import START
from calplan.policyfile.loader import LoadedFile, load
from calplan.policyfile.row_source import InvalidFileError
from calplan.policyfile.tree import Problem

GROUPS: Final = "groups"
"""The one key of a groups file, which names no version."""


def single_document(path: Path, schema: str) -> tuple[Parsed, tuple[Diagnostic, ...]]:
    """The document of a file, valid by the schema of this name, with warnings and notes about it.

    Raises:
        InvalidFileError: the file cannot be read, holds another number of documents, or the document has errors.
    """
    file = load(path)
    if file.diagnostics:
        raise InvalidFileError(_seen(file, file.diagnostics))
    if not file.documents:
        raise InvalidFileError((of_problem(Problem("Y-EMPTY", START), file.source),))
    document = file.documents[0]
    diagnostics = check(document, schema)
    diagnostics += tuple(extra.diagnostic(_one_too_many()) for extra in file.documents[1:2])
    if errors_in(diagnostics):
        raise InvalidFileError(_seen(file, diagnostics))
    return document, diagnostics


def _seen(file: LoadedFile, diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """What is said of a file; of one that is none of ours no line is shown, whoever named it: it may hold a secret."""
    ours = file.mentions_us or any(isinstance(one.at((GROUPS,)), list) for one in file.documents)
    if ours:
        return diagnostics
    return tuple(
        one if one.position is None else replace(one, position=replace(one.position, text=None)) for one in diagnostics
    )


def _one_too_many() -> Finding:
    return Finding(
        code="D-ONE",
        subject=(),
        summary="this file must hold one document only",
        why="it is read for one purpose, and nobody could tell which document serves it",
        help="move the other documents elsewhere",
    )
