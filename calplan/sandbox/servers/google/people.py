"""Who is in the directory: the account's users, and what a test makes of them."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from calplan.sandbox.servers.google.ids import user_id
from calplan.sandbox.servers.world import World

TOP: Final = "/"


class GoogleUser(NamedTuple):
    """One user: the address he signs in to the platform with, and his own at Google."""

    login: str
    primary: str

    @property
    def id(self) -> str:
        return user_id(self.login)


class Roster(NamedTuple):
    """Every user by his address at Google."""

    users: tuple[GoogleUser, ...]
    by_address: Mapping[str, GoogleUser]

    def after(self, address: str) -> int:
        """The index of the first user behind an address."""
        return bisect_right(self.users, address, key=lambda one: one.primary)


@dataclass(kw_only=True)
class People:
    """The directory's users. Addresses in these sets are those that people sign in to the platform with."""

    world: World
    suspended: set[str] = field(default_factory=set)
    archived: set[str] = field(default_factory=set)
    vanished: set[str] = field(default_factory=set)
    """Users who were deleted."""
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    org_units: dict[str, str] = field(default_factory=dict)
    _others: tuple[str, ...] = ()
    _roster: Roster | None = None
    _ids: Mapping[str, GoogleUser] | None = None

    def add(self, *addresses: str) -> None:
        """Puts people into the directory of whom the platform does not know."""
        self._others = (*self._others, *addresses)
        self._roster = self._ids = None

    @property
    def roster(self) -> Roster:
        """Every user, deleted or not: nobody comes or goes in an account while it is served."""
        if self._roster is None:
            own = {mailbox or login: login for login, mailbox in reversed(self._rows)}
            own |= {other: other for other in self._others if other not in own}
            users = tuple(GoogleUser(login, primary) for primary, login in sorted(own.items()))
            self._roster = Roster(users, {one.primary: one for one in users})
        return self._roster

    def find(self, key: str) -> GoogleUser | None:
        """The user whom an address, an alias or an id names; nobody who was deleted."""
        found = self.even_deleted(key)
        return None if found is None or found.login in self.vanished else found

    def knows(self, address: str) -> bool:
        """Whether an address is that of a user."""
        return self.find(address) is not None

    def even_deleted(self, key: str) -> GoogleUser | None:
        """The same, of those who were deleted too."""
        if key.isascii() and key.isdecimal():
            if self._ids is None:
                self._ids = {one.id: one for one in self.roster.users}
            return self._ids.get(key)
        address = key.strip().lower()
        return self.roster.by_address.get(address) or self._with_alias(address)

    def of(self, login: str) -> GoogleUser | None:
        """The user who signs in to the platform with this address."""
        primary = self._primaries.get(login, login)
        found = self.roster.by_address.get(primary)
        return found if found is not None and found.login == login else None

    def _with_alias(self, address: str) -> GoogleUser | None:
        for login, names in self.aliases.items():
            if address in names:
                return self.of(login)
        return None

    @cached_property
    def _rows(self) -> list[tuple[str, str | None]]:
        with self.world.view() as connection:
            return connection.execute("SELECT email, mailbox FROM users ORDER BY email").fetchall()

    @cached_property
    def _primaries(self) -> dict[str, str]:
        return {login: mailbox for login, mailbox in self._rows if mailbox}
