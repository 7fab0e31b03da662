"""A PostgreSQL server for the tests: started on first use, shared by the workers of a run, reached by a Unix socket.

Servers refuse to run as root, so the superuser starts one as the user that Debian's package makes for it. Where the
component is missing a test is skipped with the command that installs it.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from calplan.state.place import Place

INSTALL: Final = "apt-get install postgresql"
FOLDERS: Final = "postgresql/*/bin"
SERVER_USER: Final = "postgres"
FAST: Final = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
LONGEST: Final = 60
DATABASES: Final = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server of our own: the folder that holds everything of it, its programs, and who runs it."""

    folder: Path
    programs: Path
    user: str

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def address(self, schema: str) -> str:
        """Where a schema of it is, as the state is told."""
        return f"postgresql://{self.user}@/postgres?host={self.folder}&options=-csearch_path%3D{schema}"

    def run(self, program: str, *words: str) -> None:
        """Run one of its programs as its user."""
        as_user = ["runuser", "-u", self.user, "--"] if os.geteuid() == 0 else []
        command = [*as_user, str(self.programs / program), *words]
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        done = subprocess.run(command, cwd="/", env=plain, capture_output=True, text=True, check=False, timeout=LONGEST)
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

    def start(self) -> None:
        self.run("initdb", "-D", str(self.data), "-A", "trust", "--no-sync", "-E", "UTF8", "--locale", "C.UTF-8")
        options = f"{FAST} -c max_connections=200 -k {self.folder}"
        self.run("pg_ctl", "start", "-w", "-D", str(self.data), "-l", str(self.folder / "log"), "-o", options)

    def stop(self) -> None:
        self.run("pg_ctl", "stop", "-m", "immediate", "-D", str(self.data))


def programs() -> Path | None:
    """The folder with the newest server's programs, or ``None`` where there is none."""
    found = sorted(Path("/usr/lib").glob(FOLDERS), key=lambda folder: int(folder.parent.name.partition(".")[0]))
    if found:
        return found[-1]
    elsewhere = shutil.which("initdb")
    return None if elsewhere is None else Path(elsewhere).resolve().parent


def user() -> str:
    return SERVER_USER if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """A server for this run of the tests; every worker has its own, and each is up in a second."""
    found = programs()
    if found is None:
        pytest.skip(f"PostgreSQL is not installed: {INSTALL}")
    folder = Path(tempfile.mkdtemp(prefix="calplan-pg-", dir="/tmp"))  # a socket's path has to be short
    server = Server(folder=folder, programs=found, user=user())
    shutil.chown(folder, server.user)
    try:
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql(postgresql_server: Server) -> str:
    """The address of a fresh, empty schema: a database of its own for each test would cost more than most tests."""
    import psycopg  # noqa: PLC0415 - only tests that use it pay for the import

    schema = f"t{uuid.uuid4().hex}"
    where = f"host={postgresql_server.folder} user={postgresql_server.user} dbname=postgres"
    with psycopg.connect(where, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    return postgresql_server.address(schema)


@pytest.fixture(params=DATABASES)
def state_address(request: pytest.FixtureRequest) -> str:
    """Where the state is kept: a test that asks for it runs on each kind of database."""
    if request.param == "sqlite":
        return ".calplan/state.db"
    address: str = request.getfixturevalue("postgresql")
    return address


@pytest.fixture
def place(state_address: str) -> Place:
    """The place of a state of its own, on each kind of database."""
    return Place.of(state_address)
