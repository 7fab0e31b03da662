"""What an adapter hands in and gets back: pace, waits of a vendor's own, scopes, the status of a refusal."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from calplan.providers.errors import ProviderError
from calplan.providers.http.answer import Answer, Kind, Meaning
from calplan.providers.http.client import Reader
from calplan.providers.http.said import RefusedError
from tests.loopback.server import Asked, Loopback, Reply, serving
from tests.providers.http.make import Stopped, server

pytestmark = pytest.mark.loopback

SECRET = "client-secret-9c1f"


def answer(asked: Asked) -> Reply:
    return Reply(body=json.dumps({"access_token": "token"} if asked.path == "/token" else {}).encode())


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    with serving(answer) as running:
        yield running


def test_what_a_token_is_good_for_is_told_and_a_held_one_is_not_asked_for_again(loopback: Loopback) -> None:
    client = Reader(server(loopback.url, secret=SECRET))
    loopback.plan(Reply(body=b'{"access_token": "t", "scope": "users:read groups:read"}'), path="/token")
    assert client.sign_in().scopes == frozenset({"users:read", "groups:read"})
    assert client.sign_in().scopes == frozenset({"users:read", "groups:read"})
    assert loopback.asked() == ["POST /token"]
    assert Reader(server(loopback.url, secret=SECRET)).sign_in().scopes is None
    assert Reader(server(loopback.url)).sign_in().scopes is None


def test_a_pacer_sets_calls_apart_and_hears_each_answer(loopback: Loopback) -> None:
    heard: list[tuple[str, str, int]] = []

    class Pacer:
        def pause(self, _method: str, target: str) -> float:
            return 2.5 if target.startswith("/users") else 0.0

        def heard(self, method: str, target: str, answer: Answer) -> None:
            heard.append((method, target, answer.status))

    stopped = Stopped()
    client = Reader(replace(server(loopback.url, stopped=stopped, secret=SECRET), pacer=Pacer()))
    loopback.plan(Reply(status=429), path="/v2/users")
    client.get("users", query={"page": 2})
    client.get("groups")
    assert stopped.pauses == [2.5, 0.0, 2.5]
    assert heard == [("GET", "/users?page=2", 429), ("GET", "/users?page=2", 200), ("GET", "/groups", 200)]


def test_a_wait_that_a_vendor_asks_for_in_its_own_way_is_kept(loopback: Loopback) -> None:
    def judge(answer: Answer) -> Meaning:
        return Meaning(kind=Kind.SLOW_DOWN if answer.status == 429 else Kind.FINE, wait=7.0)

    stopped = Stopped()
    client = Reader(server(loopback.url, stopped=stopped, judge=judge))
    loopback.plan(Reply(status=429), Reply(status=429, headers={"retry-after": "3"}))
    client.get("users")
    assert stopped.pauses == [7.0, 3.0]


def test_a_refusal_carries_its_status(loopback: Loopback) -> None:
    loopback.plan(Reply(status=404))
    with pytest.raises(RefusedError) as caught:
        Reader(server(loopback.url)).get("users")
    assert caught.value.status == 404


def test_an_address_that_the_server_named_is_taken_whole(loopback: Loopback) -> None:
    client = Reader(server(loopback.url))
    client.follow(f"{loopback.url}/v2/users?$skiptoken=a%2Bb+c&$top=2&a=1&a=2")
    assert [(one.method, one.path, one.query) for one in loopback.log] == [
        ("GET", "/v2/users", "$skiptoken=a%2Bb+c&$top=2&a=1&a=2")
    ]


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/v2/users",
        "http://127.0.0.1/v2/users",
        "{url}/v2x/users",
        "{url}/v2@elsewhere.example/users",
        "{url}/v2/../token",
        "{url}/v2/%2e%2E/token",
        "{url}/v2/users#x",
        "{url}/v2/a b",
        "{url}/v2/\\elsewhere",
        "/users",
        "",
    ],
)
def test_an_address_that_is_not_below_the_api_is_not_followed(loopback: Loopback, address: str) -> None:
    with pytest.raises(ProviderError, match="nothing was sent"):
        Reader(server(loopback.url, secret=SECRET)).follow(address.replace("{url}", loopback.url))
    assert loopback.log == []
