"""An account behind five routes, and a folder of documents that leads to it."""

import hashlib
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
import trustme

from calplan.model.settings import AccountSettings
from calplan.policyfile.documents import AccountDocument
from calplan.policyfile.reader import read
from calplan.providers import catalog
from calplan.providers.catalog import Adapter, open_platform
from calplan.providers.local.platform import LocalPlatform
from calplan.sandbox.account.account import Account, Event
from tests.cli.make import LOCKED, LONGEST, UNLIMITED, Spec, folder, state, surroundings, write
from tests.loopback.adapter import FIVE_ROUTES
from tests.loopback.protocol import FiveRoutes
from tests.loopback.server import Loopback, serving

SECRET: Final = "s3cret-canary/Zoom+7f3a"
PROGRAM: Final = (sys.executable, "-c", "from tests.loopback.launcher import launch; launch()")
CREDENTIAL: Final = {"kind": "secret", "from": {"env": "CALPLAN_SECRET_ZOOM"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The server, the file of its account, the routes, and the folder of documents."""

    server: Loopback
    routes: FiveRoutes
    database: Path
    corp: Path

    @property
    def live(self) -> AccountSettings:
        """The settings as they are, read behind the server's back."""
        with LocalPlatform(self.database, lambda: datetime.now(UTC)) as now:
            return now.read_settings().value

    @property
    def events(self) -> tuple[Event, ...]:
        """What users noticed so far: the platform's own log."""
        with Account.open(self.database) as account:
            return account.events()

    @property
    def bytes(self) -> str:
        """What the account's file holds, as a digest."""
        return hashlib.sha256(self.database.read_bytes()).hexdigest()

    def writes(self) -> list[str]:
        """What arrived that is neither a read nor a request for a token."""
        return [asked for asked in self.server.asked() if not asked.startswith("GET ") and asked != "POST /token"]


@contextmanager
def stage(
    patch: pytest.MonkeyPatch,
    *,
    policy: Spec | None = LOCKED,
    authority: trustme.CA | None = None,
    adapter: Adapter = FIVE_ROUTES,
    pairs: Iterable[tuple[str, str]] = (),
) -> Iterator[Stage]:
    """The account of ``tests.cli.make`` behind a server, with the adapter in the catalog and the secret at hand.

    ``pairs`` are hosts and assistants who do not see their private events.
    """
    behind = folder(Path("behind"), policy={}, create={"assistants": "assistants.csv"})
    rows = "".join(f"{host},{assistant},hidden\n" for host, assistant in pairs)
    (behind / "assistants.csv").write_text(f"user,assistant,access\n{rows}", encoding="utf-8")
    account = next(iter(documents_of(behind)))
    open_platform(account, catalog.Opening(clock=lambda: datetime.now(UTC)))
    patch.setitem(catalog.CATALOG, "zoom", adapter)
    patch.setenv("CALPLAN_SECRET_ZOOM", SECRET)
    database = behind / "corp.db"
    routes = FiveRoutes(database, SECRET)
    with serving(routes.answer, authority=authority) as server:
        corp = Path("corp")
        corp.mkdir()
        platform(corp, endpoints={"api": server.url, "token": f"{server.url}/token"})
        if policy is not None:
            state(corp, policy)
        yield Stage(server=server, routes=routes, database=database, corp=corp)


def documents_of(path: Path) -> Iterator[AccountDocument]:
    """The Account documents of a folder."""
    yield from read([path], datetime.now(UTC).date()).accounts


def platform(corp: Path, *, endpoints: Mapping[str, str], credential: object = CREDENTIAL, **more: object) -> None:
    """Write the Account document of a folder, or write it anew."""
    stated = {"type": "zoom", "accountId": "acc", "clientId": "app", "credential": credential, "endpoints": endpoints}
    spec = {"platform": {**stated, **more}, "owner": "admin@corp.example", "limits": UNLIMITED}
    write(corp / "account.yaml", "Account", {"name": "corp"}, spec)


def launch(*words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command line in a process of its own that knows the adapter."""
    return subprocess.run(
        [*PROGRAM, *map(str, words)],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=surroundings(**more),
        stdin=subprocess.DEVNULL,
        timeout=LONGEST,
    )
