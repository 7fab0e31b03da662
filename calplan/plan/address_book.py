"""Who of a directory is meant by a login address: names before aliases, compared after normalisation."""

from collections.abc import Iterable
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

    def find(self, login: str) -> Person | Several | None:
        """Who is meant by a login address; ``None`` where nobody of the directory has it."""
        address = normal(login)
        return self._names.get(address) or self._aliases.get(address)
