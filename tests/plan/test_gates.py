"""Gates: limits on harm, the age of evidence, and a toggle that nobody read."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from calplan.impact.outcome import OUTCOMES, Outcome
from calplan.impact.summary import Impact, Range
from calplan.model.account import Evidence, PrivateEvents
from calplan.model.limits import Limit, Limits, MaxEvidenceAge
from calplan.model.times import Freeze, Notice
from calplan.model.unknown import UNKNOWN
from calplan.plan.gates import (
    GATE_IDS,
    GateStatus,
    age_gate,
    in_words,
    limit_gates,
    live_gate,
    overridden,
    stale_sources,
)
from calplan.plan.notice import with_notice
from tests import make

PASS, REFUSE, OVERRIDDEN = GateStatus.PASS, GateStatus.REFUSE, GateStatus.OVERRIDDEN
NONE = Range(certain=0, possible=0)


def impact(counts: dict[Outcome, int], active: int = 1000, connected: int = 400) -> Impact:
    return Impact(
        users=active,
        active=active,
        connected=connected,
        connection_unknown=0,
        counts={outcome: counts.get(outcome, 0) for outcome in OUTCOMES},
        lose=NONE,
        not_told=NONE,
        cannot_return=NONE,
        told=0,
        unknown_certainty=0,
        by_group=(),
        by_domain=(),
        by_rule=(),
    )


def statuses(counts: dict[Outcome, int], limits: Limits, pairs: int | None = None) -> dict[str, GateStatus]:
    return {gate.id: gate.status for gate in limit_gates(impact(counts), limits, pairs, "owner")}


COUNTED = {
    "limit.disconnected": OUTCOMES[:4],
    "limit.silent": (Outcome.DISCONNECTED_SILENT, Outcome.DISCONNECTED_NOTICE_UNKNOWN),
    "limit.blocked": (Outcome.DISCONNECTED_BLOCKED, Outcome.BLOCKED),
    "limit.unknown": (Outcome.AT_RISK,),
}
NAMES = {
    "limit.disconnected": "disconnected",
    "limit.silent": "silent",
    "limit.blocked": "blocked",
    "limit.unknown": "unknown",
}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_each_limit_counts_the_outcomes_of_the_specification(outcome: Outcome) -> None:
    zero = Limits(disconnected=Limit(), silent=Limit(), blocked=Limit(), unknown=Limit())
    refused = {gate for gate, status in statuses({outcome: 1}, zero).items() if status is REFUSE}
    assert refused == {gate for gate, outcomes in COUNTED.items() if outcome in outcomes}


@pytest.mark.parametrize(
    "gate, limit, passes",
    [
        ("limit.disconnected", "5%", 20),  # of 400 connected users
        ("limit.silent", "5%", 20),
        ("limit.blocked", "5%", 50),  # of 1,000 active users
        ("limit.unknown", "5%", 50),
        ("limit.disconnected", "1% or 10", 10),
        ("limit.disconnected", "4% or 10", 16),
        ("limit.unknown", "0", 0),
        ("limit.blocked", "7", 7),
    ],
)
def test_equal_passes_and_one_more_is_refused(gate: str, limit: str, passes: int) -> None:
    limits = replace(make.NO_LIMITS, **{NAMES[gate]: Limit.parse(limit)})
    outcome = COUNTED[gate][0]
    assert statuses({outcome: passes}, limits)[gate] is PASS
    assert statuses({outcome: passes + 1}, limits)[gate] is REFUSE


def test_a_limit_counts_all_its_outcomes_together() -> None:
    limits = replace(make.NO_LIMITS, disconnected=Limit(count=3))
    assert statuses(dict.fromkeys(OUTCOMES[:4], 1), limits)["limit.disconnected"] is REFUSE
    assert statuses(dict.fromkeys(OUTCOMES[:3], 1), limits)["limit.disconnected"] is PASS


@pytest.mark.parametrize("connected, largest", [(0, 0), (19, 0), (20, 1), (39, 1), (40, 2), (1055, 52)])
def test_percentages_are_rounded_down(connected: int, largest: int) -> None:
    limits = replace(make.NO_LIMITS, disconnected=Limit.parse("5%"))
    for actual, status in ((largest, PASS), (largest + 1, REFUSE)):
        found = impact({Outcome.DISCONNECTED_PROMPTED: actual}, connected=connected)
        assert limit_gates(found, limits, None, "owner")[0].status is status


def test_a_gate_prints_limit_figure_and_owner() -> None:
    gates = {
        gate.id: gate
        for gate in limit_gates(impact({Outcome.DISCONNECTED_PROMPTED: 21}), Limits(), None, "owner@corp.example")
    }
    gate = gates["limit.disconnected"]
    assert (gate.limit, gate.actual, gate.owner) == ("5% or 5 of 400 connected users = 20", "21", "owner@corp.example")
    assert gates["limit.silent"].limit == "0"


def test_pairs_are_limited_only_where_the_policy_manages_them() -> None:
    limits = replace(make.NO_LIMITS, pairs=Limit(count=2))
    assert "limit.pairs" not in statuses({}, limits)
    assert [statuses({}, limits, pairs)["limit.pairs"] for pairs in (0, 2, 3)] == [PASS, PASS, REFUSE]


def test_a_toggle_that_nobody_read_refuses() -> None:
    assert live_gate(make.account(enabled=UNKNOWN), "owner").status is REFUSE
    for enabled in (True, False):
        assert live_gate(make.account(enabled=enabled, locked=UNKNOWN), "owner").status is PASS


AGES = MaxEvidenceAge()
LIMIT = {"users": AGES.users, "settings": AGES.portal, "portal": AGES.portal, "tenant": AGES.tenant}


def seen(kind: str, as_of: datetime | None) -> Evidence:
    return make.evidence(f"local {kind}", kind, as_of)


@pytest.mark.parametrize("kind", sorted(LIMIT))
def test_evidence_of_exactly_the_largest_age_is_fresh_and_a_second_older_is_stale(kind: str) -> None:
    for age, stale in ((timedelta(0), False), (LIMIT[kind], False), (LIMIT[kind] + timedelta(seconds=1), True)):
        found = stale_sources((seen(kind, make.NOW - age),), AGES, make.NOW)
        assert bool(found) is stale
        assert age_gate(found, AGES, "owner").status is (REFUSE if stale else PASS)


@pytest.mark.parametrize("kind", sorted(LIMIT))
def test_evidence_of_unknown_age_is_stale(kind: str) -> None:
    found = stale_sources((seen(kind, None),), AGES, make.NOW)
    assert [sentence for _, sentence in found] == [f"local {kind}: nobody says how old it is"]


def test_one_stale_source_is_enough_and_is_named() -> None:
    fresh, stale = seen("users", make.NOW), seen("tenant", make.NOW - timedelta(days=8))
    gate = age_gate(stale_sources((fresh, stale), AGES, make.NOW), AGES, "owner")
    assert (gate.status, gate.actual) == (REFUSE, "local tenant: 8d old, at most 7d")


def test_ages_are_compared_across_time_zones() -> None:
    tokyo = datetime.fromisoformat("2026-11-22T21:00:00+09:00")
    assert stale_sources((seen("users", tokyo),), replace(AGES, users=timedelta(0)), make.NOW) == ()
    assert tokyo == make.NOW.astimezone(UTC)


@pytest.mark.parametrize(
    "age, words",
    [
        (timedelta(0), "0s"),
        (timedelta(seconds=59), "59s"),
        (timedelta(minutes=90), "90m"),
        (timedelta(hours=36), "36h"),
        (timedelta(days=30), "30d"),
    ],
)
def test_an_age_is_told_in_words(age: timedelta, words: str) -> None:
    assert in_words(age) == words


def test_only_a_refusing_gate_that_is_named_is_lifted() -> None:
    before = make.account(enabled=UNKNOWN)
    gates = (live_gate(before, "owner"), live_gate(make.account(), "owner"))
    assert [gate.status for gate in overridden(gates, frozenset({"live.unknown"}))] == [OVERRIDDEN, PASS]
    assert [gate.status for gate in overridden(gates, frozenset({"limit.silent"}))] == [REFUSE, PASS]
    assert overridden(gates, frozenset({"live.unknown"}))[0].actual == gates[0].actual


def test_a_plan_shows_every_gate_there_is() -> None:
    scene = make.Scene(
        private_events=PrivateEvents(default=None, exceptions=()),
        windows=((make.window("0 20 * * 5"),),),
        freezes=(Freeze(first=date(2026, 12, 20), last=date(2027, 1, 6)),),
    )
    terms = replace(scene.terms, notice=Notice(hours=72, receipt="notice.json"))
    assert {gate.id for gate in with_notice(scene.plan(), terms, scene.plan_id()).gates} == set(GATE_IDS)
    assert with_notice(scene.plan(), scene.terms, scene.plan_id()) == scene.plan()
    assert {gate.id for gate in make.Scene().plan().gates} == set(GATE_IDS) - {
        "limit.pairs",
        "window",
        "freeze",
        "notice",
    }


def test_a_plan_names_the_sources_that_are_too_old_and_can_be_lifted() -> None:
    old = make.Scene(read_at=make.NOW - timedelta(days=10))
    plan = old.plan()
    assert plan.stale == {"local users", "local tenant"}
    lifted = replace(old, allowed=frozenset({"evidence.age"})).plan()
    assert {gate.id: gate.status for gate in plan.gates}["evidence.age"] is REFUSE
    assert {gate.id: gate.status for gate in lifted.gates}["evidence.age"] is OVERRIDDEN


def test_a_plan_with_evidence_of_unknown_age_is_refused() -> None:
    plan = make.Scene(read_at=None).plan()
    assert {gate.id: gate.status for gate in plan.gates}["evidence.age"] is REFUSE


def test_evidence_from_the_future_is_of_unknown_age() -> None:
    ahead = make.evidence("document", "tenant", make.NOW + timedelta(days=1))
    nearly_now = make.evidence("other clock", "tenant", make.NOW + timedelta(minutes=1))
    stale = stale_sources((ahead, nearly_now), MaxEvidenceAge(), make.NOW)
    assert [one.source for one, _ in stale] == ["document"]
