"""The files in which a step on GitHub leaves outputs for later steps and the summary that people read.

Limits: 1 MiB of summary for each step, beyond which the whole of it is dropped while the step stays green. A value of
several lines stands between two delimiters that must not occur in it. Sources: GitHub Docs, "Workflow commands for
GitHub Actions", read 2026-11.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

MOST_SUMMARY: Final = 1024 * 1024
LEFT_OUT: Final = "The rest did not fit here; the log of this step has all of it."


def give(file: Path, outputs: Mapping[str, str]) -> None:
    """Give outputs to the later steps of a job; no value can end early or begin another."""
    with file.open("a", encoding="utf-8", newline="") as stream:
        for name, value in outputs.items():
            end = secrets.token_hex(16)
            assert end not in value, "128 bits that nobody could know"
            stream.write(f"{name}<<{end}\n{value}\n{end}\n")


def room_in_summary(file: Path) -> int:
    """Bytes that the summary of this step still takes."""
    return MOST_SUMMARY - (file.stat().st_size if file.exists() else 0)


def add_to_summary(file: Path, text: str) -> None:
    """Add Markdown to the summary of a job, or a sentence in its place where it does not fit any more."""
    room = room_in_summary(file)
    data = text.encode("utf-8", "backslashreplace")
    if len(data) > room:
        data = f"{LEFT_OUT}\n".encode()
    if len(data) <= room:
        with file.open("ab") as stream:
            stream.write(data)
