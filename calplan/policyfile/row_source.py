"""A file of rows, told apart by its content: CSV with a header, or one JSON object per line.

Rows stream by; nothing but the current one is held. Whatever a file holds, the outcome is rows or diagnostics.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from calplan.model.diagnostic import Diagnostic, Position, Severity
from calplan.policyfile.encoding import ENDLESS, UTF8_MARK, UTF16_MARKS, is_endless
from calplan.policyfile.line_numbers import shown_name
from calplan.policyfile.loader import unreadable

LONGEST_LINE: Final = 1024 * 1024
MOST_ERRORS: Final = 20
PARQUET_MARK: Final = b"PAR1"


class InvalidFileError(Exception):
    """An input file is not valid (exit code 3); ``diagnostics`` say where and why."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        first = diagnostics[0]
        place = f"{first.position.file}:{first.position.line}: " if first.position else ""
        super().__init__(f"{place}{first.summary}")
        self.diagnostics = diagnostics


@dataclass(slots=True)
class Errors:
    """What is wrong with the rows of one file, up to as many as a person reads at once."""

    name: str
    found: list[Diagnostic] = field(default_factory=list)

    def add(self, code: str, line: int, summary: str, advice: str = "") -> None:
        """Keep one error.

        Raises:
            InvalidFileError: enough were found.
        """
        self.found.append(said(self.name, code, line, summary, advice))
        if len(self.found) >= MOST_ERRORS:
            text = f"reading stopped after {MOST_ERRORS} errors; there may be more"
            self.found.append(said(self.name, "U-MORE", line, text))
            raise InvalidFileError(tuple(self.found))

    def stop(self, code: str, line: int, summary: str, advice: str = "") -> InvalidFileError:
        """The error to raise when the rest of the file cannot be read."""
        return InvalidFileError((*self.found, said(self.name, code, line, summary, advice)))

    def raise_if_any(self) -> None:
        """End the reading of a file that had errors.

        Raises:
            InvalidFileError: there are some.
        """
        if self.found:
            raise InvalidFileError(tuple(self.found))


def said(name: str, code: str, line: int, summary: str, advice: str = "") -> Diagnostic:
    """An error in one line of a file of rows."""
    position = Position(file=name, line=line, column=1)
    return Diagnostic(code=code, severity=Severity.ERROR, summary=summary, help=advice, position=position)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a file as text, counted from 1, with their ends."""

    path: Path
    errors: Errors

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """Each line with its number.

        Raises:
            InvalidFileError: the file cannot be read as lines of UTF-8.
        """
        try:
            if is_endless(self.path):
                raise InvalidFileError((*self.errors.found, unreadable(self.path, ENDLESS)))
            with self.path.open("rb") as stream:
                yield from self._decoded(stream)
        except OSError as error:
            reason = unreadable(self.path, error.strerror or "the system gives no reason")
            raise InvalidFileError((*self.errors.found, reason)) from error
        except ValueError as error:
            raise InvalidFileError((unreadable(self.path, "its name holds a NUL character"),)) from error

    def _decoded(self, stream: BinaryIO) -> Iterator[tuple[int, str]]:
        number = 0
        while data := stream.readline(LONGEST_LINE + 1):
            number += 1
            yield number, self._text(data.removeprefix(UTF8_MARK) if number == 1 else data, number)

    def _text(self, data: bytes, number: int) -> str:
        if number == 1 and data.startswith((*UTF16_MARKS, PARQUET_MARK)):
            raise self.errors.stop("U-FORMAT", 1, "this is no text in UTF-8", "write CSV or NDJSON in UTF-8")
        if len(data) > LONGEST_LINE:
            raise self.errors.stop("U-LONG", number, "this line is longer than 1 MiB", "write one user per line")
        if b"\0" in data:
            raise self.errors.stop("U-ENCODING", number, "this line holds a NUL character", "save the file as UTF-8")
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            message = "this line holds bytes that are not UTF-8"
            raise self.errors.stop("U-ENCODING", number, message, "save the file as UTF-8") from None


def lines_of(path: Path) -> Lines:
    """The lines of a file, with a place for their errors."""
    return Lines(path, Errors(shown_name(path)))
