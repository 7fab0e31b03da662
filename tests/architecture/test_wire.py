"""What opens connections is the wire alone, and what can write over it stands where nothing that reads imports it."""

from typing import Final

import pytest

from tests.architecture.source import PACKAGE, Module, modules_below

WIRE: Final = "calplan/providers/http/wire.py"
SESSIONS: Final = ("calplan/providers/http/session.py", "calplan/providers/exchange/line.py")
"""What vendors' own libraries connect through."""
ASKING_GIT: Final = "calplan/cli/git.py"
"""What starts git, and forbids it to fetch anything."""
CONNECTING: Final = (
    "httpx2",
    "httpcore2",
    "http.client",
    "urllib.request",
    "requests",
    "smtplib",
    "ftplib",
    "asyncio",
    "distributed",
)
"""Modules that open connections; what a vendor's own library opens is not seen here."""
SERVING: Final = "calplan/sandbox/servers/"
"""What answers on loopback connects to nobody."""
SUBPROCESS: Final = ("subprocess", "multiprocessing")
ELSEWHERE: Final = ("calplan/cli/fleet/lanes.py", "calplan/cli/fleet/cluster.py")
"""Where a plan of many accounts is handed to other processes and machines."""


def connecting(module: Module) -> list[str]:
    """The imports of a module by which it could open a connection, or start what opens one."""
    return [
        f"{module.path}:{line}: {name}"
        for line, name, _ in module.imports()
        if any(name == one or name.startswith(f"{one}.") for one in (*CONNECTING, *SUBPROCESS))
    ]


def writing(module: Module) -> list[str]:
    """The imports of ``Writer``, or of the module that holds it, by a module that is not called ``writing``."""
    return [
        f"{module.path}:{line}: {name}"
        for line, what, name in module.imports()
        if (what == "calplan.providers.http.client" and name in ("Writer", "*", None))
        or (what == "calplan.providers.http" and name == "client")
        if not module.path.endswith("/writing.py")
    ]


def test_the_wire_alone_opens_connections() -> None:
    modules = modules_below(PACKAGE)
    assert [one.path for one in modules if one.path == WIRE and connecting(one)], "the wire has moved"
    known = (WIRE, *SESSIONS, ASKING_GIT, *ELSEWHERE)
    others = [one for one in modules if one.path not in known and not one.path.startswith(SERVING)]
    assert [found for one in others for found in connecting(one)] == []


def test_only_modules_called_writing_know_the_writer() -> None:
    assert [found for one in modules_below(PACKAGE) for found in writing(one)] == []


@pytest.mark.parametrize(
    "text",
    [
        "from calplan.providers.http.client import Reader, Writer",
        "from calplan.providers.http.client import Writer as Reader",
        "import calplan.providers.http.client",
        "from calplan.providers.http import client",
        "def later():\n    from calplan.providers.http.client import Writer",
    ],
)
def test_a_reading_adapter_that_knows_the_writer_is_found(text: str) -> None:
    assert writing(Module(path="calplan/providers/zoom/platform.py", text=text))
    assert not writing(Module(path="calplan/providers/zoom/writing.py", text=text))


def test_an_adapter_with_a_client_of_its_own_is_found() -> None:
    for text in ("import httpx2", "from urllib.request import urlopen", "import http.client as x", "import subprocess"):
        assert connecting(Module(path="calplan/providers/zoom/platform.py", text=text))
    assert not connecting(
        Module(path="x.py", text="from urllib.parse import quote\nfrom http.cookiejar import CookieJar")
    )
