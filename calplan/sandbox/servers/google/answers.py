"""Google's answers: errors in its shapes, and answers that are no JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from html import escape
from typing import Final, NamedTuple, assert_never

from calplan.sandbox.servers.answer import Answer

CHALLENGE: Final = 'Bearer realm="https://accounts.google.com/"'
USAGE: Final = "usageLimits"


class Body(Enum):
    """In which form an error comes: gateways in front of the API answer in words of their own."""

    JSON = "json"
    TEXT = "text"
    HTML = "html"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAnswer(Answer):
    """An answer whose body is no JSON."""

    text: str

    def data(self) -> bytes:
        return self.text.encode()


class RefusedByGoogleError(Exception):
    """A request is answered with an error, in whichever shape the endpoint uses."""

    def answer(self) -> Answer:
        """The error as it is sent."""
        raise NotImplementedError


class ApiError(RefusedByGoogleError):
    """An error of the APIs. ``word`` is the status in capitals, which may be missing."""

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        *,
        word: str | None = None,
        domain: str = "global",
        location: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.word = word
        self.domain = domain
        self.location = location
        self.headers = headers or {}

    def answer(self) -> Answer:
        row: dict[str, object] = {"message": str(self), "domain": self.domain, "reason": self.reason}
        if self.location is not None:
            row |= {"location": self.location[1], "locationType": self.location[0]}
        error: dict[str, object] = {"code": self.status, "message": str(self), "errors": [row]}
        if self.word is not None:
            error["status"] = self.word
        return Answer(status=self.status, body={"error": error}, headers=self.headers)


class OAuthError(RefusedByGoogleError):
    """An error of the endpoints that give out tokens."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error

    def answer(self) -> Answer:
        return Answer(status=self.status, body={"error": self.error, "error_description": str(self)})


def bad_request() -> ApiError:
    """A parameter is missing or cannot be taken; which one is not said."""
    return ApiError(400, "badRequest", "Bad Request")


def invalid(name: str) -> ApiError:
    """A parameter that cannot be taken, named."""
    return ApiError(400, "invalid", f"Invalid Input: {name}", location=("parameter", name))


def not_simulated(name: str) -> ApiError:
    """A parameter that means something, to which nothing here listens: to ignore it would answer another question."""
    return ApiError(400, "invalid", f"The sandbox does not simulate {name}", location=("parameter", name))


def not_authorized() -> ApiError:
    """Whoever asks is no administrator, or acts for nobody."""
    return ApiError(403, "forbidden", "Not Authorized to access this resource/api")


def no_credentials() -> ApiError:
    """There is no access token, or it is not good now."""
    headers = {"www-authenticate": f'{CHALLENGE}, error="invalid_token"'}
    message = "User does not have credentials"
    return ApiError(401, "authError", message, location=("header", "Authorization"), headers=headers)


def lacks_scope(scopes: tuple[str, ...]) -> ApiError:
    """The access token is good, but not for this."""
    challenge = f'{CHALLENGE}, error="insufficient_scope", scope="{" ".join(scopes)}"'
    message = "Request had insufficient authentication scopes."
    return ApiError(
        403, "insufficientPermissions", message, word="PERMISSION_DENIED", headers={"www-authenticate": challenge}
    )


def not_found(what: str) -> ApiError:
    """There is no such thing."""
    return ApiError(404, "notFound", f"Resource Not Found: {what}")


class Words(NamedTuple):
    """How an error is put: its reason, its message, and whose it is."""

    reason: str
    message: str
    domain: str = "global"
    word: str | None = None


USER_RATE: Final = Words("userRateLimitExceeded", "User Rate Limit Exceeded", USAGE)
QUOTA: Final = Words("quotaExceeded", "Request rate higher than configured.", USAGE)
UNAVAILABLE: Final = Words("backendError", "The service is currently unavailable.", word="UNAVAILABLE")
USUAL: Final[Mapping[int, Words]] = {
    400: Words("badRequest", "Bad Request"),
    401: Words("authError", "User does not have credentials"),
    403: Words("forbidden", "Not Authorized to access this resource/api"),
    404: Words("notFound", "Resource Not Found: userKey"),
    409: Words("conflict", "Conflict"),
    412: Words("conditionNotMet", "Precondition Failed"),
    429: Words("rateLimitExceeded", "Quota exceeded for quota metric", USAGE, "RESOURCE_EXHAUSTED"),
    500: Words("internalError", "Internal Error", word="INTERNAL"),
    502: Words("badGateway", "Bad Gateway"),
    503: UNAVAILABLE,
    504: Words("gatewayTimeout", "Gateway Timeout", word="DEADLINE_EXCEEDED"),
}
OTHERWISE: Final = Words("backendError", "Backend Error")


@dataclass(slots=True, kw_only=True)
class Failures:
    """How planned faults and exhausted quotas are worded; a test may have them worded in another way."""

    body: Body = Body.JSON
    words: dict[int, Words] = field(default_factory=lambda: dict(USUAL))

    def answer(self, status: int, words: Words | None = None) -> Answer:
        """An error with this status, in the form that was chosen."""
        said = words or self.words.get(status, OTHERWISE)
        match self.body:
            case Body.JSON:
                return ApiError(status, said.reason, said.message, word=said.word, domain=said.domain).answer()
            case Body.TEXT:
                return TextAnswer(status=status, text=f"{said.message}\n", headers={"content-type": "text/plain"})
            case Body.HTML:
                return page(status, said.message)
            case Body.EMPTY:
                return Answer(status=status)
            case _:
                assert_never(self.body)


def page(status: int, message: str) -> Answer:
    """An error as a web page."""
    text = f"<!DOCTYPE html>\n<html lang=en><title>Error {status}</title><p>{escape(message)}</p></html>\n"
    return TextAnswer(status=status, text=text, headers={"content-type": "text/html; charset=UTF-8"})
