"""A shell for pages: runs what stands behind a ``$``, calplan in this process and everything else in bash.

A folder, a variable or a file that a command leaves behind is there for the next one. ``sandbox serve`` gets a process
of its own, which ends with the page or when another one is started. ``RUN`` stands for the run begun last, and the port
that pages name for one that is free.
"""

import os
import re
import shlex
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.cli.main import run
from tests.cli.make import LONGEST, PROGRAM, surroundings

PORT: Final = "8443"
"""The port that pages name."""
ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CHANGING: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:]+(Z|\+00:00| UTC)?)?")
"""What differs from day to day."""
SHORT: Final = re.compile(r"\b[0-9a-f]{8}\b")
"""The beginning of a run's id, as lists show it."""
NEEDS: Final = re.compile(r"<<'?(\w+)'?")
ASSIGNMENT: Final = re.compile(r"[A-Z_]+=.*", re.DOTALL)
GAP: Final = "..."


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A command of a page, and the lines shown below it."""

    command: str
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command said on either stream and on both, as a terminal shows it, and its exit code."""

    out: str
    err: str
    both: str
    code: int


def typed_in(block: str) -> Iterator[Typed]:
    """The commands of a console block. One with ``<<'END'`` takes the lines up to that word."""
    lines = block.splitlines()
    while lines:
        first = lines.pop(0)
        assert first.startswith("$ "), f"a console block begins with a command, not with {first!r}"
        command = [first.removeprefix("$ ")]
        if found := NEEDS.search(first):
            command += lines[: lines.index(found[1]) + 1]
            del lines[: lines.index(found[1]) + 1]
        shown = []
        while lines and not lines[0].startswith("$ "):
            shown.append(lines.pop(0))
        yield Typed(command="\n".join(command), shown=tuple(one for one in shown if one))


def shows(shown: tuple[str, ...], printed: str) -> bool:
    """Whether lines are what was printed, where ``...`` stands for any number of others; empty lines play no part."""
    said = [same_each_day(line) for line in printed.splitlines() if line]
    place, anywhere = 0, False
    for line in shown:
        if line.strip() == GAP:
            anywhere = True
            continue
        wanted = same_each_day(line)
        if anywhere:
            while place < len(said) and said[place] != wanted:
                place += 1
        if place >= len(said) or said[place] != wanted:
            return False
        place, anywhere = place + 1, False
    return anywhere or place == len(said) or not shown


def same_each_day(line: str) -> str:
    """A line without what differs from run to run and from day to day."""
    return CHANGING.sub("DAY", SHORT.sub("RUN", ID.sub("RUN", line))).rstrip()


class Tee(StringIO):
    """A stream whose text also goes to another one."""

    def __init__(self, both: StringIO) -> None:
        super().__init__()
        self._both = both

    def write(self, text: str) -> int:
        self._both.write(text)
        return super().write(text)


@dataclass(slots=True, kw_only=True)
class Shell:
    """Runs commands one after the other."""

    patch: pytest.MonkeyPatch
    port: str = PORT
    run_id: str = "RUN"
    server: "subprocess.Popen[str] | None" = None
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    """What a person does before a command, by the command's name."""

    def answer(self, command: str) -> Answer:
        """Run a command."""
        line = command.replace(PORT, self.port)
        words = [] if NEEDS.search(line) else shlex.split(line, comments=True)
        given = [word for word in words if ASSIGNMENT.fullmatch(word)]
        words = words[len(given) :]
        if not words or Path(words[0]).name != "calplan":
            said = self._in_bash(line)
        elif words[1:3] == ["sandbox", "serve"]:
            said = self._served(words[1:])
        else:
            self.before.get(words[1], lambda: None)()
            with self.patch.context() as briefly:
                for name, _, value in (one.partition("=") for one in given):
                    briefly.setenv(name, value)
                said = self._in_process([re.sub(r"\bRUN\b", self.run_id, word) for word in words[1:]])
        if found := ID.search(said.both):
            self.run_id = found.group()
        return said

    def _in_process(self, words: list[str]) -> Answer:
        file = Path(words.pop()) if ">" in words and words[-2] == ">" else None
        words = [word for word in words if word != ">"]
        both = StringIO()
        with redirect_stdout(Tee(both)) as out, redirect_stderr(Tee(both)) as err:
            code = run(words)
        if file is not None:
            file.write_text(out.getvalue(), encoding="utf-8")
        texts = [one.getvalue().replace(self.port, PORT) for one in (out, err, both)]
        return Answer(out=texts[0], err=texts[1], both=texts[2], code=code.value)

    def _in_bash(self, line: str) -> Answer:
        """Run a line of bash, and keep the folder and the variables it leaves behind."""
        script = f"{line}\nstatus=$?\n{{ pwd; env -0; }} >&3\nexit $status"
        with NamedTemporaryFile("r", encoding="utf-8") as left:
            done = subprocess.run(
                ["bash", "-c", f"exec 3>{shlex.quote(left.name)}\n{script}"],
                capture_output=True,
                check=False,
                encoding="utf-8",
                timeout=LONGEST,
            )
            where, _, variables = left.read().partition("\n")
        self.patch.chdir(where)
        for name, _, value in (one.partition("=") for one in variables.split("\0") if "=" in one):
            if name.startswith("CALPLAN_") and os.environ.get(name) != value:
                self.patch.setenv(name, value)
        return Answer(out=done.stdout, err=done.stderr, both=done.stdout + done.stderr, code=done.returncode)

    def _served(self, words: list[str]) -> Answer:
        self.close()
        self.server = subprocess.Popen(
            [*PROGRAM, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            env=surroundings(),
        )
        assert self.server.stdout is not None
        said = "".join(self.server.stdout.readline() for _ in range(3)).replace(self.port, PORT)
        return Answer(out=said, err="", both=said, code=ExitCode.DONE.value)

    def close(self) -> None:
        """End the server."""
        if self.server is not None:
            self.server.kill()
            self.server.communicate()
            self.server = None


@contextmanager
def shell(patch: pytest.MonkeyPatch, before: dict[str, Callable[[], None]]) -> Iterator[Shell]:
    """A shell in the working folder."""
    one = Shell(patch=patch, before=before)
    try:
        yield one
    finally:
        one.close()


def free_port() -> str:
    """A port of this machine that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return str(asked.getsockname()[1])
