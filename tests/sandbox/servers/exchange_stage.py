"""A simulated Exchange server with mailboxes, and the files that lead to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from calplan.sandbox.account.create import UserRecord
from calplan.sandbox.servers.exchange.keys import Auth, Build, ExchangeKeys
from calplan.sandbox.servers.exchange.vendor import Exchange
from calplan.sandbox.servers.world import World
from tests.make import facts
from tests.sandbox.servers.stage import Stage, serving

PASSWORD: Final = "s3cret-canary/Ews+7f3a"
SERVICE: Final = "svc@corp.example"
USERNAME: Final = "CORP\\svc"
EVE: Final = "eve@corp.example"
FAY: Final = "fay@corp.example"
FAYS_MAILBOX: Final = "f.ayres@corp.example"
CLOUD: Final = "gus@corp.example"
KEYS: Final = ExchangeKeys(account=SERVICE, username=USERNAME, password=PASSWORD, auth=Auth.BASIC)
MAILBOXES: Final = (
    UserRecord(EVE, facts("exchange-ews", auth="impersonation", mailbox_location="on-premises")),
    UserRecord(FAY, facts("", mailbox_location="on-premises"), mailbox=FAYS_MAILBOX),
    UserRecord(CLOUD, facts("google", "write", "read", mailbox_location="cloud")),
)


@contextmanager
def exchange_serving(
    patch: pytest.MonkeyPatch, *, secure: bool = True, folder: Path | None = None
) -> Iterator[tuple[Stage, Exchange]]:
    """The servers with Exchange among them, over TLS."""
    made: list[Exchange] = []

    def vendors(world: World) -> tuple[Exchange, ...]:
        made.append(Exchange(world=world, keys=KEYS))
        return (made[0],)

    with serving(patch, users=MAILBOXES, vendors=vendors, secure=secure, folder=folder) as stage:
        yield stage, made[0]


def as_made(exchange: Exchange) -> None:
    """Undo what a test changed about a server."""
    exchange.keys, exchange.manner, exchange.asked = KEYS, None, []
    exchange.names_schema = exchange.names_build = True
    exchange.mailboxes.beside = frozenset()
    exchange.end_sign_in("")


def offering(exchange: Exchange, auth: Auth) -> None:
    exchange.keys = replace(exchange.keys, auth=auth)


def of_build(exchange: Exchange, build: Build) -> None:
    exchange.keys = replace(exchange.keys, build=build)


def library() -> Any:  # noqa: ANN401 - the library says nothing of its types
    """The library that everybody uses; it opens a socket when it is imported, which only marked tests may."""
    import exchangelib  # noqa: PLC0415 - see above

    return exchangelib
