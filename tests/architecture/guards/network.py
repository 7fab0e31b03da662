"""No test reaches the network.

An audit hook sees what Python's own sockets are about to do, in every thread and below every library.
Unix sockets are free; TCP to this machine needs the marker ``loopback``; anything else fails the test.
A child process, or a library with C sockets of its own, is not seen.
"""

import ipaddress
import socket
import sys
from collections.abc import Generator
from typing import Final

import pytest

WITH_ADDRESS: Final = frozenset({"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"})
WITH_NAME: Final = frozenset(
    {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
)
INTERNET: Final = frozenset({socket.AF_INET, socket.AF_INET6})


class NetworkGuard:
    """Refuses sockets; ``loopback_allowed`` is set while a marked test runs."""

    def __init__(self) -> None:
        self.armed = False
        self.installed = False
        self.loopback_allowed = False

    def arm(self) -> None:
        """Start refusing. An audit hook cannot be taken away again, so it is installed once per process."""
        self.armed = True
        if not self.installed:
            sys.addaudithook(self.hear)
            self.installed = True

    def hear(self, event: str, args: tuple[object, ...]) -> None:
        if not self.armed or not event.startswith("socket."):
            return
        if event in WITH_ADDRESS:
            sock, address = args
            if isinstance(sock, socket.socket) and sock.family in INTERNET and address is not None:
                self.judge(event, host_of(address))
        elif event in WITH_NAME:
            self.judge(event, host_of(args[0]))

    def judge(self, event: str, host: str) -> None:
        """Fail the running test; ``Failed`` is no `Exception`, so code under test cannot swallow it."""
        if not is_loopback(host):
            pytest.fail(f"the network is blocked in tests: {event} to {host!r}")
        if not self.loopback_allowed:
            pytest.fail(f"{event} to {host!r} needs the marker: @pytest.mark.loopback")


def host_of(address: object) -> str:
    """The host in what `socket` was given: a name, or a tuple that begins with one; none is this machine."""
    if isinstance(address, tuple):
        return host_of(address[0])
    if isinstance(address, bytes | bytearray):
        return address.decode("ascii", "replace")
    return "localhost" if address is None else str(address)


def is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


GUARD: Final = NetworkGuard()


def pytest_configure() -> None:
    # On being imported it tries once whether this machine has IPv6, which a module under test may bring about anywhere.
    import urllib3  # noqa: F401, PLC0415 - before the guard is armed

    GUARD.arm()


def pytest_unconfigure() -> None:
    GUARD.armed = False


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let a marked test, with its fixtures, use the loopback interface."""
    GUARD.loopback_allowed = item.get_closest_marker("loopback") is not None
    try:
        return (yield)
    finally:
        GUARD.loopback_allowed = False
