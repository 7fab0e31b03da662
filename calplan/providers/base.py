"""What a provider promises. ``plan`` is handed a ``Platform``; only ``apply`` can obtain a ``WritablePlatform``."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NamedTuple, Protocol, runtime_checkable

from calplan.model.account import AssistantPair, Evidence, Observed, PrivateAccess, TenantFacts
from calplan.model.levels import Groups
from calplan.model.proof import Witness
from calplan.model.settings import AccountSettings
from calplan.model.unknown import Unknown
from calplan.model.user import UserBatch
from calplan.plan.actions import Action, Consent
from calplan.plan.beside import BesidePlatform
from calplan.plan.edits import EditLog
from calplan.plan.labels import Labels

Clock = Callable[[], datetime]
"""Gives the time now."""


class Ability(Enum):
    """What can be done about one thing that a policy states."""

    WRITE = "write"
    READ = "read"
    ATTEST = "attest"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """What one platform or provider can do about one thing, and on whose word.

    ``WRITE``: calplan reads and writes it. ``READ``: calplan reads it, a person writes it. ``ATTEST``: a person reads
    and writes it, and says so. ``NONE``: it is not to be had there.
    """

    ability: Ability
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a platform can do, by the addresses of a plan without ``[...]``.

    They are those of ``Setting``, and ``groups``, ``office365.tenantGrant``, ``office365.revokeStale``,
    ``google.revokeStale``, ``privateEvents`` and ``users``. What is
    not named is ``NONE``. ``labels`` are those of the portal, for what only a person can write. ``others`` names the
    provider by address where it is not the platform.
    """

    platform: str
    table: Mapping[str, Capability]
    labels: Labels = ()
    others: Mapping[str, str] = field(default_factory=dict)

    def of(self, address: str) -> Capability:
        """What can be done about one address."""
        return self.table.get(address, Capability(ability=Ability.NONE, source="the platform has no such thing"))

    @property
    def writable(self) -> frozenset[str]:
        """The addresses calplan can write by itself."""
        return frozenset(address for address, one in self.table.items() if one.ability is Ability.WRITE)

    @property
    def modes(self) -> dict[str, str]:
        """``api`` for each address calplan can write; a person writes all others."""
        return dict.fromkeys(sorted(self.writable), "api")


class Part(Protocol):
    """A part of what was read earlier: when it was read, and what it says in the words of whoever kept it."""

    @property
    def number(self) -> int: ...

    @property
    def at(self) -> datetime: ...

    @property
    def content(self) -> bytes: ...


class Memory(Protocol):
    """Keeps what took long to read, part by part and durably, so that a read that was killed goes on where it was.

    It holds facts and never a secret. ``source`` names whose they are. Every method raises ``ProviderError``.
    """

    def parts(self, source: str) -> Sequence[Part]:
        """The parts that are kept of a source, by number."""
        ...

    def keep(self, source: str, number: int, content: bytes) -> None:
        """Keep one part, in place of the one with this number; it is as old as this moment."""
        ...

    def forget(self, source: str) -> None:
        """Let go of every part of a source."""
        ...


class KeptPart(NamedTuple):
    """A part as ``Forgetful`` has it."""

    number: int
    at: datetime
    content: bytes


class Forgetful:
    """A memory for as long as the process lives."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._kept: dict[str, dict[int, Part]] = {}

    def parts(self, source: str) -> Sequence[Part]:
        return tuple(part for _, part in sorted(self._kept.get(source, {}).items()))

    def keep(self, source: str, number: int, content: bytes) -> None:
        self._kept.setdefault(source, {})[number] = KeptPart(number, self._clock(), content)

    def forget(self, source: str) -> None:
        self._kept.pop(source, None)


Undo = Callable[[Mapping[str, str]], None]
"""Keeps durably what it takes to finish or to undo a write that has two parts; called between them."""


def forget(_undo: Mapping[str, str]) -> None:
    """Keeps nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That an action is true now, and since when."""

    at: datetime
    changed: bool


class EvidenceProvider(Protocol):
    """A source beside the platform that knows who consented to what. It can only be read."""

    capabilities: Capabilities
    """``WRITE`` for what its writing twin can write, such as ``google.revokeStale``; ``platform`` is its type."""

    def read_people(self) -> Witness:
        """Everybody in its directory with the traces found of them.

        A read that fails part-way gives what it has, marked incomplete, and keeps the rest for the next try.

        Raises:
            ProviderError: nothing could be read: not let in, not reachable, not what it was pointed at.
        """
        ...

    def read_tenant(self) -> Observed[TenantFacts] | None:
        """What it knows of the Microsoft tenant, or ``None`` where it is not Microsoft."""
        ...

    def read_consents(self, users: frozenset[str]) -> frozenset[str] | Unknown:
        """Those of these users, by login address, who have a consent of their own left, asked for at this moment."""
        ...


class WritableEvidenceProvider(EvidenceProvider, Protocol):
    """A source that can also be written: a grant ensured, leftover consents revoked.

    What it reads of a tenant it reads anew each time.
    """

    def perform(self, action: Action) -> Receipt:
        """Make one action true; performing it twice is harmless.

        Raises:
            ProviderError: nothing changed, or ``outcome_unknown`` is set because it is unclear whether it did.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Users:
    """A stream of users and the evidence for them; the evidence is complete once the stream was read to its end.

    ``last_client_only``: the source knows one client of each user, the last one used (A18). ``beside`` tells of sources
    that were asked as well, once the stream was read to its end.
    """

    batches: Iterator[UserBatch]
    evidence: Evidence
    last_client_only: bool = False
    beside: Callable[[], BesidePlatform] | None = None


class Platform(Protocol):
    """Holds the account's settings and its users, and can only be read.

    Every method raises ``ProviderError`` when it cannot read.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What can be done with the account."""
        ...

    def read_settings(self) -> Observed[AccountSettings]:
        """The live settings; a setting that cannot be read is ``UNKNOWN``."""
        ...

    def read_groups(self) -> Observed[Groups]:
        """Every group and what it states for itself; ``UNKNOWN`` overrides where the platform does not show them."""
        ...

    def read_users(self) -> Users:
        """Every user of any status, streamed."""
        ...

    def read_tenant(self) -> Observed[TenantFacts] | None:
        """What the platform stores of the Microsoft tenant, or ``None`` when it stores nothing of the kind."""
        ...

    def read_consents(self, consent: Consent, users: frozenset[str] | None) -> frozenset[str] | Unknown:
        """Those of these users, by login address, who have a consent of their own there, asked for at this moment.

        ``None`` stands for everybody, as the users were read last. Unknown where nobody can tell.
        """
        ...

    def read_assistants(self, hosts: frozenset[str] | None = None) -> Observed[Mapping[AssistantPair, PrivateAccess]]:
        """Every scheduling privilege and whether it includes private events; with ``hosts`` at least those they gave.

        It may cost a request for each host, so whoever needs but a few names them.
        """
        ...


@runtime_checkable
class KeepsLog(Protocol):
    """A platform that can say who edited anything lately, though not what came of it."""

    def recent_edits(self, since: datetime) -> EditLog:
        """The entries of its operation log since a time, or since the earliest that it remembers.

        Raises:
            ProviderError: it cannot be read.
        """
        ...


class WritablePlatform(Platform, Protocol):
    """A platform that can also be written."""

    def perform(self, action: Action, undo: Undo = forget) -> Receipt:
        """Make one action true; performing it twice is harmless.

        A write that has two parts gives ``undo`` what is needed after a crash between them.

        Raises:
            ProviderError: nothing changed, or ``outcome_unknown`` is set because it is unclear whether it did.
        """
        ...

    def finish(self, action: Action, half: Mapping[str, str]) -> Receipt:
        """Do the second part of a write whose first part was done; ``half`` is what ``undo`` was given between them.

        Raises:
            ProviderError: as for ``perform``.
        """
        ...
