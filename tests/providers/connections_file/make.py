"""Connections files in their three forms, and what came of reading one."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest

from calplan.impact.stated import Stated
from calplan.model.diagnostic import Diagnostic
from calplan.model.user import RawFacts
from calplan.providers.connections_file.reading import read_connections
from calplan.providers.invalid_files import InvalidFilesError

NAME: Final = "connections"
MISSING: Final = "pyarrow is not installed: pip install 'calplan[parquet]'"
needs_pyarrow = pytest.mark.skipif(find_spec("pyarrow") is None, reason=MISSING)
NOTHING: Final = RawFacts(
    status="active",
    service=None,
    ews_host=None,
    calendar=None,
    contacts=None,
    auth=None,
    mailbox_location=None,
    own_grant=None,
    groups=None,
    primary_group=None,
    clients="[]",
)

Cell = str | Sequence[str]
Row = Mapping[str, Cell]


def stated(content: str | bytes, name: str = NAME) -> Stated:
    """What a file of this content in the working directory states."""
    path = Path(name)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_connections(path)


def refused(content: str | bytes, name: str = NAME) -> tuple[Diagnostic, ...]:
    """What a file of this content is refused with."""
    with pytest.raises(InvalidFilesError) as raised:
        stated(content, name)
    assert name in str(raised.value)
    return raised.value.diagnostics


def places(diagnostics: tuple[Diagnostic, ...]) -> list[tuple[str, int]]:
    """The code and the line of each."""
    return [(one.code, one.position.line) for one in diagnostics if one.position is not None]


def as_csv(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        cells = (row[name] for name in columns)
        writer.writerow([cell if isinstance(cell, str) else ";".join(cell) for cell in cells])
    return text.getvalue().encode()


def as_ndjson(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    return "".join(json.dumps({name: row[name] for name in columns}) + "\n" for row in rows).encode()
