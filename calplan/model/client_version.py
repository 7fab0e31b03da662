"""Versions of the vendor's client, read without falling into the build trap.

In 2020 the vendor wrote ``5.2.<build>``: the third number is a build, not a patch, and ``5.2.44052`` is older than
5.2.2 although it compares as newer. Forms and pairs of build and version: semantics (g).
"""

import re
from dataclasses import dataclass
from typing import Final

from calplan.model.unknown import Tri

FORM: Final = re.compile(
    r"(?:(?P<prefix>[a-z]+)_)?"
    r"(?P<major>[0-9]{1,9})\.(?P<minor>[0-9]{1,9})(?:\.(?P<third>[0-9]{1,9})(?:\.[0-9]{1,9})?)?"
    r"(?: ?\([0-9]{1,9}\))?"
    r"(?: ?\((?P<suffix>[a-z]+)\))?",
    re.IGNORECASE | re.ASCII,
)
PLATFORMS: Final = frozenset({"win", "mac", "linux", "iphone", "ipad", "android", "chromeos"})
SMALLEST_BUILD: Final = 1000
"""A third number from here on is a build; no patch number ever came near it."""
BUILD_OF_5_2_2_ON_WINDOWS: Final = 45108
"""From package manifests and download links; builds of other platforms are not evidenced (A20)."""
FIRST_PATCH_THAT_PROMPTS: Final = 2

FIRST_THAT_PROMPTS: Final = (5, 2)
FIRST_FOR_IMPERSONATION: Final = (5, 11)
FIRST_THAT_HIDES_PRIVATE_DETAILS: Final = (5, 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientVersion:
    """One client as the platform named it: numbers, and the platform word if it is one we know."""

    major: int
    minor: int
    third: int | None
    platform: str | None

    @property
    def prompts(self) -> Tri:
        """Whether this client is 5.2.2 or newer, the first that shows the prompt (S26)."""
        if (self.major, self.minor) != FIRST_THAT_PROMPTS:
            return _tri((self.major, self.minor) > FIRST_THAT_PROMPTS)
        if self.third is None:
            return Tri.UNKNOWN
        if self.third < SMALLEST_BUILD:
            return _tri(self.third >= FIRST_PATCH_THAT_PROMPTS)
        return _tri(self.third >= BUILD_OF_5_2_2_ON_WINDOWS) if self.platform == "win" else Tri.UNKNOWN

    @property
    def impersonates(self) -> Tri:
        """Whether this client is 5.11.0 or newer (S29); patch and build cannot matter."""
        return _tri((self.major, self.minor) >= FIRST_FOR_IMPERSONATION)

    @property
    def hides_private_details(self) -> Tri:
        """Whether this client is 5.9.0 or newer, the first to hide private details from assistants."""
        return _tri((self.major, self.minor) >= FIRST_THAT_HIDES_PRIVATE_DETAILS)

    @property
    def windows(self) -> Tri:
        """Whether this client runs on Windows, the only platform of MAPI (S20)."""
        return Tri.UNKNOWN if self.platform is None else _tri(self.platform == "win")


def parse(text: str) -> ClientVersion | None:
    """The version that ``text`` names, or ``None`` when it cannot be read. Never raises."""
    form = FORM.fullmatch(text.strip())
    if form is None:
        return None
    word = (form["suffix"] or form["prefix"] or "").lower()
    return ClientVersion(
        major=int(form["major"]),
        minor=int(form["minor"]),
        third=None if form["third"] is None else int(form["third"]),
        platform=word if word in PLATFORMS else None,
    )


def _tri(answer: bool) -> Tri:
    return Tri.YES if answer else Tri.NO
