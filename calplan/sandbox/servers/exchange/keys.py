"""Who may sign in to Exchange, how, and what he may do there."""

import secrets
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from calplan.sandbox.servers.world import made_up_id

Build = tuple[int, int, int, int]

BYTES_OF_PASSWORD: Final = 18
DOMAIN: Final = "CORP"
EXCHANGE_2016: Final[Build] = (15, 1, 2507, 72)
"""Cumulative update 23 as of August 2026."""


class Auth(Enum):
    """The ways of signing in that a server offers."""

    BASIC = "basic"
    NTLM = "ntlm"
    BOTH = "both"
    BEARER = "bearer"
    NEGOTIATE = "negotiate"

    @property
    def basic(self) -> bool:
        return self in (Auth.BASIC, Auth.BOTH)

    @property
    def ntlm(self) -> bool:
        return self in (Auth.NTLM, Auth.BOTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeKeys:
    """What the account that impersonates others signs in with, and what the server is.

    ``username`` is written with its domain before a backslash; Basic takes the address as well. The password holds no
    colon. ``may_impersonate`` is whether the role was given, or whom its scope covers; ``denied_folders`` are ids such
    as ``contacts``.
    """

    account: str
    username: str
    password: str = field(repr=False)
    build: Build = EXCHANGE_2016
    auth: Auth = Auth.BOTH
    may_impersonate: bool | frozenset[str] = True
    denied_folders: frozenset[str] = frozenset()

    def covers(self, mailbox: str) -> bool:
        """Whether this mailbox may be opened in its owner's name."""
        if isinstance(self.may_impersonate, bool):
            return self.may_impersonate
        return mailbox in self.may_impersonate


def new_exchange_keys(account_id: str) -> ExchangeKeys:
    """Keys of a service account, which is always the same one, with a password that nobody has had before."""
    name = f"svc-{made_up_id('exchange', account_id)[:6].lower()}"
    return ExchangeKeys(
        account=f"{name}@corp.example",
        username=f"{DOMAIN}\\{name}",
        password=secrets.token_urlsafe(BYTES_OF_PASSWORD),
    )
