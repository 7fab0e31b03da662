"""A users file, streamed: CSV or one JSON object per line, told apart by content."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

from calplan.model.diagnostic import Diagnostic, Severity
from calplan.model.user import UserBatch
from calplan.policyfile.json_rows import Value
from calplan.policyfile.row_source import Errors, lines_of, said
from calplan.policyfile.rows import rows_of
from calplan.policyfile.translate import listed, nearest
from calplan.policyfile.user_words import COLUMNS, LISTS, BadFieldError, UserRow, user_row

USERS_IN_A_BATCH: Final = 2000
MOST_UNKNOWN_NAMES: Final = 50
COLUMN_SET: Final = frozenset(COLUMNS)
LIST_COLUMNS: Final = frozenset(LISTS)


class UserRows:
    """The users that rows state. Iterate it once; ``notes`` are complete when the iteration has ended.

    Iterating raises ``InvalidFileError`` at the end of a file with errors, or as soon as there are too many. From the
    first error on no more users are given, so whoever stores them must be able to take them back. ``compared`` gives
    the form of an address in which no two rows may agree.
    """

    def __init__(
        self,
        rows: Iterable[tuple[int, Mapping[str, Value]]],
        errors: Errors,
        compared: Callable[[str], str] = str,
    ) -> None:
        self._source = rows
        self._errors = errors
        self._compared = compared
        self._rows = 0
        self._present: Counter[str] = Counter()
        self._unknown: dict[str, None] = {}

    def __iter__(self) -> Iterator[UserRow]:
        seen: set[str] = set()
        for line, fields in self._source:
            self._rows += 1
            self._count(fields)
            try:
                user = user_row(fields)
            except BadFieldError as error:
                self._errors.add(error.code, line, error.summary, error.advice)
                continue
            address = self._compared(user.email)
            if address in seen:
                advice = "addresses are compared after trimming and without regard to case"
                self._errors.add("U-TWICE", line, "an earlier row has the same `email`", advice)
            seen.add(address)
            if not self._errors.found:
                yield user
        self._errors.raise_if_any()

    @property
    def notes(self) -> tuple[Diagnostic, ...]:
        """Columns that were ignored, and columns that are not there and so mean *unknown* or a default."""
        unknown = list(self._unknown)
        absent = [name for name in COLUMNS if name not in self._present] if self._rows else []
        partly = [name for name in COLUMNS if 0 < self._present[name] < self._rows]
        notes = [_ignored(self._errors.name, unknown)] if unknown else []
        if absent:
            notes.append(_absent(self._errors.name, f"columns that are not there: {listed(absent)}"))
        if partly:
            counts = ", ".join(f"`{name}` ({self._rows - self._present[name]} of {self._rows})" for name in partly)
            notes.append(_absent(self._errors.name, f"missing in some rows: {counts}"))
        return tuple(notes)

    def _count(self, fields: Mapping[str, Value]) -> None:
        for name in fields:
            if name in COLUMN_SET:
                self._present[name] += 1
            elif len(self._unknown) < MOST_UNKNOWN_NAMES:
                self._unknown[name] = None


class UsersFile(UserRows):
    """The users of one file of text: CSV, or one JSON object per line."""

    def __init__(self, path: Path, compared: Callable[[str], str] = str) -> None:
        lines = lines_of(path)
        super().__init__(rows_of(lines, required=("email",), lists=LIST_COLUMNS), lines.errors, compared)


def batches(users: Iterable[UserRow], size: int = USERS_IN_A_BATCH) -> Iterator[UserBatch]:
    """Users in pages, as providers give them."""
    rows = iter(users)
    while page := list(islice(rows, size)):
        yield UserBatch(
            emails=[row.email for row in page],
            facts=[row.facts for row in page],
            mailboxes={row.email: row.mailbox for row in page if row.mailbox is not None},
        )


def _ignored(name: str, unknown: list[str]) -> Diagnostic:
    near = [(word, nearest(word, COLUMNS)) for word in unknown]
    meant = [f"`{word}`: did you mean `{known}`?" for word, known in near if known]
    text = f"columns that are not known are ignored: {listed(unknown)}"
    return _note(name, "U-IGNORED", text, " ".join(meant))


def _absent(name: str, text: str) -> Diagnostic:
    advice = "what a file does not state is unknown, except that users are active and have no known client"
    return _note(name, "U-ABSENT", text, advice)


def _note(name: str, code: str, text: str, advice: str) -> Diagnostic:
    return replace(said(name, code, 1, text, advice), severity=Severity.NOTE)
