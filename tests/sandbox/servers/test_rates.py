"""Limits by label, as the vendor counts them, with its own headers."""

import pytest

from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.rates import LIMITS, Label, RatePlan, Rates
from tests.make import NOW
from tests.sandbox.servers.stage import ANN, serving


@pytest.mark.loopback
def test_answers_say_how_much_is_left_and_the_one_too_many_says_when_to_ask_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(monkeypatch, plan=RatePlan.FREE) as stage:
        stage.zoom.rates.clock = lambda: NOW
        client = stage.client()
        answers = [client.ask("GET", "/users"), client.ask("GET", "/groups"), client.ask("GET", "/users")]
        light = client.ask("GET", f"/users/{ANN}")
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert [one.headers["x-ratelimit-remaining"] for one in answers] == ["1", "0", "0"]
    assert answers[2].headers["x-ratelimit-category"] == "Medium"
    assert answers[2].headers["x-ratelimit-type"] == "QPS"
    assert answers[2].headers["x-ratelimit-limit"] == "2"
    assert answers[2].headers["x-ratelimit-reset"] == str(int(NOW.timestamp()) + 1)
    assert answers[2].json()["code"] == 429
    assert "retry-after" not in answers[2].headers
    assert (light.status_code, light.headers["x-ratelimit-category"]) == (200, "Light")


@pytest.mark.loopback
def test_without_a_plan_nothing_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch) as stage:
        answer = stage.client().ask("GET", "/users")
    assert not [name for name in answer.headers if name.lower().startswith("x-ratelimit")]


@pytest.mark.parametrize("plan", [RatePlan.FREE, RatePlan.PRO, RatePlan.BUSINESS])
@pytest.mark.parametrize("label", list(Label))
def test_a_second_allows_what_the_vendor_documents(plan: RatePlan, label: Label) -> None:
    rates = Rates(plan, lambda: NOW)
    taken = [rates.take(label) for _ in range(LIMITS[plan][label].second + 1)]
    assert [isinstance(one, Answer) for one in taken] == [False] * LIMITS[plan][label].second + [True]


def test_a_day_ends_at_midnight_and_says_so_as_a_time() -> None:
    moment = NOW
    rates = Rates(RatePlan.FREE, lambda: moment)
    for number in range(1000):
        moment = NOW.fromtimestamp(NOW.timestamp() + number, NOW.tzinfo)
        assert not isinstance(rates.take(Label.HEAVY), Answer)
    moment = NOW.fromtimestamp(NOW.timestamp() + 1000, NOW.tzinfo)
    refused = rates.take(Label.HEAVY)
    assert isinstance(refused, Answer)
    assert refused.headers["X-RateLimit-Type"] == "Daily-limit"
    assert refused.headers["Retry-After"] == "2026-11-23T00:00:00Z"
    assert not isinstance(rates.take(Label.LIGHT), Answer)
    moment = NOW.fromtimestamp(NOW.timestamp() + 86_400, NOW.tzinfo)
    assert not isinstance(rates.take(Label.HEAVY), Answer)
