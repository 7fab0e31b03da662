"""How the servers are told to misbehave, and how often.

A specification is a list of rules with commas between them, each ``METHOD PATH:KIND`` with ``xN`` behind it for N times
(once where nothing is said): ``GET /users:429x3,POST /users/*/assistants:drop``. The method may be ``*``. The path is
written as below ``/v2``, or in full as ``/oauth/token``; ``*`` stands for one part of it. Each request is met by the
first rule that fits and is not used up.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from calplan.sandbox.servers.errors import FaultSpecError

ONE_RULE: Final = re.compile(
    r"(?P<method>\*|GET|POST|PUT|PATCH|DELETE)\s+(?P<path>/[^\s:,]*):(?P<kind>[0-9a-z-]+?)(x(?P<times>[0-9]{1,6}))?"
)
A_STATUS: Final = re.compile(r"(?P<status>[45][0-9][0-9]|5xx)(?P<form>-empty)?")
USUAL_5XX: Final = 503


class Kind(Enum):
    """Ways to misbehave. Each ``429-...`` says in another form when to ask again."""

    DROP = "drop"
    DROP_AFTER = "drop-after"
    HALF = "half"
    STALL = "stall"
    DRIP = "drip"
    EMPTY = "empty"
    ERROR_IN_200 = "error-in-200"
    WEB_PAGE = "web-page"
    END_PAGES = "expire-page-token"
    END_SIGN_IN = "expire-token"
    INVENT = "invent"
    RENAME = "rename"
    PER_SECOND = "429-reset"
    SECONDS = "429-seconds"
    DATE = "429-date"
    ISO = "429-iso"
    DAILY = "429-daily"


MEANING: Final = {
    Kind.DROP: "the connection ends before anything is done",
    Kind.DROP_AFTER: "the request is done, and the connection ends without an answer",
    Kind.HALF: "the request is done, and half of the answer is sent",
    Kind.STALL: "no answer comes, and the connection stays open",
    Kind.DRIP: "the answer begins, and never ends",
    Kind.EMPTY: "400 with an empty body",
    Kind.ERROR_IN_200: "an error in a body under status 200",
    Kind.WEB_PAGE: "a web page under status 200, as a proxy or a portal in between shows one",
    Kind.END_PAGES: "the page token of the request ends before its time",
    Kind.END_SIGN_IN: "the access token of the request ends before its time",
    Kind.INVENT: "the answer has fields that the vendor does not have",
    Kind.RENAME: "the rows of the answer have their fields under other names",
    Kind.PER_SECOND: "the limit by the second, with X-RateLimit-Reset",
    Kind.SECONDS: "429 with a Retry-After in seconds",
    Kind.DATE: "429 with a Retry-After as an HTTP date",
    Kind.ISO: "429 with a Retry-After as an ISO time",
    Kind.DAILY: "the limit by the day, with a Retry-After at midnight",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """An answer with this status, and with a body that is empty or says nothing more."""

    status: int
    empty: bool = False


Fault = Kind | Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of a specification."""

    method: str
    path: re.Pattern[str]
    fault: Fault
    times: int

    def fits(self, method: str, path: str, *, paged: bool) -> bool:
        """Whether it meets a request; only one for a further page can have its page token end."""
        able = paged or self.fault is not Kind.END_PAGES
        return able and self.method in ("*", method) and self.path.fullmatch(path) is not None


@dataclass(slots=True)
class FaultPlan:
    """Which rules are left, and how often."""

    _left: list[tuple[Rule, int]] = field(default_factory=list)

    def add(self, rules: Iterable[Rule]) -> None:
        """Misbehave in these ways as well, after what was asked for before."""
        self._left += [(rule, rule.times) for rule in rules]

    def forget(self) -> None:
        """Behave from now on."""
        self._left = []

    def next(self, method: str, path: str, *, paged: bool) -> Fault | None:
        """How to misbehave at a request, which uses a rule up by one."""
        for index, (rule, times) in enumerate(self._left):
            if rule.fits(method, path, paged=paged):
                self._left[index : index + 1] = [(rule, times - 1)] if times > 1 else []
                return rule.fault
        return None


def parse(spec: str) -> tuple[Rule, ...]:
    """The rules of a specification.

    Raises:
        FaultSpecError: it is not written as one.
    """
    return tuple(_rule(part.strip()) for part in spec.split(",") if part.strip())


def _rule(text: str) -> Rule:
    found = ONE_RULE.fullmatch(text)
    if found is None:
        raise FaultSpecError(f"{text!r} is no fault; each is written METHOD PATH:KIND or METHOD PATH:KINDxN")
    times = int(found["times"] or 1)
    if times == 0:
        raise FaultSpecError(f"{text!r} would never happen; N is at least 1")
    parts = [r"[^/]+" if part == "*" else re.escape(part) for part in found["path"].split("/")]
    return Rule(method=found["method"], path=re.compile("/".join(parts)), fault=_fault(found["kind"]), times=times)


def _fault(word: str) -> Fault:
    status = A_STATUS.fullmatch(word)
    if status is not None:
        code = USUAL_5XX if status["status"] == "5xx" else int(status["status"])
        return Status(status=code, empty=status["form"] is not None)
    try:
        return Kind(word)
    except ValueError:
        kinds = ", ".join(kind.value for kind in Kind)
        raise FaultSpecError(
            f"{word!r} is no kind of fault; there are {kinds}, and a status such as 503 or 503-empty"
        ) from None
