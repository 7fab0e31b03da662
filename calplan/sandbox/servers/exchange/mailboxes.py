"""Which mailboxes there are: those of the account's users whose mailbox lies on the premises."""

from dataclasses import dataclass
from typing import Final

from calplan.sandbox.servers.world import World

ON_PREMISES: Final = "on-premises"
_BY_ADDRESS: Final = (
    "SELECT email, coalesce(mailbox, email) FROM users JOIN facts ON facts.id = users.truth"
    " WHERE mailbox_location = ? AND ? IN (email, mailbox) ORDER BY mailbox IS NOT ? LIMIT 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A mailbox: ``primary`` is its main address, ``login`` what its owner signs in with."""

    primary: str
    login: str


@dataclass(slots=True, kw_only=True)
class Mailboxes:
    """Finds mailboxes by address. ``beside`` are main addresses of mailboxes that no user of the account has."""

    world: World
    beside: frozenset[str] = frozenset()

    def find(self, address: str) -> Mailbox | None:
        """The mailbox with this address, be it the main one or the one of the sign-in."""
        if address in self.beside:
            return Mailbox(primary=address, login=address)
        with self.world.view() as connection:
            row = connection.execute(_BY_ADDRESS, (ON_PREMISES, address, address)).fetchone()
        return None if row is None else Mailbox(login=row[0], primary=row[1])
