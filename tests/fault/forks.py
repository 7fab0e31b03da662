"""Command lines in processes that can be killed at an exact point of their journal, without a new start-up each time.

A server process imports calplan once. For each request on its standard input it forks; the child runs the command line
and kills itself right before or right after the journal write of the given number.
"""

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import pytest

from tests.cli.make import surroundings

JOURNAL: Final = ("begin", "record", "finish")
"""The methods of the store that write what happens in a run."""

Side = Literal["before", "after"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a child ended: its exit code or the signal, what it said, and how many journal writes it came to."""

    code: int | None
    signal: int | None
    out: str
    err: str
    writes: int


@dataclass(slots=True, kw_only=True)
class Forks:
    """The server that forks."""

    process: "subprocess.Popen[str]"
    number: int = 0
    folder: Path = field(default_factory=Path)

    @classmethod
    def start(cls, folder: Path) -> "Forks":
        """A server that keeps what children say in a folder."""
        process = subprocess.Popen(
            [sys.executable, "-c", "from tests.fault.forks import serve; serve()"],
            cwd=folder,
            env=surroundings(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        return cls(process=process, folder=folder)

    def run(
        self, *words: str | Path, cwd: Path, kill: int = 0, side: Side = "after", env: Mapping[str, str] | None = None
    ) -> Ended:
        """Run a command line; with ``kill`` it dies by SIGKILL at that journal write, counted from 1."""
        self.number += 1
        base = self.folder / f"child{self.number}"
        request = {
            "argv": [str(word) for word in words],
            "cwd": str(cwd),
            "env": dict(env or {}),
            "kill": kill,
            "side": side,
            "base": str(base),
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        status = int(self.process.stdout.readline())
        signalled = os.WIFSIGNALED(status)
        return Ended(
            code=None if signalled else os.WEXITSTATUS(status),
            signal=os.WTERMSIG(status) if signalled else None,
            out=base.with_suffix(".out").read_text(encoding="utf-8"),
            err=base.with_suffix(".err").read_text(encoding="utf-8"),
            writes=len(base.with_suffix(".writes").read_bytes()),
        )

    def stop(self) -> None:
        """End the server."""
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()
        self.process.wait(10)


@pytest.fixture(scope="session")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """The server that forks, for this run of the tests."""
    server = Forks.start(tmp_path_factory.mktemp("forks"))
    yield server
    server.stop()


def serve() -> None:
    """Answer requests until standard input ends."""
    import calplan.cli.apply  # noqa: PLC0415 - so that children need not
    import calplan.cli.main  # noqa: PLC0415
    import calplan.state.store  # noqa: F401, PLC0415

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _child(json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


def _child(request: dict[str, Any]) -> None:
    code = 99
    try:
        os.chdir(request["cwd"])
        os.environ.update(request["env"])
        base = Path(request["base"])
        with base.with_suffix(".out").open("w") as out, base.with_suffix(".err").open("w") as err:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            code = _run(request, base)
    except BaseException:  # noqa: BLE001 - nothing of the child may reach the server's loop
        traceback.print_exc()
    finally:
        os._exit(code)


def _run(request: dict[str, Any], base: Path) -> int:
    from calplan.cli.main import run  # noqa: PLC0415 - the server imported it
    from calplan.state.store import Store  # noqa: PLC0415

    counter = os.open(base.with_suffix(".writes"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for name in JOURNAL:
        setattr(Store, name, _deadly(getattr(Store, name), counter, request["kill"], request["side"]))
    code = run(request["argv"]).value
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _deadly(write: Callable[..., Any], counter: int, kill: int, side: Side) -> Callable[..., Any]:
    """A journal write that is counted, and at the given number the process's last one, or the one it never does."""

    def counted(*words: Any, **more: Any) -> Any:  # noqa: ANN401 - it stands for any method
        os.write(counter, b".")
        here = kill and os.lseek(counter, 0, os.SEEK_END) == kill
        if here and side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = write(*words, **more)
        if here:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return counted
