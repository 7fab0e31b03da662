"""Parquet that unpacks to more than a machine has, and Parquet that is broken at any byte."""

import subprocess
import sys
from pathlib import Path

import pytest

from calplan.providers.connections_file import parquet_file
from tests.cli.make import LONGEST, surroundings
from tests.providers.connections_file.make import MISSING, places, refused, stated

pytest.importorskip("pyarrow", reason=MISSING)
import pyarrow as pa

from tests.providers.connections_file.parquet import arrays, emails, written

MEBIBYTE = 1024 * 1024


def same(text: str, times: int) -> pa.Array:
    """One text many times over, at hardly any cost."""
    first = pa.Array.from_buffers(pa.int8(), times, [None, pa.py_buffer(bytes(times))])
    return pa.DictionaryArray.from_arrays(first, [text])


def out_of_bounds(content: bytes) -> str:
    (found,) = refused(content)
    assert places((found,)) == [("U-LONG", 1)]
    return found.summary.removeprefix("this Parquet file is out of bounds: ")


def test_a_page_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    large = pa.array(["x" * MEBIBYTE]).take(pa.array([0] * 129))
    content = written(
        pa.table({"email": emails(129), "evidence": large}), compression="zstd", dictionary=False, page=256 * MEBIBYTE
    )
    assert len(content) < MEBIBYTE
    assert out_of_bounds(content) == "a page of 135,266,827 bytes in `evidence`"


def test_what_is_not_read_may_be_of_any_size() -> None:
    large = pa.array(["x" * MEBIBYTE]).take(pa.array([0] * 129))
    contents = pa.table({"email": emails(129), "photo": large})
    assert len(stated(written(contents, compression="zstd", dictionary=False, page=256 * MEBIBYTE)).rows) == 129


def test_more_rows_than_any_account_has_are_refused() -> None:
    assert out_of_bounds(arrays(email=same("a@b.c", 5_000_001))) == "5,000,001 rows"


def test_more_items_than_any_list_has_are_refused() -> None:
    items = pa.ListArray.from_arrays(pa.array([0, 20_000_001], type=pa.int32()), same("x", 20_000_001))
    assert out_of_bounds(arrays(email=emails(1), groups=items)) == "more than 20,000,000 values in `groups`"


def test_many_pages_that_are_within_bounds_are_refused_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_file, "LARGEST_UNPACKED", 2 * MEBIBYTE)
    large = pa.array([f"{number}" + "x" * 65_000 for number in range(40)])
    content = written(pa.table({"email": emails(40), "evidence": large}), dictionary=False, page=MEBIBYTE, group=5)
    assert out_of_bounds(content) == "more than 2 MiB when unpacked"


def test_a_table_of_contents_beyond_all_measure_is_refused() -> None:
    content = b"PAR1" + bytes(9 * MEBIBYTE) + (8 * MEBIBYTE + 1).to_bytes(4, "little") + b"PAR1"
    assert out_of_bounds(content) == "its table of contents is larger than 8 MiB"


READS = """
import sys
from pathlib import Path
from calplan.providers.connections_file.reading import read_connections
rows = len(read_connections(Path(sys.argv[1])).rows)
# Not getrusage(), which counts what the process was forked from.
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
print(rows, int(peak.split()[1]) // 1024)
"""


def read_elsewhere(script: str, *words: str) -> list[str]:
    """What a process of its own says."""
    done = subprocess.run(
        [sys.executable, "-c", script, *words], env=surroundings(), capture_output=True, timeout=LONGEST, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().split()


def test_long_words_that_many_rows_share_are_held_once() -> None:
    shared = {name: same("x" * 90_000, 20_000) for name in ("evidence", "primary_group", "id")}
    content = arrays(email=emails(20_000), **shared)
    assert len(content) < MEBIBYTE
    Path("connections").write_bytes(content)
    rows, mebibytes = read_elsewhere(READS, "connections")
    assert int(rows) == 20_000
    assert int(mebibytes) < 300  # spelled out they would be 5,400


BREAKS = """
import random, sys
from pathlib import Path
from calplan.providers.connections_file.reading import read_connections
from calplan.providers.invalid_files import InvalidFilesError
from tests.providers.connections_file.parquet import LISTS, emails, pa, written
chance = random.Random(int(sys.argv[1]))
path = Path("broken")
columns = {
    "email": emails(300),
    "service": ["google", ""] * 150,
    "groups": pa.array([["x", "y"], []] * 150, type=LISTS),
    "as_of": pa.array([1_790_000_000] * 300, type=pa.timestamp("s")),
}
sound = refused = 0
for _ in range(int(sys.argv[2])):
    content = bytearray(
        written(
            pa.table(columns),
            compression=chance.choice(("none", "snappy", "zstd")),
            version=chance.choice(("1.0", "2.0")),
            dictionary=chance.random() < 0.5,
        )
    )
    for _ in range(chance.choice((1, 1, 3))):
        content[chance.randrange(len(content))] = chance.randrange(256)
    path.write_bytes(content[: chance.randrange(len(content))] if chance.random() < 0.1 else content)
    try:
        read_connections(path)
        sound += 1
    except InvalidFilesError:
        refused += 1
print(sound, refused)
"""


@pytest.mark.parametrize("seed", ["1", "2"])
def test_a_file_that_is_broken_at_any_byte_is_read_or_refused_and_nothing_else(seed: str) -> None:
    sound, refused_times = map(int, read_elsewhere(BREAKS, seed, "250"))
    assert sound + refused_times == 250
    assert sound > 10
    assert refused_times > 100
