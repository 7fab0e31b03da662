"""What Google's servers are asked, and by whom."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final
from urllib.parse import unquote

from calplan.sandbox.servers.answer import Answer

BELOW: Final = "/google/"


class Api(Enum):
    """Who answers: each API has quotas of its own, and only some ask for an administrator."""

    SIGN_IN = "sign-in"
    IAM = "iam"
    DIRECTORY = "directory"
    REPORTS = "reports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """What an access token is good for. ``subject`` is whom its holder acts for; empty where for nobody."""

    until: datetime
    scopes: frozenset[str]
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleCall:
    """One request: ``names`` are the parts of the path that vary, decoded. Of equal parameters the last counts."""

    method: str
    parts: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    authorization: str = field(default="", repr=False)

    @property
    def question(self) -> str:
        """What is asked for, apart from the page: a page token leads on in the list it came from alone."""
        rest = {name: value for name, value in self.query.items() if name not in ("pageToken", "fields", "prettyPrint")}
        return f"{'/'.join(self.parts)}?{sorted(rest.items())}"


def parts_of(raw_path: bytes) -> tuple[str, ...]:
    """The parts of a path below the prefix, each decoded by itself: an address may hold a slash."""
    path = raw_path.decode("latin-1").partition("?")[0].removeprefix(BELOW)
    return tuple(unquote(part) for part in path.split("/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One endpoint: parts of its path in braces vary; ``scopes`` are those of which one is enough."""

    method: str
    path: str
    answer: Callable[[GoogleCall], Answer]
    api: Api
    scopes: tuple[str, ...] = ()

    def names(self, call: GoogleCall) -> Mapping[str, str] | None:
        """The parts that vary, or ``None`` where the request is for something else."""
        own = self.path.split("/")
        if call.method != self.method or len(own) != len(call.parts):
            return None
        names: dict[str, str] = {}
        for mine, theirs in zip(own, call.parts, strict=True):
            name, brace, ending = mine.removeprefix("{").partition("}")
            if not brace:
                if mine != theirs:
                    return None
            elif theirs.endswith(ending) and len(theirs) > len(ending):
                names[name] = theirs.removesuffix(ending)
            else:
                return None
        return names
