"""Folders of documents to run commands on, and the two ways to run one: in this process, and in one of its own."""

import contextlib
import json
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final

from calplan.cli.exit_codes import ExitCode
from calplan.cli.main import run
from calplan.state.place import Place
from calplan.state.store import Store

ROOT: Final = Path(__file__).resolve().parents[2]
PROGRAM: Final = (sys.executable, "-c", "from calplan.cli.main import main; main()")
LONGEST: Final = 60
"""Seconds after which a process is stuck."""

Spec = Mapping[str, Any]

GOOGLE: Final = {"type": "google", "permissions": {"calendar": "write", "contacts": "read"}}
GRAPH: Final = {"type": "office365-graph", "permissions": {"calendar": "write", "contacts": "read"}}
LIVE: Final = {
    "integration": {"enabled": True, "locked": False, "service": GOOGLE},
    "allowedDomains": "any",
    "bidirectionalSync": False,
    "office365": {"consentForAccount": True, "enforceOAuth": False},
}
UNREAD: Final = {
    "integration": {"enabled": "unknown", "locked": "unknown", "service": "unknown"},
    "allowedDomains": "unknown",
    "bidirectionalSync": "unknown",
    "office365": {"consentForAccount": "unknown", "enforceOAuth": "unknown"},
}
LOCKED: Final = {"integration": {"locked": True, "service": GRAPH}}
UNLIMITED: Final = {"disconnected": "100%", "silent": "100%", "blocked": "100%", "unknown": "100%", "pairs": 1000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command said, and its exit code."""

    code: ExitCode
    out: str
    err: str

    @property
    def last(self) -> str:
        """The last line of the result."""
        return self.out.splitlines()[-1]


def calplan(*words: str | Path) -> Said:
    """Run one command line in this process."""
    with contextlib.redirect_stdout(StringIO()) as out, contextlib.redirect_stderr(StringIO()) as err:
        code = run([str(word) for word in words])
    return Said(code=code, out=out.getvalue(), err=err.getvalue())


def surroundings(**more: str) -> dict[str, str]:
    """The environment of a process that finds this calplan."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def start(*words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command line in a process of its own, without a terminal."""
    return subprocess.run(
        [*PROGRAM, *map(str, words)],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=surroundings(**more),
        stdin=subprocess.DEVNULL,
        timeout=LONGEST,
    )


def in_a_shell(line: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which ``calplan`` is this calplan."""
    program = f"calplan() {{ {sys.executable} -c 'from calplan.cli.main import main; main()' \"$@\"; }}"
    return subprocess.run(
        ["bash", "-c", f"{program}\n{line}"],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=surroundings(**more),
        timeout=LONGEST,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What somebody at a terminal saw, and the exit status."""

    status: int
    screen: str


def at_a_terminal(
    *words: str | Path, answer: str | Callable[[], str] | None = None, wait_for: str = "", **more: str
) -> Shown:
    """Run one command line on a terminal of 80 columns, and type an answer once the words are on the screen.

    An answer may be thought over: then it is what a function gives, which does meanwhile what it likes.
    """
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    child = subprocess.Popen(
        [*PROGRAM, *map(str, words)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=surroundings(**{"TERM": "xterm", **more}),
        start_new_session=True,
        preexec_fn=take_terminal,  # noqa: PLW1509 - without a controlling terminal Ctrl-C would reach nobody
    )
    import termios  # noqa: PLC0415 - kept beside its only use

    termios.tcsetwinsize(ours, (24, 80))
    os.close(theirs)
    screen = bytearray()
    deadline, again = time.monotonic() + LONGEST, 0.0
    while time.monotonic() < deadline:
        if select.select([ours], [], [], 0.05)[0]:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            screen += part
        if answer is not None and time.monotonic() > again and wait_for.encode() in screen:
            answer = answer if isinstance(answer, str) else answer()
            os.write(ours, answer.encode())
            # A key that reaches the program while it sets up its terminal is lost; a person would press it again.
            again = time.monotonic() + 1
            answer = answer if answer in ("\x03", "\x04") else None
    status = child.wait(LONGEST)
    os.close(ours)
    return Shown(status=status, screen=screen.decode().replace("\r\n", "\n"))


def take_terminal() -> None:
    """Make the terminal that is standard input the one whose Ctrl-C reaches this process."""
    import fcntl  # noqa: PLC0415 - runs between fork and exec
    import signal  # noqa: PLC0415 - as above
    import termios  # noqa: PLC0415 - as above

    # Whoever is started in the background, or by a thread that blocks signals, is born deaf to it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def user(email: str, service: str = "google", client: str = "6.5.3.8712(win)", **more: object) -> dict[str, object]:
    """A user on a new client, connected to Google as the live settings have it."""
    held = {"calendar": "write", "contacts": "read", "auth": "oauth"} if service else {}
    known = {"groups": ["Staff"], "own_grant": [], "mailbox_location": "cloud"}
    return {"email": email, "service": service, "clients": [client], **held, **known, **more}


USERS: Final = (
    user("ann@corp.example"),
    user("bob@corp.example", client="5.1.0(win)"),
    user("cyd@corp.example", service=""),
    user("dan@corp.example", service="office365-graph"),
)


def folder(
    path: Path,
    *,
    policy: Spec | None = LOCKED,
    live: Spec = LIVE,
    users: Iterable[Mapping[str, object]] = USERS,
    limits: Mapping[str, object] = UNLIMITED,
    name: str = "corp",
    create: Mapping[str, str] | None = None,
    **account: object,
) -> Path:
    """A folder with an account that is made on first use, and its policy; gives the folder.

    ``create`` names further files of which the account is made.
    """
    path.mkdir(parents=True, exist_ok=True)
    files = {"users": "users.ndjson", "settings": "live.yaml", **(create or {})}
    platform = {"type": "local", "path": f"{name}.db", "create": files}
    spec = {"platform": platform, "owner": "admin@corp.example", "limits": dict(limits), **account}
    write(path / "account.yaml", "Account", {"name": name}, spec)
    write(path / "live.yaml", "CalendarPolicy", {"name": f"{name}-live", "account": name}, live)
    if policy is not None:
        state(path, policy, name=name)
    rows = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in users)
    (path / "users.ndjson").write_text(rows, encoding="utf-8")
    return path


def state(path: Path, policy: Spec, *, name: str = "corp") -> None:
    """Write the policy of a folder, or write it anew."""
    write(path / "policy.yaml", "CalendarPolicy", {"name": name, "account": name}, policy)


def write(file: Path, kind: str, metadata: Spec, spec: Spec) -> None:
    """Write a document; JSON is YAML."""
    document = {"apiVersion": "calplan/v1", "kind": kind, "metadata": metadata, "spec": spec}
    file.write_text(json.dumps(document, indent=1), encoding="utf-8")


def saved(path: Path, file: str = "corp.plan") -> Path:
    """A plan of the folder, saved beside it; gives the file."""
    said = calplan("plan", path, "--out", file)
    assert said.code is ExitCode.DONE, said.err
    return Path(file)


def moved(path: Path, policy: Spec, *, name: str = "corp") -> None:
    """Change the account behind everybody's back: apply another policy from elsewhere."""
    elsewhere = path.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    database = os.path.relpath(path / f"{name}.db", elsewhere)
    spec = {"platform": {"type": "local", "path": database}, "limits": UNLIMITED, "groups": {"model": "legacy"}}
    write(elsewhere / "account.yaml", "Account", {"name": name}, spec)
    state(elsewhere, policy, name=name)
    said = calplan("apply", elsewhere, "--auto-approve", "--no-verify")
    assert said.code is ExitCode.DONE, said.err


def nothing_kept() -> bool:
    """Whether no run was begun here, and none holds a run lock."""
    store = Store.look(Place.of(None))
    if store is None:
        return True
    try:
        return not store.runs() and not store.locks()
    finally:
        store.close()


def drifted(path: Path, policy: Spec) -> None:
    """Change the account as somebody in the portal does: no run of it is remembered here."""
    ours, aside = Path(".calplan"), Path(".calplan-aside")
    if ours.exists():
        ours.rename(aside)
    moved(path, policy)
    shutil.rmtree(ours)
    if aside.exists():
        aside.rename(ours)


@contextlib.contextmanager
def somebody_without_rights() -> Iterator[None]:
    """Run as a user who may read no file of others, where the tests themselves run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
