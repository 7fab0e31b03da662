"""What an answer of the vendor means: by its status first, then by its words, never by the code alone.

The vendor uses one code for many things, and puts errors into answers with status 200.
"""

from datetime import UTC, datetime
from typing import Final

from calplan.providers.http.answer import Answer, Kind, Meaning, by_status
from calplan.providers.http.message import text_of
from calplan.providers.http.retry import server_time, until
from calplan.providers.zoom.messages import Complaint, complaint_in, looks_like_complaint

TOKEN_ENDED: Final = 124
NO_SCOPE: Final = "does not contain scopes"
NOT_ALLOWED: Final = (NO_SCOPE, "permission", "paid account", "paid plan", "paid user")
"""What the vendor says where the account or the application may not do it at all, whatever the status."""
DAILY: Final = "daily"
REFUSING: Final = frozenset({400, 401, 403})
TOO_MANY: Final = 429
LATEST_SECOND: Final = 4_000_000_000


def judge(answer: Answer) -> Meaning:
    """The meaning of an answer, with what the vendor says of it."""
    by_number = by_status(answer)
    if by_number.kind is Kind.FINE:
        return _of_success(answer)
    complaint = complaint_in(answer)
    words = _words(complaint)
    if answer.status == TOO_MANY:
        kind = Kind.DAILY if _is_daily(answer, words) else Kind.SLOW_DOWN
        return Meaning(kind=kind, words=words, wait=_reset(answer))
    if answer.status in REFUSING and _is_forbidden(words):
        return Meaning(kind=Kind.NOT_ALLOWED, words=words)
    if by_number.kind is Kind.WRONG and complaint.code == TOKEN_ENDED:
        return Meaning(kind=Kind.SIGN_IN_AGAIN, words=words)
    return Meaning(kind=by_number.kind, words=words)


def _of_success(answer: Answer) -> Meaning:
    if not looks_like_complaint(answer):
        return Meaning(kind=Kind.FINE)
    complaint = complaint_in(answer)
    words = _words(complaint)
    if complaint.code == TOKEN_ENDED:
        return Meaning(kind=Kind.SIGN_IN_AGAIN, words=words)
    return Meaning(kind=Kind.NOT_ALLOWED if _is_forbidden(words) else Kind.WRONG, words=words)


def _is_forbidden(words: str) -> bool:
    return any(one in words.lower() for one in NOT_ALLOWED)


def _is_daily(answer: Answer, words: str) -> bool:
    return answer.headers.get("x-ratelimit-type", "").strip().lower() == "daily-limit" or DAILY in words.lower()


def _reset(answer: Answer) -> float | None:
    """The seconds until the limit of a second is over, which the vendor gives as a moment."""
    stated = answer.headers.get("x-ratelimit-reset", "").strip()
    if not stated.isascii() or not stated.isdigit() or int(stated) > LATEST_SECOND:
        return None
    now = server_time(answer.headers)
    # Without the server's own clock its moment measures nothing.
    return None if now is None else until(datetime.fromtimestamp(int(stated), UTC), answer.headers, now)


def _words(complaint: Complaint) -> str:
    """The vendor's sentence, and the fields it names."""
    named = complaint.errors if isinstance(complaint.errors, list) else []
    fields = "; ".join(f"{text_of(one.field)}: {text_of(one.message)}".strip(": ") for one in named)
    return " ".join(part for part in (text_of(complaint.message), f"({fields})" if fields else "") if part)
