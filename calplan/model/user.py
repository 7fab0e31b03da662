"""What is known of a user, apart from the name: the facts that rules read."""

import json
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from calplan.model.client_version import ClientVersion, parse
from calplan.model.connection import Authentication, Connection, Held
from calplan.model.permissions import Permission
from calplan.model.proof import Basis
from calplan.model.service import EWS_TYPES, ServiceType
from calplan.model.unknown import UNKNOWN, Tri, Unknown, any_of


class Status(Enum):
    """Whether the platform lets the user in; only active users are forecast (R00)."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    PENDING = "pending"


class MailboxLocation(Enum):
    """Where the user's mailbox lies."""

    CLOUD = "cloud"
    ON_PREMISES = "on-premises"
    UNKNOWN = "unknown"


class RawFacts(NamedTuple):
    """The facts of one user as text: the vocabulary of users files, ``None`` where a file or platform states nothing.

    Equal tuples are one class. ``own_grant``, ``groups`` and ``clients`` are JSON arrays of text without blanks, sorted
    and without repeats, as ``text_list`` writes them; the words are the ones of interface section 8.
    """

    status: str
    service: str | None
    ews_host: str | None
    calendar: str | None
    contacts: str | None
    auth: str | None
    mailbox_location: str | None
    own_grant: str | None
    groups: str | None
    primary_group: str | None
    clients: str


def text_list(items: list[str]) -> str:
    """A list of words as the one text that stands for it in ``RawFacts``."""
    return json.dumps(sorted(set(items)), ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, kw_only=True)
class UserFacts:
    """One class of users: everything rules may read that depends on no policy and no domain."""

    status: Status
    connection: Held
    mailbox_location: MailboxLocation
    own_grant: frozenset[str] | Unknown
    groups: frozenset[str] | Unknown
    primary_group: str | Unknown
    clients: tuple[str, ...]

    @cached_property
    def versions(self) -> tuple[ClientVersion | None, ...]:
        """The user's clients; ``None`` stands for a string that cannot be read."""
        return tuple(parse(text) for text in self.clients)

    @cached_property
    def prompt_capable(self) -> Tri:
        """Whether a client of his shows the prompt (S26)."""
        return any_of(tuple(Tri.UNKNOWN if one is None else one.prompts for one in self.versions))

    @cached_property
    def windows(self) -> Tri:
        """Whether a client of his runs on Windows (S20)."""
        return any_of(tuple(Tri.UNKNOWN if one is None else one.windows for one in self.versions))

    @cached_property
    def can_impersonate(self) -> bool:
        """Whether one of his clients is known to be 5.11.0 or newer (S29)."""
        return any(one is not None and one.impersonates is Tri.YES for one in self.versions)


def decode(raw: RawFacts) -> UserFacts:
    """The facts that words stand for. A missing or empty word is unknown, except the service: empty = not connected.

    Raises:
        ValueError: a word is not of the vocabulary; whoever reads users from outside checks them first.
    """
    return UserFacts(
        status=Status(raw.status),
        connection=_connection(raw),
        mailbox_location=MailboxLocation(raw.mailbox_location or "unknown"),
        own_grant=UNKNOWN if raw.own_grant is None else frozenset(json.loads(raw.own_grant)),
        groups=UNKNOWN if raw.groups is None else frozenset(json.loads(raw.groups)),
        primary_group=UNKNOWN if not raw.primary_group else raw.primary_group,
        clients=tuple(json.loads(raw.clients)),
    )


def _connection(raw: RawFacts) -> Held:
    if raw.service is None or raw.service == "unknown":
        return UNKNOWN
    if not raw.service:
        return None
    service = ServiceType(raw.service)
    if service in EWS_TYPES or service is ServiceType.EXCHANGE_MAPI:
        calendar = contacts = Permission.UNKNOWN
    else:
        calendar, contacts = Permission(raw.calendar or "unknown"), Permission(raw.contacts or "unknown")
        if calendar is contacts is Permission.NONE:
            return None
    return Connection(
        service=service,
        ews_host=raw.ews_host.lower().removesuffix(":443") if raw.ews_host else UNKNOWN,
        calendar=calendar,
        contacts=contacts,
        auth=Authentication(raw.auth or "unknown"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class UserBatch:
    """A page of users as columns: login addresses (trimmed, lower case), and the facts at the same index.

    ``mailboxes`` maps a login address to the mailbox address where the two differ. ``bases`` runs parallel and says on
    what each connection rests; ``None`` where the platform says them all.
    """

    emails: list[str]
    facts: list[RawFacts]
    mailboxes: dict[str, str]
    bases: list[Basis] | None = None
