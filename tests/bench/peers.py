"""Other people's programs to compare with: had by the benchmark in an environment of its own, never by the product.

Each is given what it would be given for as many users, in the form it takes, and everything in it changes.
"""

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

PINS: Final = ("c7n==0.9.53", "deepdiff==9.1.0", "ninja==1.13.2", "octodns==1.22.0", "orjson==3.13.0")
WHOLE: Final = "whole"
"""The file that says that everything was installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """The environment that holds them."""

    folder: Path

    @property
    def python(self) -> str:
        """The interpreter that sees them, and nothing of ours."""
        return self.program("python")

    @property
    def modules(self) -> Path:
        """Where their modules lie, for a program that needs one beside ours."""
        return next(self.folder.glob("lib/python*/site-packages"))

    def program(self, name: str) -> str:
        """The path of one of their programs."""
        return str(self.folder / "bin" / name)


def had(folder: Path) -> Peers:
    """The peers, installed below ``folder`` unless they are there. A command that fails fails the benchmark."""
    name = hashlib.sha256(repr((PINS, sys.version)).encode()).hexdigest()[:12]
    place = folder / name
    if not (place / WHOLE).exists():
        shutil.rmtree(place, ignore_errors=True)
        carried_out([sys.executable, "-m", "venv", str(place)])
        carried_out([str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", *PINS])
        (place / WHOLE).touch()
    return Peers(folder=place)


def carried_out(command: list[str]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        said = (done.stdout + done.stderr)[-2000:]
        pytest.fail(f"the peers to compare with could not be had: {' '.join(command)}\n{said}", pytrace=False)


# Records in memory, all of them other than what is wanted; a plan, and each of its changes as a line.
OCTODNS: Final = """
import logging, sys
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
ROWS: Final = """
import sys
import orjson
rows = [row for line in open(sys.argv[1], 'rb') for row in orjson.loads(line)['users']]
assert len(rows) == int(sys.argv[2])
"""
DEEPDIFF: Final = (
    ROWS
    + """
from deepdiff import DeepDiff

def seen(row, service):
    return {
        'email': row['email'], 'status': row['status'], 'service': service,
        'client': row['last_client_version'], 'groups': row['group_ids'],
    }

before = {row['id']: seen(row, 'google') for row in rows}
after = {row['id']: seen(row, 'office365-graph') for row in rows}
changes = DeepDiff(before, after)['values_changed']
assert len(changes) == len(rows)
for path, change in changes.items():
    print(path, change)
"""
)
CUSTODIAN: Final = (
    ROWS
    + """
from c7n.filters.core import ValueFilter

asked = [
    {'type': 'value', 'key': 'status', 'value': 'active'},
    {'type': 'value', 'key': 'email', 'op': 'regex', 'value': r'.*@.*[.](com|example)$'},
    {'type': 'value', 'key': 'last_client_version', 'op': 'regex', 'value': r'^[456][.]'},
]
for data in asked:
    one = ValueFilter(data)
    one.validate()
    rows = one.process(rows)
assert len(rows) == int(sys.argv[2])
for row in rows:
    print(row)
"""
)
RECORD: Final = "host{number:06}:\n  ttl: {ttl}\n  type: A\n  value: 10.{high}.{middle}.{low}\n"
SYNC: Final = """\
providers:
  wanted: {{class: octodns.provider.yaml.YamlProvider, directory: {folder}/wanted, enforce_order: false}}
  live: {{class: octodns.provider.yaml.YamlProvider, directory: {folder}/live, enforce_order: false}}
zones:
  unit.tests.: {{sources: [wanted], targets: [live]}}
"""


def octodns_files(folder: Path, count: int) -> str:
    """What ``octodns-sync`` reads, as YAML on both sides; gives the path of its configuration."""
    for side, ttl in (("wanted", 600), ("live", 300)):
        (folder / side).mkdir(parents=True)
        with (folder / side / "unit.tests.yaml").open("w", encoding="utf-8") as file:
            file.write("---\n")
            for number in range(count):
                high, middle, low = number >> 16 & 255, number >> 8 & 255, number & 255
                file.write(RECORD.format(number=number, ttl=ttl, high=high, middle=middle, low=low))
    (folder / "config.yaml").write_text(SYNC.format(folder=folder), encoding="utf-8")
    return str(folder / "config.yaml")


def ninja_file(folder: Path, count: int) -> str:
    """A build of as many files, none of which is there; gives its path."""
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "source"
    source.touch()
    with (folder / "build.ninja").open("w", encoding="utf-8") as file:
        file.write("rule copy\n  command = cp $in $out\n")
        file.writelines(f"build {folder}/out/{number}: copy {source}\n" for number in range(count))
    return str(folder / "build.ninja")
