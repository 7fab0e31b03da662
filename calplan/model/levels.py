"""The levels at which a setting can be stated: the account and its groups."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from calplan.model.policy import GroupOverride
from calplan.model.unknown import Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupModel:
    """How overrides of several groups are resolved; ``order`` names the highest priority first.

    The model is ``None`` where the Account document does not state it.
    """

    kind: Literal["legacy", "priority"] | None = None
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Group:
    """A group of users by the platform's id and its name."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Groups:
    """The groups of an account and what they state for themselves; ``UNKNOWN`` where nobody could read that.

    ``group`` of an override is an id or a name, as whoever stated it wrote it.
    """

    known: tuple[Group, ...] = ()
    overrides: tuple[GroupOverride, ...] | Unknown = ()

    @cached_property
    def ids(self) -> Mapping[str, str]:
        """Every word a group goes by, mapped to its id. An id wins over another group's name."""
        names = {one.name: one.id for one in self.known}
        return {**names, **{one.id: one.id for one in self.known}}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The name of each group by its id; the id itself where several groups have one name."""
        times = Counter(one.name for one in self.known)
        return {one.id: one.name if times[one.name] == 1 else one.id for one in self.known}

    def name_of(self, word: str) -> str:
        """What to call the group that a word names; a word that names none stands for itself."""
        group = self.id_of(word)
        return self.names.get(group, group)

    def id_of(self, word: str) -> str:
        """The id of the group that a word names; a word that names none stands for itself."""
        return self.ids.get(word, word)
