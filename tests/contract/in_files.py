"""The two that read files: a connections file, and an account that is a file itself."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from calplan.plan.actions import SetLock
from calplan.providers.connections_file.reading import read_connections
from calplan.providers.local.platform import LocalPlatform
from calplan.providers.local.writing import WritableLocalPlatform
from calplan.sandbox.account.create import AccountContents, UserRecord, create_account
from tests.cli.make import somebody_without_rights
from tests.contract.scene import Read, Scene, State, of_facts, of_users
from tests.make import account, facts
from tests.providers.zoom.make import NOON

ANN, BOB, CYD = (f"{name}@corp.example" for name in ("ann", "bob", "cyd"))
SERVICES = {ANN: "google", BOB: "", CYD: "unknown"}
KNOWN = {ANN: State.CONNECTED, BOB: State.NOT_CONNECTED, CYD: State.UNKNOWN}
ROWS = 30_000


@dataclass(kw_only=True)
class InFile(Scene):
    """A reader of a file."""

    path: Path
    everybody: dict[str, State]
    at_first: bytes = field(init=False)
    is_open: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.at_first = self.path.read_bytes()

    def changed(self) -> list[str]:
        self.is_open.close()
        return [] if self.path.read_bytes() == self.at_first else [str(self.path)]

    def spoil(self, content: bytes) -> None:
        """Put something else in its place."""
        self.path.write_bytes(content)
        self.at_first = content

    def trouble(self, kind: str, times: int = 1) -> None:
        content = {
            "half": self.at_first[: len(self.at_first) // 2],
            "web-page": b"<!doctype html>\n<html><body>Sign in to the guest network</body></html>\n",
            "error-in-200": b'{"code": 200, "message": "Only available for paid accounts."}\n',
        }
        assert times
        self.spoil(content[kind])

    def lose_somebody(self) -> str:
        return CYD


class ConnectionsFile(InFile):
    """A list of people with what they are connected to."""

    def read(self) -> Read:
        stated = read_connections(self.path)
        return Read(people={email: of_facts(row.facts) for email, row in stated.rows.items()})

    def shorten(self) -> None:
        rows = {f"user{number:05}@corp.example": "google" for number in range(ROWS)}
        self.everybody = dict.fromkeys(rows, State.CONNECTED)
        self.spoil(_lines(rows))


class Local(InFile):
    """An account that is a file of calplan's own."""

    def read(self) -> Read:
        with LocalPlatform(self.path, lambda: NOON) as platform:
            users = platform.read_users()
            return Read(people=of_users(users.batches), whole=users.evidence.complete)

    def write(self) -> bool:
        with closing(WritableLocalPlatform(self.path, lambda: NOON)) as platform:
            return platform.perform(SetLock(on=True)).changed

    def shorten(self) -> None:
        self.path.unlink()
        rows = [UserRecord(f"user{number:05}@corp.example", facts("google", "write", "read")) for number in range(ROWS)]
        create_account(self.path, AccountContents(settings=account(), users=rows))
        self.everybody = {one.email: State.CONNECTED for one in rows}
        self.at_first = self.path.read_bytes()

    def forbid(self) -> None:
        self.missing = self.path.name
        self.path.parent.chmod(0o755)
        self.path.chmod(0o600)
        self.is_open.enter_context(somebody_without_rights())


def _lines(rows: dict[str, str]) -> bytes:
    return "".join(f"{json.dumps({'email': email, 'service': word})}\n" for email, word in rows.items()).encode()


@contextmanager
def connections_file(_patch: pytest.MonkeyPatch, *, empty: bool = False) -> Iterator[ConnectionsFile]:
    """A connections file, or one in which nobody is."""
    path = Path("connections.ndjson")
    path.write_bytes(b"email,service\n" if empty else _lines(SERVICES))
    yield ConnectionsFile(path=path, everybody={} if empty else dict(KNOWN))


@contextmanager
def local(_patch: pytest.MonkeyPatch, *, empty: bool = False) -> Iterator[Local]:
    """A local account, or one without users."""
    path = Path("corp.db").absolute()
    people = (
        UserRecord(ANN, facts("google", "write", "read")),
        UserRecord(BOB, facts("")),
        UserRecord(CYD, facts(None)),
    )
    create_account(path, AccountContents(settings=account(), users=() if empty else people))
    scene = Local(path=path, everybody={} if empty else dict(KNOWN))
    with scene.is_open:
        yield scene
