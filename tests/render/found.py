"""Findings for tests of renderers, and what a runner of GitHub Actions makes of a log."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from hypothesis import strategies as st

from calplan.model.diagnostic import Position, Severity
from calplan.render.findings import Finding
from calplan.render.source_root import SourceRoot

ROOT: Final = SourceRoot(folder=PurePosixPath("/repo"), start=PurePosixPath("/repo/corp"))


def at(line: int = 8, column: int = 7, length: int = 11, file: str = "contoso.yaml") -> Position:
    return Position(file=file, line=line, column=column, length=length, text="      permissions: {calendar: read}")


ERROR: Final = Finding(
    rule="V01",
    level=Severity.ERROR,
    message="permissions cannot be chosen with EWS",
    detail="why: authorising with an EWS URL grants the full mailbox\nhelp: remove `permissions`",
    position=at(),
)
WARNING: Final = Finding(
    rule="V09", level=Severity.WARNING, message="only Windows users keep it", position=at(3), subject="a.b"
)
NOTE: Final = Finding(rule="V31", level=Severity.NOTE, message="tokens are kept in the cloud")
WAIVED: Final = Finding(
    rule="CIS-ZOOM-1.1.5.4",
    level=Severity.ERROR,
    message="Office 365 calendar integration must enforce OAuth 2.0",
    position=at(12, 3, 5, "rules.yaml"),
    subject="contoso",
    baselines=("CIS Zoom 1.0.0 1.1.5.4",),
    suppressed="until the old rooms are gone",
)
EACH: Final = (NOTE, WAIVED, WARNING, ERROR)


def hostile(word: str) -> Finding:
    """A finding all words of which are the attacker's."""
    return Finding(
        rule=word,
        level=Severity.ERROR,
        message=word,
        detail=f"why: {word}\nhelp: {word}",
        position=Position(file=f"{word}.yaml", line=1, column=1, text=word),
        subject=word,
        baselines=(word,),
        suppressed=word,
    )


HIDDEN: Final = "\x00\x07\x1b\x7f\x85\u061c\u200b\u202e\u2028\u2066\ufeff\ufffe\uffff\ud800\r\n\t"
WORDS: Final = st.one_of(
    st.text(max_size=20),
    st.text(st.sampled_from(HIDDEN + "=|`<>&#[](){}!:/%,.*_\\ ;a1\"'"), max_size=20),
    st.sampled_from(
        ["::error::x", "\n::add-mask::x", "%0A::stop-commands::x", "##[set-env name=A]x", "]]>", "[a](http://evil)"]
    ),
)
PATHS: Final = st.sampled_from(["a.yaml", "b.yaml", "sub/a.yaml", "../a.yaml", "/elsewhere/a.yaml", "/repo/a.yaml"])


ALIKE: Final = st.builds(
    Finding,
    rule=st.sampled_from(["V01", "S-UNKNOWN"]),
    level=st.sampled_from(Severity),
    message=st.sampled_from(["this", "that"]),
    position=st.none() | st.builds(Position, file=PATHS, line=st.integers(1, 9), column=st.integers(1, 9)),
    subject=st.none() | st.sampled_from(["integration.service", "allowedDomains"]),
    suppressed=st.none() | st.just("a reason"),
)
SOME: Final = st.lists(ALIKE, max_size=12)
"""Any number of findings, in few files, with few messages, so that some are alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a runner takes a line for; ``data`` and the values of ``properties`` are as a person sees them."""

    name: str
    properties: dict[str, str]
    data: str


def commands(log: str) -> Iterator[Command]:
    """The commands a runner finds in a log: ``::`` at the start of a line, else ``##[`` anywhere."""
    for line in re.split(r"\r\n|\r|\n", log):
        new = re.fullmatch(r"\s*::(\w[\w-]*)(?: ((?:(?!::).)*))?::(.*)", line, re.DOTALL)
        if new is not None:
            stated = dict(pair.split("=", 1) for pair in (new[2] or "").split(",") if "=" in pair)
            properties = {name: _back(value) for name, value in stated.items()}
            yield Command(name=new[1], properties=properties, data=_back(new[3]))
        elif "##[" in line:
            yield Command(name="old style", properties={}, data=line)


def _back(text: str) -> str:
    for sign in "\r\n:,":
        text = text.replace(f"%{ord(sign):02X}", sign)
    return text.replace("%25", "%")
