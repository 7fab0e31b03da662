"""An account of any size, made up: pages as the vendor answers them, the same ones each time.

Forty domains, two hundred groups, 145 versions of clients, and about 310 bytes a user; they come in no order.
"""

import json
import socketserver
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, urlsplit

PER_PAGE = 300
SHAPES = 397
DOMAINS = ("contoso.com", "emea.contoso.com", *(f"partner{number}.example" for number in range(38)))


def pages(users: int, *, changed: float = 0.0, size: int = PER_PAGE, shapes: int = SHAPES) -> Iterator[bytes]:
    """The account page by page; with ``changed`` this share of its users has other clients and groups.

    ``shapes`` is how many combinations of a client and groups there are.
    """
    chance = Random(1)
    systems = ("win", "mac", "android", "ios")
    majors = (4, 5, 5, 5, 6)
    versions = [
        f"{chance.choice(majors)}.{chance.randrange(17)}.{chance.randrange(9)}.{chance.randrange(40_000)}"
        f"({chance.choice(systems)})"
        for _ in range(145)
    ]
    groups = [f"group-{number:03}" for number in range(200)]
    drawn = [(chance.choice(versions), chance.sample(groups, chance.randrange(1, 3))) for _ in range(shapes)]
    order = list(range(users))
    chance.shuffle(order)
    other = Random(2)
    for start in range(0, users, size):
        rows = []
        for number in order[start : start + size]:
            like = number * 2_654_435_761
            if changed and other.random() < changed:
                like += 1
            version, own = drawn[like % shapes]
            rows.append(_row(number, version, own))
        following = str(start // size + 1) if start + size < users else ""
        body = {"page_size": size, "total_records": users, "next_page_token": following, "users": rows}
        yield json.dumps(body, separators=(",", ":")).encode()


def _row(number: int, version: str, groups: list[str]) -> dict[str, object]:
    return {
        "id": f"u{number:021}",
        "first_name": "Somebody",
        "last_name": f"Number{number}",
        "email": f"user{number:07}@{DOMAINS[number * 40_503 % 40]}",
        "type": 2,
        "status": "active",
        "verified": 1,
        "created_at": "2019-06-01T07:58:03Z",
        "last_login_time": "2026-11-20T07:58:03Z",
        "group_ids": groups,
        "last_client_version": version,
    }


class Answering(socketserver.StreamRequestHandler):
    """Answers with what was rendered beforehand, as fast as Python sends it."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        while line := self.rfile.readline():
            size = 0
            while (head := self.rfile.readline()) not in (b"\r\n", b""):
                if head.lower().startswith(b"content-length:"):
                    size = int(head.partition(b":")[2])
            self.rfile.read(size)
            target = urlsplit(line.split()[1].decode())
            self.wfile.write(self._answer(target.path, parse_qs(target.query)))

    def _answer(self, path: str, query: dict[str, list[str]]) -> bytes:
        server = self.server
        assert isinstance(server, Rendered)
        if path == "/token":
            return server.token
        if path != "/v2/users" or query.get("status", ["active"]) != ["active"]:
            return server.empty
        server.asked += 1
        return server.answers[int(query.get("next_page_token", ["0"])[0])]


class Rendered(socketserver.ThreadingTCPServer):
    """A server of pages in memory."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, file: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        with file.open("rb") as lines:
            self.answers = [_http(line.rstrip(b"\n")) for line in lines]
        self.token = _http(b'{"access_token":"token","expires_in":3600}')
        self.empty = _http(b'{"users":[],"groups":[],"total_records":0,"next_page_token":""}')
        self.asked = 0


def _http(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


if __name__ == "__main__":
    with Rendered(Path(sys.argv[1])) as serving:
        print(serving.server_address[1], flush=True)
        serving.serve_forever()
