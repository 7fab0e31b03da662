"""What was forecast, held against what is observed, user by user and rule by rule."""

import pytest

from calplan.apply.judge import Verdict
from calplan.apply.verify import RuleCount, verify
from calplan.impact.outcome import Outcome
from calplan.impact.resolve import alone
from calplan.model.limits import Limit, Tolerance
from calplan.model.user import RawFacts
from calplan.plan.users import AssessedUsers
from tests import make
from tests.apply.make import LOCKED_ON_GRAPH, held_against

ON_GOOGLE = make.facts("google", "write", "read")
ON_GRAPH = make.facts("office365-graph", "write", "read")
NOWHERE = make.facts("")
STRICT = Tolerance(surprises=Limit(count=0), false_alarms=Limit(percent=5))


def people(number: int, facts: RawFacts = ON_GOOGLE) -> dict[str, RawFacts]:
    return {f"user{one:02}@corp.example": facts for one in range(number)}


@pytest.mark.parametrize(
    "still, returned, within", [(20, 0, True), (12, 8, True), (19, 0, True), (18, 0, False), (15, 3, False)]
)
def test_losses_returns_and_tolerance_are_counted(still: int, returned: int, *, within: bool) -> None:
    users = people(20)
    kinds = [NOWHERE] * still + [ON_GRAPH] * returned + [ON_GOOGLE] * (20 - still - returned)
    result = held_against(users, dict(zip(users, kinds, strict=True)), tolerance=STRICT)
    assert (len(result.still_disconnected), result.returned, result.within) == (still, returned, within)
    assert sum(result.counts.values()) == 20
    assert result.counts[Verdict.FALSE_ALARM] == len(result.false_alarms) == 20 - still - returned


def test_surprises_are_held_against_the_tolerance_for_those_observed() -> None:
    users = people(10, ON_GRAPH)
    found = dict(users) | {"user00@corp.example": NOWHERE}
    ten = Tolerance(surprises=Limit(percent=10), false_alarms=Limit(count=0))
    assert held_against(users, found, after=make.account(), tolerance=ten).within
    del found["user09@corp.example"]
    result = held_against(users, found, after=make.account(), tolerance=ten)
    assert (result.within, result.counts[Verdict.SURPRISE], result.counts[Verdict.NOT_OBSERVABLE]) == (False, 1, 1)
    assert [one.email for one in result.surprises] == ["user00@corp.example"]


def test_whoever_had_a_connection_and_has_none_is_disconnected_whatever_was_forecast() -> None:
    users = people(1) | {"zed@corp.example": NOWHERE}
    result = held_against(users, dict.fromkeys(users, NOWHERE), after=make.account())
    assert [one.email for one in result.still_disconnected] == ["user00@corp.example"]
    assert result.still_disconnected[0].expected.outcome is Outcome.UNAFFECTED


def test_users_who_are_gone_or_no_longer_active_cannot_be_observed() -> None:
    users = {"ann@corp.example": ON_GOOGLE, "bob@corp.example": make.facts("google")}
    observed = {"ann@corp.example": make.facts("google", "write", "read", status="inactive")}
    result = held_against(users, observed, after=make.account(enabled=False), tolerance=STRICT)
    assert result.counts[Verdict.NOT_OBSERVABLE] == 2
    assert result.within
    assert not result.still_disconnected


def test_users_who_came_since_are_nobody_whom_a_forecast_was_made_for() -> None:
    result = held_against(people(1), people(3), after=make.account())
    assert sum(result.counts.values()) == 1


@pytest.mark.parametrize("now", [ON_GOOGLE, NOWHERE, ON_GRAPH])
def test_what_was_said_to_be_lost_on_the_way_is_no_surprise_whether_it_is_lost_or_not(now: RawFacts) -> None:
    users = {"ann@corp.example": ON_GOOGLE}
    after = make.account(bidirectional_sync=True)
    found = make.assessment(make.account(), after, users)
    (row,) = AssessedUsers(found, on_the_way=frozenset({0})).rows()
    levels = (alone(make.account()), alone(after))
    result = verify([row], make.population({"ann@corp.example": now}), STRICT, levels)
    assert (result.counts[Verdict.HIT], result.within) == (1, True)
    assert [one.email for one in result.still_disconnected] == (["ann@corp.example"] if now is NOWHERE else [])


def test_a_loss_on_the_way_makes_no_room_for_false_alarms() -> None:
    users = people(20)
    after = make.account(bidirectional_sync=True)
    rows = [*AssessedUsers(make.assessment(make.account(), after, users), on_the_way=frozenset({0})).rows()]
    lost = AssessedUsers(make.assessment(make.account(), LOCKED_ON_GRAPH, {"zed@corp.example": ON_GOOGLE})).rows()
    everybody = make.population({**users, "zed@corp.example": ON_GOOGLE})
    result = verify([*rows, *lost], everybody, STRICT, (alone(make.account()), alone(LOCKED_ON_GRAPH)))
    assert (result.counts[Verdict.FALSE_ALARM], result.within) == (1, False)


def test_each_rule_is_counted_for_the_users_it_fired_for() -> None:
    old = make.facts("google", "write", "read", clients=[make.OLD_WINDOWS])
    users = people(4) | {"zed@corp.example": old}
    found = [NOWHERE, ON_GRAPH, ON_GOOGLE]
    result = held_against(users, dict(zip(users, found, strict=False)) | {"zed@corp.example": NOWHERE})
    assert result.by_rule["R10b1"] == RuleCount(hits=2, false_alarms=1, not_observable=1)
    assert result.by_rule["R10b2"] == RuleCount(hits=1)
    assert [*result.by_rule] == sorted(result.by_rule)


def test_a_forecast_that_nothing_could_contradict_speaks_for_no_rule() -> None:
    users = people(2, NOWHERE)
    result = held_against(users, dict.fromkeys(users, ON_GRAPH))
    assert result.counts[Verdict.HIT] == 2
    assert result.by_rule["R10c1"] == RuleCount(undecided=2)
    assert result.by_rule["R10c1"].observed == 0


def test_where_the_integration_was_off_no_earlier_connection_counted() -> None:
    users = people(1)
    result = held_against(users, dict.fromkeys(users, NOWHERE), before=make.account(enabled=False))
    assert not result.still_disconnected
    assert result.counts[Verdict.SURPRISE] == 0


@pytest.mark.parametrize(
    "unread, verdict",
    [
        ({"mailbox_location": "cloud"}, Verdict.SURPRISE),
        ({"mailbox_location": None}, Verdict.HIT),
        ({"mailbox_location": "cloud", "clients": ()}, Verdict.HIT),
        ({"mailbox_location": "cloud", "clients": ("what is this",)}, Verdict.HIT),
    ],
)
def test_impersonation_that_comes_to_somebody_is_a_surprise_unless_a_fact_was_missing(
    unread: dict[str, object], verdict: Verdict
) -> None:
    users = {"ann@corp.example": make.facts("", **unread)}  # type: ignore[arg-type]  # facts, all of them
    served = make.facts("exchange-ews", ews_host="mail.corp.example", auth="impersonation")
    after = make.account(service=make.exchange(impersonation=make.impersonation()))
    result = held_against(
        users, {"ann@corp.example": served}, before=make.account(service=make.exchange()), after=after
    )
    assert result.counts[verdict] == 1
