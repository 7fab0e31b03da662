"""What was found when the levels of a user's settings were looked at, and why nobody can tell at times."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import UNKNOWN, Unknown

COVERED: Final = frozenset({Setting.ENABLED, Setting.LOCKED, Setting.SERVICE})
"""What the lock covers as one setting."""


class Problem(Enum):
    """Why nobody can tell which settings hold for a user (V38)."""

    OVERRIDES_UNREAD = "nobody read what groups state for themselves"
    MODEL_NOT_STATED = "the Account document does not state the group model"
    GROUPS_UNKNOWN = "nobody knows their groups"
    PRIMARY_UNKNOWN = "nobody knows their primary group"
    NO_PRIORITY = "a group of theirs has no place in the order of priorities"
    CONFLICTING_LOCKS = "two of their groups lock the setting with different values"


class Standing(Enum):
    """What became of a level when it was looked at."""

    HOLDS = "holds"
    LOCKED_ABOVE = "the account is locked, so groups make no exceptions"
    STATES_NOTHING = "states nothing of its own"
    OUTRANKED = "a group of higher priority decides"
    NOT_PRIMARY = "not the primary group, and without a lock of its own"
    NOT_LOCKED = "another group locks the setting"
    BELOW_A_GROUP = "a group decides"
    UNDECIDED = "nobody can tell whether it holds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One level that was looked at: a group's id, or ``None`` for the account."""

    group: str | None
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """One setting as it holds for a user: its value, whether a lock enforces it, and the group or account behind it."""

    value: object
    locked: bool | Unknown
    source: str | None
    trace: tuple[Looked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """The settings that hold for a user, where they come from, and how that was found.

    ``source`` is the id of the group that decides over the integration, ``sync_source`` of the one that decides over
    sync, ``None`` for the account. ``in_doubt``: which level holds hangs on a missing fact, and whatever the
    possible levels disagree about is unknown; a ``problem`` is a doubt that keeps a policy from being planned.
    """

    settings: AccountSettings
    source: str | None = None
    sync_source: str | None = None
    trace: tuple[Looked, ...] = ()
    problem: Problem | None = None
    in_doubt: bool = False

    def resolved(self, setting: Setting) -> Resolved:
        """One of the settings, with the level it comes from."""
        covered, sync = setting in COVERED, setting is Setting.BIDIRECTIONAL_SYNC
        return Resolved(
            value=self.settings.value(setting),
            locked=self.settings.locked if covered else False,
            source=self.source if covered else self.sync_source if sync else None,
            trace=self.trace,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """The groups of a user as far as they can decide anything, by id."""

    groups: frozenset[str] | Unknown
    primary: str | Unknown


NO_GROUPS: Final = Membership(groups=frozenset(), primary=UNKNOWN)
