"""What a group states, laid over the account's settings."""

from dataclasses import replace
from typing import TypeVar

from calplan.model.policy import GroupOverride
from calplan.model.settings import AccountSettings
from calplan.model.unknown import Unmanaged

T = TypeVar("T")


def overlaid(account: AccountSettings, override: GroupOverride) -> AccountSettings:
    """The account's settings with what a group states laid over them; what it states never inherits."""
    return replace(
        account,
        enabled=or_inherited(override.enabled, account.enabled),
        locked=or_inherited(override.locked, account.locked),
        service=or_inherited(override.service, account.service),
        bidirectional_sync=or_inherited(override.bidirectional_sync, account.bidirectional_sync),
    )


def states_something(override: GroupOverride) -> bool:
    """Whether an override states any setting of its own."""
    return manages(override) or states_sync(override)


def manages(override: GroupOverride) -> bool:
    """Whether an override manages the integration: it states whether it is on, its lock or its service."""
    return any(not isinstance(one, Unmanaged) for one in (override.enabled, override.locked, override.service))


def states_sync(override: GroupOverride) -> bool:
    """Whether an override states sync in both directions."""
    return not isinstance(override.bidirectional_sync, Unmanaged)


def or_inherited(own: T | Unmanaged, above: T) -> T:
    """What a group states, or what stands above it."""
    return above if isinstance(own, Unmanaged) else own
