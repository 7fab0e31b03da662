"""A simulated account behind its servers, over real sockets, and a folder of documents that leads to it."""

import gc
import json
import ssl
import threading
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from calplan.model.account import AssistantPair, PrivateAccess, TenantFacts
from calplan.model.settings import AccountSettings
from calplan.sandbox.account.account import Account
from calplan.sandbox.account.create import AccountContents, UserRecord, create_account
from calplan.sandbox.servers.access_log import Asked
from calplan.sandbox.servers.app import application
from calplan.sandbox.servers.faults import FaultPlan, parse
from calplan.sandbox.servers.misbehaving import Lines
from calplan.sandbox.servers.rates import RatePlan
from calplan.sandbox.servers.serving import LoopbackServer, listening
from calplan.sandbox.servers.sign_in import EVERY_SCOPE, Keys
from calplan.sandbox.servers.tls import new_identity
from calplan.sandbox.servers.vendor import Vendor
from calplan.sandbox.servers.world import World, made_up_id
from calplan.sandbox.servers.zoom_api import ZoomApi
from tests.cli.make import UNLIMITED, write
from tests.make import account, facts

SECRET: Final = "s3cret-canary/Zoom+7f3a"
LONGEST_WAIT: Final = 30.0
ANN: Final = "ann@corp.example"
BOB: Final = "bob@corp.example"
DEE: Final = "dee@fabrikam.example"
GUY: Final = "guy@corp.example"
IDA: Final = "ida@corp.example"
PIA: Final = "pia@corp.example"

PEOPLE: Final = (
    UserRecord(
        ANN, facts("google", "write", "read", groups=["Staff"], clients=["6.5.3.8712(win)", "6.5.1.3012(iphone)"])
    ),
    UserRecord(BOB, facts("google", "read", "none", groups=["Staff", "Sales"], clients=["5.2.44052.0816(win)"])),
    UserRecord(DEE, facts("office365-graph", "write", "read", groups=[], clients=[]), id="dee-id_1"),
    UserRecord(GUY, facts("", groups=["Staff"], clients=["6.5.3.8712(mac)"]), licensed="no"),
    UserRecord(IDA, facts("", groups=["Staff"], status="inactive", clients=["5.1.0(mac)"])),
    UserRecord(PIA, facts("", groups=["Staff"], status="pending", clients=[])),
)
"""One user of each kind that the API tells apart."""
PAIRS: Final = {
    AssistantPair(user=ANN, assistant=BOB): PrivateAccess.MANAGED,
    AssistantPair(user=ANN, assistant=DEE): PrivateAccess.UNKNOWN,
    AssistantPair(user=BOB, assistant=ANN): PrivateAccess.HIDDEN,
}


@dataclass(slots=True)
class Clock:
    """The servers' time: what it is, and what was passed by hand."""

    passed: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.passed


@dataclass(slots=True, kw_only=True)
class Stage:
    """The running servers: their address, the file of the account, and what was asked of them."""

    url: str
    database: Path
    zoom: ZoomApi
    clock: Clock
    folder: Path
    """Holds an Account document that leads here; its secret is in ``CALPLAN_SECRET_ZOOM``."""
    access_log: list[Asked] = field(default_factory=list)
    clients: list[httpx2.Client] = field(default_factory=list)
    faults: FaultPlan = field(default_factory=FaultPlan)
    broken: list[BaseException] = field(default_factory=list)
    vendors: tuple[Vendor, ...] = ()
    authority: Path | None = None

    @property
    def account(self) -> Account:
        """The account behind the servers; opened anew each time, for a ``with``."""
        return Account.open(self.database)

    def pass_time(self, **of: float) -> None:
        """Let time pass for the servers alone: ``minutes=16``."""
        self.clock.passed += timedelta(**of)

    def fault(self, spec: str) -> None:
        """Misbehave as a specification says, after what was asked for before: ``GET /users:429x3``."""
        self.faults.add(parse(spec))

    def asked(self, method: str | None = None) -> list[str]:
        """What was asked, as ``GET /v2/users``."""
        return [f"{one.method} {one.path}" for one in self.access_log if method in (None, one.method)]

    def id_of(self, email: str) -> str:
        """The vendor's id of a user."""
        return self.zoom.world.directory.id_of(email)

    def group_id(self, name: str) -> str:
        """The vendor's id of a group."""
        return self.zoom.world.groups.words[name]

    def grant(self, *scopes: str) -> None:
        """Leave the app these scopes alone."""
        self.zoom.tokens.keys = replace(self.zoom.tokens.keys, scopes=scopes)

    def client(self, *, verify: Any = True) -> "Client":  # noqa: ANN401 - what the library takes
        """A client that is signed in."""
        if self.authority is not None and verify is True:
            verify = ssl.create_default_context(cafile=self.authority)
        self.clients.append(httpx2.Client(base_url=self.url, verify=verify, trust_env=False))
        return Client(self, self.clients[-1])


@dataclass(slots=True)
class Client:
    """Asks the servers as any program would; nothing of calplan's adapters is in it."""

    stage: Stage
    http: httpx2.Client
    token: str = ""

    def sign_in(self) -> dict[str, Any]:
        """Get a token; gives the whole answer."""
        keys = self.stage.zoom.keys
        pair = b64encode(f"{keys.client_id}:{keys.client_secret}".encode()).decode()
        answer = self.http.post(
            "/oauth/token",
            data={"grant_type": "account_credentials", "account_id": keys.account_id},
            headers={"authorization": f"Basic {pair}"},
        )
        stated: dict[str, Any] = answer.json()
        self.token = stated["access_token"]
        return stated

    def ask(self, method: str, path: str, content: object = None, **query: object) -> httpx2.Response:
        """Ask an endpoint below ``/v2``, signing in first where that was not done."""
        if not self.token:
            self.sign_in()
        return self.http.request(
            method,
            f"/v2{path}",
            params={name.rstrip("_"): str(value) for name, value in query.items()},
            content=None if content is None else json.dumps(content).encode(),
            headers={"authorization": f"Bearer {self.token}"},
        )

    def get(self, path: str, **query: object) -> Any:  # noqa: ANN401 - JSON
        """What a GET gives, as JSON."""
        return self.ask("GET", path, **query).json()


@contextmanager
def serving(
    patch: pytest.MonkeyPatch,
    *,
    users: Iterable[UserRecord] = PEOPLE,
    settings: AccountSettings | None = None,
    groups: Mapping[str, str] | None = None,
    pairs: Mapping[AssistantPair, PrivateAccess] = PAIRS,
    plan: RatePlan = RatePlan.NONE,
    scopes: tuple[str, ...] = EVERY_SCOPE,
    folder: Path | None = None,
    tenant: TenantFacts | None = None,
    vendors: Callable[[World], tuple[Vendor, ...]] = lambda _world: (),
    secure: bool = False,
) -> Iterator[Stage]:
    """An account and its servers for as long as the block lasts, in a thread of this process.

    Over plain HTTP, or ``secure``: over TLS, with the authority to trust in ``stage.authority``.
    """
    home = folder or Path("corp")
    home.mkdir(exist_ok=True)
    database = home.absolute().with_name("behind.db")
    create_account(
        database,
        AccountContents(settings=settings or account(), users=users, groups=groups, assistants=pairs, tenant=tenant),
    )
    patch.setenv("CALPLAN_SECRET_ZOOM", SECRET)
    clock = Clock()
    keys = Keys(account_id=made_up_id("account", "behind"), client_id="app", client_secret=SECRET, scopes=scopes)
    zoom = ZoomApi(World(path=database, clock=clock), keys, plan)
    identity = new_identity(clock()) if secure else None
    with listening(0) as sock:
        url = f"{'https' if secure else 'http'}://127.0.0.1:{sock.getsockname()[1]}"
        stage = Stage(url=url, database=database, zoom=zoom, clock=clock, folder=home, vendors=vendors(zoom.world))
        if identity is not None:
            stage.authority = home.absolute() / "ca.pem"
            stage.authority.write_bytes(identity.authority)
        write_account(home, stage)
        with running(stage, sock, None if identity is None else identity.context):
            yield stage


@contextmanager
def running(stage: Stage, sock: Any, tls: ssl.SSLContext | None = None) -> Iterator[None]:  # noqa: ANN401 - a socket
    """The servers in a thread."""
    ready = threading.Event()
    lines = Lines()
    app = application(stage.zoom, hear=stage.access_log.append, faults=stage.faults, lines=lines, vendors=stage.vendors)
    server = LoopbackServer(noticing(app, stage.broken), lines, tls=tls, ready=ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    # A collection in the servers' thread would close what other tests left behind, and SQLite minds the thread.
    gc.collect()
    collecting = gc.isenabled()
    gc.disable()
    thread.start()
    try:
        assert ready.wait(LONGEST_WAIT)
        yield
    finally:
        for client in stage.clients:
            client.close()
        server.should_exit = True
        thread.join(LONGEST_WAIT)
        if collecting:
            gc.enable()
    assert not thread.is_alive()
    for error in stage.broken:
        raise error


def noticing(app: ASGIApp, broken: list[BaseException]) -> ASGIApp:
    """The application, with every fault of its own put down: a test in which there was one fails."""

    async def noticed(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except Exception as error:
            broken.append(error)
            raise

    return noticed


def write_account(folder: Path, stage: Stage, **more: object) -> None:
    """Write the Account document of a folder."""
    keys = stage.zoom.keys
    platform = {
        "type": "zoom",
        "accountId": keys.account_id,
        "clientId": keys.client_id,
        "credential": {"kind": "secret", "from": {"env": "CALPLAN_SECRET_ZOOM"}},
        "endpoints": {"api": f"{stage.url}/v2", "token": f"{stage.url}/oauth/token"},
        **({} if stage.authority is None else {"caFile": str(stage.authority)}),
    }
    spec = {"platform": platform, "owner": "admin@corp.example", "limits": UNLIMITED, **more}
    write(folder / "account.yaml", "Account", {"name": "corp"}, spec)
