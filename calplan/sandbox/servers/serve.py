"""Serving an account's file until somebody ends it."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from calplan.model.unknown import Unknown
from calplan.sandbox.account.read import read_owner
from calplan.sandbox.servers.access_log import Asked
from calplan.sandbox.servers.app import application
from calplan.sandbox.servers.errors import ForeignFileError
from calplan.sandbox.servers.faults import FaultPlan, Rule
from calplan.sandbox.servers.misbehaving import Lines
from calplan.sandbox.servers.neighbours import neighbours_of
from calplan.sandbox.servers.rates import RatePlan
from calplan.sandbox.servers.serving import LOOPBACK, LoopbackServer, listening
from calplan.sandbox.servers.sign_in import new_keys
from calplan.sandbox.servers.tls import new_identity
from calplan.sandbox.servers.world import World
from calplan.sandbox.servers.written import Files, Urls
from calplan.sandbox.servers.zoom_api import ZoomApi


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be served, and how."""

    account: Path
    port: int = 0
    faults: tuple[Rule, ...] = ()
    plan: RatePlan = RatePlan.NONE
    env: Path | None = None
    access_log: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What is served, and which files lead there."""

    urls: Urls
    files: Files | None


def serve(order: Order, ready: Callable[[Ready], None]) -> None:
    """Serves the account; ``ready`` is told once it answers. Ends at Ctrl-C or a polite kill.

    Raises:
        AccountError: there is no account, or it cannot be used.
        ServeError: the port cannot be had, or a file is in the way or cannot be written.
    """
    world = World(path=order.account)
    directory = world.directory
    files = None if order.env is None else Files(env=order.env)
    if files is not None:
        files.require_free()
    keys, identity, neighbours = new_keys(world.account_id), new_identity(world.clock()), neighbours_of(world)
    with _listener(order.access_log) as hear, listening(order.port) as sock:
        urls = Urls(origin=f"https://{LOOPBACK}:{sock.getsockname()[1]}")
        if files is not None:
            files.write(
                name=_name(world),
                owner=directory.owner,
                keys=keys,
                urls=urls,
                authority=identity.authority,
                neighbours=neighbours,
            )
        faults, lines = FaultPlan(), Lines()
        faults.add(order.faults)
        zoom = ZoomApi(world, keys, order.plan)
        app = application(zoom, hear=hear, faults=faults, lines=lines, vendors=neighbours.vendors)
        told = Ready(urls=urls, files=files)
        LoopbackServer(app, lines, tls=identity.context, ready=lambda: ready(told)).run([sock])


def _name(world: World) -> str:
    """What the Account document calls the account: the name it was made for, or that of its file."""
    with world.view() as connection:
        owner = read_owner(connection)
    return world.path.stem if isinstance(owner, Unknown) else owner


@contextmanager
def _listener(file: Path | None) -> Iterator[Callable[[Asked], None]]:
    """Whoever writes the log of requests, a line at a time; it is added to what a file holds."""
    if file is None:
        yield lambda _asked: None
        return
    with _appending(file) as log:

        def hear(asked: Asked) -> None:
            log.write(json.dumps(asked.row(), ensure_ascii=False) + "\n")
            log.flush()

        yield hear


def _appending(file: Path) -> TextIO:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise ForeignFileError(f"{file} cannot be written: {error.strerror}") from error
    return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")
