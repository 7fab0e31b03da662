"""Reads the documents of PATHs, and says on stderr what is wrong with them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from calplan.cli import clock
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import say
from calplan.model.diagnostic import Diagnostic, Severity, errors_in
from calplan.policyfile.folder import MissingPathError
from calplan.policyfile.reader import Reading, read
from calplan.render.diagnostic import render_diagnostic

MOST_SHOWN = 50


def documents(paths: Sequence[Path], as_of: date | None = None) -> Reading:
    """The documents of PATHs; their errors, and what was passed over, are said on stderr.

    Dated rules are judged as of today unless another day is given.

    Raises:
        StopError: a PATH is missing, or a document has an error.
    """
    reading = documents_with_errors(paths, as_of)
    if reading.has_errors:
        raise StopError(ExitCode.INVALID, count_of(errors_in(reading.diagnostics)))
    return reading


def documents_with_errors(paths: Sequence[Path], as_of: date | None = None) -> Reading:
    """The documents of PATHs that have no errors; see ``documents``.

    Raises:
        StopError: a PATH is missing.
    """
    try:
        reading = read(paths, as_of or clock.today())
    except MissingPathError as error:
        raise StopError(ExitCode.USAGE, f"error: {error}") from error
    show([one for one in reading.diagnostics if one.severity is Severity.ERROR or about_files(one)])
    return reading


def stop_if_errors(errors: tuple[Diagnostic, ...]) -> None:
    """Say what is wrong with documents.

    Raises:
        StopError: there is an error.
    """
    if errors:
        show(errors)
        raise StopError(ExitCode.INVALID, count_of(errors))


def show(diagnostics: Sequence[Diagnostic]) -> None:
    """Say diagnostics on stderr, errors first, at most fifty of them."""
    order = list(Severity)
    ranked = sorted(diagnostics, key=lambda one: order.index(one.severity))
    for one in ranked[:MOST_SHOWN]:
        say(render_diagnostic(one) + "\n")
    if len(ranked) > MOST_SHOWN:
        say(f"... and {len(ranked) - MOST_SHOWN} more\n")


def tell(diagnostic: Diagnostic) -> None:
    """Say one diagnostic on stderr."""
    show((diagnostic,))


def about_files(diagnostic: Diagnostic) -> bool:
    """Whether a diagnostic is about what lies in the folder rather than about what a document means."""
    return diagnostic.code.startswith("D-")


def count_of(errors: tuple[Diagnostic, ...]) -> str:
    """How many errors there are, as the last line of a command says it."""
    return "1 error; nothing was written" if len(errors) == 1 else f"{len(errors)} errors; nothing was written"
