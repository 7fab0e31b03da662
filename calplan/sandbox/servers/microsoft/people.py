"""Users and their mailboxes: who the account's users are in the directory, and where their mail lies."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from calplan.model.user import MailboxLocation
from calplan.sandbox.account.read import read_classes, read_tenant
from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.microsoft.asked import CONTEXT, Ask, GraphRefusedError, bad_request, denied, not_found
from calplan.sandbox.servers.microsoft.ids import user_id
from calplan.sandbox.servers.microsoft.paging import USUAL_SIZE, Listing, Pages
from calplan.sandbox.servers.world import World

LARGEST_PAGE: Final = 999
USUAL: Final = ("displayName", "mail", "userPrincipalName", "id")
"""What Graph sends where nobody selects; whether a user may sign in is not among it."""
BASIC: Final = frozenset({*USUAL, "givenName", "surname"})
"""What may be read with ``User.ReadBasic.All`` alone."""
SELECTABLE: Final = BASIC | {
    "proxyAddresses",
    "accountEnabled",
    "userType",
    "assignedPlans",
    "onPremisesSyncEnabled",
}
EXCHANGE_PLAN: Final = "efb87545-963c-4e0d-99df-69c6916d9eb0"
ASSIGNED: Final = "2025-01-15T09:00:00Z"
USER: Final = "user"
PURPOSES: Final = frozenset({USER, "linked", "shared", "room", "equipment", "others", "unknownFutureValue"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """How the directory calls a user, where that differs from what the platform does; ``None`` where it does not."""

    user_principal_name: str | None = None
    mail: str | None = None
    aliases: tuple[str, ...] = ()


class Row(NamedTuple):
    """One user as the account's file has him."""

    email: str
    mailbox: str | None
    status: str
    place: str | None


@dataclass(kw_only=True)
class People:
    """The endpoints about users.

    What the account's file does not know is said here, by the address a user signs in to the platform with: other
    ``names``, who has no licence for a mailbox, and what mailboxes are for that are not a person's.
    """

    world: World
    pages: Pages
    names: dict[str, Names] = field(default_factory=dict)
    unlicensed: set[str] = field(default_factory=set)
    purposes: dict[str, str] = field(default_factory=dict)
    guests: set[str] = field(default_factory=set)

    @cached_property
    def emails(self) -> dict[str, str]:
        """Users by their object ids; they neither come nor go while an account is served."""
        return {user_id(email): email for email in self.world.directory.ids}

    def list_all(self, ask: Ask, allowed: frozenset[str]) -> Answer:
        """GET /users"""
        ask.only("$select", "$top", "$count")
        selected, size = self._selected(ask, allowed), _size(ask)
        of = f"users({','.join(selected)})" if "$select" in ask.query else "users"
        listing = Listing(of=of, rows=lambda: list(self._rows()), show=self._shown(selected), size=size)
        return self.pages.answer(ask, listing)

    def show(self, ask: Ask, allowed: frozenset[str]) -> Answer:
        """GET /users/{user}"""
        ask.only("$select")
        selected = self._selected(ask, allowed)
        return Answer(body={"@odata.context": f"{CONTEXT}users/$entity", **self._shown(selected)(self._row(ask))})

    def mailbox(self, ask: Ask) -> Answer:
        """GET /users/{user}/mailboxSettings"""
        ask.only("$select")
        row = self._row(ask)
        self._require_mailbox(row)
        of = f"{CONTEXT}users('{user_id(row.email)}')/mailboxSettings"
        return Answer(body={"@odata.context": of, "timeZone": "UTC", "userPurpose": self._purpose(row)})

    def purpose(self, ask: Ask) -> Answer:
        """GET /users/{user}/mailboxSettings/userPurpose"""
        ask.only()
        row = self._row(ask)
        self._require_mailbox(row)
        of = f"{CONTEXT}users('{user_id(row.email)}')/mailboxSettings/userPurpose"
        return Answer(body={"@odata.context": of, "value": self._purpose(row)})

    def id_of(self, ask: Ask) -> str:
        """The object id of the user in a path.

        Raises:
            GraphRefusedError: there is none.
        """
        return user_id(self._row(ask).email)

    def _purpose(self, row: Row) -> str:
        return self.purposes.get(row.email, USER)

    def _require_mailbox(self, row: Row) -> None:
        """Refuses as Graph does where a mailbox is not one of its own, or cannot be found at all."""
        if row.email in self.unlicensed or row.place == MailboxLocation.ON_PREMISES.value:
            words = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
            raise GraphRefusedError(404, "MailboxNotEnabledForRESTAPI", words)
        if row.place != MailboxLocation.CLOUD.value:
            raise GraphRefusedError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")

    def _selected(self, ask: Ask, allowed: frozenset[str]) -> tuple[str, ...]:
        selected = ask.selected(SELECTABLE, USUAL)
        if allowed <= {"User.ReadBasic.All"} and not BASIC.issuperset(selected):
            raise denied()
        return selected

    def _shown(self, selected: tuple[str, ...]) -> Callable[[Row], dict[str, object]]:
        hybrid = self._hybrid()
        return lambda row: {name: value for name, value in self._fields(row, hybrid).items() if name in selected}

    def _fields(self, row: Row, hybrid: bool) -> dict[str, object]:
        names = self.names.get(row.email, Names())
        login = names.user_principal_name or row.email
        mail = names.mail or row.mailbox or row.email
        others = dict.fromkeys(one for one in (login, *names.aliases) if one.lower() != mail.lower())
        plan = {"assignedDateTime": ASSIGNED, "capabilityStatus": "Enabled", "service": "exchange"}
        synced = hybrid or row.place == MailboxLocation.ON_PREMISES.value
        # A plan says that a licence was given, not that the mailbox moved: one on premises has it as well.
        plans = [] if row.email in self.unlicensed else [{**plan, "servicePlanId": EXCHANGE_PLAN}]
        return {
            "id": user_id(row.email),
            "displayName": row.email.partition("@")[0].title(),
            "givenName": None,
            "surname": None,
            "userPrincipalName": login,
            "mail": mail,
            "proxyAddresses": [f"SMTP:{mail}", *(f"smtp:{one}" for one in others)],
            "accountEnabled": row.status != "inactive",
            "userType": "Guest" if row.email in self.guests else "Member",
            "assignedPlans": plans,
            "onPremisesSyncEnabled": True if synced else None,
        }

    def _hybrid(self) -> bool:
        with self.world.view() as connection:
            tenant = read_tenant(connection, self.world.path)
        return tenant is not None and tenant.hybrid is True

    def _row(self, ask: Ask) -> Row:
        """The user whom a path names by his id or by what he signs in to Microsoft with."""
        word = ask.names["user"]
        email = self.emails.get(word.lower()) or self._of_login(word.lower())
        found = next(self._rows(email), None) if email is not None else None
        if found is None:
            raise not_found(word)
        return found

    def _of_login(self, word: str) -> str | None:
        logins = {email: one.user_principal_name for email, one in self.names.items()}
        renamed = {login.lower(): email for email, login in logins.items() if login is not None}
        if word in renamed:
            return renamed[word]
        return word if word in self.world.directory.ids and logins.get(word) is None else None

    def _rows(self, email: str | None = None) -> Iterator[Row]:
        """Everybody, or one user."""
        where, words = ("", ()) if email is None else (" WHERE email = ?", (email,))
        with self.world.view() as connection:
            classes = read_classes(connection)
            query = f"SELECT email, mailbox, truth FROM users{where} ORDER BY email"  # noqa: S608 - our own words
            for one, mailbox, truth in connection.execute(query, words):
                yield Row(one, mailbox, classes[truth].status, classes[truth].mailbox_location)


def _size(ask: Ask) -> int:
    text = ask.query.get("$top")
    if text is None:
        return USUAL_SIZE
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:10]) <= LARGEST_PAGE:
        raise bad_request(f"Invalid page size specified: '{text}'. Must be between 1 and {LARGEST_PAGE} inclusive.")
    return int(text)
