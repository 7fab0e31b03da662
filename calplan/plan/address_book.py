"""Who of a directory is meant by a login address: names before aliases, compared after normalisation."""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Final

from calplan.model.domain import domain_of
from calplan.model.proof import Person


class Several(Enum):
    """Stands for several people of a directory who claim one address: nobody can tell which of them is meant."""

    CLAIMED = "claimed by several"


CLAIMED: Final = Several.CLAIMED


def normal(address: str) -> str:
    """An address in the one form in which addresses are compared: lower case, its domain in normal form."""
    trimmed = address.strip().lower()
    domain = domain_of(trimmed)
    return trimmed if domain is None else f"{trimmed.rpartition('@')[0]}@{domain.name}"


class AddressBook:
    """The people of one directory by their addresses."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._names: dict[str, Person | Several] = {}
        self._aliases: dict[str, Person | Several] = {}
        for person in people:
            for addresses, stated in ((self._names, person.names), (self._aliases, person.aliases)):
                for address in map(normal, stated):
                    held = addresses.setdefault(address, person)
                    if held is not CLAIMED and held is not person:
                        addresses[address] = CLAIMED

    def find(self, login: str, other: str | None = None) -> Person | Several | None:
        """Who is meant by a login address, or else by another one of his; ``None`` where nobody of the directory is."""
        address = normal(login)
        found = self._names.get(address) or self._aliases.get(address)
        return found if found is not None or other is None else self.find(other)


def claims(book: AddressBook, people: Iterable[Person], logins: Mapping[str, str | None]) -> dict[str, int | str]:
    """By the id of a person, how many login addresses mean him: 1, or the one that does so by a name, or more.

    ``logins`` are in normal form, each with the address of its mailbox where that is another one. Who signs in by a
    person's name is that person; another one who has but an alias of his may not be.
    """
    by_name: dict[str, list[str]] = {}
    by_alias: Counter[str] = Counter()
    for login, other in logins.items():
        person = book.find(login, other)
        if isinstance(person, Person):
            if login in map(normal, person.names):
                by_name.setdefault(person.id, []).append(login)
            else:
                by_alias[person.id] += 1
    found: dict[str, int | str] = {}
    for person in people:
        names, aliases = by_name.get(person.id, []), by_alias[person.id]
        found[person.id] = names[0] if len(names) == 1 and aliases else max(1, len(names) + aliases)
    return found
