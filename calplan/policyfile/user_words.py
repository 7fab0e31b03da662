"""The vocabulary of users files: what each column may hold, and the facts its words stand for."""

import re
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple

from calplan.model.connection import Authentication
from calplan.model.permissions import Permission
from calplan.model.service import ServiceType
from calplan.model.user import MailboxLocation, RawFacts, Status, text_list
from calplan.policyfile.json_rows import JsonNumber, Value
from calplan.policyfile.translate import listed, nearest, quoted
from calplan.policyfile.values import parse_moment

UNKNOWN_WORD: Final = "unknown"
LONGEST_FIELD: Final = 100_000
SURROGATE: Final = re.compile("[\ud800-\udfff]")
WORDS: Final[dict[str, tuple[str, ...]]] = {
    "status": tuple(one.value for one in Status),
    "licensed": ("yes", "no", UNKNOWN_WORD),
    "service": (*(one.value for one in ServiceType), UNKNOWN_WORD),
    "calendar": tuple(one.value for one in Permission),
    "contacts": tuple(one.value for one in Permission),
    "auth": tuple(one.value for one in Authentication),
    "mailbox_location": tuple(one.value for one in MailboxLocation),
}
LISTS: Final = ("groups", "clients", "own_grant")
COLUMNS: Final = (
    "email", "id", "status", "licensed", "groups", "primary_group", "clients", "service", "ews_host", "calendar",
    "contacts", "auth", "mailbox", "mailbox_location", "own_grant", "evidence", "as_of",
)  # fmt: skip
EMPTY_MEANS_SOMETHING: Final = frozenset({"service", "own_grant", "groups"})
"""Columns where a missing value and an empty one differ, so that JSON's null would be a riddle."""


class _Sign(Enum):
    """What stands in the place of a value that is not stated, or that facts cannot be made of."""

    NOT_STATED = 0
    UNFIT = 1


NOT_STATED: Final = _Sign.NOT_STATED
UNFIT: Final = _Sign.UNFIT
FACT_COLUMNS: Final = (
    "status", "service", "ews_host", "calendar", "contacts", "auth", "mailbox_location", "own_grant", "groups",
    "primary_group", "clients",
)  # fmt: skip
CLASSES_REMEMBERED: Final = 4096


class UserRow(NamedTuple):
    """One user of a file: addresses trimmed and lower case, ``mailbox`` only where it differs from ``email``.

    ``licensed`` is yes, no or unknown; ``as_of`` is a date and time in ISO 8601 as written.
    """

    email: str
    facts: RawFacts
    mailbox: str | None
    id: str | None
    licensed: str
    evidence: str | None
    as_of: str | None


class BadFieldError(Exception):
    """One field does not fit the vocabulary: the code, what is wrong, and what to do."""

    def __init__(self, code: str, summary: str, advice: str = "") -> None:
        super().__init__(summary)
        self.code = code
        self.summary = summary
        self.advice = advice


def raw_facts(row: UserRow) -> RawFacts:
    """The facts of a row that rules read."""
    return row.facts


def user_row(fields: Mapping[str, Value]) -> UserRow:
    """The user that a row states.

    Raises:
        BadFieldError: a field does not fit.
    """
    email = (text_field(fields, "email") or "").lower()
    if not email:
        raise BadFieldError("U-VALUE", "`email` is empty", "every user needs the address used to sign in")
    mailbox = (text_field(fields, "mailbox") or "").lower()
    as_of = text_field(fields, "as_of") or None
    if as_of is not None and parse_moment(as_of) is None:
        raise BadFieldError("U-VALUE", "`as_of` is no date and time", "for example `2026-11-22T09:00:00Z`")
    return UserRow(
        email=email,
        facts=_facts(fields),
        mailbox=mailbox if mailbox and mailbox != email else None,
        id=text_field(fields, "id") or None,
        licensed=_word(fields, "licensed") or UNKNOWN_WORD,
        evidence=text_field(fields, "evidence") or None,
        as_of=as_of,
    )


def _facts(fields: Mapping[str, Value]) -> RawFacts:
    """The facts of a row. Many users share theirs, so they are read once and shared."""
    key = tuple(_comparable(fields[name]) if name in fields else NOT_STATED for name in FACT_COLUMNS)
    return _read_facts(fields) if UNFIT in key else _shared_facts(key)


@lru_cache(maxsize=CLASSES_REMEMBERED)
def _shared_facts(key: tuple[str | tuple[str, ...] | _Sign | None, ...]) -> RawFacts:
    stated: dict[str, Value] = {}
    for name, value in zip(FACT_COLUMNS, key, strict=True):
        if not isinstance(value, _Sign):
            stated[name] = list(value) if isinstance(value, tuple) else value
    return _read_facts(stated)


def _comparable(value: Value) -> str | tuple[str, ...] | _Sign | None:
    if value is None or isinstance(value, str):
        return value
    if not isinstance(value, list):
        return UNFIT
    words = tuple(item for item in value if isinstance(item, str))
    return words if len(words) == len(value) else UNFIT


def _read_facts(fields: Mapping[str, Value]) -> RawFacts:
    return RawFacts(
        status=_word(fields, "status") or Status.ACTIVE.value,
        service=_known(_word(fields, "service")),
        ews_host=_host(fields),
        calendar=_known(_word(fields, "calendar")) or None,
        contacts=_known(_word(fields, "contacts")) or None,
        auth=_known(_word(fields, "auth")) or None,
        mailbox_location=_known(_word(fields, "mailbox_location")) or None,
        own_grant=_list(fields, "own_grant"),
        groups=_list(fields, "groups"),
        primary_group=text_field(fields, "primary_group") or None,
        clients=_list(fields, "clients") or "[]",
    )


def _known(word: str | None) -> str | None:
    """The word, or ``None`` for the one that says nothing is known: equal facts are then equal values."""
    return None if word == UNKNOWN_WORD else word


def text_field(fields: Mapping[str, Value], name: str) -> str | None:
    value = fields.get(name)
    if value is None:
        if name in fields and name in EMPTY_MEANS_SOMETHING:
            advice = "leave the key out if it is not known; an empty value says that there is none"
            raise BadFieldError("U-TYPE", f"`{name}` is null, which could mean empty or unknown", advice)
        return None
    if not isinstance(value, str):
        raise BadFieldError("U-TYPE", f"`{name}` must be text, not {_named(value)}")
    return _checked(name, value.strip())


def _checked(name: str, text: str) -> str:
    if len(text) > LONGEST_FIELD:
        raise BadFieldError("U-LONG", f"`{name}` is longer than {LONGEST_FIELD:,} characters")
    if not text.isascii() and SURROGATE.search(text):
        raise BadFieldError(
            "U-VALUE", f"`{name}` holds half a character (a lone surrogate)", "write the character whole"
        )
    if "\0" in text:
        raise BadFieldError("U-VALUE", f"`{name}` holds a NUL character", "remove it")
    return text


def _word(fields: Mapping[str, Value], name: str) -> str | None:
    word = text_field(fields, name)
    if not word or word in WORDS[name]:
        return word
    near = nearest(word, WORDS[name])
    advice = f"one of {listed(WORDS[name])}"
    advice = f"did you mean `{near}`? {advice}" if near else advice
    raise BadFieldError("U-WORD", f"{quoted(word)} is no value of `{name}`", advice)


def _list(fields: Mapping[str, Value], name: str) -> str | None:
    value = fields.get(name)
    if isinstance(value, list):
        items = [stripped for one in value if (stripped := _item(name, one).strip())]
        return None if name != "clients" and items == [UNKNOWN_WORD] else text_list(items)
    if isinstance(value, str) and value not in ("", UNKNOWN_WORD):
        raise BadFieldError("U-TYPE", f"`{name}` must be a list of text, not text", 'for example `["Executives"]`')
    if value is not None and not isinstance(value, str):
        raise BadFieldError("U-TYPE", f"`{name}` must be a list of text, not {_named(value)}")
    return "[]" if text_field(fields, name) == "" else None


def _item(name: str, value: Value) -> str:
    if not isinstance(value, str):
        raise BadFieldError("U-TYPE", f"`{name}` must be a list of text; it holds {_named(value)}")
    return _checked(name, value)


def _host(fields: Mapping[str, Value]) -> str | None:
    host = text_field(fields, "ews_host")
    if not host:
        return None
    if "/" in host or "@" in host or any(sign.isspace() for sign in host):
        raise BadFieldError("U-VALUE", "`ews_host` is no host", "write the host alone, for example `mail.contoso.com`")
    return _known(host.lower())


def _named(value: Value) -> str:
    match value:
        case bool():
            return "true or false"
        case JsonNumber():
            return "a number"
        case dict():
            return "an object"
        case list():
            return "a list"
        case None:
            return "null"
        case str():
            return "text"
