"""A connections file, read whole: whatever it holds, the outcome is rows by address or one error that says where."""

from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Final, TypeVar

from calplan.impact.stated import Stated, StatedRow
from calplan.model.diagnostic import Diagnostic
from calplan.model.user import RawFacts
from calplan.plan.address_book import normal
from calplan.policyfile.encoding import is_endless
from calplan.policyfile.line_numbers import shown_name
from calplan.policyfile.row_source import PARQUET_MARK, InvalidFileError
from calplan.policyfile.user_words import UserRow
from calplan.policyfile.users_file import UserRows, UsersFile
from calplan.policyfile.values import parse_moment
from calplan.providers.connections_file.parquet_file import ENCRYPTED_MARK
from calplan.providers.connections_file.parquet_rows import parquet_rows
from calplan.providers.connections_file.row_errors import RowErrors
from calplan.providers.invalid_files import InvalidFilesError

T = TypeVar("T")
UNREADABLE: Final = "D-UNREADABLE"
CORRECT_THE_PATH: Final = (
    "correct `path` of the connections-file provider in the Account document, or put the file there and let"
    " calplan read it"
)


def read_connections(path: Path) -> Stated:
    """What a connections file states, by address.

    Raises:
        InvalidFilesError: it cannot be read, or a row of it is not valid; nothing of it counts then.
    """
    try:
        file = _opened(path)
        rows = _by_address(file)
    except InvalidFileError as error:
        raise InvalidFilesError(tuple(map(_with_advice, error.diagnostics))) from error
    return Stated(rows=rows, notes=file.notes, source=f"connections file {shown_name(Path(path.name))}")


def _opened(path: Path) -> UserRows:
    if not _is_parquet(path):
        return UsersFile(path, normal)
    errors = RowErrors(shown_name(path))
    return UserRows(parquet_rows(path, errors), errors, normal)


def _is_parquet(path: Path) -> bool:
    """Whether the file begins as Parquet does. One that cannot be read is left to the reader of text to speak of."""
    try:
        if is_endless(path):
            return False
        with path.open("rb") as stream:
            return stream.read(len(PARQUET_MARK)) in (PARQUET_MARK, ENCRYPTED_MARK)
    except (OSError, ValueError):
        return False


def _by_address(file: UserRows) -> dict[str, StatedRow]:
    """The rows by address. Whatever is equal becomes one object, since few things are said of many people."""
    facts: dict[RawFacts, RawFacts] = {}
    rows: dict[StatedRow, StatedRow] = {}
    stated: dict[str, StatedRow] = {}
    for user in file:
        row = _row(user, _shared(facts, user.facts))
        stated[normal(user.email)] = _shared(rows, row)
    return stated


def _row(user: UserRow, facts: RawFacts) -> StatedRow:
    moment = None if user.as_of is None else parse_moment(user.as_of)
    return StatedRow(facts, user.mailbox, user.evidence, None if moment is None else moment.astimezone(UTC))


def _shared(known: dict[T, T], value: T) -> T:
    return known.setdefault(value, value)


def _with_advice(found: Diagnostic) -> Diagnostic:
    return replace(found, help=CORRECT_THE_PATH) if found.code == UNREADABLE else found
