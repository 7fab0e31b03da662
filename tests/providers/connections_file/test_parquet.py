"""Connections files in Parquet: what their columns may be, and where exactly they are wrong."""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from calplan.providers.connections_file.reading import read_connections
from tests.providers.connections_file.make import MISSING, NOTHING, places, refused, stated

pytest.importorskip("pyarrow", reason=MISSING)
import pyarrow as pa

from tests.providers.connections_file.parquet import arrays, emails, table, written

NINE = datetime(2026, 11, 22, 9, tzinfo=UTC)
ROWS = [
    {"email": f"user{n}@corp.example", "service": ("google", "")[n % 2], "groups": ["Staff", f"g{n % 3}"]}
    for n in range(1200)
]


@pytest.mark.parametrize("name", ["connections.parquet", "connections.csv"])
def test_parquet_is_told_by_content(name: str) -> None:
    file = stated(written(table(["email", "service", "groups"], ROWS)), name)
    assert len(file.rows) == 1200
    assert file.rows["user7@corp.example"].facts == NOTHING._replace(service="", groups='["Staff","g1"]')
    assert len({id(row) for row in file.rows.values()}) == 6


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "brotli", "lz4"])
@pytest.mark.parametrize("dictionary", [True, False])
def test_every_way_of_writing_it_reads_the_same(version: str, compression: str, dictionary: bool) -> None:
    contents = table(["email", "service", "groups"], ROWS)
    content = written(contents, version=version, compression=compression, dictionary=dictionary, group=700, page=400)
    assert stated(content).rows == stated(written(contents)).rows


@pytest.mark.parametrize("encoding", ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"])
def test_text_in_an_encoding_without_bounds_is_refused(encoding: str) -> None:
    contents = table(["email", "service"], ROWS)
    (found,) = refused(written(contents, dictionary=False, encoding={"email": "PLAIN", "service": encoding}))
    assert found.summary == "`service` is written in an encoding that has no bounds"
    assert found.help == "write text plain or with a dictionary"


def test_a_dictionary_that_is_given_up_on_the_way_reads_the_same() -> None:
    texts = [f"{number:>300}" for number in range(9000)]
    content = arrays(email=emails(9000), evidence=pa.array(texts), groups=pa.array([[text, "Staff"] for text in texts]))
    rows = stated(content).rows.values()
    assert [row.evidence for row in rows] == [text.strip() for text in texts]
    assert [row.facts.groups for row in rows] == [f'["{text.strip()}","Staff"]' for text in texts]


@pytest.mark.parametrize(
    "kind",
    [
        pa.large_string(),
        pa.string_view(),
        pa.dictionary(pa.int8(), pa.string()),
        pa.dictionary(pa.int32(), pa.string()),
    ],
    ids=str,
)
def test_text_may_be_of_every_type_of_text(kind: pa.DataType) -> None:
    content = arrays(email=pa.array(["a@b.c", "b@b.c"]), service=pa.array(["google", ""], type=kind))
    assert [row.facts.service for row in stated(content).rows.values()] == ["google", ""]


@pytest.mark.parametrize(
    "kind",
    [
        pa.list_(pa.string()),
        pa.large_list(pa.large_string()),
        pa.list_(pa.string(), 2),
        pa.list_(pa.dictionary(pa.int8(), pa.string())),
    ],
    ids=str,
)
def test_lists_may_be_of_every_type_of_list(kind: pa.DataType) -> None:
    content = arrays(email=emails(3), groups=pa.array([["x", "y"], ["z", "z"], ["y", "x"]], type=kind))
    assert [row.facts.groups for row in stated(content).rows.values()] == ['["x","y"]', '["z"]', '["x","y"]']


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.list_(pa.string(), 2), pa.large_list(pa.string())], ids=str)
def test_a_list_that_is_not_there_shifts_no_other(kind: pa.DataType) -> None:
    content = arrays(email=emails(4), clients=pa.array([["a", "b"], None, ["c", "d"], None], type=kind))
    assert [row.facts.clients for row in stated(content).rows.values()] == ['["a","b"]', "[]", '["c","d"]', "[]"]


def test_lists_keep_their_places_across_empty_ones_and_batches() -> None:
    groups = [[f"g{n}"] * (n % 4) for n in range(1200)]
    rows = stated(arrays(email=emails(1200), groups=pa.array(groups))).rows.values()
    assert [row.facts.groups for row in rows] == [f'["g{n}"]' if n % 4 else "[]" for n in range(1200)]


@pytest.mark.parametrize(
    "kind",
    [
        pa.timestamp("s"),
        pa.timestamp("ms", "UTC"),
        pa.timestamp("us", "Europe/Berlin"),
        pa.timestamp("ns"),
        pa.timestamp("ns", "+01:00"),
    ],
    ids=str,
)
def test_times_of_every_unit_are_moments_in_utc(kind: pa.DataType) -> None:
    seconds = int(NINE.timestamp())
    parts = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit]
    content = arrays(email=emails(2), as_of=pa.array([seconds * parts, None], type=kind))
    assert [row.as_of for row in stated(content).rows.values()] == [NINE, None]


@pytest.mark.parametrize("kind", [pa.date32(), pa.date64()], ids=str)
def test_a_date_is_its_midnight_in_utc(kind: pa.DataType) -> None:
    content = arrays(email=emails(1), as_of=pa.array([date(2026, 11, 22)], type=kind))
    assert [row.as_of for row in stated(content).rows.values()] == [datetime(2026, 11, 22, tzinfo=UTC)]


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63) + 1, 0, -1])
def test_a_time_beyond_the_calendar_is_refused_with_its_row(number: int) -> None:
    content = arrays(email=emails(2), as_of=pa.array([int(NINE.timestamp()) * 1000, number], type=pa.timestamp("ms")))
    (found,) = refused(content)
    assert places((found,)) == [("U-VALUE", 2)]
    assert found.summary == "row 2: `as_of` is no date and time"


def test_nanoseconds_do_not_matter() -> None:
    content = arrays(email=emails(1), as_of=pa.array([int(NINE.timestamp()) * 10**9 + 1], type=pa.timestamp("ns")))
    assert [row.as_of for row in stated(content).rows.values()] == [NINE]


def test_a_null_says_nothing_where_that_is_no_riddle() -> None:
    nothing = pa.array([None], type=pa.string())
    content = arrays(
        email=emails(1), calendar=nothing, mailbox=nothing, clients=pa.array([None], pa.list_(pa.string()))
    )
    (row,) = stated(content).rows.values()
    assert row == (NOTHING, None, None, None)
    assert stated(arrays(email=emails(1), auth=pa.nulls(1), as_of=pa.nulls(1))).rows == {"user0@corp.example": row}


@pytest.mark.parametrize(
    "name, column",
    [
        ("service", pa.array(["google", None])),
        ("service", pa.array(["google", None]).dictionary_encode()),
        ("own_grant", pa.array([[], None], pa.list_(pa.string()))),
        ("groups", pa.array([["x"], None], pa.large_list(pa.string()))),
    ],
)
def test_a_null_is_refused_where_it_could_mean_empty_or_unknown(name: str, column: pa.Array) -> None:
    (found,) = refused(arrays(email=emails(2), **{name: column}))
    assert places((found,)) == [("U-TYPE", 2)]
    assert found.summary == f"row 2: `{name}` is null, which could mean empty or unknown"


def test_a_column_of_nulls_alone_is_refused_there_too() -> None:
    assert places(refused(arrays(email=emails(2), service=pa.nulls(2)))) == [("U-TYPE", 1), ("U-TYPE", 2)]


WRONG = {
    "numbers": ("id", pa.array([1, 2])),
    "true or false": ("licensed", pa.array([True, False])),
    "times": ("evidence", pa.array([NINE, NINE])),
    "bytes that are not marked as text": ("service", pa.array([b"google", b""])),
    "objects": ("service", pa.array([{"type": "google"}, {"type": ""}])),
    "lists of numbers": ("groups", pa.array([[1], [2]])),
    "lists of lists of text": ("groups", pa.array([[["x"]], [["y"]]])),
    "lists of objects": ("own_grant", pa.array([[{"scope": "x"}], []])),
    "lists of text": ("service", pa.array([["google"], [""]])),
    "values of a type that has no place here": ("id", pa.array([b"abc", b"abd"], type=pa.binary(3))),
}


@pytest.mark.parametrize("said", WRONG)
def test_a_column_of_the_wrong_type_is_told_once(said: str) -> None:
    name, column = WRONG[said]
    (found,) = refused(arrays(email=emails(2), **{name: column}))
    assert (found.code, found.summary) == ("U-TYPE", f"the column `{name}` holds {said}")
    assert found.help.startswith("write ")


def test_every_column_of_the_wrong_type_is_told() -> None:
    found = refused(arrays(email=pa.array([1]), service=pa.array([2]), groups=pa.array([3.0])))
    assert [one.summary for one in found] == [
        "the column `email` holds numbers",
        "the column `service` holds numbers",
        "the column `groups` holds numbers",
    ]


def test_lists_written_as_text_are_refused_row_by_row() -> None:
    found = refused(arrays(email=emails(4), groups=pa.array(["", "Staff;Executives", "unknown", "Staff"])))
    assert places(found) == [("U-TYPE", 2), ("U-TYPE", 4)]
    assert found[0].summary == "row 2: `groups` must be a list of text, not text"


def test_errors_name_the_row_however_far_down_it_is() -> None:
    services = ["google"] * 1200
    services[3], services[999] = "gogle", "x"
    found = refused(written(pa.table({"email": emails(1200), "service": services}), group=333))
    assert places(found) == [("U-WORD", 4), ("U-WORD", 1000)]
    assert found[0].summary == "row 4: `gogle` is no value of `service`"
    addresses = emails(1200).to_pylist()
    addresses[1111] = "USER5@corp.example "
    (twice,) = refused(arrays(email=pa.array(addresses)))
    assert (twice.code, twice.summary) == ("U-TWICE", "row 1112: an earlier row has the same `email`")


def test_columns_that_are_not_known_are_told_and_not_read() -> None:
    inner = pa.array([{"deep": [{"er": 1}]}] * 2)
    file = stated(
        arrays(email=emails(2), servce=inner, **{"service.type": pa.array([1, 2]), "x": pa.array([b"\xff"] * 2)})
    )
    assert len(file.rows) == 2
    assert file.notes[0].code == "U-IGNORED"
    assert file.notes[0].summary == "columns that are not known are ignored: `servce`, `service.type`, `x`"
    assert "`servce`: did you mean `service`?" in file.notes[0].help
    assert "`service`" in file.notes[1].summary


def test_a_file_without_addresses_is_refused() -> None:
    assert places(refused(arrays(mail=emails(1)))) == [("U-COLUMN", 1)]
    columns = pa.Table.from_arrays([emails(1), emails(1)], names=["email", "email"])
    (twice,) = refused(written(columns))
    assert twice.summary == "the column `email` stands in the file twice"


def test_a_file_without_rows_states_nothing() -> None:
    assert stated(arrays(email=emails(0))).rows == {}


def test_bytes_that_are_no_text_are_refused_with_their_row() -> None:
    texts = [b"google"] * 1200
    texts[777] = b"\xff\xfe"
    column = pa.array(texts, type=pa.binary()).view(pa.string())
    (found,) = refused(arrays(email=emails(1200), service=column))
    assert found.summary == "row 778: `service` holds bytes that are not UTF-8"


def test_text_that_cannot_be_stored_is_refused_with_its_row() -> None:
    found = refused(arrays(email=emails(3), evidence=pa.array(["x", "a\0b", "y" * 120_000])))
    assert [one.summary for one in found] == [
        "row 2: `evidence` holds a NUL character",
        "row 3: `evidence` is longer than 100,000 characters",
    ]


def test_reading_stops_after_as_many_errors_as_anybody_reads() -> None:
    found = refused(arrays(email=emails(500), service=pa.array(["x"] * 500)))
    assert len(found) == 21
    assert found[-1].code == "U-MORE"


def test_without_the_library_one_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    content = arrays(email=emails(1))
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # as if it were not there
    (found,) = refused(content)
    assert found.summary == "this is Parquet, and `pyarrow`, which reads it, is missing"
    assert "pip install 'calplan[parquet]'" in found.help


def cut(content: bytes) -> bytes:
    return content[:-20]


def without_beginning(content: bytes) -> bytes:
    return b"PAR1" + content[200:]


def blank_contents(content: bytes) -> bytes:
    length = int.from_bytes(content[-8:-4], "little")
    return content[: -8 - length] + b"\0" * length + content[-8:]


def endless_contents(content: bytes) -> bytes:
    return content[:-8] + (2**31 - 1).to_bytes(4, "little") + b"PAR1"


def mark_alone(_content: bytes) -> bytes:
    return b"PAR1"


def text_behind_the_mark(_content: bytes) -> bytes:
    return b"PAR1,email\na@b.c\n"


@pytest.mark.parametrize(
    "damage", [cut, without_beginning, blank_contents, endless_contents, mark_alone, text_behind_the_mark]
)
def test_a_damaged_file_is_one_error(damage: Callable[[bytes], bytes]) -> None:
    (found,) = refused(damage(written(table(["email", "service", "groups"], ROWS))))
    assert found.code == "U-FORMAT"
    assert "damaged" in found.summary or "no column" in found.summary
    assert found.help == "write it again, or write CSV or NDJSON"


def test_an_encrypted_file_is_told() -> None:
    (found,) = refused(b"PARE" + b"\0" * 100 + b"PARE")
    assert found.summary == "this Parquet file is encrypted"


def test_a_file_that_is_replaced_is_read_again() -> None:
    stated(arrays(email=emails(1)))
    Path("new").write_bytes(arrays(email=emails(2)))
    Path("new").rename("connections")
    assert len(read_connections(Path("connections")).rows) == 2
