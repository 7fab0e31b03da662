"""A sweep in a process of its own, which dies of a signal where it is told to, and a memory that survives it."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from calplan.policyfile.documents import StatedProvider
from calplan.providers.base import KeptPart, Part
from calplan.providers.google.opening import read_google
from calplan.providers.http.retry import Time
from calplan.providers.trust import Trust
from tests.providers.google.make import DAY

PROGRAM: Final = (sys.executable, "-c", "from tests.providers.google.child import sweep; sweep()")


class FileMemory:
    """A memory in a file; each part is on the disk when ``keep`` returns. It belongs to one thread.

    The process dies when so many parts were kept, if ``dies_after`` is a number.
    """

    def __init__(self, file: Path, dies_after: int | None = None) -> None:
        self._connection = sqlite3.connect(file)
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS parts (source, number, at, content, PRIMARY KEY (source, number))"
        )
        self._left = dies_after

    def parts(self, source: str) -> Sequence[Part]:
        rows = self._connection.execute(
            "SELECT number, at, content FROM parts WHERE source = ? ORDER BY number", (source,)
        )
        return [KeptPart(number, datetime.fromisoformat(at), content) for number, at, content in rows]

    def keep(self, source: str, number: int, content: bytes) -> None:
        row = (source, number, datetime.now(UTC).isoformat(), content)
        with self._connection:
            self._connection.execute("INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?)", row)
        if self._left is not None and number > 0:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def forget(self, source: str) -> None:
        with self._connection:
            self._connection.execute("DELETE FROM parts WHERE source = ?", (source,))

    def close(self) -> None:
        self._connection.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """What a sweep in a process of its own is told; its time runs ``faster`` than ours."""

    stated: dict[str, object]
    memory: str
    dies_after: int | None
    faster: float

    def start(self, repository: Path) -> "subprocess.Popen[bytes]":
        """The process."""
        said = {
            "stated": self.stated,
            "memory": self.memory,
            "dies_after": self.dies_after,
            "faster": self.faster,
        }
        surroundings = {**os.environ, "PYTHONPATH": str(repository)}
        return subprocess.Popen([*PROGRAM, json.dumps(said)], env=surroundings, stderr=subprocess.PIPE)


def time_that_runs(faster: float) -> Time:
    """Time in which a second is shorter."""
    return Time(
        ticks=lambda: time.monotonic() * faster, sleep=lambda seconds: time.sleep(seconds / faster), chance=lambda: 0.5
    )


def sweep() -> None:
    """Read everybody, as a plan does."""
    said = Child(**json.loads(sys.argv[1]))
    memory = FileMemory(Path(said.memory), said.dies_after)
    provider = StatedProvider(type="google", stated=said.stated)  # type: ignore[arg-type]  # it came from a document
    file = Path("account.yaml").absolute()
    reading = read_google(provider, file, Trust(), lambda: datetime.now(UTC), memory, DAY, time_that_runs(said.faster))
    witness = reading.read_people()
    sys.stdout.write(f"{len(witness.people)} {witness.failure}\n")
