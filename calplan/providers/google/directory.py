"""Everybody in a directory, as the list of users shows them."""

from collections.abc import Iterable
from dataclasses import dataclass

from calplan.model.proof import Known, Person
from calplan.plan.address_book import CLAIMED, AddressBook
from calplan.providers.errors import ProviderError
from calplan.providers.google.calls import users_of
from calplan.providers.google.messages import UserRow, texts_of
from calplan.providers.google.workspace import NAME
from calplan.providers.http.client import Reader
from calplan.providers.observing import Progress

UNREAD = Known(traces=None)


@dataclass(frozen=True, slots=True)
class Entrant:
    """One user; ``asleep``: suspended or archived, so that no application gets anything of him."""

    id: str
    email: str
    aliases: tuple[str, ...]
    asleep: bool

    def person(self, known: Known) -> Person:
        """He with what is known of him."""
        return Person(id=self.id, names=(self.email,), aliases=self.aliases, known=known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Everybody who was listed, by id; ``failure`` says why the list has no end."""

    entrants: dict[str, Entrant]
    failure: str | None = None

    def book(self) -> AddressBook:
        """Everybody by his addresses."""
        return AddressBook(one.person(UNREAD) for one in self.entrants.values())

    def named(self, logins: Iterable[str]) -> dict[str, Entrant]:
        """Those whom login addresses mean; who is not in the directory is left out.

        Raises:
            ProviderError: several people claim one address.
        """
        book, found = self.book(), dict[str, Entrant]()
        for login in sorted(logins):
            person = book.find(login)
            if person is CLAIMED:
                raise ProviderError(
                    f"several users of the Google directory claim the address {login}, so nobody can tell whose tokens"
                    " are meant. Take it from all but one of them in the admin console"
                )
            if person is not None:
                found[login] = self.entrants[person.id]
        return found


def read_directory(reader: Reader, customer: str) -> Directory:
    """Everybody, as far as the list could be read.

    Raises:
        ProviderError: not even its first page could be.
    """
    pages = users_of(reader, customer)
    reader.observe(Progress(source=NAME, what="users", done=0))
    entrants = {one.id: one for one in map(_entrant, next(pages))}
    try:
        for page in pages:
            for one in map(_entrant, page):
                entrants[one.id] = one
            reader.observe(Progress(source=NAME, what="users", done=len(entrants)))
    except ProviderError as error:
        return Directory(entrants=entrants, failure=str(error))
    return Directory(entrants=entrants)


def _entrant(row: UserRow) -> Entrant:
    return Entrant(
        row.id,
        row.primary_email.strip(),
        tuple(dict.fromkeys((*texts_of(row.aliases), *texts_of(row.non_editable_aliases)))),
        row.suspended is True or row.archived is True,
    )
