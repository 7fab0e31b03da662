"""What was observed of an account, and when: every fact carries its source and its age."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Generic, TypeVar

from calplan.model.unknown import UNKNOWN, Unknown

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where facts come from, when they were true, how many they are, and whether the source was read to its end.

    ``as_of`` is ``None`` when nobody said how old the facts are: that counts as stale, never as fresh. ``live`` says
    that the source was asked in this very run: then the facts are as old as the read, whatever stamp they carry. With
    ``frozen`` that run was the one that took a snapshot, so that they are as old as ``as_of`` says after all.
    ``account`` names the Account the source says it belongs to, and ``by_admin`` whether it was read with the role that
    shows everything (S6), where anybody can tell.
    """

    source: str
    kind: str
    as_of: datetime | None
    records: int
    complete: bool
    live: bool = False
    frozen: bool = False
    account: str | Unknown = UNKNOWN
    by_admin: bool | Unknown = UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed(Generic[T]):
    """A value with the evidence for it."""

    value: T
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantFacts:
    """What is known of the Microsoft tenant.

    ``grant`` holds the scopes of the tenant-wide grant, ``user_consent`` the permission grant policy ids that apply to
    users; an empty set was read and is empty.
    """

    hybrid: bool | Unknown
    grant: frozenset[str] | Unknown
    user_consent: frozenset[str] | Unknown


class PrivateAccess(Enum):
    """Whether an assistant sees the details of a host's private events (S46 to S48)."""

    HIDDEN = "hidden"
    MANAGED = "managed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class AssistantPair:
    """A scheduling privilege: the host who gave it and the assistant who holds it, by login address."""

    user: str
    assistant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateEvents:
    """What a policy wants of private events: exceptions, and a default or ``None`` to leave other pairs alone."""

    default: PrivateAccess | None
    exceptions: tuple[tuple[AssistantPair, PrivateAccess], ...]

    @property
    def hosts(self) -> frozenset[str] | None:
        """Those whose assistants this policy concerns, or ``None`` where it concerns everybody's."""
        return None if self.default is not None else frozenset(pair.user for pair, _ in self.exceptions)

    def wanted(self, pair: AssistantPair) -> PrivateAccess | None:
        """What this policy wants of one pair, or ``None`` to leave it alone."""
        return dict(self.exceptions).get(pair, self.default)
