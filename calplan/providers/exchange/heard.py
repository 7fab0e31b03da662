"""What was heard on the line, whatever a library makes of it."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final
from urllib.parse import urlsplit

SCHEMES: Final = ("basic", "bearer", "digest", "negotiate", "ntlm")
GENERIC_ERROR_PAGE: Final = "/ews/genericerrorpage.htm"
"""Where Exchange sends requests on when it is out of order for a while."""
_QUOTED: Final = re.compile(r'"[^"]*"')
_SCHEME: Final = re.compile(r"(?:^|,)\s*([A-Za-z]+)(?=\s|,|$)")
_CODE: Final = re.compile(r"[A-Za-z]{1,60}")


class Trouble(Enum):
    """Why no answer came, or not the whole of it."""

    TLS = auto()
    TIME = auto()
    NAME = auto()
    CLOSED = auto()
    TOO_LARGE = auto()
    STRAY = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The last answer, or why there was none. ``wait`` is in seconds; ``elsewhere`` the place a redirect leads to.

    ``schemes`` are the ways of signing in that were offered, in small letters.
    """

    status: int | None = None
    trouble: Trouble | None = None
    schemes: frozenset[str] = frozenset()
    elsewhere: str | None = None
    passing: bool = False
    code: str | None = None
    wait: float | None = None
    xml: bool = False


@dataclass(slots=True)
class Ear:
    """Keeps what was heard last."""

    last: Heard = Heard()


def schemes_in(challenge: str) -> frozenset[str]:
    """The ways of signing in that a challenge offers, as far as they have a name that is known."""
    plain = _QUOTED.sub('""', challenge)
    return frozenset(word.lower() for word in _SCHEME.findall(plain)) & frozenset(SCHEMES)


def code_in(header: str | None) -> str | None:
    """The word with which a front end says why it refuses, where it is a single one."""
    stated = (header or "").rpartition(":")[2].strip()
    return stated if _CODE.fullmatch(stated) else None


def leads_to(location: str, place: str) -> tuple[str, bool]:
    """Where a redirect leads: the host, or the same one; and whether it is to the page for a passing error."""
    try:
        parts = urlsplit(location)
        host = parts.hostname
    except ValueError:
        return "an address that cannot be read", False
    return (
        place if host is None else _shown(host),
        parts.path.lower() == GENERIC_ERROR_PAGE,
    )


def _shown(host: str) -> str:
    """A stranger's host, fit to be shown."""
    return host if re.fullmatch(r"[a-z0-9:.-]{1,253}", host) else "a host with a strange name"
