"""One user as the platform sees him while a setting is written, and what can happen to him."""

import json
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple, Self, assert_never

from calplan.model.account import TenantFacts
from calplan.model.client_version import ClientVersion, parse
from calplan.model.domain import Domain
from calplan.model.service import (
    ExchangeEws,
    ExchangeMapi,
    Google,
    Office365Ews,
    Office365Graph,
    Service,
    type_of,
)
from calplan.model.settings import AccountSettings
from calplan.model.unknown import Tri, any_of
from calplan.model.user import RawFacts
from calplan.sandbox.account.classes import without_connection

LISTS_OF_CLIENTS_REMEMBERED: Final = 100_000
UNTOLD: Final = (None, "", "unknown")
"""How a row leaves a level, a host or an authentication open."""


class Happening(Enum):
    """What a user notices of a setting being written; the values are the words of the event log."""

    DISCONNECTED = "disconnected"
    PROMPTED = "prompted"
    SYNCED = "synced"


class Held(Enum):
    """How a user's connection stands to a default service."""

    NOTHING = "nothing"
    SAME = "same"
    DIFFERENT = "different"
    UNTOLD = "untold"


class Offer(NamedTuple):
    """The default service in the words of a user's row; ``None`` where a part does not exist for that service."""

    service: str
    ews_host: str | None
    calendar: str | None
    contacts: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the platform knows when it acts: the settings, the Microsoft tenant, and how the world will turn out.

    ``edits_work`` is whether the login of a running impersonation still works after somebody edited it.
    """

    settings: AccountSettings
    tenant: TenantFacts | None
    edits_work: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One user's true facts, the domain of his login address, and what happened to him so far."""

    facts: RawFacts
    domain: Domain | None
    happened: frozenset[Happening] = frozenset()

    @property
    def connected(self) -> bool:
        """Whether he is known to hold a connection."""
        return self.facts.service not in UNTOLD

    @property
    def has_nothing(self) -> bool:
        """Whether he is known to hold none."""
        return self.facts.service == ""

    @property
    def sees_prompts(self) -> bool:
        """Whether one of his clients is known to show the prompt (S26)."""
        return any(client is not None and client.prompts is Tri.YES for client in clients_in(self.facts.clients))

    @property
    def may_sync(self) -> bool:
        """Whether one of his clients is known to be new enough for impersonation (S29)."""
        return any(client is not None and client.impersonates is Tri.YES for client in clients_in(self.facts.clients))

    @property
    def on_windows(self) -> Tri:
        """Whether one of his clients runs on Windows."""
        clients = clients_in(self.facts.clients)
        return any_of(tuple(Tri.UNKNOWN if client is None else client.windows for client in clients))

    def holds(self, offer: Offer) -> Held:
        """How what he holds stands to a default service: any known part that differs makes it different."""
        if self.has_nothing:
            return Held.NOTHING
        if not self.connected:
            return Held.UNTOLD
        if self.facts.service != offer.service:
            return Held.DIFFERENT
        parts = (
            (self.facts.ews_host, offer.ews_host),
            (self.facts.calendar, offer.calendar),
            (self.facts.contacts, offer.contacts),
        )
        compared = [(held, wanted) for held, wanted in parts if wanted is not None]
        if any(held not in UNTOLD and held != wanted for held, wanted in compared):
            return Held.DIFFERENT
        return Held.UNTOLD if any(held in UNTOLD for held, _ in compared) else Held.SAME

    def disconnected(self, *, prompted: bool) -> Self:
        """Him without the connection; ``prompted`` is whether the platform asks him to configure a new one."""
        cut = replace(self.forgotten(), happened=self.happened | {Happening.DISCONNECTED})
        return cut.prompted() if prompted else cut

    def prompted(self) -> Self:
        """Him after the platform sent a prompt: seen only where a client shows it."""
        return replace(self, happened=self.happened | {Happening.PROMPTED}) if self.sees_prompts else self

    def connected_to(self, offer: Offer, auth: str) -> Self:
        """Him with a connection to the default service."""
        return replace(self, facts=self.facts._replace(**offer._asdict(), auth=auth))

    def forgotten(self) -> Self:
        """Him without a connection, where that is nothing new to him."""
        return replace(self, facts=without_connection(self.facts))

    def synced(self, offer: Offer) -> Self:
        """Him connected through the impersonation account, without having done anything."""
        gained = self.connected_to(offer, "impersonation")
        return replace(gained, happened=gained.happened | {Happening.SYNCED})


@lru_cache(maxsize=LISTS_OF_CLIENTS_REMEMBERED)
def clients_in(text: str) -> tuple[ClientVersion | None, ...]:
    """The clients of a row; ``None`` stands for one that cannot be read."""
    return tuple(parse(version) for version in json.loads(text))


def offer_of(service: Service) -> Offer:
    """A default service in the words of a user's row."""
    name = type_of(service).value
    match service:
        case Office365Graph(permissions=levels) | Google(permissions=levels):
            return Offer(name, None, levels.calendar.value, levels.contacts.value)
        case Office365Ews(ews_url=url) | ExchangeEws(ews_url=url):
            return Offer(name, url.host, None, None)
        case ExchangeMapi():
            return Offer(name, None, None, None)
        case _:
            assert_never(service)
