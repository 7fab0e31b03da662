"""Bytes of a file as text, or one problem with its place."""

import re
from pathlib import Path
from typing import Final

from calplan.policyfile.line_numbers import LINE_BREAK, START, Source, Span
from calplan.policyfile.tree import Problem

LARGEST: Final = 4 * 1024 * 1024
"""Bytes of a document file. A policy with 10,000 domains has a twentieth of that."""
UTF8_MARK: Final = b"\xef\xbb\xbf"
UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
ENDLESS: Final = "it is a pipe or a device, not a file"
NOT_FOR_YAML: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def decode(name: str, data: bytes) -> tuple[Source, Problem | None]:
    """The text of a file; when it has a problem the text is empty or stops before it."""
    if len(data) > LARGEST:
        return Source(name), Problem("Y-SIZE", START, f"more than {LARGEST // (1024 * 1024)} MiB")
    if data.startswith(UTF16_MARKS):
        return Source(name), Problem("Y-ENCODING", START, "text in UTF-16")
    body = data.removeprefix(UTF8_MARK)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        before = body[: error.start].decode("utf-8")
        return Source(name, before), Problem("Y-ENCODING", _end_of(before), "bytes that are not UTF-8")
    bad = NOT_FOR_YAML.search(text)
    if bad is not None:
        before = text[: bad.start()]
        return Source(name, before), Problem(
            "Y-ENCODING", _end_of(before), f"the control character U+{ord(bad[0]):04X}"
        )
    return Source(name, text), None


def is_endless(path: Path) -> bool:
    """Whether this is a pipe or a device: reading may never end, and opening may wait for somebody at the other end."""
    return path.exists() and not path.is_file() and not path.is_dir()


def read_bytes(path: Path) -> bytes | str:
    """The bytes of a file, one more than allowed at most, or in words why it cannot be read."""
    try:
        if is_endless(path):
            return ENDLESS
        with path.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except OSError as error:
        return error.strerror or "the system gives no reason"
    except ValueError:
        return "its name holds a NUL character"


def _end_of(text: str) -> Span:
    lines = LINE_BREAK.split(text)
    return Span(len(lines) - 1, len(lines[-1]), len(lines) - 1, len(lines[-1]) + 1)
