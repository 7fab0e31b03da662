"""What a server answered, and what it means for whoever asked."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from calplan.providers.errors import ProviderError

DEEPEST_JSON: Final = 64
"""No vendor nests deeper than a dozen; beyond the interpreter's own limit a parser would fail in a way of its own."""


class Kind(Enum):
    """What an answer means. A ``DAILY`` limit ends a run; ``PASSING`` trouble may be gone in a moment."""

    FINE = "fine"
    SIGN_IN_AGAIN = "sign in again"
    NOT_ALLOWED = "not allowed"
    SLOW_DOWN = "slow down"
    DAILY = "daily limit"
    PASSING = "passing trouble"
    ELSEWHERE = "redirected"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer; header names are in lower case. ``of_write`` marks the answer to what may have written."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    place: str
    of_write: bool = False

    def json(self) -> object:
        """The body as JSON, or ``None`` where it is empty.

        Raises:
            ProviderError: it is no JSON that can be read; of a write nobody knows then whether it took place.
        """
        if not self.body.strip():
            return None
        text = self.body.decode("utf-8", "replace")
        if depth(text) > DEEPEST_JSON:
            too_deep = f"{self.place} answered with JSON nested deeper than {DEEPEST_JSON} levels"
            raise ProviderError(too_deep, outcome_unknown=self.of_write)
        try:
            value: object = json.loads(text, parse_constant=_refuse)
        except ValueError:
            value = NOT_JSON
        if value is NOT_JSON:
            kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
            what = NAMES.get(kind, "something that is not JSON")
            no_json = f"{self.place} answered {self.status} with {what} where JSON was expected"
            raise ProviderError(no_json, outcome_unknown=self.of_write)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What an adapter takes an answer to mean; ``words`` are what the vendor said, for an admin.

    ``wait`` are the seconds a vendor asks to wait in a way of its own, for where there is no ``Retry-After``.
    """

    kind: Kind
    words: str = ""
    wait: float | None = None


Judge = Callable[[Answer], Meaning]
"""How an adapter reads answers: errors in a 200, limits in a 403. ``by_status`` where the vendor does none of this."""
NOT_JSON: Final = object()
NAMES: Final = {"text/html": "a web page", "text/plain": "plain text", "application/xml": "XML", "text/xml": "XML"}
"""What can be said of an answer's type; the words of a header are the server's, and may be ours given back."""
_BRACKETS: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
"""A string, or a bracket; a string without an end reaches to the end, and nothing is looked at twice."""
BY_STATUS: Final = {
    401: Kind.SIGN_IN_AGAIN,
    403: Kind.NOT_ALLOWED,
    408: Kind.PASSING,
    429: Kind.SLOW_DOWN,
}
BY_HUNDREDS: Final = {2: Kind.FINE, 3: Kind.ELSEWHERE, 4: Kind.WRONG}
"""All else is trouble: gateways have numbers of their own for a server that they lost while it was at work."""


def by_status(answer: Answer) -> Meaning:
    """The meaning of an answer by its status alone."""
    hundreds = answer.status // 100
    return Meaning(kind=BY_STATUS.get(answer.status) or BY_HUNDREDS.get(hundreds, Kind.PASSING))


def depth(text: str) -> int:
    """How deep the brackets of a text nest, those inside of strings left out."""
    deepest = level = 0
    for found in _BRACKETS.finditer(text):
        sign = found[0]
        if sign in "[{":
            level += 1
            deepest = max(deepest, level)
        elif sign in "]}":
            level -= 1
    return deepest


def _refuse(word: str) -> object:
    raise ValueError(word)
