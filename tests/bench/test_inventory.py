"""What the inventory costs, beside what others need for as much: every bound is a ratio of medians of one run.

A million users with CALPLAN_TEST_PROFILE=full, else fewer; what is far too small to carry over is then not judged.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.made_up import pages
from tests.bench.processes import CALPLAN, CLICK, ROOT, RUNS, Cost, cost_of, in_turns, installed

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
HEAD = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from calplan.model.account import Evidence
from calplan.model.user import Status, UserBatch
from calplan.providers.base import Users
from calplan.providers.zoom.groups import Membership
from calplan.providers.zoom.messages import UserPage
from calplan.providers.zoom.people import FactsOf
import msgspec

def batches(file, turn=lambda facts: facts):
    known = FactsOf(Membership(calls=None, groups=()))
    with open(file, 'rb') as lines:
        for line in lines:
            rows = known.rows(msgspec.json.decode(line, type=UserPage).users, Status.ACTIVE)
            yield UserBatch(emails=[*rows.emails], facts=turn([*rows.facts]), mailboxes={})

def users(stream):
    now = datetime.now(UTC)
    evidence = Evidence(source='made up', kind='users', as_of=now, records=0, complete=True, live=True)
    return Users(batches=stream, evidence=evidence)
"""
# The inventory of a local account is filled as a read of the account would; seven in ten users are connected.
FILL = (
    HEAD
    + """
from calplan.cli.inventory import from_inventory, people_of
from calplan.cli.wiring import choose, open_account
from calplan.sandbox.account.plausible import plausible_account

folder, file = Path(sys.argv[1]), sys.argv[2]
plausible_account(folder / 'account.db', users=10, seed=1)
GOOGLE, GRAPH, EWS = 'google', 'office365-graph', 'office365-ews'
HELD = [(GOOGLE, 'write', 'read'), (GOOGLE, 'read', 'none'), (GRAPH, 'write', 'read'), (EWS, None, None)]
made = {}

def turn(page):
    found = []
    for facts in page:
        if facts not in made:
            number = hash(facts.clients + facts.groups) % 100
            service, calendar, contacts = HELD[number % 4] if number < 70 else ('', None, None)
            auth = 'oauth' if service else None
            made[facts] = facts._replace(service=service, calendar=calendar, contacts=contacts, auth=auth)
        found.append(made[facts])
    return found

chosen = choose((folder,))
platform = open_account(chosen.account)
class Made:
    read_users = staticmethod(lambda: users(batches(file, turn)))
kept = people_of(chosen, from_inventory('refresh', None), None)(Made())
print(len(kept.population), len(kept.population.kinds))
"""
)
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
# Records in memory, a tenth of them other than what is wanted; a plan, and each of its changes as a line.
OCTODNS = (
    PEERS
    + """
import logging
from octodns.provider.base import BaseProvider
from octodns.record import Record
from octodns.zone import Zone

COUNT = int(sys.argv[1])

class Held(BaseProvider):
    log = logging.getLogger('held')
    SUPPORTS = {'A'}
    SUPPORTS_GEO = SUPPORTS_DYNAMIC = False
    def populate(self, zone, target=False, lenient=False):
        fill(zone, self, 300)
        return True

def fill(zone, source, ttl):
    for number in range(COUNT):
        data = {'type': 'A', 'ttl': ttl, 'value': f'10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}'}
        zone.add_record(Record.new(zone, f'host{number:06}', data, source=source), lenient=True)

provider = Held('held')
wanted = Zone('unit.tests.', [])
fill(wanted, None, 600)
plan = provider.plan(wanted)
assert len(plan.changes) == COUNT
for change in plan.changes:
    print(change)
"""
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


@pytest.fixture
def served(made: Path) -> Iterator[str]:
    """The port at which the pages are served by a process of its own."""
    command = [sys.executable, "-m", "tests.bench.made_up", f"{made}/{SOME}.pages"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.kill()


@pytest.mark.bench
@pytest.mark.loopback
def test_reading_over_http(served: str, peers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    times = tmp_path / "times"
    cost_of(OVER_THE_WIRE, str(peers), served, str(SOME), str(RUNS + 1), str(times))
    raw, calplan = medians(times)
    with capsys.disabled():
        print(f"\n{SOME:,} users over HTTP on this machine, median of {RUNS}")
        print(f"  raw socket and orjson {raw:.3f} s, calplan {calplan:.3f} s, {calplan / raw:.2f} x (at most 2.5)")
    assert calplan <= 2.5 * raw


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
    assert start <= 1.75
    assert validate <= 6
