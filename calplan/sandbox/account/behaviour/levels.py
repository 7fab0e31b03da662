"""Which of several levels applies to a person: the account's settings, or what a group of his states for itself.

The integration (its switch, lock, and default service) is one thing here: whatever decides it decides all three. A
group's value is the account's, overlaid by what the group states. The sync in both directions is another thing, and has
no lock of its own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self, TypeVar

from calplan.model.levels import GroupModel, Groups
from calplan.model.policy import GroupOverride
from calplan.model.settings import AccountSettings
from calplan.model.unknown import Unknown, Unmanaged
from calplan.sandbox.account.behaviour.person import Situation

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What stands at every level, and how the platform chooses among groups.

    ``overrides`` has the groups that state something by their ids, the smallest first; ``ids`` maps every word a group
    goes by to its id. The order of ``model`` may use either word; a model that nobody stated is the older one.
    """

    account: Situation
    overrides: Mapping[str, GroupOverride]
    ids: Mapping[str, str]
    model: GroupModel

    @classmethod
    def of(cls, account: Situation, groups: Groups, model: GroupModel) -> Self:
        """The levels of an account, whose own rows always tell what its groups state."""
        assert not isinstance(groups.overrides, Unknown)
        overrides = {one.group: one for one in groups.overrides}
        return cls(account=account, overrides=overrides, ids=groups.ids, model=model)

    def situation_of(self, groups: str | None, primary: str | None) -> Situation:
        """The situation of a person in these groups, in the words of his row.

        The account's lock stands above every group. In the older model a lock of any of his groups wins; else his
        primary group speaks. Among numbered groups the first that contains him and says anything gives value and lock.

        Where the rules decide nothing, the platform simulated here does something definite that no test may lean on: of
        two groups that lock different values the one with the smaller id wins, a primary group nobody stated says
        nothing, and neither does a group without a number. Who is not known to be in a group is not in it.
        """
        his = frozenset(map(self._id_of, (*json.loads(groups or "[]"), *((primary,) if primary else ()))))
        asked = self._asked(his, primary)
        settings = self.account.settings
        if settings.locked is not True:
            speaking = next((one for one in (*self._locking(his), *asked) if _states_integration(one)), None)
            settings = settings if speaking is None else _overlaid(settings, speaking)
        syncs = (one.bidirectional_sync for one in asked)
        stated = next((sync for sync in syncs if not isinstance(sync, Unmanaged)), settings.bidirectional_sync)
        return replace(self.account, settings=replace(settings, bidirectional_sync=stated))

    def _locking(self, his: frozenset[str]) -> tuple[GroupOverride, ...]:
        """His groups that win by their lock alone."""
        if self.model.kind == "priority":
            return ()
        return tuple(one for one in self.overrides.values() if one.group in his and one.locked is True)

    def _asked(self, his: frozenset[str], primary: str | None) -> tuple[GroupOverride, ...]:
        """The groups that may speak for him where no lock does, the first to be heard first."""
        order = self.model.order if self.model.kind == "priority" else (primary,) if primary else ()
        ids = map(self._id_of, order)
        return tuple(self.overrides[one] for one in ids if one in his and one in self.overrides)

    def _id_of(self, word: str) -> str:
        return self.ids.get(word, word)


def _states_integration(override: GroupOverride) -> bool:
    stated = (override.enabled, override.locked, override.service)
    return not all(isinstance(value, Unmanaged) for value in stated)


def _overlaid(settings: AccountSettings, override: GroupOverride) -> AccountSettings:
    return replace(
        settings,
        enabled=_or_inherited(override.enabled, settings.enabled),
        locked=_or_inherited(override.locked, settings.locked),
        service=_or_inherited(override.service, settings.service),
    )


def _or_inherited(stated: T | Unmanaged, inherited: T) -> T:
    return inherited if isinstance(stated, Unmanaged) else stated
