"""What an answer of Google's means: by its reasons before its status, and never taking it for JSON."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from calplan.providers.google.messages import Reason, Refusal, refusal_in
from calplan.providers.http.answer import Answer, Kind, Meaning, by_status
from calplan.providers.http.message import text_of

THROTTLED: Final = frozenset({"userRateLimitExceeded", "quotaExceeded", "rateLimitExceeded", "RESOURCE_EXHAUSTED"})
TROUBLED: Final = frozenset({"backendError", "serviceNotAvailable", "internalError", "badGateway", "gatewayTimeout"})
THROTTLING_TEXTS: Final = (b"request rate higher than configured", b"quota exceeded for quota metric")
"""What a body says in plain text where the limit is met before the API is reached."""
NO_SCOPE: Final = "insufficient_scope"
BUSY: Final = 503
REFUSING: Final = frozenset({401, 403})
_NAMED_SCOPES: Final = re.compile(r'scope="([^"]*)"')
_SCOPES: Final = re.compile(r"[A-Za-z0-9:/._ -]{1,600}")


def judge_directory(scope: str) -> Callable[[Answer], Meaning]:
    """How answers of the Directory API are read; ``scope`` is what the calls need."""

    def judge(answer: Answer) -> Meaning:
        return _meaning(answer, scope)

    return judge


def judge_log(scope: str) -> Callable[[Answer], Meaning]:
    """How answers of the Reports API are read: it says that its quota is used up with a 503."""

    def judge(answer: Answer) -> Meaning:
        meaning = _meaning(answer, scope)
        return replace(meaning, kind=Kind.SLOW_DOWN) if answer.status == BUSY else meaning

    return judge


def is_throttling(answer: Answer) -> bool:
    """Whether an answer says that too much was asked, in any of the ways that Google has for it."""
    return _meaning(answer, "").kind is Kind.SLOW_DOWN


def _meaning(answer: Answer, scope: str) -> Meaning:
    if not _is_json(answer):
        return _of_text(answer)
    by_number = by_status(answer)
    if by_number.kind is Kind.FINE:
        return by_number
    refusal = refusal_in(answer)
    reasons = _reasons(refusal)
    words = text_of(refusal.message)
    needed = _needed(answer, scope)
    if needed is not None:
        return Meaning(kind=Kind.NOT_ALLOWED, words=f"{words or NO_SCOPE}. It needs the scope {needed}")
    if reasons & THROTTLED:
        return Meaning(kind=Kind.SLOW_DOWN, words=words)
    if reasons & TROUBLED:
        return Meaning(kind=Kind.PASSING, words=words)
    return Meaning(kind=by_number.kind, words=words)


def _is_json(answer: Answer) -> bool:
    body = answer.body.lstrip()
    return not body or body.startswith(b"{")


def _of_text(answer: Answer) -> Meaning:
    """What a text or a web page means. One that comes as a success did not come from the API."""
    if any(one in answer.body.lower() for one in THROTTLING_TEXTS):
        return Meaning(kind=Kind.SLOW_DOWN)
    by_number = by_status(answer)
    return Meaning(kind=Kind.PASSING) if by_number.kind is Kind.FINE else by_number


def _reasons(refusal: Refusal) -> frozenset[str]:
    rows: list[Reason] = refusal.errors if isinstance(refusal.errors, list) else []
    return frozenset({text_of(refusal.status), *(text_of(row.reason) for row in rows)})


def _needed(answer: Answer, scope: str) -> str | None:
    """The scopes that are missing, by the header that says so; those the call needs where it names none."""
    header = answer.headers.get("www-authenticate", "")
    if answer.status not in REFUSING or NO_SCOPE not in header:
        return None
    named = _NAMED_SCOPES.search(header)
    usable = named is not None and _SCOPES.fullmatch(named[1])
    return named[1] if named is not None and usable else scope
