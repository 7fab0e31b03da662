"""Coding users into kinds as they are read: no object of a single user is kept."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Final, NamedTuple

from calplan.model.domain import domain_of
from calplan.model.proof import Basis
from calplan.model.user import RawFacts, Status, UserBatch

STRIDE: Final = 10_368_881
"""How many classes there is room for, more than any account has users; with a hundred places numbers stay below two to
the thirtieth, up to which Python counts fastest."""


class Coded(NamedTuple):
    """What the number of a kind stands for: a class of users, their login domain, and the domain of their mailbox.

    A domain is ``None`` where it cannot be normalised. Equal ones are one kind.
    """

    raw: RawFacts
    basis: Basis
    domain: str | None
    mailbox_domain: str | None


Class = tuple[RawFacts, Basis]
"""What is known of a user, and on what that rests."""
Place = tuple[str | None, str | None]
"""The domain of the login and the one of the mailbox."""


class Coding:
    """Gives every kind a number: the one of its class, and ``STRIDE`` times the one of its place.

    Put together so it need not be looked up, however many kinds there are. Some may have numbers already.
    """

    def __init__(self, classes: Mapping[int, Class] | None = None, places: Mapping[int, Place] | None = None) -> None:
        self._classes: dict[Class, int] = {one: number for number, one in (classes or {}).items()}
        self._places: dict[Place, int] = {one: number for number, one in (places or {}).items()}
        self._free_classes = _free(self._classes.values())
        self._free_places = _free(self._places.values())
        self._domains: dict[str, str | None] = {}
        self._same: dict[int, int] = {}
        self._held: dict[RawFacts, RawFacts] = {}
        self._starts: dict[str, int] = {}

    def of(self, numbers: Iterable[int]) -> dict[int, Coded]:
        """What each of these numbers stands for."""
        classes = {number: one for one, number in self._classes.items()}
        places = {number: one for one, number in self._places.items()}
        return {number: Coded(*classes[number % STRIDE], *places[number // STRIDE]) for number in numbers}

    def inactive(self) -> frozenset[int]:
        """The numbers of the classes whose users are not active."""
        return frozenset(number for (raw, _), number in self._classes.items() if raw.status != Status.ACTIVE.value)

    def code(self, batch: UserBatch) -> list[int]:
        """The kinds of a page of users, parallel to its addresses."""
        if batch.bases is None and not batch.mailboxes:
            try:
                # Facts that were met as this very object are known without comparing.
                classes = map(self._same.__getitem__, map(id, batch.facts))
                starts = self._starts
                return [
                    starts[email[email.rfind("@") :]] + number
                    for email, number in zip(batch.emails, classes, strict=True)
                ]
            except KeyError:
                """Somebody is of a class or a domain that was not met before."""
        bases = [Basis.PLATFORM] * len(batch.emails) if batch.bases is None else batch.bases
        boxes = map(batch.mailboxes.get, batch.emails)
        return [self._one(*one) for one in zip(batch.emails, boxes, batch.facts, bases, strict=True)]

    def _one(self, email: str, mailbox: str | None, raw: RawFacts, basis: Basis) -> int:
        tail = email[email.rfind("@") :]
        if mailbox is not None:
            box = mailbox[mailbox.rfind("@") :]
            return self._place(self._domain(tail), self._domain(box)) * STRIDE + self._class(raw, basis)
        start = self._starts.get(tail)
        if start is None:
            domain = self._domain(tail)
            start = self._starts[tail] = self._place(domain, domain) * STRIDE
        return start + self._class(raw, basis)

    def _class(self, raw: RawFacts, basis: Basis) -> int:
        number = self._same.get(id(raw)) if basis is Basis.PLATFORM else None
        if number is None:
            number = self._classes.get((raw, basis))
            if number is None:
                number = self._classes[raw, basis] = next(self._free_classes)
                assert number < STRIDE, "else one kind would have the number of another"
            if basis is Basis.PLATFORM and self._held.setdefault(raw, raw) is raw:
                # It is held, so that no other object can take its place in memory.
                self._same[id(raw)] = number
        return number

    def _place(self, domain: str | None, mailbox_domain: str | None) -> int:
        number = self._places.get((domain, mailbox_domain))
        if number is None:
            number = self._places[domain, mailbox_domain] = next(self._free_places)
        return number

    def _domain(self, tail: str) -> str | None:
        """The domain of addresses that end so, from the last ``@`` on."""
        if tail not in self._domains:
            found = domain_of(tail)
            self._domains[tail] = None if found is None else found.name
        return self._domains[tail]


def _free(taken: Iterable[int]) -> Iterator[int]:
    """Numbers that are not taken, the smallest first: so they do not grow, however often classes come and go."""
    known = frozenset(taken)
    return (number for number in count() if number not in known)
