"""Groups and who is in them: the list of users says it of most people, the lists of members of the rest."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from calplan.model.levels import Group, Groups
from calplan.providers.zoom.calls import Calls, MissingScopeError
from calplan.providers.zoom.messages import GroupPage, GroupRow, MemberPage
from calplan.providers.zoom.routes import GROUPS, MEMBERS

LARGEST_PAGE: Final = 300
LARGEST_PAGE_OF_MEMBERS: Final = 2000


def groups_of(calls: Calls) -> tuple[GroupRow, ...]:
    """The groups of the account by id.

    Raises:
        ProviderError: they cannot be read.
    """
    pages = calls.pages(GROUPS, kind=GroupPage, query={"page_size": LARGEST_PAGE})
    found = {row.id: row for page in pages for row in page.rows}
    return tuple(found[one] for one in sorted(found))


def known(rows: tuple[GroupRow, ...]) -> tuple[Group, ...]:
    """The groups by id and name."""
    return tuple(Group(id=row.id, name=row.name) for row in rows)


@dataclass(slots=True)
class Membership:
    """Which groups users are in, in words: a name that one group alone has, else its id.

    The vendor leaves the groups of a user out, most likely where there are none. That is not taken for granted: the
    lists of members are read once somebody is met of whom nothing is said.
    """

    calls: Calls
    groups: tuple[GroupRow, ...]
    _words: dict[str, str] = field(init=False)
    _members: dict[str, tuple[str, ...]] | None = None
    _readable: bool = True

    def __post_init__(self) -> None:
        self._words = dict(Groups(known=known(self.groups)).names)

    def word(self, group: str) -> str:
        """What to call a group; an id that no list has stands for itself."""
        return self._words.get(group, group)

    def of(self, email: str) -> tuple[str, ...] | None:
        """The ids of the groups of somebody whose entry names none, or ``None`` where nobody may look.

        Raises:
            ProviderError: the members cannot be read.
        """
        if self._members is None and self._readable:
            try:
                self._members = self._read()
            except MissingScopeError:
                self._readable = False
        return None if self._members is None else self._members.get(email, ())

    def _read(self) -> dict[str, tuple[str, ...]]:
        members: dict[str, tuple[str, ...]] = {}
        same: dict[tuple[str, ...], tuple[str, ...]] = {}
        for number, group in enumerate(self.groups):
            self.calls.tell("groups with their members", number, len(self.groups))
            for email in self._members_of(group):
                longer = (*members.get(email, ()), group.id)
                members[email] = same.setdefault(longer, longer)
        return members

    def _members_of(self, group: GroupRow) -> Iterator[str]:
        """The addresses of a group's members, each once."""
        if group.total_members == 0:
            return
        pages = self.calls.pages(MEMBERS, group.id, kind=MemberPage, query={"page_size": LARGEST_PAGE_OF_MEMBERS})
        yield from dict.fromkeys(row.email.strip().lower() for page in pages for row in page.rows)
