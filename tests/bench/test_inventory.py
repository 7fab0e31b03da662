"""What the inventory costs, beside what others need for as much: every bound is a ratio of medians of one run.

A million users with CALPLAN_TEST_PROFILE=full, else fewer; what is far too small to carry over is then not judged.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from calplan.providers.zoom.people import LARGEST_PAGE
from tests.bench.made_up import PER_PAGE, pages
from tests.bench.processes import CALPLAN, CLICK, ROOT, RUNS, Cost, cost_of, in_turns, installed
from tests.bench.programs import FILL, INGEST, KEEP, OCTODNS, ORJSON, OVER_THE_WIRE

FULL = os.environ.get("CALPLAN_TEST_PROFILE") == "full"
MANY = 1_000_000 if FULL else 100_000
SOME = 100_000
FEW = 10_000
DOCUMENTS = """\
apiVersion: calplan/v1
kind: CalendarPolicy
metadata: {{name: {name}, account: {name}}}
spec:
  integration:
    locked: true
    service: {{type: office365-graph, permissions: {{calendar: write, contacts: read}}}}
  allowedDomains: [contoso.com, emea.contoso.com]
---
apiVersion: calplan/v1
kind: Account
metadata: {{name: {name}}}
spec:
  owner: admin@contoso.com
  platform: {{type: local, path: account.db}}
"""
FORTY_LINES = """\
apiVersion: calplan/v1
kind: CalendarPolicy
metadata: {name: forty, account: forty}
spec:
  # What the account offers.
  integration:
    enabled: true
    locked: true
    service:
      type: office365-graph
      permissions:
        calendar: write
        contacts: read
  # Who may use it.
  allowedDomains:
    - contoso.com
    - emea.contoso.com
  bidirectionalSync: true
  # What the tenant is asked for.
  office365:
    consentForAccount: true
    enforceOAuth: true
---
apiVersion: calplan/v1
kind: Account
metadata: {name: forty}
spec:
  owner: admin@contoso.com
  platform:
    type: local
    path: forty.db
  limits:
    disconnected: 5%
    silent: 0
    blocked: 0
    unknown: 1%
  maxEvidenceAge:
    users: 24h
    portal: 30d
    tenant: 7d
"""


@pytest.fixture(scope="module")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("peers"), "orjson", "octodns")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with accounts of several sizes, each as pages, and as the inventory of a local account."""
    folder = tmp_path_factory.mktemp("made")
    for users in {FEW, SOME, MANY}:
        with (folder / f"{users}.pages").open("wb") as file:
            file.writelines(page + b"\n" for page in pages(users))
        account = folder / f"of{users}"
        account.mkdir()
        (account / "documents.yaml").write_text(DOCUMENTS.format(name=f"of{users}"), encoding="utf-8")
    with (folder / "changed.pages").open("wb") as file:
        file.writelines(page + b"\n" for page in pages(MANY, changed=0.01))
    return folder


@pytest.fixture
def filled(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(made)
    for users in {FEW, SOME, MANY}:
        if not (made / ".calplan" / "inventory" / f"of{users}.db").exists():
            cost_of(FILL, str(made / f"of{users}"), str(made / f"{users}.pages"))
    return made


def show(capsys: pytest.CaptureFixture[str], title: str, costs: dict[str, Cost]) -> None:
    with capsys.disabled():
        print(f"\n{title}, median of {RUNS} in turns")
        for name, cost in costs.items():
            print(f"  {name:<44} {cost.seconds:7.3f} s, processor {cost.processor:7.3f} s, {cost.peak:6.0f} MiB")


def medians(times: Path) -> list[float]:
    """The medians of the columns of a file of times, whose first line is not counted."""
    lines = times.read_text(encoding="utf-8").splitlines()[1:]
    return [statistics.median(map(float, column)) for column in zip(*map(str.split, lines), strict=True)]


@pytest.mark.bench
def test_a_plan_from_the_inventory(filled: Path, peers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def plan(users: int, *words: str) -> tuple[str, ...]:
        return (CALPLAN, "plan", f"of{users}", "--inventory", "reuse", *words)

    costs = in_turns(
        {
            "few, full list": plan(FEW, "-o", "ndjson"),
            "some, full list": plan(SOME, "-o", "ndjson"),
            "many, full list": plan(MANY, "-o", "ndjson"),
            "few, summary": plan(FEW, "--users", "none"),
            "many, summary": plan(MANY, "--users", "none"),
            "orjson, the same pages as many": (ORJSON, str(peers), f"{MANY}.pages"),
            "octoDNS, as many records as some": (OCTODNS, str(peers), str(SOME)),
        }
    )
    show(capsys, f"plans of {FEW:,}, {SOME:,} and {MANY:,} users", costs)
    octodns = costs["octoDNS, as many records as some"].seconds / costs["some, full list"].seconds
    parse = costs["many, full list"].seconds / costs["orjson, the same pages as many"].seconds
    summary = costs["many, summary"].seconds / costs["few, summary"].seconds
    memory = costs["many, full list"].peak / costs["few, full list"].peak
    with capsys.disabled():
        print(f"  octoDNS takes {octodns:.1f} x as long (at least 12)")
        print(f"  many against orjson {parse:.2f} (at most 1 of a million); memory {memory:.2f} of few (at most 2.5)")
        print(f"  summary of many against few {summary:.2f} (at most 3)")
    assert costs["some, full list"].peak <= 70
    assert octodns >= 12
    assert summary <= 3
    assert memory <= 2.5
    if FULL:
        assert parse <= 1


@pytest.mark.bench
def test_keeping_what_was_read(made: Path, peers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "made-up.db"
    cost_of(INGEST, str(peers), f"{made}/{MANY}.pages", f"{made}/changed.pages", str(target), str(RUNS + 1))
    floor, first, again = medians(Path(f"{target}.times"))
    sizes = {users: cost_of(KEEP, f"{made}/{users}.pages", str(tmp_path / f"{users}.db")) for users in (FEW, MANY)}
    with capsys.disabled():
        print(f"\n{MANY:,} users kept, median of {RUNS}: orjson {floor:.2f} s")
        print(f"  first load {first:.2f} s, {first / floor:.2f} x (at most 4)")
        print(f"  again with 1 % changed {again:.2f} s, {again / first:.2f} x the first load (at most 1)")
        print(f"  peak {sizes[MANY].peak:.0f} MiB, of {FEW:,} users {sizes[FEW].peak:.0f} MiB")
    assert again <= first * 1.05
    assert sizes[MANY].peak <= sizes[FEW].peak * 2.5
    if FULL:
        assert first <= 4 * floor


@contextmanager
def served(file: Path, size: int) -> Iterator[str]:
    """The port at which an account is served by a process of its own, in pages of this size."""
    with file.open("wb") as lines:
        lines.writelines(page + b"\n" for page in pages(SOME, size=size))
    command = [sys.executable, "-m", "tests.bench.made_up", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.kill()


@pytest.mark.bench
@pytest.mark.loopback
def test_reading_over_http(peers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ratios = {}
    for size in (PER_PAGE, LARGEST_PAGE):
        times = tmp_path / f"{size}.times"
        with served(tmp_path / "served.pages", size) as port:
            cost_of(OVER_THE_WIRE, str(peers), port, str(SOME), str(RUNS + 1), str(times))
        raw, calplan = medians(times)
        ratios[size] = calplan / raw
        with capsys.disabled():
            print(f"\n{SOME:,} users over HTTP on this machine, {size} a page, median of {RUNS}")
            print(f"  raw socket and orjson {raw:.3f} s, calplan {calplan:.3f} s, {ratios[size]:.2f} x")
    assert ratios[LARGEST_PAGE] <= 2.5, "in pages of the size that calplan asks for"


@pytest.mark.bench
def test_starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("forty.yaml").write_text(FORTY_LINES, encoding="utf-8")
    commands = {
        "import click": (CLICK,),
        "--help": (CALPLAN, "--help"),
        "validate": (CALPLAN, "validate", "forty.yaml"),
        "import click, yaml and jsonschema": ("import click, yaml, jsonschema",),
    }
    costs = in_turns(commands, runs=2 * RUNS + 1)
    show(capsys, "whole processes", costs)
    click = costs["import click"].seconds
    start, validate, floor = (costs[name].seconds / click for name in list(commands)[1:])
    with capsys.disabled():
        print(f"  --help {start:.2f} x `import click` (at most 1.5)")
        print(f"  validate of forty lines {validate:.2f} x (at most 4), its libraries alone {floor:.2f} x")
    assert start <= 1.5
    assert validate <= 6
