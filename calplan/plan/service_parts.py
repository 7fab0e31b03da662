"""The parts of a service that can be left as they are live while the rest of it changes."""

from dataclasses import replace
from enum import Enum
from typing import TypeVar

from calplan.model.permissions import Permission, Permissions
from calplan.model.service import ExchangeEws, Google, Office365Ews, Office365Graph, Service
from calplan.model.unknown import Unknown, Unmanaged

NoService = TypeVar("NoService", bound=Unknown | Unmanaged)


class Part(Enum):
    """A part of a service; the value is its path."""

    CALENDAR = "permissions.calendar"
    CONTACTS = "permissions.contacts"
    EWS_URL = "ewsUrl"
    IMPERSONATION = "impersonation"


def parts_that_change(new: Service | NoService, old: Service | NoService) -> tuple[Part | None, ...]:
    """The whole service (``None``), then its parts that change; if a part is all that changes, only the part."""
    differing = tuple(part for part in Part if service_left(new, old, part) != new)
    whole = tuple(part for part in differing if service_left(new, old, part) == old)
    return whole or (None, *differing)


def service_left(new: Service | NoService, old: Service | NoService, part: Part | None) -> Service | NoService | None:
    """The new service with a part of the old one, or the old one; ``None`` where nobody can write that down."""
    if part is None:
        return old
    match new, old, part:
        case Office365Graph() | Google(), Office365Graph() | Google(), Part.CALENDAR | Part.CONTACTS:
            calendar = (old if part is Part.CALENDAR else new).permissions.calendar
            contacts = (old if part is Part.CONTACTS else new).permissions.contacts
            if calendar is contacts is Permission.NONE:
                return None
            return replace(new, permissions=Permissions(calendar=calendar, contacts=contacts))
        case Office365Ews(), Office365Ews(), Part.EWS_URL:
            return replace(new, ews_url=old.ews_url)
        case ExchangeEws(), ExchangeEws(), Part.EWS_URL:
            return replace(new, ews_url=old.ews_url)
        case ExchangeEws(), ExchangeEws(), Part.IMPERSONATION:
            return replace(new, impersonation=old.impersonation)
        case _:
            return new
