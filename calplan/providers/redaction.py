"""Text, headers and JSON without the secrets in them: for logs, and for what servers say."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Final, NoReturn, SupportsIndex
from urllib.parse import quote, quote_plus

from calplan.providers.secret import REFUSED, Secret

HIDDEN: Final = "(hidden)"
SHORTEST_FORM: Final = 4
"""An encoded form that is shorter stands for nothing in particular."""
TELLING: Final = (
    "apikey",
    "assertion",
    "auth",
    "cookie",
    "credential",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "secret",
    "session",
    "signature",
    "token",
)
"""A name that holds one of these words, whatever stands between its letters, is the name of a secret."""
_NAMED: Final = re.compile(
    r"""(?ix)
    ( [\w.-]* (?: authorization | cookie | password | passwd | secret | assertion | api[-_]?key | token | credential )
      [\w.-]* ["']? \s* [:=] \s* ["']? )
    ( (?: (?: basic | bearer | negotiate | digest ) \s+ )? [^\s"'&,;}\]]+ )
    """
)
_SCHEME: Final = re.compile(r"(?i)\b(basic|bearer|negotiate)\s+[\w.~+/=-]{6,}")


def names_a_secret(name: str) -> bool:
    """Whether a header, form field or JSON key of this name holds a secret."""
    plain = re.sub(r"[^a-z]", "", name.lower())
    return any(word in plain for word in TELLING)


class Redactor:
    """Takes out the secrets it was told of, in whatever form they are written, and whatever is named like one."""

    __slots__ = ("_forms",)

    def __init__(self, *secrets: Secret) -> None:
        self._forms: tuple[str, ...] = ()
        for secret in secrets:
            self.hide(secret)

    def hide(self, secret: Secret) -> None:
        """Take this one out from now on."""
        forms = {form for form in _forms_of(secret.reveal()) if form}
        self._forms = tuple(sorted({*self._forms, *forms}, key=lambda form: (-len(form), form)))

    def text(self, text: str) -> str:
        """The text without secrets."""
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        text = _NAMED.sub(lambda found: found[1] + HIDDEN, text)
        return _SCHEME.sub(lambda found: f"{found[1]} {HIDDEN}", text)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers without secrets."""
        return {name: HIDDEN if names_a_secret(name) else self.text(value) for name, value in headers.items()}

    def value(self, value: object) -> object:
        """A JSON value without secrets at any depth."""
        match value:
            case dict():
                return {
                    self.text(str(key)): HIDDEN if names_a_secret(str(key)) else self.value(one)
                    for key, one in value.items()
                }
            case list() | tuple():
                return [self.value(one) for one in value]
            case str():
                return self.text(value)
            case _:
                return value

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> NoReturn:
        raise TypeError(REFUSED)


def _forms_of(text: str) -> Iterator[str]:
    """The secret as it is, as URLs, JSON and Python write it, and inside of base64 at each of three offsets."""
    yield text
    yield from (line for line in text.splitlines() if len(line) >= SHORTEST_FORM)
    for form in (quote(text, safe=""), quote(text), quote_plus(text), json.dumps(text)[1:-1], repr(text)[1:-1]):
        yield form
    for offset in range(3):
        # Only the letters that depend on nothing before or after the secret are the same wherever it stands.
        data = b64encode(b"\0" * offset + text.encode("utf-8", "surrogatepass")).decode("ascii")
        core = data[(0, 2, 3)[offset] : (len(data.rstrip("=")) - (1 if data.endswith("=") else 0))]
        for form in (core, core.replace("+", "-").replace("/", "_")):
            if len(form) >= SHORTEST_FORM:
                yield form
