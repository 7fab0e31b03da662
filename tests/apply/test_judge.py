"""Whether one observation lies in the set that a forecast allows."""

import itertools

import pytest

from calplan.apply.judge import Verdict, as_before, came_back, judge
from calplan.impact.outcome import DISCONNECTED, NextStep, Outcome
from calplan.model.connection import Held
from calplan.model.unknown import UNKNOWN, Tri
from calplan.model.user import decode
from tests import make
from tests.apply.make import NEW, OLD, SERVED, expected

LOST = sorted(DISCONNECTED, key=lambda one: one.value)
UNREAD: Held = decode(make.facts("google", None, None, auth=None)).connection


def named(outcome: Outcome) -> str:
    return outcome.value


@pytest.mark.parametrize("outcome", list(Outcome), ids=named)
def test_what_cannot_be_observed_is_neither_right_nor_wrong(outcome: Outcome) -> None:
    for on_the_way in (False, True):
        assert judge(expected(outcome, OLD, on_the_way=on_the_way), UNKNOWN) is Verdict.NOT_OBSERVABLE


@pytest.mark.parametrize("outcome", LOST, ids=named)
def test_a_forecast_loss_that_did_not_happen_is_a_false_alarm(outcome: Outcome) -> None:
    assert judge(expected(outcome, OLD), OLD) is Verdict.FALSE_ALARM
    assert judge(expected(outcome, OLD), None) is Verdict.HIT


@pytest.mark.parametrize("outcome", [one for one in LOST if one is not Outcome.DISCONNECTED_BLOCKED], ids=named)
def test_whoever_lost_the_connection_and_made_a_new_one_was_forecast_right(outcome: Outcome) -> None:
    assert judge(expected(outcome, OLD), NEW) is Verdict.HIT


@pytest.mark.parametrize("outcome", [Outcome.DISCONNECTED_BLOCKED, Outcome.BLOCKED], ids=named)
@pytest.mark.parametrize("bar", [NextStep.BLOCKED_DISABLED, NextStep.BLOCKED_DOMAIN])
def test_whoever_connects_in_spite_of_a_setting_that_bars_him_is_a_surprise(outcome: Outcome, bar: NextStep) -> None:
    had = OLD if outcome is Outcome.DISCONNECTED_BLOCKED else None
    assert judge(expected(outcome, had, next_step=bar), NEW) is Verdict.SURPRISE
    assert judge(expected(outcome, had, next_step=bar), None) is Verdict.HIT


@pytest.mark.parametrize("outcome", [Outcome.DISCONNECTED_BLOCKED, Outcome.BLOCKED], ids=named)
@pytest.mark.parametrize(
    "bar",
    [NextStep.BLOCKED_PLATFORM, NextStep.BLOCKED_HYBRID, NextStep.TENANT_ADMIN_CONSENT],
    ids=lambda one: one.value,
)
def test_whether_a_bar_outside_the_settings_stood_cannot_be_seen_once_he_is_connected(
    outcome: Outcome, bar: NextStep
) -> None:
    had = OLD if outcome is Outcome.DISCONNECTED_BLOCKED else None
    assert judge(expected(outcome, had, next_step=bar), NEW) is Verdict.NOT_OBSERVABLE


def test_whoever_was_to_be_left_alone_and_lost_his_connection_is_a_surprise() -> None:
    assert judge(expected(Outcome.UNAFFECTED, OLD), OLD) is Verdict.HIT
    assert judge(expected(Outcome.UNAFFECTED, OLD), None) is Verdict.SURPRISE
    assert judge(expected(Outcome.UNAFFECTED, OLD), NEW) is Verdict.SURPRISE


@pytest.mark.parametrize("outcome", [Outcome.UNAFFECTED, Outcome.PROMPTED], ids=named)
def test_whoever_had_no_connection_may_have_made_one_since(outcome: Outcome) -> None:
    assert judge(expected(outcome), None) is Verdict.HIT
    assert judge(expected(outcome), NEW) is Verdict.HIT


@pytest.mark.parametrize("outcome", [Outcome.UNAFFECTED, Outcome.PROMPTED], ids=named)
def test_a_connection_by_impersonation_may_come_only_to_whom_nobody_could_say_whether_it_would(
    outcome: Outcome,
) -> None:
    for had in (None, OLD):
        comes = expected(outcome, had, impersonation_comes=True)
        assert judge(comes, SERVED) is Verdict.SURPRISE
        perhaps = expected(outcome, had, impersonation_comes=True, perhaps_for_them=True)
        assert judge(perhaps, SERVED) is Verdict.HIT
    assert judge(expected(outcome, SERVED, impersonation_comes=True), SERVED) is Verdict.HIT


def test_whether_an_unknown_connection_was_left_alone_cannot_be_seen() -> None:
    for now in (None, OLD):
        assert judge(expected(Outcome.UNAFFECTED, UNKNOWN), now) is Verdict.NOT_OBSERVABLE


def test_whoever_is_connected_by_impersonation_must_have_gained_by_it() -> None:
    assert judge(expected(Outcome.AUTOMATIC), None) is Verdict.SURPRISE
    assert judge(expected(Outcome.AUTOMATIC), SERVED) is Verdict.HIT
    assert judge(expected(Outcome.AUTOMATIC, OLD), OLD) is Verdict.SURPRISE
    assert judge(expected(Outcome.AUTOMATIC, UNREAD), OLD) is Verdict.NOT_OBSERVABLE


def test_whoever_is_at_risk_or_may_lose_it_on_the_way_is_no_surprise_either_way() -> None:
    for had, now in itertools.product((None, OLD), (None, OLD, NEW)):
        assert judge(expected(Outcome.AT_RISK, had), now) is Verdict.HIT
        assert judge(expected(Outcome.UNAFFECTED, had, on_the_way=True), now) is Verdict.HIT


def test_connections_are_compared_as_far_as_both_are_known() -> None:
    assert as_before(OLD, OLD) is as_before(UNREAD, UNREAD) is as_before(None, None) is Tri.YES
    assert as_before(OLD, NEW) is as_before(OLD, None) is as_before(None, OLD) is Tri.NO
    assert as_before(UNREAD, OLD) is as_before(UNKNOWN, OLD) is as_before(OLD, UNKNOWN) is Tri.UNKNOWN
    assert as_before(UNREAD, NEW) is Tri.NO
    basic = decode(make.facts("google", "write", "read", auth="basic")).connection
    unread_levels = decode(make.facts("google", None, None, auth="basic")).connection
    assert as_before(OLD, basic) is as_before(OLD, unread_levels) is Tri.NO


def test_a_loss_that_cannot_be_told_from_none_is_not_counted_as_right() -> None:
    lost = expected(Outcome.DISCONNECTED_SILENT, UNREAD)
    assert judge(lost, OLD) is Verdict.NOT_OBSERVABLE
    assert not came_back(lost, OLD)
    assert came_back(lost, NEW)


def test_a_forecast_that_nothing_could_contradict_is_undecided() -> None:
    assert expected(Outcome.AT_RISK, OLD).undecided
    assert expected(Outcome.UNAFFECTED, OLD, on_the_way=True).undecided
    for outcome in (Outcome.PROMPTED, Outcome.UNAFFECTED):
        assert expected(outcome).undecided
        assert expected(outcome, impersonation_comes=True, perhaps_for_them=True).undecided
        assert not expected(outcome, impersonation_comes=True).undecided
        assert not expected(outcome, OLD).undecided


@pytest.mark.parametrize("outcome", list(Outcome), ids=named)
def test_undecided_is_exactly_what_every_observation_leaves_a_hit(outcome: Outcome) -> None:
    for had, comes, perhaps, bar in itertools.product(
        (None, OLD), (False, True), (False, True), (NextStep.NONE, NextStep.BLOCKED_DOMAIN)
    ):
        if had is None and outcome in DISCONNECTED:
            continue  # nobody loses what he has not got
        forecast = expected(outcome, had, next_step=bar, impersonation_comes=comes, perhaps_for_them=perhaps)
        # Without impersonation nobody is served by it.
        seen = (None, OLD, NEW, SERVED) if comes else (None, OLD, NEW)
        assert forecast.undecided == all(judge(forecast, now) is Verdict.HIT for now in seen), (had, comes, perhaps)
