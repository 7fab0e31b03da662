"""Programs that benchmarks time, each a process of its own: calplan at work, and others at the same."""

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
            yield UserBatch(emails=rows.emails, facts=turn(rows.facts), mailboxes={})

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
from calplan.cli.chosen import choose
from calplan.cli.wiring import open_account
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
"""What a program begins with that is told where others' modules are."""
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
