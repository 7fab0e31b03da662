"""The list of users as Parquet: what the NDJSON says, in columns that other programs ask questions of."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from calplan.cli.exit_codes import ExitCode
from calplan.impact.outcome import OUTCOMES
from calplan.providers.connections_file.reading import read_connections
from tests.cli.make import USERS, calplan, folder, saved, user

EVERYBODY = [word for one in OUTCOMES for word in ("--outcome", one.value)]


def rows(file: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = parquet.read_table(file).to_pylist()
    return found


def test_every_row_says_what_the_ndjson_says_and_whose_user_it_is() -> None:
    corp = folder(Path("corp"), users=[*USERS, user("eve@corp.example", groups=["Staff", "IT"], mailbox="e@x.example")])
    plan = saved(corp)
    said = calplan("impact", plan, *EVERYBODY, "-o", "parquet=users.parquet", "-o", "ndjson=users.ndjson")
    assert said.code is ExitCode.DONE, said.err
    lines = [json.loads(line) for line in Path("users.ndjson").read_text(encoding="utf-8").splitlines()]
    found = rows("users.parquet")
    assert len(found) == 5
    assert {one.pop("account") for one in found} == {"corp"}
    for row, line in zip(found, lines, strict=True):
        assert {name: value for name, value in row.items() if value is not None} == {
            name: value for name, value in line.items() if name in row
        }


def test_the_list_is_the_same_from_a_folder_and_holds_only_outcomes_that_are_asked_for() -> None:
    corp = folder(Path("corp"))
    for source, file in ((saved(corp), "one"), (corp, "two")):
        calplan("impact", source, "--outcome", "disconnected_silent", "-o", f"parquet={file}")
    assert Path("one").read_bytes() == Path("two").read_bytes()
    assert [one["email"] for one in rows("one")] == ["bob@corp.example"]


def test_it_can_be_read_as_a_connections_file() -> None:
    plan = saved(folder(Path("corp")))
    calplan("impact", plan, *EVERYBODY, "-o", "parquet=users.parquet")
    assert list(read_connections(Path("users.parquet")).rows) == [str(one["email"]) for one in USERS]


@pytest.mark.parametrize("words", [("-o", "parquet"), ("-o", "parquet=file", "--by", "group")])
def test_it_is_a_list_in_a_file(words: tuple[str, ...]) -> None:
    said = calplan("impact", saved(folder(Path("corp"))), *words)
    assert said.code is ExitCode.USAGE
    assert said.err == "error: Parquet is a list of users in a file: -o parquet=FILE, without --by\n"


def test_without_the_library_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = saved(folder(Path("corp")))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    said = calplan("impact", plan, "-o", "parquet=users.parquet")
    assert said.code is ExitCode.USAGE
    assert "pip install 'calplan[parquet]'" in said.err
    assert not Path("users.parquet").exists()
