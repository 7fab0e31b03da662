"""Calls are set apart by their class, as far as the vendor's answers say."""

from calplan.providers.http.answer import Answer
from calplan.providers.zoom.pace import OURS, UNTIL_TOLD, Pace
from calplan.providers.zoom.routes import RateClass, rate_of

USERS = ("GET", "/users?page_size=2000")
ASSISTANTS = ("GET", "/users/ann%40corp.example/assistants")
REMOVE = ("DELETE", "/users/u1/assistants/u2")
LOG = ("GET", "/report/operationlogs?from=2026-11-01")


def told(status: int = 200, **headers: object) -> Answer:
    named = {f"x-ratelimit-{name}": str(value) for name, value in headers.items()}
    return Answer(status=status, headers=named, body=b"{}", place="api.zoom.us")


def test_each_call_has_the_class_that_the_vendor_documents() -> None:
    assert rate_of(*USERS) is rate_of(*ASSISTANTS) is RateClass.MEDIUM
    assert rate_of(*REMOVE) is rate_of("GET", "/users/u1") is RateClass.LIGHT
    assert rate_of(*LOG) is rate_of("GET", "/nowhere") is RateClass.HEAVY


def test_calls_of_one_class_are_set_apart_and_those_of_another_are_not() -> None:
    pace = Pace(ticks=lambda: 100.0)
    apart = 1 / (UNTIL_TOLD[RateClass.MEDIUM] * OURS)
    pauses = [pace.pause(*USERS), pace.pause(*ASSISTANTS), pace.pause(*USERS)]
    assert [round(one, 6) for one in pauses] == [0, round(apart, 6), round(2 * apart, 6)]
    assert pace.pause(*REMOVE) == 0


def test_whoever_took_his_time_does_not_wait() -> None:
    now = [100.0]
    pace = Pace(ticks=lambda: now[0])
    pace.pause(*USERS)
    now[0] += 1
    assert pace.pause(*USERS) == 0


def test_twenty_thousand_calls_take_as_long_as_the_limit_that_is_told_wants() -> None:
    now = [0.0]
    pace = Pace(ticks=lambda: now[0])
    pace.heard(*ASSISTANTS, told(category="Medium", type="QPS", limit=60, remaining=59))
    for _ in range(20_000):
        now[0] += pace.pause(*ASSISTANTS)
    assert 20_000 / 60 < now[0] < 20_000 / 60 / OURS + 1


def test_a_second_that_is_used_up_is_waited_for() -> None:
    pace = Pace(ticks=lambda: 5.0)
    pace.heard(*USERS, told(category="Medium", type="QPS", limit=20, remaining=0))
    assert pace.pause(*USERS) == 1.0


def test_a_limit_of_another_class_or_of_the_day_is_no_pace_and_nonsense_is_none() -> None:
    for headers in (
        {"category": "Heavy", "type": "QPS", "limit": 1},
        {"category": "Medium", "type": "Daily-limit", "limit": 1, "remaining": 0},
        {"limit": 0},
        {"limit": "-5"},
        {"limit": "9" * 40},
        {"limit": "many"},
        {"remaining": "\u0661"},
    ):
        pace = Pace(ticks=lambda: 0.0)
        pace.heard(*USERS, told(**headers))
        pace.pause(*USERS)
        assert round(pace.pause(*USERS), 6) == round(1 / (UNTIL_TOLD[RateClass.MEDIUM] * OURS), 6), headers
