"""The chain of an account's records: each holds the digest of the one before, so that no change goes unseen.

It shows that somebody changed the database who did not also compute every later digest anew. Who can do that is found
out by comparing the head with one that was noted elsewhere.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

BEGIN: Final = "begin"
STATUS: Final = "status"
RUNNING: Final = "running"
"""The status of a run from its beginning until something else is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record as it stands in the database: ``text`` is its content as canonical JSON."""

    number: int
    run: str
    at: datetime
    kind: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of a chain as the account remembers it: the last number, and the digest there."""

    number: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A run as it stands in the database: what its records must agree with.

    ``header`` is what its first record holds, made anew from the row.
    """

    id: str
    header: Mapping[str, object]
    status: str
    finished_at: datetime | None
    first_record: int
    last_status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """What checking a chain gave: how many records it has, the digest at its head, and a sentence for each fault."""

    account: str
    records: int
    head: str
    faults: tuple[str, ...]


def origin(account: str) -> str:
    """What the first record of an account follows; the chain of one account never passes for that of another."""
    return hashlib.sha256(f"calplan account {account}".encode()).hexdigest()


def canonical(content: Mapping[str, object]) -> str:
    """Content as JSON in the one form that is kept and digested."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(previous: str, *, run: str, number: int, at: datetime, kind: str, text: str) -> str:
    """The digest of a record that follows another one."""
    fields = {"run": run, "number": number, "at": moment(at), "kind": kind, "content": text}
    return hashlib.sha256((previous + canonical(fields)).encode()).hexdigest()


def moment(at: datetime) -> str:
    """A time as it is written in records."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def faults(account: str, head: Head, entries: Iterable[Entry], runs: Iterable[StoredRun]) -> tuple[str, ...]:
    """A sentence for each thing that is not as it was recorded; entries come in the order of their numbers."""
    told = _Told()
    return (*_broken_links(account, head, told.listening(entries)), *_changed_runs(told, runs))


@dataclass(slots=True)
class _Told:
    """What records say about runs: their headers, their last status, and which there are."""

    headers: dict[str, Mapping[str, object]] = field(default_factory=dict)
    begun: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    mentioned: dict[str, int] = field(default_factory=dict)

    def listening(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """The entries, each taken in on the way."""
        for entry in entries:
            if entry.run:
                self.mentioned.setdefault(entry.run, entry.number)
            if entry.kind == BEGIN:
                self.headers[entry.run], self.begun[entry.run] = parsed(entry.text), entry.number
            elif entry.kind == STATUS:
                status = str(parsed(entry.text).get("status"))
                self.statuses[entry.run] = (status, moment(entry.at), entry.number)
            yield entry


def parsed(text: str) -> dict[str, object]:
    """The content of a record; empty where the text is no JSON object, which its digest tells as well."""
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _broken_links(account: str, head: Head, entries: Iterable[Entry]) -> Iterator[str]:
    previous: str | None = origin(account)
    wanted = 1
    for entry in entries:
        if entry.number > wanted:
            yield _missing(wanted, entry.number - 1)
            previous = None  # whether this one was changed too, only the missing one could tell
        if previous is not None and entry.digest != _digest_of(entry, previous):
            yield f"record {entry.number} ({entry.kind}) was changed, or is not the one that stood there"
        previous, wanted = entry.digest, entry.number + 1
    if wanted <= head.number:
        yield f"{_missing(wanted, head.number)}: the end of the chain was cut off"
    elif wanted - 1 > head.number:
        yield f"the chain has {wanted - 1} records, and its account knows of {head.number}"
    elif previous not in (None, head.digest):
        yield f"the chain does not end with the digest that its account remembers, at record {head.number}"


def _digest_of(entry: Entry, previous: str) -> str:
    return digest(previous, run=entry.run, number=entry.number, at=entry.at, kind=entry.kind, text=entry.text)


def _missing(first: int, last: int) -> str:
    return f"record {first} is missing" if first == last else f"records {first} to {last} are missing"


def _changed_runs(told: _Told, runs: Iterable[StoredRun]) -> Iterator[str]:
    seen = set()
    for run in runs:
        seen.add(run.id)
        header = told.headers.get(run.id)
        if header is None:
            yield f"run {run.id} has no record of its beginning"
            continue
        for name in sorted({*header, *run.header}):
            if header.get(name) != run.header.get(name):
                yield f"run {run.id}: its {_FIELDS.get(name, name)} is not what was recorded"
        status, finished, number = told.statuses.get(run.id, (RUNNING, None, told.begun[run.id]))
        if run.status != status:
            yield f"run {run.id}: its status is {run.status}, and the last one recorded is {status}"
        if (run.finished_at and moment(run.finished_at)) != (None if status == RUNNING else finished):
            yield f"run {run.id}: the time of its end is not what was recorded"
        if (run.first_record, run.last_status) != (told.begun[run.id], number):
            yield f"run {run.id}: its place among the runs is not what was recorded"
    for run_id, number in told.mentioned.items():
        if run_id not in seen:
            yield f"run {run_id}, of which record {number} tells, is missing"


_FIELDS: Final = {
    "account": "account",
    "plan_id": "plan id",
    "who": "name of who ran it",
    "path": "path",
    "started_at": "time of beginning",
    "plan_created_at": "time of planning",
    "plan_sha256": "plan",
}
