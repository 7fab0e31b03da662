"""Coding users into kinds as they are read: no object of a single user is kept."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from calplan.model.domain import domain_of
from calplan.model.proof import Basis
from calplan.model.user import RawFacts, UserBatch


class Coded(NamedTuple):
    """What the number of a kind stands for: a class of users, their login domain, and the domain of their mailbox.

    A domain is ``None`` where it cannot be normalised. Equal ones are one kind.
    """

    raw: RawFacts
    basis: Basis
    domain: str | None
    mailbox_domain: str | None


class Coding:
    """Gives every kind a number, in the order they are met."""

    def __init__(self) -> None:
        self._classes: dict[tuple[RawFacts, str], int] = {}
        self._same: dict[int, int] = {}
        self._domains: dict[str, str | None] = {}
        self._kinds: dict[Coded, int] = {}
        self._quick: defaultdict[str, dict[int, int]] = defaultdict(dict)

    @property
    def kinds(self) -> dict[int, Coded]:
        """What each number stands for."""
        return {number: coded for coded, number in self._kinds.items()}

    def code(self, batch: UserBatch) -> list[int]:
        """The kinds of a page of users, parallel to its addresses."""
        numbers = self._numbers(batch)
        quick = self._quick
        codes = [
            quick[email[email.rfind("@") :]].get(number) for email, number in zip(batch.emails, numbers, strict=True)
        ]
        if None in codes or batch.mailboxes:
            return list(self._completed(batch, numbers, codes))
        return codes  # type: ignore[return-value]  # none of them is None

    def _numbers(self, batch: UserBatch) -> list[int]:
        """The number of each user's class. Of facts that were met as this very object it is known without comparing."""
        classes = self._classes
        if batch.bases is not None:
            keys = zip(batch.facts, (basis.value for basis in batch.bases), strict=True)
            return [classes.setdefault(key, len(classes)) for key in keys]
        numbers = list(map(self._same.get, map(id, batch.facts)))
        if None not in numbers:
            return numbers  # type: ignore[return-value]  # as was just seen
        for facts in batch.facts:
            if id(facts) not in self._same:
                key = (facts, Basis.PLATFORM.value)
                known = len(classes)
                if classes.setdefault(key, known) == known:
                    # The class holds this object as long as it is told by, so that no other can take its place.
                    self._same[id(facts)] = known
        return [classes[facts, Basis.PLATFORM.value] for facts in batch.facts]

    def _completed(self, batch: UserBatch, numbers: list[int], codes: list[int | None]) -> Iterator[int]:
        for at, (email, code) in enumerate(zip(batch.emails, codes, strict=True)):
            mailbox = batch.mailboxes.get(email)
            if code is not None and mailbox is None:
                yield code
                continue
            basis = batch.bases[at] if batch.bases else Basis.PLATFORM
            domain = self._domain(email)
            coded = Coded(batch.facts[at], basis, domain, domain if mailbox is None else self._domain(mailbox))
            number = self._kinds.setdefault(coded, len(self._kinds))
            if mailbox is None:
                self._quick[email[email.rfind("@") :]][numbers[at]] = number
            yield number

    def _domain(self, address: str) -> str | None:
        tail = address[address.rfind("@") :]
        if tail not in self._domains:
            found = domain_of(address)
            self._domains[tail] = None if found is None else found.name
        return self._domains[tail]
