"""The files and the log of a runner: outputs, the summary of a job, and lines that are no commands.

Limits: 1 MiB of summary for each step, beyond which the whole of it is dropped while the step stays green. A value of
several lines stands between two delimiters that must not occur in it. Sources: GitHub Docs, "Workflow commands for
GitHub Actions", read 2026-11.
"""

import re
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Final, TextIO

MOST_SUMMARY: Final = 1024 * 1024
LEFT_OUT: Final = "The rest did not fit here; the log of this step has all of it."
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


def give(file: Path, outputs: Mapping[str, str]) -> None:
    """Give outputs to the later steps of a job; no value can end early or begin another."""
    with file.open("a", encoding="utf-8", newline="") as stream:
        for name, value in outputs.items():
            end = secrets.token_hex(16)
            assert end not in value, "128 bits that nobody could know"
            stream.write(f"{name}<<{end}\n{value}\n{end}\n")


def add_to_summary(file: Path, text: str) -> None:
    """Add Markdown to the summary of a job, or a sentence in its place where it does not fit any more."""
    room = MOST_SUMMARY - (file.stat().st_size if file.exists() else 0)
    data = text.encode("utf-8", "backslashreplace")
    if len(data) > room:
        data = f"{LEFT_OUT}\n".encode()
    if len(data) <= room:
        with file.open("ab") as stream:
            stream.write(data)


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
