"""The calendar services users can be connected to, as a union of small classes.

An impossible combination has no way to be written: EWS has no permissions to choose (S17), only Exchange through EWS
can impersonate (S30), and MAPI has nothing to set at all.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal, Self, assert_never
from urllib.parse import urlsplit

from calplan.model.permissions import Permission, Permissions, same_level
from calplan.model.unknown import UNKNOWN, Tri, Unknown

HTTPS_PORT: Final = 443


class ServiceType(Enum):
    """The names of the services in documents and users files."""

    OFFICE365_GRAPH = "office365-graph"
    OFFICE365_EWS = "office365-ews"
    EXCHANGE_EWS = "exchange-ews"
    EXCHANGE_MAPI = "exchange-mapi"
    GOOGLE = "google"


EWS_TYPES: Final = frozenset({ServiceType.OFFICE365_EWS, ServiceType.EXCHANGE_EWS})
OFFICE365_TYPES: Final = frozenset({ServiceType.OFFICE365_GRAPH, ServiceType.OFFICE365_EWS})
CHOOSABLE_TYPES: Final = frozenset({ServiceType.OFFICE365_GRAPH, ServiceType.GOOGLE})
"""Services with permissions to choose; all others are given the full mailbox (S16, S19; for MAPI unverified)."""


class BadEwsUrlError(ValueError):
    """The text is no EWS URL calplan would send a password to. The message says why, without quoting the text."""


@dataclass(frozen=True, slots=True)
class EwsUrl:
    """An https URL of Exchange Web Services in normal form; only ``host`` is compared. Made by ``EwsUrl.parse``."""

    text: str
    host: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """The URL that ``text`` names; its host is lower case and keeps a port other than 443.

        Raises:
            BadEwsUrlError: not https, no host, or with a user, password, query, fragment or bad port (V05).
        """
        if not text.isascii() or any(sign <= " " or sign in "\\\x7f" for sign in text):
            raise BadEwsUrlError("it holds blanks, backslashes or signs outside ASCII")
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise BadEwsUrlError("its host or port cannot be read") from None
        if port == 0:
            raise BadEwsUrlError("port 0 cannot be reached")
        if parts.scheme.lower() != "https":
            raise BadEwsUrlError("it does not begin with https://")
        if "@" in parts.netloc:
            raise BadEwsUrlError("it holds a user name or password")
        if "?" in text or "#" in text:
            raise BadEwsUrlError("it has a query or a fragment")
        name = (parts.hostname or "").lower().removesuffix(".")
        if not name:
            raise BadEwsUrlError("it has no host")
        name = f"[{name}]" if ":" in name else name
        host = name if port in (None, HTTPS_PORT) else f"{name}:{port}"
        return cls(f"https://{host}{parts.path}", host)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretReference:
    """Where a secret lives, never the secret: ``kind`` is env, file, keyring or vault; ``parts`` name the place."""

    kind: Literal["env", "file", "keyring", "vault"]
    parts: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """The reference as documents write it."""
        parts = ", ".join(f"{name}: {part}" for name, part in self.parts)
        return f"{{{parts}}}" if self.kind in ("env", "file") else f"{{{self.kind}: {{{parts}}}}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Impersonation:
    """The account through which Exchange keeps everybody's meetings in step (S27).

    ``password_version`` stands for the password, which nobody can read back (S32, A25). The reference is what an
    apply resolves; it is no part of the comparison. The address is kept in lower case: letters' case names nobody.
    """

    account: str
    exchange_version: str
    password_version: int | Unknown = UNKNOWN
    password_from: SecretReference | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "account", self.account.strip().lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class Office365Graph:
    """Office 365 authorised through Microsoft Graph; permissions are ours to choose (S12, S13)."""

    permissions: Permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class Office365Ews:
    """Office 365 authorised through EWS; the vendor is given the full mailbox (S15 to S17)."""

    ews_url: EwsUrl


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeEws:
    """Exchange through EWS; the full mailbox, and perhaps an impersonation account (S19, S30)."""

    ews_url: EwsUrl
    impersonation: Impersonation | Unknown | None = None


@dataclass(frozen=True, slots=True)
class ExchangeMapi:
    """Exchange through MAPI in the desktop client on Windows (S20)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Google:
    """Google calendar; permissions are ours to choose (S21)."""

    permissions: Permissions


Service = Office365Graph | Office365Ews | ExchangeEws | ExchangeMapi | Google


def type_of(service: Service) -> ServiceType:
    """The name a service goes by in documents."""
    match service:
        case Office365Graph():
            return ServiceType.OFFICE365_GRAPH
        case Office365Ews():
            return ServiceType.OFFICE365_EWS
        case ExchangeEws():
            return ServiceType.EXCHANGE_EWS
        case ExchangeMapi():
            return ServiceType.EXCHANGE_MAPI
        case Google():
            return ServiceType.GOOGLE
        case _:
            assert_never(service)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What decides whether a connection fits a policy: service, EWS host, and the two levels (semantics (b)).

    ``ews_host`` is ``None`` for services without EWS, and ``permissions`` is ``None`` for those that are given the full
    mailbox. Any part but the type may be unknown.
    """

    service: ServiceType
    ews_host: str | Unknown | None
    permissions: tuple[Permission, Permission] | None


def key_of(service: Service) -> Key:
    """The key of a service as a policy states it."""
    match service:
        case Office365Graph(permissions=levels) | Google(permissions=levels):
            chosen = (levels.calendar, levels.contacts)
            return Key(service=type_of(service), ews_host=None, permissions=chosen)
        case Office365Ews(ews_url=url) | ExchangeEws(ews_url=url):
            return Key(service=type_of(service), ews_host=url.host, permissions=None)
        case ExchangeMapi():
            return Key(service=ServiceType.EXCHANGE_MAPI, ews_host=None, permissions=None)
        case _:
            assert_never(service)


def same_key(left: Key | Unknown, right: Key | Unknown) -> Tri:
    """Whether two keys are equal: no if any known part differs, else unknown if any part is unknown, else yes."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return Tri.UNKNOWN
    if left.service is not right.service:
        return Tri.NO
    parts = [_same_host(left.ews_host, right.ews_host)]
    if left.permissions is not None and right.permissions is not None:
        parts += map(same_level, left.permissions, right.permissions)
    if Tri.NO in parts:
        return Tri.NO
    return Tri.UNKNOWN if Tri.UNKNOWN in parts else Tri.YES


def _same_host(left: str | Unknown | None, right: str | Unknown | None) -> Tri:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return Tri.UNKNOWN
    return Tri.YES if left == right else Tri.NO
