"""What Google's answers mean, whatever they look like, and how calls are set apart."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.providers.errors import ProviderError
from calplan.providers.google.judging import THROTTLED, TROUBLED, judge_directory, judge_log
from calplan.providers.google.messages import ActivityPage, OneToken, TokenList, UserPage, decoded
from calplan.providers.google.pace import OURS, Pace
from calplan.providers.http.answer import Answer, Kind

SCOPE = "https://www.googleapis.com/auth/needed"


def answer(status: int, body: object = b"", headers: Mapping[str, str] | None = None) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status=status, headers=headers or {}, body=data, place="admin.googleapis.com")


def refusal(status: int, reason: str = "", word: str | None = None, message: str = "No") -> Answer:
    error: dict[str, object] = {"code": status, "message": message, "errors": [{"reason": reason, "domain": "global"}]}
    return answer(status, {"error": error if word is None else {**error, "status": word}})


@pytest.mark.parametrize("reason", sorted(THROTTLED))
@pytest.mark.parametrize("status", [403, 429])
def test_a_limit_is_known_by_its_reason(status: int, reason: str) -> None:
    assert judge_directory(SCOPE)(refusal(status, reason)).kind is Kind.SLOW_DOWN


@pytest.mark.parametrize("reason", sorted(TROUBLED))
def test_trouble_is_known_by_its_reason_under_any_status(reason: str) -> None:
    assert judge_directory(SCOPE)(refusal(403, reason)).kind is Kind.PASSING


def test_a_limit_is_known_by_its_word_where_no_reason_is_given() -> None:
    assert judge_directory(SCOPE)(refusal(403, word="RESOURCE_EXHAUSTED")).kind is Kind.SLOW_DOWN


@pytest.mark.parametrize("status", [200, 400, 403, 503])
@pytest.mark.parametrize(
    "text", [b"Request rate higher than configured.", b"<p>Quota exceeded for quota metric 'Queries'</p>"]
)
def test_a_limit_is_known_by_a_text_that_is_no_json(status: int, text: bytes) -> None:
    assert judge_directory(SCOPE)(answer(status, text)).kind is Kind.SLOW_DOWN


def test_a_web_page_that_comes_as_a_success_is_no_success() -> None:
    assert judge_directory(SCOPE)(answer(200, b"<!DOCTYPE html><p>Sign in")).kind is Kind.PASSING


def test_busy_means_a_limit_in_the_log_and_trouble_in_the_directory() -> None:
    busy = refusal(503, "backendError")
    assert judge_log(SCOPE)(busy).kind is Kind.SLOW_DOWN
    assert judge_log(SCOPE)(answer(503)).kind is Kind.SLOW_DOWN
    assert judge_directory(SCOPE)(busy).kind is Kind.PASSING


def test_a_missing_scope_is_named_as_the_header_has_it_or_as_the_call_needs_it() -> None:
    named = {"www-authenticate": 'Bearer error="insufficient_scope", scope="https://a https://b"'}
    odd = {"www-authenticate": 'Bearer error="insufficient_scope", scope="<script>\\x00"'}
    for headers, needed in ((named, "https://a https://b"), (odd, SCOPE)):
        meaning = judge_directory(SCOPE)(answer(403, {"error": {"message": "Too little."}}, headers))
        assert (meaning.kind, needed in meaning.words) == (Kind.NOT_ALLOWED, True)


@pytest.mark.parametrize(
    "status, kind",
    [
        (200, Kind.FINE),
        (204, Kind.FINE),
        (301, Kind.ELSEWHERE),
        (400, Kind.WRONG),
        (401, Kind.SIGN_IN_AGAIN),
        (403, Kind.NOT_ALLOWED),
        (404, Kind.WRONG),
        (500, Kind.PASSING),
    ],
)
def test_without_a_reason_the_status_decides(status: int, kind: Kind) -> None:
    assert judge_directory(SCOPE)(answer(status)).kind is kind
    assert judge_directory(SCOPE)(answer(status, {"error": "text where an object should be"})).kind is kind


@given(st.integers(100, 599), st.binary(max_size=60))
def test_any_answer_can_be_judged(status: int, body: bytes) -> None:
    assert judge_directory(SCOPE)(answer(status, body)).kind in Kind
    assert judge_log(SCOPE)(answer(status, body)).kind in Kind


@pytest.mark.parametrize("kind", [UserPage, TokenList, OneToken, ActivityPage])
@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"kind": "admin#directory#other"}', b'{"kind": 1}', b"[]", b"{", b"\xff"]
)
def test_what_does_not_say_that_it_is_a_list_is_none(kind: type, body: bytes) -> None:
    with pytest.raises(ProviderError, match="calplan does not understand what Google") as refused:
        decoded(answer(200, body), kind, "users")
    assert "#other" not in str(refused.value)


def test_a_list_without_rows_is_empty_only_if_it_says_that_it_is_a_list() -> None:
    listed = decoded(answer(200, {"kind": "admin#directory#tokenList", "etag": "x"}), TokenList, "tokens")
    assert not listed.items


def test_calls_of_all_threads_keep_one_pace_and_are_held_when_one_is_told_to_slow_down() -> None:
    now = [0.0]
    pace = Pace(per_second=40.0, ticks=lambda: now[0])
    pauses = [pace.pause("GET", "/") for _ in range(41)]
    assert pauses[0] == 0.0
    assert pauses[40] == pytest.approx(1 / OURS)
    now[0] = 10.0
    pace.heard("GET", "/", answer(200, b"Quota exceeded for quota metric"))
    assert pace.pause("GET", "/") == 0.0
    pace.heard("GET", "/", refusal(403, "forbidden"))
    assert pace.pause("GET", "/") < 0.1
    pace.heard("GET", "/", refusal(403, "userRateLimitExceeded"))
    assert pace.pause("GET", "/") == pytest.approx(1.0)
