"""What is tried again, what never is, and how a call ends: over real connections."""

import gzip
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import pytest

from calplan.providers.errors import NotAuthorisedError, ProviderError, UnreachableError
from calplan.providers.http.answer import Answer, Kind, Meaning
from calplan.providers.http.client import Reader, Writer
from calplan.providers.http.retry import Patience
from tests.loopback.server import Asked, Drop, Effect, Half, Loopback, Reply, Stall, serving
from tests.providers.http.make import QUICK, Stopped, server

pytestmark = pytest.mark.loopback

TOKENS = ("first-token", "second-token", "third-token")
SECRET = "client-secret-9c1f"
BUSY = Reply(status=503, headers={"retry-after": "3"})
Verb = Literal["PUT", "PATCH", "POST", "DELETE"]


class Vendor:
    """Gives tokens, echoes what it was asked, and counts what was written."""

    def __init__(self) -> None:
        self.given = 0
        self.expired: set[str] = set()
        self.written = 0

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/token":
            self.given += 1
            token = {"access_token": TOKENS[self.given - 1], "expires_in": 3600}
            return Reply(body=json.dumps(token).encode())
        bearer = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if bearer in self.expired:
            return Reply(status=401, body=b'{"code":124,"message":"Invalid access token."}')
        self.written += asked.method != "GET"
        return Reply(body=json.dumps({"path": asked.path, "query": asked.query}).encode())


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
def loopback(vendor: Vendor) -> Iterator[Loopback]:
    with serving(vendor.answer) as running:
        yield running


def ended(client: Reader, *, idempotent: bool = True) -> ProviderError:
    """The error with which a read, or a write, ends; nothing else hangs on it."""
    with pytest.raises(ProviderError) as caught:
        act(client, idempotent=idempotent)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return caught.value


def act(client: Reader, *, idempotent: bool) -> None:
    if isinstance(client, Writer):
        client.write("PUT", "settings", content={"on": True}, idempotent=idempotent)
    else:
        client.get("users")


def test_parts_of_a_path_are_quoted_each_by_itself(loopback: Loopback) -> None:
    with Reader(server(loopback.url)) as client:
        answer = client.get("users", "a/b?c@corp.example", query={"page": 2, "word": "x&y"})
    assert answer.json() == {"path": "/v2/users/a%2Fb%3Fc%40corp.example", "query": "page=2&word=x%26y"}
    for bad in ("", ".", ".."):
        with pytest.raises(ProviderError, match="nothing was sent"):
            client.get("users", bad)
    with Reader(server(loopback.url)) as client:
        for parts, query in ((("users", "\ud800"), {}), (("users",), {"name": "\ud800"})):
            with pytest.raises(ProviderError, match="not text in UTF-8; nothing was sent"):
                client.get(*parts, query=query)
    assert len(loopback.log) == 1


def test_a_token_is_asked_for_once_and_sent_with_every_request(loopback: Loopback) -> None:
    with Reader(server(loopback.url, secret=SECRET)) as client:
        client.get("settings")
        client.get("users")
    assert loopback.asked() == ["POST /token", "GET /v2/settings", "GET /v2/users"]
    assert [one.headers.get("authorization") for one in loopback.log[1:]] == [f"Bearer {TOKENS[0]}"] * 2
    assert loopback.log[0].headers["authorization"] == "Basic YXBwOmNsaWVudC1zZWNyZXQtOWMxZg=="
    assert loopback.log[0].body == b"grant_type=account_credentials&account_id=acc"


def test_a_token_is_renewed_before_it_ends_by_time_that_never_jumps(loopback: Loopback) -> None:
    stopped = Stopped()
    with Reader(server(loopback.url, secret=SECRET, stopped=stopped)) as client:
        client.get("users")
        stopped.passed = 3600 - 61
        client.get("users")
        stopped.passed = 3600 - 59
        client.get("users")
    assert loopback.asked("POST") == ["POST /token"] * 2


def test_an_expired_token_is_renewed_once(loopback: Loopback, vendor: Vendor) -> None:
    with Reader(server(loopback.url, secret=SECRET)) as client:
        client.get("users")
        vendor.expired.add(TOKENS[0])
        assert client.get("users").status == 200
        assert loopback.asked("POST") == ["POST /token"] * 2
        vendor.expired.update(TOKENS)
        error = ended(client)
    assert isinstance(error, NotAuthorisedError)
    assert loopback.asked("POST") == ["POST /token"] * 3
    assert "does not accept calplan's credential" in str(error)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_credential_that_is_refused_is_not_tried_again(loopback: Loopback, status: int) -> None:
    body = json.dumps({"error": "invalid_client", "error_description": f"bad secret {SECRET}"}).encode()
    loopback.plan(Reply(status=status, body=body), path="/token")
    error = ended(Reader(server(loopback.url, secret=SECRET)))
    assert isinstance(error, NotAuthorisedError)
    assert "invalid_client" in str(error)
    assert SECRET not in str(error)
    assert loopback.asked() == ["POST /token"]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"access_token": 5}', b'{"access_token": "a\\nb"}'])
def test_an_answer_without_a_token_is_no_token(loopback: Loopback, body: bytes) -> None:
    loopback.plan(Reply(body=body), path="/token")
    ended(Reader(server(loopback.url, secret=SECRET)))
    assert loopback.asked() == ["POST /token"]


@pytest.mark.parametrize("seconds", ["1" + "0" * 400, "1e999", "-1", "0", "true", '"3600"', "1e-9", "null", "[1]"])
def test_whatever_a_server_says_of_how_long_its_token_holds_the_token_is_used(loopback: Loopback, seconds: str) -> None:
    loopback.plan(Reply(body=f'{{"access_token": "{TOKENS[0]}", "expires_in": {seconds}}}'.encode()), path="/token")
    assert Reader(server(loopback.url, secret=SECRET)).get("users").status == 200
    assert loopback.asked() == ["POST /token", "GET /v2/users"]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 507, 520, 524, 599, 999])
def test_a_read_is_tried_again_after_trouble_that_passes(loopback: Loopback, status: int) -> None:
    loopback.plan(Reply(status=status, body=b""), times=3)
    assert Reader(server(loopback.url)).get("users").status == 200
    loopback.plan(Reply(status=status, body=b""), times=4)
    assert isinstance(ended(Reader(server(loopback.url))), UnreachableError)
    assert len(loopback.log) == 8


@pytest.mark.parametrize("effect", [Drop(), Drop(done=True), Half()], ids=["dropped", "dropped late", "half"])
def test_a_read_is_tried_again_after_a_connection_was_lost(loopback: Loopback, effect: Effect) -> None:
    loopback.plan(effect, times=3)
    assert Reader(server(loopback.url)).get("users").status == 200
    loopback.plan(effect, times=4)
    assert "tried 4 times" in str(ended(Reader(server(loopback.url))))


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_what_is_wrong_is_not_tried_again(loopback: Loopback, status: int) -> None:
    loopback.plan(Reply(status=status))
    assert f"status {status}" in str(ended(Reader(server(loopback.url))))
    assert len(loopback.log) == 1


def test_who_is_not_let_in_is_not_authorised(loopback: Loopback) -> None:
    loopback.plan(Reply(status=403))
    assert isinstance(ended(Reader(server(loopback.url))), NotAuthorisedError)
    loopback.plan(Reply(status=401))
    assert isinstance(ended(Reader(server(loopback.url))), NotAuthorisedError)
    assert len(loopback.log) == 2


def test_nobody_listening_is_tried_again_even_for_a_write_and_nothing_was_written() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    stopped = Stopped()
    error = ended(Writer(server(f"http://127.0.0.1:{port}", stopped=stopped)), idempotent=False)
    assert isinstance(error, UnreachableError)
    assert not error.outcome_unknown
    assert len(stopped.pauses) == 3


TROUBLE = (*(Reply(status=status) for status in (500, 503, 507, 520, 524)), Drop(), Drop(done=True), Half())


@pytest.mark.parametrize("effect", TROUBLE)
def test_a_write_that_must_not_be_repeated_is_not_and_its_fate_is_unclear(
    loopback: Loopback, vendor: Vendor, effect: Effect
) -> None:
    loopback.plan(effect)
    error = ended(Writer(server(loopback.url)), idempotent=False)
    assert error.outcome_unknown
    assert len(loopback.log) == 1
    assert vendor.written <= 1


@pytest.mark.parametrize("effect", TROUBLE)
def test_an_idempotent_write_is_repeated_until_it_is_known_to_have_happened(
    loopback: Loopback, vendor: Vendor, effect: Effect
) -> None:
    loopback.plan(effect, times=3)
    Writer(server(loopback.url)).write("PUT", "settings", content=1, idempotent=True)
    assert len(loopback.log) == 4
    loopback.plan(effect, times=4)
    assert ended(Writer(server(loopback.url))).outcome_unknown


@pytest.mark.parametrize("effect", [Reply(status=429), BUSY], ids=["throttled", "busy"])
def test_a_write_that_the_server_put_off_is_sent_again_and_counts_as_not_done(
    loopback: Loopback, effect: Effect
) -> None:
    loopback.plan(effect, times=3)
    Writer(server(loopback.url)).write("POST", "settings", content=1, idempotent=False)
    assert len(loopback.log) == 4
    loopback.plan(effect, times=4)
    assert not ended(Writer(server(loopback.url)), idempotent=False).outcome_unknown


def test_a_doubt_from_an_earlier_try_outlives_a_clear_refusal(loopback: Loopback) -> None:
    for last in (Reply(status=404), Reply(status=403), Reply(status=429)):
        loopback.plan(Drop(done=True))
        loopback.plan(last, times=3)
        assert ended(Writer(server(loopback.url))).outcome_unknown
        loopback.forget()


def test_a_doubt_stays_when_the_token_cannot_be_renewed_after_it(loopback: Loopback) -> None:
    client = Writer(server(loopback.url, secret=SECRET))
    loopback.plan(Drop(done=True), method="PUT")
    loopback.plan(Reply(status=401), method="PUT")
    client.get("settings")
    loopback.plan(Reply(status=400), path="/token")
    error = ended(client)
    assert isinstance(error, NotAuthorisedError)
    assert error.outcome_unknown


@pytest.mark.parametrize("idempotent", [True, False])
def test_a_write_of_which_nothing_is_heard_ends_in_doubt(loopback: Loopback, idempotent: bool) -> None:
    patience = replace(QUICK, attempts=2, read=0.05)
    loopback.plan(Stall(), times=2)
    assert ended(Writer(server(loopback.url, patience=patience)), idempotent=idempotent).outcome_unknown


def test_an_answer_that_drips_for_ever_ends_with_the_call() -> None:
    vendor = Vendor()
    with serving(vendor.answer) as loopback:
        loopback.plan(Stall(dripping=True))
        slow = replace(
            server(loopback.url, patience=Patience(in_all=0.2)), time=replace(Stopped().time(), ticks=time.monotonic)
        )
        assert isinstance(ended(Reader(slow)), UnreachableError)


def test_a_redirect_is_an_error_that_names_the_host_and_nothing_else(loopback: Loopback) -> None:
    loopback.plan(Reply(status=302, headers={"location": f"https://evil.example/take?token={TOKENS[0]}"}))
    error = str(ended(Reader(server(loopback.url))))
    assert "redirects to evil.example" in error
    assert "take" not in error
    assert TOKENS[0] not in error
    assert len(loopback.log) == 1


@pytest.mark.parametrize("word", [SECRET, SECRET.upper()])
def test_a_redirect_to_a_host_that_holds_a_secret_does_not_name_it(loopback: Loopback, word: str) -> None:
    loopback.plan(Reply(status=302, headers={"location": f"https://{word}.evil.example/"}), path="/v2")
    error = str(ended(Reader(server(loopback.url, secret=SECRET))))
    assert "redirects to (hidden).evil.example" in error


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_an_answer_packed_in_a_way_nobody_asked_for_is_refused(loopback: Loopback, coding: str) -> None:
    loopback.plan(Reply(headers={"content-encoding": coding}))
    ended(Reader(server(loopback.url)))
    assert len(loopback.log) == 1


def test_a_packed_answer_is_unpacked_and_a_bomb_is_not(loopback: Loopback) -> None:
    loopback.plan(Reply(body=gzip.compress(b'{"a": 1}'), headers={"content-encoding": "gzip"}))
    assert Reader(server(loopback.url)).get("users").json() == {"a": 1}
    bomb = gzip.compress(b" " * (64 * 1024 * 1024), compresslevel=9)
    loopback.plan(Reply(body=bomb, headers={"content-encoding": "gzip"}))
    assert "larger than" in str(ended(Reader(server(loopback.url))))


def test_a_reader_cannot_write_even_by_its_inside(loopback: Loopback) -> None:
    client = Reader(server(loopback.url, secret=SECRET))
    for verb in ("PUT", "PATCH", "POST", "DELETE"):
        with pytest.raises(PermissionError):
            client._ask(replace(client._call(verb, ("settings",), None), writes=True))
    assert loopback.asked() == ["POST /token"]
    known = ("get", "get_many", "follow", "close", "sign_in", "observe")
    assert not [name for name in dir(client) if not name.startswith("_") and name not in known]


def test_a_writer_writes_by_every_verb(loopback: Loopback, vendor: Vendor) -> None:
    verbs: tuple[Verb, ...] = ("PUT", "PATCH", "POST", "DELETE")
    with Writer(server(loopback.url)) as client:
        for verb in verbs:
            client.write(verb, "settings", content={"on": True}, idempotent=False)
    assert [one.body for one in loopback.log] == [b'{"on": true}'] * 4
    assert vendor.written == 4


def test_a_write_of_what_a_server_wrote_that_is_no_text_arrives_as_json(loopback: Loopback) -> None:
    with Writer(server(loopback.url)) as client:
        client.write("PUT", "settings", content={"name": "\ud800ü"}, idempotent=True)
    assert json.loads(loopback.log[0].body) == {"name": "\ud800ü"}


def test_an_adapter_says_what_an_answer_means(loopback: Loopback) -> None:
    def judge(answer: Answer) -> Meaning:
        stated = answer.json()
        code = stated.get("code") if isinstance(stated, dict) else None
        kinds = {124: Kind.SIGN_IN_AGAIN, 200: Kind.WRONG, 429: Kind.SLOW_DOWN, 430: Kind.DAILY}
        return Meaning(kind=kinds.get(code, Kind.FINE) if isinstance(code, int) else Kind.FINE, words="paid plan only")

    loopback.plan(Reply(body=b'{"code": 200}'))
    assert "paid plan only" in str(ended(Reader(server(loopback.url, judge=judge))))
    loopback.plan(Reply(body=b'{"code": 429}'))
    assert Reader(server(loopback.url, judge=judge)).get("users").status == 200
    loopback.plan(Reply(body=b'{"code": 430}'))
    assert "a daily limit. Run the command again tomorrow" in str(ended(Reader(server(loopback.url, judge=judge))))
    loopback.plan(Reply(status=400, body=b'{"code": 124}'), path="/v2")
    assert Reader(server(loopback.url, judge=judge, secret=SECRET)).get("users").status == 200
    assert loopback.asked("POST") == ["POST /token"] * 2


def test_an_answer_that_the_adapter_cannot_read_counts_by_its_status(loopback: Loopback) -> None:
    def judge(answer: Answer) -> Meaning:
        return Meaning(kind=Kind.WRONG if answer.json() == "bad" else Kind.FINE)

    loopback.plan(Reply(status=503, body=b"<html>"))
    assert Reader(server(loopback.url, judge=judge)).get("users").status == 200
    loopback.plan(Reply(status=200, body=b"<html>"), times=2)
    for client, unclear in ((Reader(server(loopback.url)).get("x"), False), (write(loopback), True)):
        with pytest.raises(ProviderError, match="where JSON was expected") as caught:
            client.json()
        assert caught.value.outcome_unknown is unclear


def write(loopback: Loopback) -> Answer:
    return Writer(server(loopback.url)).write("PUT", "settings", idempotent=True)


def test_json_that_is_deep_or_no_json_is_an_error_and_an_empty_body_is_none(loopback: Loopback) -> None:
    for body in (b"[" * 100_000, b"[" * 70 + b"]" * 70, b"NaN", b"{", b"\xff\xfe", b'{"a": Infinity}'):
        loopback.plan(Reply(body=body))
        with pytest.raises(ProviderError):
            Reader(server(loopback.url)).get("users").json()
    loopback.plan(Reply(body=b" "))
    assert Reader(server(loopback.url)).get("users").json() is None


def test_what_a_vendor_says_is_repeated_without_secrets(loopback: Loopback) -> None:
    loopback.plan(Reply(status=404), path="/v2")

    def judge(answer: Answer) -> Meaning:
        return Meaning(kind=Kind.WRONG, words=f"you sent {SECRET} and {TOKENS[0]}")

    error = str(ended(Reader(server(loopback.url, judge=judge, secret=SECRET))))
    assert "you sent (hidden) and (hidden)" in error


def test_what_a_vendor_says_stays_in_one_line(loopback: Loopback) -> None:
    loopback.plan(Reply(status=404))

    def judge(answer: Answer) -> Meaning:
        return Meaning(kind=Kind.WRONG, words="no\n::error::x\r\nPlan: 0 to change")

    assert str(ended(Reader(server(loopback.url, judge=judge)))).endswith("no ::error::x Plan: 0 to change")
