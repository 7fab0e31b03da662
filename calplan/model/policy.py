"""A whole policy: the account's settings, its groups, the Microsoft grant, private events; and what was attested."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from calplan.model.account import PrivateEvents
from calplan.model.diagnostic import Position
from calplan.model.service import Service
from calplan.model.settings import AccountSettings, WantedSettings
from calplan.model.unknown import UNMANAGED, Unknown, Unmanaged


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOverride:
    """What one group states for itself; a key it does not state is inherited. ``inherit`` says so in words.

    ``ews_allow_listed`` is a statement to calplan about ``service``, and no live setting.
    """

    group: str
    inherit: bool = False
    enabled: bool | Unmanaged = UNMANAGED
    locked: bool | Unmanaged = UNMANAGED
    service: Service | Unmanaged = UNMANAGED
    bidirectional_sync: bool | Unmanaged = UNMANAGED
    ews_allow_listed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPolicy:
    """The desired state of one account.

    ``groups`` is ``None`` when the policy leaves group overrides alone. ``ews_allow_listed`` is a statement to calplan
    and no live setting. ``positions`` maps an address (``integration.service``, ``groups[Sales]`` ...) to its place in
    the file; it is no part of the policy's meaning.
    """

    name: str
    account: str
    settings: WantedSettings
    groups: tuple[GroupOverride, ...] | None = None
    ensure_tenant_grant: bool = False
    office365_revoke_stale: bool = False
    google_revoke_stale: bool = False
    private_events: PrivateEvents | None = None
    ews_allow_listed: bool = False
    positions: Mapping[str, Position] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """What a person attested to have seen in the vendor's portal: the account's settings, and what groups state.

    A setting nobody stated is ``UNKNOWN``. ``portal`` is where it was seen, in the person's words.
    """

    name: str
    settings: AccountSettings
    overrides: tuple[GroupOverride, ...] | Unknown
    by: str
    at: datetime
    portal: str
