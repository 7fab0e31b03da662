"""Fleets to plan: folders of embedded accounts, and accounts at a vendor who takes his time."""

import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from tests.cli.make import LOCKED, UNLIMITED, Said, calplan, folder, state, write
from tests.loopback.server import Asked, Reply, serving
from tests.providers.zoom.vendor import Vendor, person, reply

STAMP: Final = "1795000000"
SECRET: Final = "s3cret-canary/Fleet+9d2b"


def fleet(*names: str, root: str = "all", **more: Any) -> Path:  # noqa: ANN401 - what ``folder`` takes
    """A folder with these accounts, each in a folder of its own."""
    for name in names:
        folder(Path(root) / name, name=name, **more)
    return Path(root)


def at_vendor(root: Path, names: Iterable[str], url: str, *, client: str | None = None) -> None:
    """Accounts that are read from the vendor's server, each with a credential of its own, or all with one."""
    for name in names:
        place = root / name
        place.mkdir(parents=True)
        platform = {
            "type": "zoom",
            "accountId": f"acc-{name}",
            "clientId": client or f"app-{name}",
            "credential": {"kind": "secret", "from": {"env": "CALPLAN_SECRET_ZOOM"}},
            "endpoints": {"api": url, "token": f"{url}/token"},
        }
        spec: Mapping[str, object] = {"platform": platform, "owner": "admin@corp.example", "limits": UNLIMITED}
        write(place / "account.yaml", "Account", {"name": name}, spec)
        state(place, LOCKED, name=name)


def plan(*words: str | Path) -> Said:
    """Plan every account of the folder ``all``."""
    return calplan("plan", "all", "--account", "all", *words)


def files(root: str | Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(one.relative_to(root)): one.read_bytes() for one in sorted(Path(root).rglob("*")) if one.is_file()}


def users(status: str, _token: str) -> Reply:
    """Two people, both active."""
    people = [person("ann@corp.example"), person("bob@corp.example")] if status == "active" else []
    return reply({"users": people, "total_records": len(people), "next_page_token": ""})


def slow(latency: float, port_file: str) -> None:
    """Serve as the vendor until standard input ends, each answer late; for a process of its own."""
    vendor = Vendor(users)

    def answer(asked: Asked) -> Reply:
        given = vendor.answer(asked)
        return Reply(status=given.status, body=given.body, headers={**given.headers, "x-ratelimit-limit": "1000"})

    with serving(answer) as server:
        at_once = server.answer

        def late(asked: Asked) -> Reply:
            time.sleep(latency)
            return at_once(asked)

        server.answer = late  # type: ignore[method-assign]
        Path(port_file).write_text(server.url, encoding="utf-8")
        sys.stdin.read()
