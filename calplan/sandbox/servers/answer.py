"""What the vendor's API is asked and what it answers, errors in the shapes it documents."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

Json = object

TOO_MANY: Final = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to an endpoint: ``names`` are the parts of the path that vary."""

    method: str
    path: str
    names: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer; a body that is ``None`` is empty."""

    status: int = 200
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def data(self) -> bytes:
        """The body as it is sent."""
        return b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()


class RefusedError(Exception):
    """A request is answered with an error."""

    def __init__(self, status: int, code: int, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.fields = fields or {}

    def answer(self) -> Answer:
        """The error in the vendor's shape."""
        errors = [{"field": name, "message": wrong} for name, wrong in self.fields.items()]
        return Answer(
            status=self.status,
            body={"code": self.code, "message": str(self), **({"errors": errors} if errors else {})},
        )


def invalid(name: str, wrong: str = "Invalid field.") -> RefusedError:
    """A parameter or field that cannot be taken."""
    return RefusedError(400, 300, "Validation Failed.", fields={name: wrong})


def no_user(word: str) -> RefusedError:
    """There is no such user."""
    return RefusedError(404, 1001, f"User does not exist: {word}.")


def no_group(word: str) -> RefusedError:
    """There is no such group."""
    return RefusedError(404, 4130, f"A group with this {word} does not exist.")


def no_account(word: str) -> RefusedError:
    """There is no such account."""
    return RefusedError(404, 2001, f"Account does not exist: {word}.")


def no_endpoint() -> RefusedError:
    """Nothing answers to this method and path."""
    return RefusedError(400, 2300, "This API endpoint is not recognized.")


def not_eligible(words: str) -> RefusedError:
    """The code under which the vendor puts many refusals, told apart by their words alone."""
    return RefusedError(400, 200, words)
