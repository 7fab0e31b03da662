"""The page about performance says what was told, and its drawings can be read."""

from datetime import date
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.bench.peers import carried_out
from tests.bench.plot import APART, Line, apart, plot
from tests.bench.processes import Cost
from tests.bench.report import BEGIN, END, Machine, drawings, figures, put_between
from tests.bench.told import OfClasses, OfMany, Ratio, Told

WHERE = Machine(day=date(2026, 11, 27), cores=2, memory=8, system="Linux x86_64", python="3.11.7", load=(0.25, 1.75))
TOLD: tuple[Told, ...] = (
    OfMany(program="calplan, full list", users=1_000, runs=5, cost=Cost(0.2, 0.2, 20)),
    OfMany(program="slow", users=1_000, runs=5, cost=Cost(1, 1, 30)),
    OfMany(program="calplan, full list", users=10_000, runs=5, cost=Cost(0.25, 0.2, 25)),
    OfMany(program="slow", users=10_000, runs=1, cost=Cost(10, 10, 300)),
    OfClasses(classes=100, with_domains=900, users=1_000, full=Cost(0.3, 0.3, 30), summary=Cost(0.2, 0.2, 20)),
    Ratio(what="starting", figure="70 ms", beside="`import click`", ratio=1.15, bound="above 1.75"),
)


def test_each_program_stands_in_a_row_with_its_ratio_to_the_full_list() -> None:
    text = figures(WHERE, TOLD, "drawings")
    assert "| seconds | 1,000 | to calplan | 10,000 | to calplan | memory at 10,000 |" in text
    assert "| slow | 1.00 | 5.0 x | 10 ¹ | 40 x | 300 MiB |" in text
    assert "¹ ran once" in text
    assert "| 100 | 900 | 0.30 s | 0.20 s | 30 MiB |" in text
    assert "## Beside other tools\n\n| seconds |" in text
    assert "| starting | 70 ms | 1.1 x | `import click` | above 1.75 |" in text
    assert text.startswith("Taken on 2026-11-27: 2 cores (Linux x86_64), 8 GiB of memory, Python 3.11.7.")


def test_only_what_stands_between_the_marks_is_written_anew() -> None:
    assert put_between(f"a\n{BEGIN}\nold\n{END}\nb\n", "new") == f"a\n{BEGIN}\n\nnew\n\n{END}\nb\n"
    with pytest.raises(AssertionError):
        put_between("a page without marks", "new")


def test_the_page_has_its_marks_and_the_drawings_it_shows(repository: Path) -> None:
    page = (repository / "docs" / "performance.md").read_text("utf-8")
    assert page.count(BEGIN) == page.count(END) == 1
    for name in drawings(TOLD):
        assert f"](performance/{name})" in page
        ET.parse(repository / "docs" / "performance" / name)  # noqa: S314 - drawn by us


def test_a_drawing_names_each_line_once_and_hides_no_name_behind_another() -> None:
    lines = [Line(name=f"{number} & more", points=((10, 1), (1_000, 2 + number / 100))) for number in range(8)]
    drawn = ET.fromstring(plot("<title>", "users", "seconds", lines))  # noqa: S314 - drawn by us
    texts = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert [texts.count(line.name) for line in lines] == [1] * 8
    placed = apart({str(number): 100.0 for number in range(8)}, 0, 150)
    heights = list(placed.values())
    assert all(after - before >= APART for before, after in pairwise(heights))
    assert heights[-1] <= 150


def test_a_peer_that_cannot_be_had_fails_the_benchmark_with_the_command() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"could not be had: sh -c exit 1"):
        carried_out(["sh", "-c", "exit 1"])
