"""How a probe can end, told from what was heard on the line and from the error that the library made of it.

The library calls different things by one name: a wrong password and a server that wants no passwords, a redirect and a
busy server. So the answer itself has the word wherever it is plain, and only then the class of the error. A class that
nobody has described is ``OTHER``, never fine.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from calplan.providers.exchange.heard import Heard, Trouble
from calplan.providers.exchange.task import SignIn

UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403
SLOW_DOWN: Final = 429
UNAVAILABLE: Final = 503
FINE: Final = 200
SERVER_ERRORS: Final = range(500, 600)
LOCKED_OUT: Final = "The referenced account is currently locked out"
"""The library's own words for what it found in an answer."""


class Outcome(Enum):
    """The ways a probe can end before it has proven anything."""

    BAD_CREDENTIALS = auto()
    LOCKED_OUT = auto()
    OTHER_SIGN_IN = auto()
    ONLY_BEARER = auto()
    ONLY_NEGOTIATE = auto()
    NO_CHALLENGE = auto()
    OPEN = auto()
    NO_RIGHT = auto()
    HEADER_REFUSED = auto()
    NO_MAILBOX = auto()
    NOT_PRIMARY = auto()
    FOLDER_DENIED = auto()
    FOLDER_MISSING = auto()
    DISABLED = auto()
    FRONT_END = auto()
    FORBIDDEN = auto()
    REDIRECTED = auto()
    BUSY = auto()
    NOT_EWS = auto()
    NO_VERSION = auto()
    UNKNOWN_BUILD = auto()
    TLS = auto()
    TIME = auto()
    NAME = auto()
    CLOSED = auto()
    TOO_LARGE = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How it ended, after what was heard.

    ``wait`` is the seconds that a busy server named, ``name`` the class of the library's error.
    """

    outcome: Outcome
    heard: Heard
    wait: float | None = None
    name: str = ""


TROUBLES: Final = {
    Trouble.TLS: Outcome.TLS,
    Trouble.TIME: Outcome.TIME,
    Trouble.NAME: Outcome.NAME,
    Trouble.CLOSED: Outcome.CLOSED,
    Trouble.TOO_LARGE: Outcome.TOO_LARGE,
    Trouble.STRAY: Outcome.OTHER,
}

PLAIN: Final = {
    "ErrorImpersonateUserDenied": Outcome.NO_RIGHT,
    "ErrorImpersonationDenied": Outcome.NO_RIGHT,
    "ErrorImpersonationFailed": Outcome.HEADER_REFUSED,
    "ErrorInvalidExchangeImpersonationHeaderData": Outcome.HEADER_REFUSED,
    "ErrorInvalidUserPrincipalName": Outcome.HEADER_REFUSED,
    "ErrorMoreThanOneAccessModeSpecified": Outcome.HEADER_REFUSED,
    "ErrorNonExistentMailbox": Outcome.NO_MAILBOX,
    "ErrorMissingEmailAddress": Outcome.NO_MAILBOX,
    "ErrorNonPrimarySmtpAddress": Outcome.NOT_PRIMARY,
    "ErrorAccessDenied": Outcome.FOLDER_DENIED,
    "ErrorFolderNotFound": Outcome.FOLDER_MISSING,
    "ErrorInvalidServerVersion": Outcome.NO_VERSION,
    "ErrorInvalidSchemaVersionForMailboxVersion": Outcome.NO_VERSION,
    "ErrorExceededConnectionCount": Outcome.BUSY,
}
"""Errors that Exchange itself states, each under one name."""

AMBIGUOUS: Final = {
    "ErrorServerBusy": Outcome.BUSY,
    "ErrorInternalServerTransientError": Outcome.BUSY,
    "ErrorTooManyObjectsOpened": Outcome.BUSY,
    "RateLimitError": Outcome.BUSY,
    "ErrorTimeoutExpired": Outcome.TIME,
    "MalformedResponseError": Outcome.NOT_EWS,
    "SOAPError": Outcome.NOT_EWS,
}
"""Errors that the library makes of several things; asked only where the answer itself told nothing."""


def ending(error: Exception, heard: Heard, sign_in: SignIn) -> Failure:
    """What an error of the library means."""
    inner = error.__context__
    if type(error).__name__ == "TransportError" and isinstance(inner, Exception):
        # Where the version cannot be told, that is all the library says, with the reason behind it.
        error = inner
    name = type(error).__name__
    theirs = type(error).__module__ == "exchangelib.errors"
    if heard.trouble is not None:
        outcome = TROUBLES[heard.trouble]
    elif theirs and name in PLAIN:
        outcome = PLAIN[name]
    elif theirs and LOCKED_OUT in str(error):
        outcome = Outcome.LOCKED_OUT
    else:
        outcome = by_answer(heard, sign_in) or _by_class(name, heard, theirs=theirs)
    back_off = getattr(error, "back_off", None) if outcome is Outcome.BUSY else None
    wait = float(back_off) if isinstance(back_off, int | float) and back_off > 0 else heard.wait
    return Failure(outcome=outcome, heard=heard, wait=wait, name=name)


def _by_class(name: str, heard: Heard, *, theirs: bool) -> Outcome:
    if theirs and name in AMBIGUOUS:
        return AMBIGUOUS[name]
    if name == "ValueError" and heard.status == FINE:
        return Outcome.UNKNOWN_BUILD
    return Outcome.OTHER


def by_answer(heard: Heard, sign_in: SignIn) -> Outcome | None:
    """What the status of an answer says by itself, if anything."""
    match heard.status:
        case status if status == UNAUTHORIZED:
            return sign_in_refused(heard, sign_in) or Outcome.BAD_CREDENTIALS
        case _ if heard.passing:
            return Outcome.BUSY
        case _ if heard.elsewhere is not None:
            return Outcome.REDIRECTED
        case _ if heard.code is not None:
            return Outcome.DISABLED if "disabled" in heard.code.lower() else Outcome.FRONT_END
        case status if status == FORBIDDEN:
            return Outcome.FORBIDDEN
        case status if status in (SLOW_DOWN, UNAVAILABLE):
            return Outcome.BUSY
        case _:
            return None


def sign_in_refused(heard: Heard, sign_in: SignIn) -> Outcome | None:
    """Why nobody can sign in this way to a server that said how it may be done; ``None`` where he can."""
    if sign_in.value in heard.schemes:
        return None
    if heard.schemes & {one.value for one in SignIn}:
        return Outcome.OTHER_SIGN_IN
    if "bearer" in heard.schemes:
        return Outcome.ONLY_BEARER
    return Outcome.ONLY_NEGOTIATE if "negotiate" in heard.schemes else Outcome.NO_CHALLENGE


def at_the_door(heard: Heard, sign_in: SignIn | None) -> Outcome | None:
    """What an answer to a request without credentials says; ``None`` where it asks who is there, as EWS does."""
    if heard.trouble is not None:
        return TROUBLES[heard.trouble]
    if heard.status is None:
        return Outcome.OTHER
    if heard.status == UNAUTHORIZED:
        if not heard.schemes:
            return Outcome.NO_CHALLENGE
        return None if sign_in is None else sign_in_refused(heard, sign_in)
    if heard.status == FINE and heard.xml:
        return Outcome.OPEN
    plain = by_answer(heard, sign_in or SignIn.BASIC)
    if plain is not None:
        return plain
    return Outcome.BUSY if heard.status in SERVER_ERRORS else Outcome.NOT_EWS
