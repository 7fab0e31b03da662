"""What a provider promises. ``plan`` is handed a ``Platform``; only ``apply`` can obtain a ``WritablePlatform``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from calplan.model.account import AssistantPair, Evidence, Observed, PrivateAccess, TenantFacts
from calplan.model.diagnostic import Diagnostic
from calplan.model.levels import Groups
from calplan.model.settings import AccountSettings
from calplan.model.user import UserBatch
from calplan.plan.actions import Action


class ProviderError(Exception):
    """A provider could not do what it was asked. The message is for an admin and holds no secret.

    ``outcome_unknown`` is set when it is unclear whether a write took place.
    """

    def __init__(self, message: str, *, outcome_unknown: bool = False) -> None:
        super().__init__(message)
        self.outcome_unknown = outcome_unknown


class InvalidAccountError(ProviderError):
    """What the provider was pointed at is not an account it can read (exit code 3).

    ``diagnostics`` say where and why, if it is a matter of files.
    """

    diagnostics: tuple[Diagnostic, ...] = ()


class NotAuthorisedError(ProviderError):
    """The provider would not let calplan in (exit code 9)."""


class UnreachableError(ProviderError):
    """The provider did not answer (exit code 10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a platform can do: its name, and the addresses (see ``Setting``) that calplan can write by itself."""

    platform: str
    writable: frozenset[str]

    @property
    def modes(self) -> dict[str, str]:
        """``api`` for each address calplan can write; a person writes all others."""
        return dict.fromkeys(self.writable, "api")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That an action is true now, and since when."""

    at: datetime
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Users:
    """A stream of users and the evidence for them; the evidence is complete once the stream was read to its end."""

    batches: Iterator[UserBatch]
    evidence: Evidence


class Platform(Protocol):
    """Holds the account's settings and its users, and can only be read.

    Every method raises ``ProviderError`` when it cannot read.
    """

    capabilities: Capabilities

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

    def read_assistants(self) -> Observed[Mapping[AssistantPair, PrivateAccess]]:
        """Every scheduling privilege and whether it includes private events."""
        ...


class WritablePlatform(Platform, Protocol):
    """A platform that can also be written."""

    def perform(self, action: Action) -> Receipt:
        """Make one action true; performing it twice is harmless.

        Raises:
            ProviderError: nothing changed, or ``outcome_unknown`` is set because it is unclear whether it did.
        """
        ...
