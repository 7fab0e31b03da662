"""The log of a runner: lines that are no commands, and what is shown of it elsewhere."""

import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Final, TextIO

from calplan.cli.step_files import LEFT_OUT

FENCE: Final = re.compile(r"`{3,}")


class Heard(StringIO):
    """A text stream that keeps what is written and hands it on at once."""

    def __init__(self, to: TextIO) -> None:
        super().__init__()
        self._to = to

    def write(self, text: str, /) -> int:
        self._to.write(text)
        return super().write(text)

    def flush(self) -> None:
        self._to.flush()

    def fileno(self) -> int:
        return self._to.fileno()


@contextmanager
def commands_off() -> Iterator[Heard]:
    """Gives what is printed meanwhile, in which the runner takes no line for a command, whoever wrote it."""
    log, word = sys.stdout, secrets.token_hex(16)
    log.write(f"::stop-commands::{word}\n")
    heard, errors = Heard(log), sys.stderr
    sys.stdout = sys.stderr = heard
    try:
        yield heard
    finally:
        sys.stdout, sys.stderr = log, errors
        end = "" if heard.getvalue().endswith("\n") or not heard.getvalue() else "\n"
        log.write(f"{end}::{word}::\n")
        log.flush()


def fenced(text: str, most: int) -> str:
    """Lines as a block of code of at most so many bytes, which nothing in them can end; the first ones are kept."""
    mark = max(FENCE.findall(text), key=len, default="``") + "`"
    room = most - 2 * len(mark) - len(LEFT_OUT) - len("\n\n\n\n")
    kept: list[str] = []
    after = ""
    for line in text.rstrip("\n").split("\n"):
        room -= len(line.encode("utf-8", "backslashreplace")) + 1
        if room < 0:
            after = f"\n{LEFT_OUT}\n"
            break
        kept.append(line)
    return "\n".join([mark, *kept, mark, after])
