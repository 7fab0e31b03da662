"""What happens after a try: take the answer, try again, or stop; and whether a write may have taken place."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final, assert_never

from calplan.providers.endpoints import Endpoint
from calplan.providers.http.answer import Answer, Kind, Meaning
from calplan.providers.http.wire import Fault

BUSY: Final = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One thing to be done over HTTP. ``idempotent``: doing it twice is as good as doing it once.

    ``asks_for_token`` marks the one POST that a reader may send.
    """

    method: str
    endpoint: Endpoint
    target: str
    writes: bool
    idempotent: bool
    asks_for_token: bool = False
    body: bytes = field(default=b"", repr=False)


class Next(Enum):
    """What to do after a try."""

    TAKE = "take the answer"
    AGAIN = "try again"
    RENEW = "renew the token and try again"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What to do next, and whether this try may have written without anybody being told."""

    next: Next
    unclear: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One try: how many there were by then, what came of it, and what to do. ``wait`` is what the server asks for."""

    call: Call
    outcome: Answer | Fault
    tries: int
    ruling: Ruling
    meaning: Meaning = field(default_factory=lambda: Meaning(kind=Kind.PASSING))
    wait: float | None = None


def after_fault(call: Call, fault: Fault) -> Ruling:
    """The ruling where there is no answer."""
    again = fault.passing and (not fault.sent or call.idempotent)
    return Ruling(next=Next.AGAIN if again else Next.STOP, unclear=call.writes and fault.sent)


def after_answer(call: Call, meaning: Meaning, status: int, *, asked_to_wait: bool) -> Ruling:
    """The ruling on an answer.

    A server that throttles, or that is busy and says until when, has done nothing yet. Other trouble may have come
    after the write.
    """
    match meaning.kind:
        case Kind.FINE:
            return Ruling(next=Next.TAKE)
        case Kind.SIGN_IN_AGAIN:
            return Ruling(next=Next.RENEW)
        case Kind.SLOW_DOWN:
            return Ruling(next=Next.AGAIN)
        case Kind.PASSING:
            if status == BUSY and asked_to_wait:
                return Ruling(next=Next.AGAIN)
            return Ruling(next=Next.AGAIN if call.idempotent else Next.STOP, unclear=call.writes)
        case Kind.ELSEWHERE:
            return Ruling(next=Next.STOP, unclear=call.writes)
        case Kind.DAILY | Kind.NOT_ALLOWED | Kind.WRONG:
            return Ruling(next=Next.STOP)
        case _:
            assert_never(meaning.kind)
