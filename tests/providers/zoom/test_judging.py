"""What answers of the vendor mean: by status, then by words, never by the code alone."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.providers.http.answer import Answer, Kind
from calplan.providers.zoom.judging import judge
from tests.providers.zoom.make import JSON

NO_SCOPE = "Invalid access token, does not contain scopes:[user:read:list_users:admin]."


def answer(status: int, body: object = None, **headers: str) -> Answer:
    data = b"" if body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, headers=named, body=data, place="api.zoom.us")


@pytest.mark.parametrize(
    "status, body, kind",
    [
        (200, {"users": []}, Kind.FINE),
        (204, None, Kind.FINE),
        (201, {"ids": "a", "add_at": "b"}, Kind.FINE),
        (200, {"code": 200, "message": "Only available for Paid account."}, Kind.NOT_ALLOWED),
        (200, {"code": 2001, "message": "Account does not exist."}, Kind.WRONG),
        (200, {"code": 124, "message": "Access token is expired."}, Kind.SIGN_IN_AGAIN),
        (200, {"code": "odd", "message": ["odd"]}, Kind.WRONG),
        (400, {"code": 124, "message": "Invalid access token."}, Kind.SIGN_IN_AGAIN),
        (401, {"code": 124, "message": "Invalid access token."}, Kind.SIGN_IN_AGAIN),
        (401, {"code": 201, "message": "Access token is expired."}, Kind.SIGN_IN_AGAIN),
        (401, None, Kind.SIGN_IN_AGAIN),
        (400, {"code": 4711, "message": NO_SCOPE}, Kind.NOT_ALLOWED),
        (401, {"code": 4700, "message": NO_SCOPE}, Kind.NOT_ALLOWED),
        (400, {"code": 200, "message": "No permission."}, Kind.NOT_ALLOWED),
        (400, {"code": 200, "message": "User has already granted."}, Kind.WRONG),
        (400, {"code": 300, "message": "The next page token is invalid or expired."}, Kind.WRONG),
        (400, None, Kind.WRONG),
        (400, {"code": 429, "message": "odd"}, Kind.WRONG),
        (403, None, Kind.NOT_ALLOWED),
        (404, {"code": 1001, "message": "User does not exist: x."}, Kind.WRONG),
        (409, None, Kind.WRONG),
        (429, None, Kind.SLOW_DOWN),
        (429, {"code": 200, "message": "per-second rate limit"}, Kind.SLOW_DOWN),
        (429, {"code": 429, "message": "You have reached the daily rate limit (6000)"}, Kind.DAILY),
        (500, {"code": 500, "message": "x"}, Kind.PASSING),
        (503, None, Kind.PASSING),
        (302, None, Kind.ELSEWHERE),
    ],
)
def test_the_table_of_errors(status: int, body: object, kind: Kind) -> None:
    assert judge(answer(status, body)).kind is kind


def test_a_daily_limit_is_told_by_its_header_too() -> None:
    assert judge(answer(429, x_ratelimit_type="Daily-limit")).kind is Kind.DAILY
    assert judge(answer(429, x_ratelimit_type="QPS")).kind is Kind.SLOW_DOWN


def test_the_moment_at_which_a_limit_ends_is_held_against_the_servers_own_clock() -> None:
    date = "Sun, 22 Nov 2026 12:00:00 GMT"
    assert judge(answer(429, x_ratelimit_reset="1795348803", date=date)).wait == 3.0
    assert judge(answer(429, x_ratelimit_reset="1795348000", date=date)).wait == 0.0
    assert judge(answer(429, x_ratelimit_reset="1795348803")).wait is None
    assert judge(answer(429, x_ratelimit_reset="soon", date=date)).wait is None
    assert judge(answer(429, x_ratelimit_reset="9" * 30, date=date)).wait is None


def test_the_words_are_the_vendors_sentence_and_the_fields_it_names() -> None:
    body = {"code": 300, "message": "Validation Failed.", "errors": [{"field": "page_size", "message": "too large"}]}
    assert judge(answer(400, body)).words == "Validation Failed. (page_size: too large)"


@given(status=st.sampled_from([200, 201, 204, 400, 401, 403, 404, 409, 429, 500]), body=st.binary(max_size=200))
def test_whatever_is_answered_means_something(status: int, body: bytes) -> None:
    meaning = judge(Answer(status=status, headers={}, body=body, place="api.zoom.us"))
    assert isinstance(meaning.words, str)


@given(
    status=st.sampled_from([200, 400, 401, 404, 429]),
    body=st.dictionaries(st.sampled_from(["code", "message", "errors", "users"]), JSON),
)
def test_an_error_of_any_shape_is_never_taken_for_a_result(status: int, body: dict[str, object]) -> None:
    kind = judge(answer(status, body)).kind
    assert (kind is Kind.FINE) is (status == 200 and not {"code", "message"} <= body.keys())
