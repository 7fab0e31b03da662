"""Text, headers and JSON without the secrets in them: for logs, and for what servers say."""

import html
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
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
    (?<! [\w.-] )
    (?= [\w.-]*? (?: authorization | cookie | passw(?:or)?d | secret | assertion | api[-_]?key | token | credential ) )
    ( [\w.-]++ \\*+ ["']? \s*+ (?: [:=] | %3[ad] ) \s*+ \\*+ ["']? )
    (?: (?<= ") (?: [^"\\] | \\. )++
      | (?<= ') (?: [^'\\] | \\. )++
      | (?: (?: basic | bearer | negotiate | digest ) \s++ )? [^\s"'&,;}\]]++ )
    """
)
"""A telling name and its value, the whole of it where it is quoted. No part of a text is looked at more than once or
twice, so that no server keeps us busy with a long word."""
_ESCAPE: Final = re.compile(r"%[0-9A-F]{2}")
_SCHEME: Final = re.compile(r"(?i)\b(basic|bearer|negotiate)\s+[\w.~+/=-]{6,}")


def names_a_secret(name: str) -> bool:
    """Whether a header, form field or JSON key of this name holds a secret."""
    plain = re.sub(r"[^a-z]", "", name.lower())
    return any(word in plain for word in TELLING)


class Redactor:
    """Takes out the secrets it was told of, in whatever form they are written, and whatever is named like one.

    What it was told of lives in a closure, as the text of a ``Secret`` does.
    """

    __slots__ = ("_forms",)

    def __init__(self, *secrets: Secret) -> None:
        self._forms: Callable[[], tuple[str, ...]] = tuple
        for secret in secrets:
            self.hide(secret)

    def hide(self, secret: Secret) -> None:
        """Take this one out from now on."""
        found = {form for form in _forms_of(secret.reveal()) if form}
        forms = tuple(sorted({*self._forms(), *found}, key=lambda form: (-len(form), form)))
        self._forms = lambda: forms

    def text(self, text: str) -> str:
        """The text without secrets."""
        for form in self._forms():
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
    """The secret as it is, as URLs, JSON, HTML, Python and hosts write it, and inside of base64 at any offset."""
    data = text.encode("utf-8", "surrogatepass")
    yield from (text, text.lower(), text.upper(), repr(text)[1:-1], data.hex(), data.hex().upper())
    yield from (line for line in text.splitlines() if len(line) >= SHORTEST_FORM)
    yield from (html.escape(text), html.escape(text, quote=False), html.escape(text).replace("&#x27;", "&#39;"))
    for form in (quote(data, safe=""), quote(data), quote_plus(data)):
        yield from (form, _ESCAPE.sub(lambda found: found[0].lower(), form))
    for form in (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
        yield from (form, form.replace("/", "\\/"))
    yield from _inside_base64(data)


def _inside_base64(data: bytes) -> Iterator[str]:
    """The letters that are the same wherever the secret stands: those that depend on nothing before or after it."""
    for offset in range(3):
        encoded = b64encode(b"\0" * offset + data).decode("ascii")
        core = encoded[(0, 2, 3)[offset] : (len(encoded.rstrip("=")) - (1 if encoded.endswith("=") else 0))]
        for form in (core, core.replace("+", "-").replace("/", "_")):
            if len(form) >= SHORTEST_FORM:
                yield form
