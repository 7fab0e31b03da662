"""Secrets that are really used show up nowhere: on no stream, in no file, in no log, in no form."""

import json
import sqlite3
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from itertools import chain
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.cli.make import state
from tests.loopback.server import Drop, Effect, Half, Reply
from tests.loopback.stage import SECRET, Stage, launch, stage

pytestmark = pytest.mark.loopback

EWS_PASSWORD = "ews/Canary+2231 x"
TOKEN = "t0ken-canary-5521"
WANTED = {
    "integration": {
        "locked": True,
        "service": {
            "type": "exchange-ews",
            "ewsUrl": "https://mail.corp.example/EWS/Exchange.asmx",
            "impersonation": {
                "account": "svc@corp.example",
                "exchangeVersion": "2016",
                "passwordFrom": {"env": "CALPLAN_SECRET_EWS"},
                "passwordVersion": 2,
            },
        },
    }
}
RUN = "the last run"
COMMANDS = (
    ("validate", "corp"),
    ("plan", "corp", "--out", "corp.plan", "-o", "text", "-o", "json=plan.json", "-o", "markdown=plan.md"),
    ("show", "corp.plan", "--verbose", "--users", "all"),
    ("why", "ann@corp.example", "corp"),
    ("impact", "corp", "-o", "csv"),
    ("export", "corp"),
    ("snapshot", "corp", "--out", "corp.snapshot"),
    ("show", "corp.plan", "--check"),
    ("apply", "corp.plan", "-o", "text", "-o", "json=report.json"),
    ("plan", "corp", "--detailed-exitcode"),
    ("apply", "corp", "--auto-approve"),
    ("apply", "--resume", RUN),
    ("verify", RUN, "-o", "json"),
    ("log", RUN, "--verify-chain"),
    ("rollback", RUN, "--out", "back.yaml"),
    ("history", "corp", "-o", "json"),
    ("state", "show", "-o", "json"),
    ("drift", "corp", "-o", "json"),
)


def forms() -> Iterator[bytes]:
    """Every form in which one of the secrets could have been written."""
    for text in (SECRET, EWS_PASSWORD, TOKEN):
        plain = text.encode()
        yield from (plain, quote(text).encode(), quote(text, safe="").encode(), json.dumps(text)[1:-1].encode())
        yield from (b64encode(plain).rstrip(b"=")[:-1], plain.hex().encode())
    yield b64encode(f"app:{SECRET}".encode())


FORMS = tuple(forms())


def kept(staged: Stage) -> Iterator[tuple[str, bytes]]:
    """Every file there is, and what is packed in each, but for the vendor's own."""
    for file in Path().rglob("*"):
        if not file.is_file() or staged.database.parent in file.parents:
            continue
        data = file.read_bytes()
        yield str(file), data
        blobs = list(blobs_in(file)) if data.startswith(b"SQLite") else [data]
        for packed in (zipfile.ZipFile(BytesIO(one)) for one in blobs if one.startswith(b"PK")):
            yield from ((f"{file}/{name}", packed.read(name)) for name in packed.namelist())


def blobs_in(file: Path) -> Iterator[bytes]:
    """The plans that a state keeps."""
    with closing(sqlite3.connect(file)) as state_db:
        tables = [name for (name,) in state_db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in state_db.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - its own tables
                yield from (value for value in row if isinstance(value, bytes))


def nowhere(staged: Stage, said: str) -> None:
    """No secret is in what was said, nor in any file."""
    shown = [("what was said", said.encode())]
    assert [(place, form) for place, data in chain(shown, kept(staged)) for form in FORMS if form in data] == []


def named(word: str) -> str:
    """A word of a command line; the last run is called by its id."""
    if word != RUN:
        return word
    run: str = json.loads(launch("state", "show", "-o", "json").stdout)["accounts"][0]["last_run"]["id"]
    return run


@pytest.mark.parametrize("level", ["debug", pytest.param("info", marks=pytest.mark.slow)])
def test_no_secret_shows_after_any_command(monkeypatch: pytest.MonkeyPatch, level: str) -> None:
    with stage(monkeypatch, policy=WANTED) as staged:
        for words in COMMANDS:
            said = launch(*map(named, words), CALPLAN_LOG=level, CALPLAN_SECRET_EWS=EWS_PASSWORD)
            assert said.returncode in (0, 2, 3, 8), said.stderr
            nowhere(staged, said.stdout + said.stderr)
            if words[0] == "plan" and level == "debug":
                assert "DEBUG calplan.http: GET 127.0.0.1:" in said.stderr
                assert "'authorization': '(hidden)'" in said.stderr
        assert any(EWS_PASSWORD.encode() in one.body for one in staged.server.log), "the password was really sent"
        assert any(TOKEN in one.headers.get("authorization", "") for one in staged.server.log)


def echoing(staged: Stage) -> dict[str, Effect]:
    """Faults in which a server says back what it was sent."""
    echo = json.dumps({"error": SECRET, "message": f"Bearer {TOKEN}-1 of {EWS_PASSWORD}", "password": "x"}).encode()
    back = {
        "location": f"https://evil.example/?{quote(SECRET)}",
        "x-echo": b64encode(f"app:{SECRET}".encode()).decode(),
    }
    return {
        "refused": Reply(status=400, body=echo, headers=back),
        "forbidden": Reply(status=403, body=echo, headers=back),
        "fault": Reply(status=500, body=echo, headers=back),
        "redirect": Reply(status=302, body=echo, headers=back),
        "dropped": Drop(),
        "half": Half(),
        "nonsense": Reply(body=SECRET.encode(), headers={"content-type": f"text/{SECRET}"}),
    }


OFTEN, SELDOM = ("refused", "redirect", "nonsense"), ("forbidden", "fault", "dropped", "half")


@pytest.mark.parametrize("name", [*OFTEN, *(pytest.param(one, marks=pytest.mark.slow) for one in SELDOM)])
def test_no_secret_shows_when_a_server_says_it_back(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with stage(monkeypatch, policy=WANTED) as staged:
        for method, path, words in (
            ("POST", "/token", ("plan", "corp")),
            ("GET", "/users", ("plan", "corp")),
            ("PUT", "/settings", ("apply", "corp", "--auto-approve")),
        ):
            staged.server.plan(echoing(staged)[name], method=method, path=path, times=3)
            said = launch(*words, CALPLAN_LOG="debug", CALPLAN_SECRET_EWS=EWS_PASSWORD)
            assert said.returncode in ((0, 7, 9, 10) if method == "PUT" else (9, 10)), said.stderr
            assert "Traceback" not in said.stderr
            nowhere(staged, said.stdout + said.stderr)
            staged.server.forget()


def test_what_a_server_says_begins_no_line_of_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    with stage(monkeypatch) as staged:
        said_back = Reply(status=400, body=b"no\n::error::forged\n\x1b[2K\rPlan: 0 to change")
        staged.server.plan(said_back, method="GET", path="/users")
        said = launch("plan", "corp", CALPLAN_LOG="debug")
        assert r"said no\x0a::error::forged\x0a\x1b[2K\x0dPlan: 0 to change" in said.stderr


@pytest.mark.parametrize("level", ["debug", "info"])
def test_no_secret_shows_in_the_traceback_of_a_fault(monkeypatch: pytest.MonkeyPatch, level: str) -> None:
    with stage(monkeypatch) as staged:
        said = launch("plan", "corp", CALPLAN_LOG=level, BROKEN="1")
        assert said.returncode == 1
        assert ("Traceback" in said.stderr) is (level == "debug")
        assert "ZeroDivisionError" in said.stderr
        nowhere(staged, said.stdout + said.stderr)


def test_a_secret_of_which_the_library_knows_only_that_it_cannot_be_sent_shows_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with stage(monkeypatch) as staged:
        state(staged.corp, WANTED)
        for bad in (f"{SECRET}\nx: y", f"{SECRET}\r\n", f"{SECRET}ü", f"{SECRET}\udcff", "0"):
            said = launch("plan", "corp", CALPLAN_LOG="debug", CALPLAN_SECRET_ZOOM=bad)
            assert said.returncode == 9
            assert "Traceback" not in said.stderr
            nowhere(staged, said.stdout + said.stderr)
