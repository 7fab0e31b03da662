"""The users of a report, packed as columns: addresses as one text, and for each user the number of a class.

What users share is written once as a class. Text and numbers are deflated and written in base64, so that nothing in a
name can end the element it stands in, and a browser unpacks them without a library.
"""

import json
import sys
import zlib
from array import array
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from calplan.impact.summary import UNREADABLE_DOMAIN
from calplan.model.domain import domain_of
from calplan.plan.document import PlanUsers, UserDocument, rows_of
from calplan.plan.document import UserColumns as TakenColumns
from calplan.render.untrusted import for_terminal
from calplan.render.wording import OUTCOME_NAMES

FIELDS: Final = (
    "outcome",
    "connection",
    "notice",
    "next_step",
    "certainty",
    "rules",
    "groups",
    "primary_group",
    "service",
    "calendar",
    "contacts",
    "auth",
    "mailbox_location",
    "own_grant",
    "clients",
    "ews_host",
    "evidence",
    "lost_on_the_way",
)
"""What a class says, in this order; a fact nobody states is null."""
GROUPS: Final = FIELDS.index("groups")
USERS_AT_ONCE: Final = 4096
THREE_BYTES: Final = 3
"""Base64 writes three bytes as four letters; a piece of another length could not be followed by the next."""

Fact = str | bool | tuple[str, ...] | None


@dataclass(slots=True)
class UserColumns:
    """Packs users while they are read once; afterwards it knows their classes, and the first users of each outcome.

    ``keep`` is how many users of each outcome are kept to be listed one by one. ``groups`` has the names of groups that
    users state by another word, since the counts by group say names.
    """

    keep: int
    groups: Mapping[str, str] = field(default_factory=dict)
    total: int = 0
    tails: dict[str, str] = field(default_factory=dict)
    _classes: dict[tuple[Fact, ...], int] = field(default_factory=dict)
    _numbers: "array[int]" = field(default_factory=lambda: array("I"))
    _mailboxes: dict[int, str] = field(default_factory=dict)
    _first: dict[str, list[UserDocument]] = field(default_factory=lambda: {name: [] for name in OUTCOME_NAMES})

    def addresses(self, users: PlanUsers) -> Iterator[str]:
        """The addresses in their order, one a line, packed; reading them is what fills the other columns."""
        return packed(self._lines(users))

    def numbers(self) -> Iterator[str]:
        """Later: the class of each user as a number of four bytes, the lowest byte first, packed."""
        numbers = self._numbers
        if sys.byteorder == "big":
            numbers = array("I", numbers)
            numbers.byteswap()
        steps = range(0, len(numbers), USERS_AT_ONCE)
        yield from packed(numbers[start : start + USERS_AT_ONCE].tobytes() for start in steps)

    def classes(self) -> Iterator[str]:
        """Later: what each class says, and what only some users have: JSON, packed."""
        words: dict[str, int] = {}
        coded = [[_coded(fact, words) for fact in key] for key in self._classes]
        told = {
            "fields": FIELDS,
            "classes": coded,
            "words": [for_terminal(word) for word in words],
            "mailboxes": {str(number): for_terminal(mailbox) for number, mailbox in self._mailboxes.items()},
            "domains": {tail: name for tail, name in self.tails.items() if tail != name},
        }
        yield from packed([json.dumps(told, separators=(",", ":")).encode()])

    def worst_first(self, most: int) -> list[UserDocument]:
        """The first users of all: outcome by outcome, worst first, by address within each."""
        return list(islice((user for name in OUTCOME_NAMES for user in self._first[name]), most))

    def _lines(self, users: PlanUsers) -> Iterator[bytes]:
        known: dict[int, int] = {}
        for emails, alike, mailboxes in users.columns():
            for number, one in dict(zip(map(id, alike), alike, strict=True)).items():
                if number not in known:
                    known[number] = self._class_of(one)
            self._numbers.extend(map(known.__getitem__, map(id, alike)))
            self._note(emails, alike, mailboxes)
            self.total += len(emails)
            text = "\n".join(emails)
            plain = text.isascii() and text.replace("\n", "").isprintable() and text.count("\n") == len(emails) - 1
            addresses = emails if plain else list(map(for_terminal, emails))
            self._name_domains(emails, addresses)
            yield "".join(f"{address}\n" for address in addresses).encode()

    def _class_of(self, user: UserDocument) -> int:
        """The number of a class."""
        key = tuple(_fact(user.get(name)) for name in FIELDS)
        if self.groups and "groups" in user:
            words = tuple(self.groups.get(word, word) for word in user["groups"])
            key = (*key[:GROUPS], words, *key[GROUPS + 1 :])
        return self._classes.setdefault(key, len(self._classes))

    def _note(self, emails: list[str], alike: list[UserDocument], mailboxes: Mapping[str, str]) -> None:
        """Note the mailboxes that differ, and the first users of each outcome."""
        if mailboxes:
            places = enumerate(emails, self.total)
            self._mailboxes.update((place, mailboxes[email]) for place, email in places if email in mailboxes)
        if any(len(self._first[outcome]) < self.keep for outcome in {one["outcome"] for one in alike}):
            for user in rows_of([TakenColumns(emails, alike, mailboxes)]):
                if len(self._first[user["outcome"]]) < self.keep:
                    self._first[user["outcome"]].append(user)

    def _name_domains(self, emails: list[str], addresses: list[str]) -> None:
        """Note what the domain of each tail of an address is called."""
        tails = {address[address.rfind("@") + 1 :]: email for email, address in zip(emails, addresses, strict=True)}
        for tail, email in tails.items():
            if "@" not in email:
                self.tails.setdefault("", UNREADABLE_DOMAIN)
            elif tail not in self.tails:
                domain = domain_of(email)
                self.tails[tail] = UNREADABLE_DOMAIN if domain is None else for_terminal(domain.name)


def _fact(value: object) -> Fact:
    match value:
        case list():
            return tuple(map(str, value))
        case bool() | None:
            return value
        case _:
            return str(value)


def _coded(fact: Fact, words: dict[str, int]) -> int | bool | list[int] | None:
    """A fact with each of its words as a number."""
    match fact:
        case str():
            return words.setdefault(fact, len(words))
        case tuple():
            return [words.setdefault(word, len(words)) for word in fact]
        case _:
            return fact


def packed(parts: Iterable[bytes]) -> Iterator[str]:
    """Bytes deflated and in base64, piece by piece; the same bytes give the same pieces."""
    deflate = zlib.compressobj(9)
    rest = b""
    for part in parts:
        rest += deflate.compress(part)
        whole = len(rest) - len(rest) % THREE_BYTES
        if whole:
            yield b64encode(rest[:whole]).decode("ascii")
            rest = rest[whole:]
    yield b64encode(rest + deflate.flush()).decode("ascii")
