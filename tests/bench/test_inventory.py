"""What the inventory costs, beside what others need for as much: every bound is a ratio of medians of one run.

A million users with CALPLAN_TEST_PROFILE=full, else fewer; what is far too small to carry over is then not judged.
"""

import math
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.accounts import HEAD, kept
from tests.bench.made_up import pages
from tests.bench.peers import Peers
from tests.bench.processes import CALPLAN, CLICK, ROOT, RUNS, cost_of, in_turns
from tests.bench.told import Ratio, Tell

FULL = os.environ.get("CALPLAN_TEST_PROFILE") == "full"
MANY = 1_000_000 if FULL else 100_000
SOME = 100_000
FEW = 10_000
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
PEERS = "import sys\nsys.path.insert(0, sys.argv.pop(1))\n"
"""What a program begins with that is told where others' programs are."""
ORJSON = PEERS + "import orjson\nfor line in open(sys.argv[1], 'rb'): orjson.loads(line)"
INGEST = (
    PEERS
    + HEAD
    + """
import orjson
from calplan.providers.inventory.store import Inventory

def timed(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin

def parse(file):
    with open(file, 'rb') as lines:
        for line in lines:
            orjson.loads(line)

def keep(file):
    inventory.keep(users(batches(file)))

first, again, target = sys.argv[1:4]
for number in range(int(sys.argv[4])):
    Path(target).unlink(missing_ok=True)
    inventory = Inventory(Path(target), 'made up', lambda: datetime.now(UTC))
    floor = timed(lambda: parse(first))
    print(floor, timed(lambda: keep(first)), timed(lambda: keep(again)), file=open(target + '.times', 'a'))
"""
)
KEEP = HEAD + (
    "from calplan.providers.inventory.store import Inventory\n"
    "Inventory(Path(sys.argv[2]), 'made up', lambda: datetime.now(UTC)).keep(users(batches(sys.argv[1])))"
)
# The two readers in turns, in one process: what its start costs has a test of its own.
OVER_THE_WIRE = (
    PEERS
    + """
import os, socket, time
from datetime import UTC, datetime
import orjson
os.environ['CALPLAN_SECRET_ZOOM'] = 'secret'
from calplan.policyfile.documents import AccountDocument, ZoomPlatform
from calplan.providers.http.retry import Time
from calplan.providers.trust import Trust
from calplan.providers.zoom.opening import read_zoom

port, wanted = int(sys.argv[1]), int(sys.argv[2])
url = f'http://127.0.0.1:{port}'
stated = {
    'type': 'zoom', 'accountId': 'acc', 'clientId': 'app', 'endpoints': {'api': url, 'token': f'{url}/token'},
    'credential': {'kind': 'secret', 'from': {'env': 'CALPLAN_SECRET_ZOOM'}},
}
passed = 0.0

def sleep(seconds):
    global passed
    passed += seconds

clock = Time(now=lambda: datetime.now(UTC), ticks=lambda: time.monotonic() + passed, sleep=sleep, chance=lambda: 0.5)
account = AccountDocument(name='made-up', platform=ZoomPlatform(stated=stated))

def raw():
    with socket.create_connection(('127.0.0.1', port)) as line, line.makefile('rb') as stream:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        token, count = '0', 0
        while token:
            target = f'/v2/users?status=active&next_page_token={token}'
            line.sendall(f'GET {target} HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'.encode())
            size = 0
            while (head := stream.readline()) != b'\\r\\n':
                if head.startswith(b'Content-Length:'):
                    size = int(head.split(b':')[1])
            page = orjson.loads(stream.read(size))
            count += len(page['users'])
            token = page['next_page_token']
        return count

def calplan():
    platform = read_zoom(account, Trust(), lambda: datetime.now(UTC), clock)
    return sum(len(batch.emails) for batch in platform.read_users().batches)

def timed(work):
    begin = time.perf_counter()
    assert work() == wanted
    return time.perf_counter() - begin

for _ in range(int(sys.argv[3])):
    print(timed(raw), timed(calplan), file=open(sys.argv[4], 'a'))
"""
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with accounts of several sizes, each as pages, and as the inventory of a local account."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for users in {FEW, SOME, MANY}:
            kept(folder, f"of{users}", users)
    with (folder / "changed.pages").open("wb") as file:
        file.writelines(page + b"\n" for page in pages(MANY, changed=0.01))
    return folder


def medians(times: Path) -> list[float]:
    """The medians of the columns of a file of times, whose first line is not counted."""
    lines = times.read_text(encoding="utf-8").splitlines()[1:]
    return [statistics.median(map(float, column)) for column in zip(*map(str.split, lines), strict=True)]


@pytest.mark.bench
def test_a_plan_from_the_inventory(made: Path, peers: Peers, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(made)

    def plan(users: int, *words: str) -> tuple[str, ...]:
        return (CALPLAN, "plan", f"of{users}", "--inventory", "reuse", *words)

    costs = in_turns(
        {
            "few": plan(FEW, "-o", "ndjson"),
            "many": plan(MANY, "-o", "ndjson"),
            "few, summary": plan(FEW, "--users", "none"),
            "many, summary": plan(MANY, "--users", "none"),
            "orjson": (ORJSON, str(peers.modules), f"of{MANY}.pages"),
        }
    )
    many, few = costs["many"], costs["few"]
    parse = many.seconds / costs["orjson"].seconds
    summary = costs["many, summary"].seconds / costs["few, summary"].seconds
    memory = many.peak / few.peak
    what, raw = f"plan of {MANY:,} users, full list", "reading their JSON with orjson"
    tell(Ratio(what=what, figure=f"{many.seconds:.2f} s", beside=raw, ratio=parse, bound="above 1, a million"))
    what = "its memory"
    tell(Ratio(what=what, figure=f"{many.peak:.0f} MiB", beside=f"{FEW:,} users", ratio=memory, bound="above 2.5"))
    figure = f"{costs['many, summary'].seconds:.2f} s"
    tell(Ratio(what="its summary", figure=figure, beside=f"{FEW:,} users", ratio=summary, bound="above 3"))
    assert summary <= 3
    assert memory <= 2.5
    if FULL:
        assert parse <= 1


@pytest.mark.bench
def test_keeping_what_was_read(made: Path, peers: Peers, tmp_path: Path, tell: Tell) -> None:
    target = tmp_path / "made-up.db"
    files = (f"{made}/of{MANY}.pages", f"{made}/changed.pages")
    cost_of(INGEST, str(peers.modules), *files, str(target), str(RUNS + 1))
    floor, first, again = medians(Path(f"{target}.times"))
    sizes = {users: cost_of(KEEP, f"{made}/of{users}.pages", str(tmp_path / f"{users}.db")) for users in (FEW, MANY)}
    ours, other = sizes[MANY].peak, sizes[FEW].peak
    what, raw = f"keeping {MANY:,} users that were read", "reading their JSON with orjson"
    tell(Ratio(what=what, figure=f"{first:.2f} s", beside=raw, ratio=first / floor, bound="above 4, a million"))
    what = "keeping them again, 1 % changed"
    tell(Ratio(what=what, figure=f"{again:.2f} s", beside="the first time", ratio=again / first, bound="above 1.05"))
    what = "memory of keeping them"
    tell(Ratio(what=what, figure=f"{ours:.0f} MiB", beside=f"{FEW:,} users", ratio=ours / other, bound="above 2.5"))
    assert again <= first * 1.05
    assert ours <= other * 2.5
    if FULL:
        assert first <= 4 * floor


@pytest.fixture
def served(made: Path) -> Iterator[str]:
    """The port at which the pages are served by a process of its own."""
    command = [sys.executable, "-m", "tests.bench.made_up", f"{made}/of{SOME}.pages"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.kill()


@pytest.mark.bench
@pytest.mark.loopback
def test_reading_over_http(served: str, peers: Peers, tmp_path: Path, tell: Tell) -> None:
    times = tmp_path / "times"
    cost_of(OVER_THE_WIRE, str(peers.modules), served, str(SOME), str(RUNS + 1), str(times))
    raw, calplan = medians(times)
    what, beside = f"reading {SOME:,} users over HTTP", "a raw socket and orjson"
    tell(Ratio(what=what, figure=f"{calplan:.2f} s", beside=beside, ratio=calplan / raw, bound="above 2.5"))
    assert calplan <= 2.5 * raw


@pytest.mark.bench
def test_starting(tmp_path: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("forty.yaml").write_text(FORTY_LINES, encoding="utf-8")
    commands = {
        "click": (CLICK,),
        "help": (CALPLAN, "--help"),
        "validate": (CALPLAN, "validate", "forty.yaml"),
        "libraries": ("import click, yaml, jsonschema",),
    }
    costs = in_turns(commands, runs=2 * RUNS + 1)
    click = costs["click"].seconds
    bounds = {"help": ("calplan --help", 1.75), "validate": ("calplan validate, forty lines", 6.0)}
    bounds["libraries"] = ("importing click, PyYAML and jsonschema", math.inf)
    for name, (what, most) in bounds.items():
        seconds = costs[name].seconds
        bound = f"above {most:g}" if most < math.inf else ""
        ratio = seconds / click
        tell(Ratio(what=what, figure=f"{seconds * 1000:.0f} ms", beside="`import click`", ratio=ratio, bound=bound))
    assert costs["help"].seconds <= 1.75 * click
    assert costs["validate"].seconds <= 6 * click
