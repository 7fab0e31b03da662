"""Connections files of text: what they state, and where exactly they are wrong."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calplan.providers.connections_file.reading import read_connections
from calplan.providers.errors import InvalidAccountError
from tests.providers.connections_file.make import NOTHING, places, refused, stated

FULL = (
    "email,service,calendar,contacts,groups,mailbox,evidence,as_of\n"
    "Ann@Corp.Example,google,read,none,Staff;Executives,a@mail.corp.example,export of May,2026-11-22T10:00:00+01:00\n"
    "bob@corp.example,,,,,BOB@corp.example,,2026-11-22 09:00\n"
)


@pytest.mark.parametrize("name", ["connections.csv", "connections.parquet", "connections"])
def test_rows_are_found_by_address_whatever_the_file_is_called(name: str) -> None:
    file = stated(FULL, name)
    assert file.source == f"connections file {name}"
    ann, bob = file.rows["ann@corp.example"], file.rows["bob@corp.example"]
    assert list(file.rows) == ["ann@corp.example", "bob@corp.example"]
    assert ann.facts == NOTHING._replace(
        service="google", calendar="read", contacts="none", groups='["Executives","Staff"]'
    )
    assert (ann.mailbox, ann.evidence) == ("a@mail.corp.example", "export of May")
    assert bob.facts == NOTHING._replace(service="", groups="[]")
    assert (bob.mailbox, bob.evidence) == (None, None)


def test_times_are_in_utc_with_a_zone_or_without() -> None:
    nine = datetime(2026, 11, 22, 9, tzinfo=UTC)
    for row in stated(FULL).rows.values():
        assert row.as_of == nine
        assert row.as_of.tzinfo is UTC


def test_addresses_are_in_the_form_in_which_they_are_compared() -> None:
    assert list(stated("email\nann@Bücher.example\n").rows) == ["ann@xn--bcher-kva.example"]
    assert places(refused("email\nann@bücher.example\nx@y.z\nAnn@xn--bcher-kva.example\n")) == [("U-TWICE", 4)]


def test_equal_rows_and_equal_facts_are_one_object() -> None:
    lines = [
        json.dumps({"email": f"u{n}@corp.example", "service": f"{'google' if n % 2 else ''}", "evidence": f"e{n % 3}"})
        for n in range(60)
    ]
    rows = stated("\n".join(lines)).rows.values()
    assert len(rows) == 60
    assert len({id(row) for row in rows}) == 6
    assert len({id(row.facts) for row in rows}) == 2


def test_what_is_ignored_and_what_is_not_there_is_noted() -> None:
    notes = stated("email,servce,service\na@b.c,x,google\n").notes
    assert [one.code for one in notes] == ["U-IGNORED", "U-ABSENT"]
    assert "`servce`: did you mean `service`?" in notes[0].help
    assert "`own_grant`" in notes[1].summary


@pytest.mark.parametrize(
    "content, found",
    [
        ("email,service\na@b.c,google\n,google\nb@b.c,gogle\n", [("U-VALUE", 3), ("U-WORD", 4)]),
        ('email,groups,service\r\na@b.c,"x\r\ny",google\r\nb@b.c,x,gogle\r\n', [("U-WORD", 4)]),
        ("email,service\na@b.c\n", [("U-ROW", 2)]),
        ("mail\na@b.c\n", [("U-COLUMN", 1)]),
        ('{"email": "a@b.c"}\n\n{"email": "b@b.c", "service": null}\n', [("U-TYPE", 3)]),
        ('{"email": "a@b.c"}\n{"email": "b@b.c", "as_of": 20261122}\n{oh}\n', [("U-TYPE", 2), ("U-JSON", 3)]),
        ("email,as_of\na@b.c,yesterday\nb@b.c,1899-01-01\n", [("U-VALUE", 2), ("U-VALUE", 3)]),
        ("email\na@b.c\nA@B.C \n", [("U-TWICE", 3)]),
    ],
)
def test_errors_name_the_line(content: str, found: list[tuple[str, int]]) -> None:
    assert places(refused(content)) == found


def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    assert list(stated("\ufeffemail\na@b.c\n").rows) == ["a@b.c"]


@pytest.mark.parametrize(
    "content, found",
    [
        (b"\xef\xbb\xbf\xef\xbb\xbfemail\na@b.c\n", ("U-COLUMN", 1)),
        ("email\na@b.c\n".encode("utf-16"), ("U-FORMAT", 1)),
        ("email\na@b.c\n".encode("utf-16-be"), ("U-ENCODING", 1)),
        (b"email\na@b.c\nb\0@b.c\n", ("U-ENCODING", 3)),
        (b"email\na@b.c\nb\xff@b.c\n", ("U-ENCODING", 3)),
        (b"email,evidence\na@b.c,x\nb@b.c," + b"x" * 120_000 + b"\n", ("U-LONG", 3)),
        (b"email,evidence\na@b.c,x\nb@b.c," + b"x" * 2_000_000 + b"\n", ("U-LONG", 3)),
        (b'email,evidence\na@b.c,"x\n' + b"y\n" * 200_000, ("U-ROW", 2)),
        (b"email,service\r\na@b.c,google\rb@b.c,\r\n", ("U-ROW", 2)),
        (b"email\ra@b.c\r", ("U-ROW", 1)),
        (b"", ("U-EMPTY", 1)),
        (b"\n \n", ("U-EMPTY", 1)),
        (b"PAR", ("U-COLUMN", 1)),
        (b"\x1f\x8b\x08\x00email", ("U-ENCODING", 1)),
    ],
)
def test_bytes_of_somebody_who_means_harm_are_refused_with_their_line(content: bytes, found: tuple[str, int]) -> None:
    assert places(refused(content)) == [found]


def test_line_ends_of_two_kinds_may_be_mixed() -> None:
    assert list(stated(b"email,service\r\na@b.c,google\nb@b.c,\r\nc@b.c,").rows) == ["a@b.c", "b@b.c", "c@b.c"]


def test_text_that_looks_like_a_formula_stays_text() -> None:
    row = stated('email,evidence,mailbox\na@b.c,"=HYPERLINK(""http://x"")",@sum(a1)\n').rows["a@b.c"]
    assert (row.evidence, row.mailbox) == ('=HYPERLINK("http://x")', "@sum(a1)")


def test_a_header_of_a_million_columns_is_read_in_seconds() -> None:
    names = ",".join(f'"c{number}\n"' for number in range(999_999))  # no line may be that long, but a header may
    file = stated(f"email,{names}\na@b.c{',' * 999_999}\n")
    assert list(file.rows) == ["a@b.c"]
    assert file.notes[0].code == "U-IGNORED"
    assert len(file.notes[0].summary) < 1000


def test_what_is_no_file_is_told_in_one_sentence_with_what_to_do() -> None:
    Path("folder").mkdir()
    os.mkfifo("pipe")
    wrong = {
        "nowhere.csv": "No such file or directory",
        "folder": "Is a directory",
        "folder/a\0b": "NUL",
        "pipe": "a pipe or a device",
        "y" * 300: "File name too long",
    }
    for name, reason in wrong.items():
        with pytest.raises(InvalidAccountError) as raised:
            read_connections(Path(name))
        (found,) = raised.value.diagnostics
        assert found.code == "D-UNREADABLE"
        assert name in str(raised.value) or "\0" in name
        assert reason in str(raised.value)
        assert "correct `path` of the connections-file provider" in found.help


def test_a_file_that_may_not_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    stated(FULL, "private.csv")

    def refuse(*_arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # root may read everything
    with pytest.raises(InvalidAccountError, match=r"private\.csv:1: this cannot be read: Permission denied"):
        read_connections(Path("private.csv"))


def test_the_name_of_a_file_is_printable() -> None:
    name = os.fsdecode(b"connections-\xff.csv")
    assert stated("email\na@b.c\n", name).source == "connections file connections-\\xff.csv"
