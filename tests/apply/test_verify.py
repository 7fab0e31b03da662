"""What was forecast, held against what is observed, user by user."""

import itertools

import pytest

from calplan.apply.verify import Verdict, judge, verify
from calplan.impact.outcome import Outcome
from calplan.impact.resolve import alone
from calplan.model.connection import Held
from calplan.model.limits import Limit, Tolerance
from calplan.model.unknown import UNKNOWN
from calplan.model.user import decode
from calplan.plan.users import AssessedUsers
from tests import make

OLD: Held = decode(make.facts("google", "write", "read")).connection
NEW: Held = decode(make.facts("office365-graph", "write", "read")).connection
LOST = [one for one in Outcome if one.value.startswith("disconnected")]
STRICT = Tolerance(surprises=Limit(count=0), false_alarms=Limit(percent=5))


@pytest.mark.parametrize("outcome", list(Outcome), ids=lambda one: one.value)
def test_what_cannot_be_observed_is_neither_right_nor_wrong(outcome: Outcome) -> None:
    assert judge(outcome.value, OLD, UNKNOWN) is Verdict.NOT_OBSERVABLE


@pytest.mark.parametrize("outcome", LOST, ids=lambda one: one.value)
def test_a_forecast_loss_that_did_not_happen_is_a_false_alarm(outcome: Outcome) -> None:
    assert judge(outcome.value, OLD, OLD) is Verdict.FALSE_ALARM
    assert judge(outcome.value, OLD, None) is Verdict.HIT
    assert judge(outcome.value, OLD, NEW) is Verdict.HIT


def test_whoever_was_to_be_left_alone_and_lost_his_connection_is_a_surprise() -> None:
    assert judge("unaffected", OLD, None) is Verdict.SURPRISE
    assert judge("unaffected", OLD, NEW) is Verdict.SURPRISE
    for had, now in ((OLD, OLD), (None, None), (None, NEW), (UNKNOWN, None)):
        assert judge("unaffected", had, now) is Verdict.HIT


def test_whoever_is_barred_may_not_be_connected_and_whoever_is_connected_by_itself_must_be() -> None:
    assert judge("blocked", None, None) is Verdict.HIT
    assert judge("blocked", None, NEW) is Verdict.SURPRISE
    assert judge("automatic", None, None) is Verdict.SURPRISE
    assert judge("automatic", None, NEW) is Verdict.HIT


def test_whoever_may_be_prompted_or_is_at_risk_is_no_surprise_either_way() -> None:
    for outcome, had, now in itertools.product(("prompted", "at_risk"), (None, OLD), (None, OLD, NEW)):
        assert judge(outcome, had, now) is Verdict.HIT


def test_losses_returns_and_tolerance_are_counted() -> None:
    users = {f"user{number:02}@corp.example": make.facts("google", "write", "read") for number in range(20)}
    after = make.account(locked=True, service=make.graph())
    rows = list(AssessedUsers(make.assessment(make.account(), after, users)).rows())
    gone, back = make.facts(""), make.facts("office365-graph", "write", "read")

    def seen(*, still: int, returned: int) -> dict[str, object]:
        kinds = [gone] * still + [back] * returned + [make.facts("google", "write", "read")] * (20 - still - returned)
        return dict(zip(users, kinds, strict=True))

    for still, returned, within in ((20, 0, True), (12, 8, True), (19, 0, True), (18, 0, False)):
        observed = make.population(seen(still=still, returned=returned))  # type: ignore[arg-type]  # facts, all of them
        result = verify(rows, observed, STRICT, alone(make.account()))
        assert (len(result.still_disconnected), result.returned, result.within) == (still, returned, within)
        assert sum(result.counts.values()) == 20
        assert result.counts[Verdict.FALSE_ALARM] == 20 - still - returned


def test_users_who_are_gone_or_no_longer_active_cannot_be_observed() -> None:
    users = {"ann@corp.example": make.facts("google", "write", "read"), "bob@corp.example": make.facts("google")}
    rows = list(AssessedUsers(make.assessment(make.account(), make.account(enabled=False), users)).rows())
    observed = make.population({"ann@corp.example": make.facts("google", "write", "read", status="inactive")})
    result = verify(rows, observed, STRICT, alone(make.account()))
    assert result.counts[Verdict.NOT_OBSERVABLE] == 2
    assert result.within


@pytest.mark.parametrize("now", [OLD, None, NEW])
def test_what_was_said_to_be_lost_on_the_way_is_no_surprise_whether_it_is_lost_or_not(now: Held) -> None:
    users = {"ann@corp.example": make.facts("google", "write", "read")}
    found = make.assessment(make.account(), make.account(bidirectional_sync=True), users)
    (row,) = AssessedUsers(found, on_the_way=frozenset({0})).rows()
    words = {OLD: make.facts("google", "write", "read"), NEW: make.facts("office365-graph", "write", "read")}
    observed = make.population({"ann@corp.example": words.get(now, make.facts())})
    result = verify([row], observed, STRICT, alone(make.account()))
    assert (result.counts[Verdict.HIT], result.within) == (1, True)
    assert result.still_disconnected == (("ann@corp.example",) if now is None else ())
