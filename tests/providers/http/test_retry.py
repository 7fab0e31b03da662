"""Waiting: what Retry-After may look like, how long pauses are, and clocks that jump."""

from datetime import timedelta
from email.utils import format_datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.providers.endpoints import Endpoint
from calplan.providers.errors import UnreachableError
from calplan.providers.http.answer import Kind, Meaning, depth
from calplan.providers.http.client import Reader, Writer
from calplan.providers.http.retry import Patience, in_words, retry_after
from calplan.providers.http.ruling import Call, Next, after_answer, after_fault
from calplan.providers.http.wire import Fault
from tests.loopback.server import Reply, serving
from tests.providers.http.make import NOON, Stopped, server


def later(seconds: float) -> tuple[str, str, str]:
    """A moment in the three forms a server may name it in."""
    moment = NOON + timedelta(seconds=seconds)
    return str(int(seconds)), format_datetime(moment, usegmt=True), moment.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("form", [0, 1, 2], ids=["seconds", "HTTP date", "ISO 8601"])
def test_retry_after_is_understood_in_each_form(form: int) -> None:
    assert retry_after({"retry-after": later(90)[form]}, NOON) == 90


def test_a_moment_is_held_against_the_servers_own_clock() -> None:
    wrong = NOON + timedelta(days=3)
    headers = {"retry-after": later(90)[1], "date": later(0)[1]}
    assert retry_after(headers, wrong) == 90
    assert retry_after({"retry-after": later(90)[2]}, wrong) == 0


@pytest.mark.parametrize(
    "text", ["", " ", "-5", "soon", "1e3", "٣", "NaN", "inf", "9" * 400, "Mon, 32 Foo", "2026-13-01T00:00:00Z", "1 2"]
)
def test_a_wait_is_never_negative_and_what_is_no_wait_is_none(text: str) -> None:
    wait = retry_after({"retry-after": text}, NOON)
    assert wait is None or 0 <= wait <= timedelta(days=366).total_seconds()


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_a_server_writes_is_a_wait_or_none(text: str, date: str) -> None:
    wait = retry_after({"retry-after": text, "date": date}, NOON)
    assert wait is None or 0 <= wait <= timedelta(days=366).total_seconds()


def test_pauses_double_up_to_a_bound_and_are_drawn_from_all_of_it() -> None:
    patience = Patience(pause=1.0, longest_pause=10.0)
    assert [patience.pause_before(n, 1.0) for n in range(2, 8)] == [1, 2, 4, 8, 10, 10]
    assert [patience.pause_before(n, 0.0) for n in range(2, 8)] == [0] * 6
    assert patience.pause_before(4, 0.25) == 1.0


def test_a_moment_in_words_is_never_too_early() -> None:
    assert in_words(1, NOON) == "2026-11-26 12:01 UTC"
    assert in_words(3600, NOON) == "2026-11-26 13:00 UTC"
    assert in_words(3601, NOON) == "2026-11-26 13:01 UTC"


def call(*, writes: bool, idempotent: bool) -> Call:
    api = Endpoint.parse("https://api.zoom.us/v2")
    return Call(method="PUT", endpoint=api, target="/x", writes=writes, idempotent=idempotent)


def test_only_what_cannot_have_happened_or_may_happen_twice_is_tried_again() -> None:
    for writes, idempotent, sent, passing in product((True, False), repeat=4):
        ruling = after_fault(call(writes=writes, idempotent=idempotent), Fault(reason="x", sent=sent, passing=passing))
        assert (ruling.next is Next.AGAIN) == (passing and (idempotent or not sent))
        assert ruling.unclear == (writes and sent)


def test_an_answer_leaves_a_doubt_only_where_the_write_may_have_come_before_the_trouble() -> None:
    for kind, writes, idempotent, waits in product(Kind, (True, False), (True, False), (True, False)):
        for status in (429, 500, 503):
            ruling = after_answer(
                call(writes=writes, idempotent=idempotent), Meaning(kind=kind), status, asked_to_wait=waits
            )
            put_off = status == 503 and waits
            doubtful = kind is Kind.ELSEWHERE or (kind is Kind.PASSING and not put_off)
            assert ruling.unclear == (writes and doubtful), (kind, status)
            again = kind is Kind.SLOW_DOWN or (kind is Kind.PASSING and (idempotent or put_off))
            assert (ruling.next is Next.AGAIN) == again


def test_brackets_inside_of_strings_do_not_nest() -> None:
    assert depth('{"a": ["[[[[", "\\"[[", {}]}') == 3
    assert depth("[" * 500) == 500
    assert depth('"' + '\\"[' * 100_000) == 0
    assert depth('"' + '\\"[' * 100_000 + "\\") == 0


@pytest.mark.loopback
@pytest.mark.parametrize("form", [0, 1, 2], ids=["seconds", "HTTP date", "ISO 8601"])
def test_nobody_comes_back_before_the_server_said(form: int) -> None:
    stopped = Stopped()
    with serving(lambda _asked: Reply()) as loopback:
        loopback.plan(Reply(status=429, headers={"retry-after": later(7)[form], "date": later(0)[1]}))
        Reader(server(loopback.url, stopped=stopped)).get("users")
    assert stopped.pauses == [7]


@pytest.mark.loopback
@pytest.mark.parametrize("form", [0, 1, 2], ids=["seconds", "HTTP date", "ISO 8601"])
def test_a_wait_beyond_the_patience_ends_the_call_at_once_and_says_when_to_go_on(form: int) -> None:
    stopped = Stopped()
    far = {"retry-after": later(9 * 3600)[form], "date": later(0)[1]}
    with serving(lambda _asked: Reply()) as loopback:
        loopback.plan(Reply(status=429, headers=far))
        with pytest.raises(UnreachableError, match="takes no more requests before 2026-11-26 21:00 UTC") as caught:
            Writer(server(loopback.url, stopped=stopped)).write("PUT", "settings", idempotent=True)
    assert stopped.pauses == []
    assert not caught.value.outcome_unknown
    assert len(loopback.log) == 1


@pytest.mark.loopback
def test_a_storm_of_refusals_ends_within_the_budget_of_tries_and_of_seconds() -> None:
    stopped = Stopped()
    with serving(lambda _asked: Reply(status=429, headers={"retry-after": "25"})) as loopback:
        patience = Patience(attempts=100, in_all=60.0)
        with pytest.raises(UnreachableError):
            Reader(server(loopback.url, stopped=stopped, patience=patience)).get("users")
        assert stopped.pauses == [25, 25]
        with pytest.raises(UnreachableError, match="keeps throttling"):
            Reader(server(loopback.url, patience=Patience(attempts=2, in_all=1e9))).get("users")


@pytest.mark.loopback
@pytest.mark.parametrize("jumps", [[86400.0, -86400.0] * 9, [-(10.0**8)] * 18, [3e8] * 18])
def test_a_clock_that_jumps_makes_nobody_wait_longer_or_for_ever(jumps: list[float]) -> None:
    stopped = Stopped(jumps=jumps)
    with serving(lambda _asked: Reply()) as loopback:
        loopback.plan(*(Reply(status=503, headers={"retry-after": "2"}) for _ in range(3)))
        Reader(server(loopback.url, stopped=stopped)).get("users")
    assert stopped.pauses == [2, 2, 2]
