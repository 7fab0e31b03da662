"""``sandbox serve`` in a process of its own."""

import json
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from calplan.cli.exit_codes import ExitCode
from calplan.policyfile.documents import ZoomPlatform
from calplan.policyfile.reader import read
from calplan.sandbox.servers.tls import new_identity
from tests.cli.make import LONGEST, PROGRAM, calplan, surroundings

pytestmark = pytest.mark.loopback
WRITTEN = ("zoom.env", "account.yaml", "ca.pem")


@dataclass(slots=True)
class Server:
    """The process, and what it said."""

    process: subprocess.Popen[str]
    urls: dict[str, str]

    def end(self, by: signal.Signals) -> tuple[int, str]:
        """End it, and give its exit status and what it said on stderr."""
        self.process.send_signal(by)
        _, said = self.process.communicate(timeout=LONGEST)
        return self.process.returncode, said


@contextmanager
def started(*words: str) -> Iterator[Server]:
    calplan("sandbox", "create", "behind.db", "--users", "50")
    process = subprocess.Popen(
        [*PROGRAM, "sandbox", "serve", "behind.db", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        env=surroundings(),
        # A machine that runs tests may have started us deaf to Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - there are no threads yet
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        yield Server(process, {line.rpartition("  ")[0].strip(): line.split()[-1] for line in lines})
    finally:
        process.kill()
        process.communicate()


def secret() -> str:
    """What the script with the environment sets, read as a shell would."""
    shell = subprocess.run(
        ["sh", "-c", '. ./corp/zoom.env && printf %s "$CALPLAN_SECRET_ZOOM"'],
        capture_output=True,
        text=True,
        check=True,
    )
    return shell.stdout


def token(platform: dict[str, Any], context: ssl.SSLContext) -> httpx2.Response:
    form = {"grant_type": "account_credentials", "account_id": platform["accountId"]}
    return httpx2.post(
        platform["endpoints"]["token"],
        data=form,
        auth=(platform["clientId"], secret()),
        verify=context,
        trust_env=False,
    )


def test_what_is_written_leads_to_the_servers_and_the_secret_is_nowhere_else() -> None:
    Path("corp").mkdir()
    with started("--write-env", "corp/zoom.env", "--access-log", "log.ndjson") as server:
        assert set(server.urls) == {"portal page", "API", "token"}
        platform = yaml.safe_load(Path("corp/account.yaml").read_text("utf-8"))["spec"]["platform"]
        assert platform["endpoints"] == {"api": server.urls["API"], "token": server.urls["token"]}
        context = ssl.create_default_context(cafile="corp/ca.pem")
        answer = token(platform, context)
        headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
        users = httpx2.get(f"{server.urls['API']}/users", headers=headers, verify=context, trust_env=False).json()
        assert users["total_records"] > 40
        portal = httpx2.get(server.urls["portal page"], verify=context, trust_env=False)
        assert portal.status_code == 200
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(server.urls["portal page"], trust_env=False)
        status, said = server.end(signal.SIGINT)
    assert (status, said.splitlines()[-1]) == (0, "ended")
    assert ". ./corp/zoom.env && calplan plan corp" in said
    rows = [json.loads(line) for line in Path("log.ndjson").read_text("utf-8").splitlines()]
    assert [(row["method"], row["path"], row["status"]) for row in rows] == [
        ("POST", "/oauth/token", 200),
        ("GET", "/v2/users", 200),
        ("GET", "/portal", 200),
    ]
    assert all(set(row) == {"time", "host", "method", "path", "status"} for row in rows)
    for text in (said, Path("corp/account.yaml").read_text("utf-8"), Path("log.ndjson").read_text("utf-8")):
        assert secret() not in text
    assert {name: Path("corp", name).stat().st_mode & 0o777 for name in ("zoom.env",)} == {"zoom.env": 0o600}


def test_the_account_document_is_one_that_calplan_reads() -> None:
    Path("corp").mkdir()
    with started("--write-env", "corp/zoom.env"):
        (account,) = read([Path("corp")], datetime.now(UTC).date()).accounts
    assert account.name == "behind"
    assert isinstance(account.platform, ZoomPlatform)
    assert account.limits.unknown.percent == 100


def test_a_polite_kill_ends_it_as_well_and_a_second_start_writes_the_files_anew() -> None:
    Path("corp").mkdir()
    secrets = []
    for _ in range(2):
        with started("--write-env", "corp/zoom.env") as server:
            secrets.append(secret())
            assert server.end(signal.SIGTERM)[0] == 0
    assert secrets[0] != secrets[1]


def test_without_files_it_says_that_nobody_can_sign_in() -> None:
    with started() as server:
        _, said = server.end(signal.SIGTERM)
    assert "--write-env" in said
    assert [path.name for path in Path().iterdir()] == ["behind.db"]


def test_faults_and_limits_are_as_they_were_ordered() -> None:
    Path("corp").mkdir()
    words = ("--write-env", "corp/zoom.env", "--rate-limit", "pro", "--fault", "POST /oauth/token:503x1", "--port", "0")
    with started(*words) as server:
        platform = yaml.safe_load(Path("corp/account.yaml").read_text("utf-8"))["spec"]["platform"]
        context = ssl.create_default_context(cafile="corp/ca.pem")
        assert token(platform, context).status_code == 503
        headers = {"authorization": f"Bearer {token(platform, context).json()['access_token']}"}
        answer = httpx2.get(f"{server.urls['API']}/groups", headers=headers, verify=context, trust_env=False)
        assert answer.headers["x-ratelimit-limit"] == "20"


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("how", ["file", "link"])
def test_a_file_that_somebody_else_wrote_is_left_alone(name: str, how: str) -> None:
    calplan("sandbox", "create", "behind.db", "--users", "1")
    Path("corp").mkdir()
    path = Path("corp", name)
    if how == "file":
        path.write_text("mine", "utf-8")
    else:
        path.symlink_to("elsewhere")
    said = calplan("sandbox", "serve", "behind.db", "--write-env", "corp/zoom.env")
    assert said.code is ExitCode.USAGE
    assert f"error: corp/{name} was not written by calplan and is left alone" in said.err
    assert [one.name for one in Path("corp").iterdir()] == [name]
    assert how == "link" or path.read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    "words,code,message",
    [
        (["none.db"], ExitCode.USAGE, "there is no account at none.db; `calplan sandbox create` makes one"),
        (["foreign.db"], ExitCode.INVALID, "foreign.db is not an account made by calplan"),
        (["behind.db", "--fault", "GET /users:explode"], ExitCode.USAGE, "'explode' is no kind of fault"),
        (["behind.db", "--rate-limit", "gold"], ExitCode.USAGE, "gold"),
        (["behind.db", "--port", "70000"], ExitCode.USAGE, "70000"),
        (["behind.db", "--write-env", "none/zoom.env"], ExitCode.USAGE, "there is no folder none"),
        (["behind.db", "--write-env", "account.yaml"], ExitCode.USAGE, "choose another"),
        (["behind.db", "--access-log", "."], ExitCode.USAGE, ". cannot be written"),
    ],
)
def test_what_cannot_be_served_is_said_in_a_sentence(words: list[str], code: ExitCode, message: str) -> None:
    calplan("sandbox", "create", "behind.db", "--users", "1")
    Path("foreign.db").write_text("something else", "utf-8")
    said = calplan("sandbox", "serve", *words)
    assert said.code is code
    assert message in said.err
    assert said.out == ""


def test_a_port_that_is_taken_is_named() -> None:
    with started() as server:
        port = server.urls["API"].rpartition(":")[2].removesuffix("/v2")
        said = calplan("sandbox", "serve", "behind.db", "--port", port)
    assert said.code is ExitCode.USAGE
    assert f"error: port {port} of this machine cannot be used" in said.err


def test_a_missing_extra_says_how_to_install_it() -> None:
    without = "import sys; sys.modules['starlette'] = None; from calplan.cli.main import main; main()"
    said = subprocess.run(
        [sys.executable, "-c", without, "sandbox", "serve", "behind.db"],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=surroundings(),
    )
    assert said.returncode == ExitCode.USAGE.value
    assert "pip install 'calplan[sandbox]'" in said.stderr


def test_a_certificate_holds_where_a_client_is_strict() -> None:
    identity = new_identity(datetime.now(UTC))
    client = ssl.create_default_context(cadata=identity.authority.decode())
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    inward, outward = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(inward, outward, server_hostname="127.0.0.1")
    theirs = identity.context.wrap_bio(outward, inward, server_side=True)
    for _ in range(4):
        for side in (ours, theirs):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert ours.version() == "TLSv1.3"
    certificate = ours.getpeercert()
    assert certificate is not None
    assert ("DNS", "localhost") in certificate["subjectAltName"]


def test_an_account_document_of_somebodys_own_is_pointed_at_the_servers_and_kept_as_it_was() -> None:
    Path("corp").mkdir()
    theirs = {
        "apiVersion": "calplan/v1",
        "kind": "Account",
        "metadata": {"name": "corp"},
        "spec": {
            "platform": {"type": "zoom", "accountId": "real", "clientId": "real", "credential": {"kind": "secret"}},
            "owner": "ann@corp.example",
            "limits": {"silent": 0},
        },
    }
    before = "# by hand\n" + yaml.safe_dump(theirs)
    Path("corp/account.yaml").write_text(before, encoding="utf-8")
    for _ in range(2):
        with started("--write-env", "corp/zoom.env", "--port", "0") as server:
            pointed = yaml.safe_load(Path("corp/account.yaml").read_text("utf-8"))
            assert pointed["spec"]["platform"]["endpoints"]["api"] == server.urls["API"]
            assert (pointed["metadata"], pointed["spec"]["owner"]) == ({"name": "corp"}, "ann@corp.example")
            assert pointed["spec"]["limits"] == {"silent": 0}
            assert Path("corp/account.yaml.before").read_text("utf-8") == before


def test_a_document_of_another_kind_is_nobodys_to_point_elsewhere() -> None:
    Path("corp").mkdir()
    Path("corp/account.yaml").write_text("kind: Account\nspec: {platform: {type: local}}\n", encoding="utf-8")
    calplan("sandbox", "create", "behind.db", "--users", "50")
    said = calplan("sandbox", "serve", "behind.db", "--write-env", "corp/zoom.env")
    assert said.code is ExitCode.USAGE
    assert "corp/account.yaml was not written by calplan and is left alone" in said.err
