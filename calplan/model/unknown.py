"""Two words that are values: *unknown* (nobody could read it) and *unmanaged* (the policy leaves it alone)."""

from enum import Enum
from typing import Final, Literal


class Unknown(Enum):
    """The type with the one member ``UNKNOWN``: a fact that could not be read. Never the same as absent or fine."""

    UNKNOWN = "unknown"


class Unmanaged(Enum):
    """The type with the one member ``UNMANAGED``: a setting that a policy does not state, and so never touches."""

    UNMANAGED = "unmanaged"


UNKNOWN: Final[Literal[Unknown.UNKNOWN]] = Unknown.UNKNOWN
UNMANAGED: Final[Literal[Unmanaged.UNMANAGED]] = Unmanaged.UNMANAGED


class Tri(Enum):
    """A yes or no that may be unknown."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def any_of(answers: tuple[Tri, ...]) -> Tri:
    """Yes if one answer is yes; else unknown if one is unknown or there is none to go by; else no."""
    if Tri.YES in answers:
        return Tri.YES
    return Tri.UNKNOWN if Tri.UNKNOWN in answers or not answers else Tri.NO
