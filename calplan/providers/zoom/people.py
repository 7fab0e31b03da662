"""Users as the vendor lists them, turned into the facts that rules read; what the vendor does not show is unknown."""

import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress
from typing import Final, cast

from calplan.model.user import RawFacts, Status, UserBatch, text_list
from calplan.providers.errors import ProviderError, UnreachableError
from calplan.providers.http.message import Text, text_of
from calplan.providers.zoom.calls import Calls
from calplan.providers.zoom.groups import Membership
from calplan.providers.zoom.kept import KeptLists
from calplan.providers.zoom.messages import GroupIds, Page, UserPage, UserRow
from calplan.providers.zoom.routes import USERS

LARGEST_PAGE: Final = 2000
UNLICENSED: Final = frozenset({1, 4, 99})
"""Types of users without a licence: Basic, unassigned, none. What the vendor does not explain is asked for."""
LONGEST_ADDRESS: Final = 320
VISIBLE: Final = bytes(range(0x21, 0x7F))
"""Every sign of ASCII that is seen."""
IN_PLAIN_NAMES: Final = VISIBLE.translate(None, b"@" + string.ascii_uppercase.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A page of users as columns; ``ids`` has an empty text for somebody who was only invited."""

    emails: list[str]
    ids: list[str]
    facts: list[RawFacts]
    licensed: list[bool]


@dataclass(slots=True)
class Met:
    """Who was met already: each user counts once, and a text that names two people is refused."""

    _ids: dict[str, str] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)

    def all_new(self, emails: Sequence[str], identities: Sequence[str]) -> bool:
        """Whether none of these users was met before and each has an id of his own; then they have been met."""
        if not self._ids.keys().isdisjoint(emails) or not self._known.isdisjoint(identities):
            return False
        if len(set(emails)) < len(emails) or len(set(identities)) < len(identities) or "" in identities:
            return False
        self._ids.update(zip(emails, identities, strict=True))
        self._known.update(identities)
        return True

    def is_new(self, email: str, identity: str) -> bool:
        """Whether this user was not met before.

        Raises:
            ProviderError: two users have one address, or one user has two.
        """
        held = self._ids.get(email)
        if held is None:
            if identity in self._known:
                raise UnreachableError(
                    f"the address of a user, now {email}, was changed in Zoom while the users were read. Run the"
                    " command again"
                )
            self._ids[email] = identity
            if identity:
                self._known.add(identity)
            return True
        if held and identity and held != identity:
            raise ProviderError(
                f"Zoom lists two users with the address {email}, {held} and {identity}, so nothing that is said of the"
                " address is certain. Give one of them another address in the portal"
            )
        return False


class FactsOf:
    """The facts of users; equal ones are one object."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership
        self._groups: dict[tuple[str, ...], str] = {}
        self._known: dict[RawFacts, RawFacts] = {}
        self._quick: dict[Status, dict[tuple[Text, GroupIds], RawFacts]] = {status: {} for status in Status}

    def rows(self, users: Sequence[UserRow], status: Status) -> Rows:
        """A page of the vendor's as columns."""
        emails = [user.email for user in users]
        if not _are_plain(emails):
            emails = [_address(user) for user in users]
        known = self._quick[status]
        found = [known.get((user.last_client_version, user.group_ids)) for user in users]
        new = None in found
        return Rows(
            emails=emails,
            ids=_identities(users),
            facts=[self._of(user, status) for user in users] if new else cast("list[RawFacts]", found),
            licensed=[user.type not in UNLICENSED for user in users],
        )

    def _of(self, user: UserRow, status: Status) -> RawFacts:
        known = self._quick[status].get((user.last_client_version, user.group_ids))
        if known is not None:
            return known
        found = self._new(user, status)
        if isinstance(user.group_ids, tuple):
            # Of whoever's groups the entry says nothing they are looked up by the address.
            self._quick[status][user.last_client_version, user.group_ids] = found
        return found

    def _new(self, user: UserRow, status: Status) -> RawFacts:
        version = text_of(user.last_client_version)
        facts = RawFacts(
            status=status.value,
            service=None,
            ews_host=None,
            calendar=None,
            contacts=None,
            auth=None,
            mailbox_location=None,
            own_grant=None,
            groups=self._groups_of(user),
            primary_group=None,
            clients=text_list([version] if version else []),
        )
        return self._known.setdefault(facts, facts)

    def _groups_of(self, user: UserRow) -> str | None:
        stated = user.group_ids
        ids = stated if isinstance(stated, tuple) else self._membership.of(_address(user))
        if ids is None:
            return None
        words = self._groups.get(ids)
        if words is None:
            words = self._groups[ids] = text_list([self._membership.word(one) for one in ids])
        return words


class People:
    """All users of an account, read in three passes.

    The active ones are read last and given out first: so nobody is missed who is active at the end, and who changed
    from one list to another meanwhile counts as the later one has it. What is kept meanwhile is columns.
    """

    def __init__(self, calls: Calls, membership: Membership, lists: KeptLists | None = None) -> None:
        self._calls = calls
        self._lists = lists
        self._facts = FactsOf(membership)
        self._met = Met()
        self.licensed: list[str] = []
        self.read_to_the_end = False

    def read(self) -> tuple[int, Iterator[UserBatch]]:
        """How many users there are, and all of them; ``licensed`` is complete once these were ``read_to_the_end``.

        Raises:
            ProviderError: they cannot be read.
        """
        pending = [self._facts.rows(page.rows, Status.PENDING) for page in self._pages(Status.PENDING)]
        inactive = [self._facts.rows(page.rows, Status.INACTIVE) for page in self._pages(Status.INACTIVE)]
        active = self._pages(Status.ACTIVE)
        first = next(active)
        # Where the vendor does not say how many there are, they are read first.
        ahead = [first] if isinstance(first.total_records, int) else [first, *active]
        stated = first.total_records if isinstance(first.total_records, int) else 0
        count = max(stated, sum(len(page.rows) for page in ahead))
        others = [*inactive, *pending]
        return count + sum(len(rows.emails) for rows in others), self._batches(chain(ahead, active), others)

    def _pages(self, status: Status) -> Iterator[Page[UserRow]]:
        kept = None if self._lists is None else self._lists.of(status)
        query = {"status": status.value, "page_size": LARGEST_PAGE}
        what = f"{status.value} users"
        return self._calls.pages(USERS, kind=UserPage, query=query, what=what, kept=kept)

    def _batches(self, active: Iterable[Page[UserRow]], others: Iterable[Rows]) -> Iterator[UserBatch]:
        for page in active:
            rows = self._facts.rows(page.rows, Status.ACTIVE)
            if self._met.all_new(rows.emails, rows.ids):
                self.licensed += compress(rows.emails, rows.licensed)
                yield UserBatch(emails=rows.emails, facts=rows.facts, mailboxes={})
                continue
            new = self._new(rows)
            self.licensed += [rows.emails[index] for index in new if rows.licensed[index]]
            yield _batch(rows, new)
        self.read_to_the_end = True
        for rows in others:
            yield _batch(rows, self._new(rows))

    def _new(self, rows: Rows) -> list[int]:
        pairs = enumerate(zip(rows.emails, rows.ids, strict=True))
        return [index for index, (email, identity) in pairs if self._met.is_new(email, identity)]


def _batch(rows: Rows, indices: Sequence[int]) -> UserBatch:
    return UserBatch(
        emails=[rows.emails[index] for index in indices],
        facts=[rows.facts[index] for index in indices],
        mailboxes={},
    )


def _are_plain(emails: Sequence[str]) -> bool:
    """Whether addresses are all as ``_address`` gives them, as nearly all are: told of all at once."""
    text = "\n".join(emails)
    # What is left without the signs of plain names is one sign between name and domain, and what stands between two.
    return (
        text.isascii()
        and text.encode().translate(None, IN_PLAIN_NAMES) == (b"@\n" * len(emails))[:-1]
        and max(map(len, emails), default=0) <= LONGEST_ADDRESS
    )


def _identities(users: Sequence[UserRow]) -> list[str]:
    """The ids of users, empty where there is none."""
    ids = [user.id for user in users]
    if set(map(type, ids)) <= {str}:
        text = "".join(cast("list[str]", ids))
        if text.isascii() and not text.encode().translate(None, VISIBLE):
            return cast("list[str]", ids)
    return list(map(text_of, ids))


def _address(user: UserRow) -> str:
    """The login address, lower case; its domain is what rules read, so one without is refused."""
    email = user.email.strip().lower()
    if "@" not in email or len(email) > LONGEST_ADDRESS or "\0" in email:
        raise ProviderError(f"Zoom lists a user whose `email` is no address (id {text_of(user.id) or 'not told'})")
    return email
