"""Freezes: from the first moment their first day begins anywhere until their last has ended everywhere."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.model.times import Freeze
from calplan.plan.freezes import freeze_gate
from calplan.plan.gates import GateStatus
from tests import make

HOLIDAYS = Freeze(first=date(2026, 12, 20), last=date(2027, 1, 6), reason="holidays")
SECOND = timedelta(seconds=1)
OFFSETS = [timezone(timedelta(minutes=15 * quarters)) for quarters in range(-12 * 4, 14 * 4 + 1)]
"""Every offset from UTC that clocks on earth have, and some between."""


def status(*freezes: Freeze, now: datetime) -> GateStatus:
    gate = freeze_gate(freezes, now, "owner")
    assert gate is not None
    return gate.status


def said(*freezes: Freeze, now: str) -> str:
    gate = freeze_gate(freezes, datetime.fromisoformat(now), "owner")
    assert gate is not None
    return gate.actual


@pytest.mark.parametrize(
    "now, refuses",
    [
        ("2026-12-20T00:00:00+14:00", True),
        ("2026-12-19T23:59:59+14:00", False),
        ("2026-12-19T10:00:00Z", True),
        ("2026-12-19T09:59:59Z", False),
        ("2027-01-06T23:59:59-12:00", True),
        ("2027-01-07T00:00:00-12:00", False),
        ("2027-01-07T11:59:59Z", True),
        ("2027-01-07T12:00:00Z", False),
    ],
)
def test_a_freeze_holds_from_its_first_moment_on_earth_to_its_last(now: str, refuses: bool) -> None:
    expected = GateStatus.REFUSE if refuses else GateStatus.PASS
    assert status(HOLIDAYS, now=datetime.fromisoformat(now)) is expected


@given(
    days=st.tuples(st.dates(date(2026, 1, 1), date(2026, 2, 1)), st.integers(0, 9)),
    hours=st.floats(0, 24 * 50),
)
def test_a_freeze_refuses_while_it_is_one_of_its_days_anywhere(days: tuple[date, int], hours: float) -> None:
    now = datetime(2025, 12, 28, tzinfo=UTC) + timedelta(hours=hours)
    freeze = Freeze(first=days[0], last=days[0] + timedelta(days=days[1]))
    anywhere = any(freeze.first <= now.astimezone(zone).date() <= freeze.last for zone in OFFSETS)
    assert (status(freeze, now=now) is GateStatus.REFUSE) is anywhere


def test_the_gate_says_until_when_and_why() -> None:
    assert said(HOLIDAYS, now="2026-12-24T12:00:00Z") == (
        "frozen from 2026-12-20 to 2027-01-06 (holidays); "
        "until 2027-01-07 12:00 UTC, when the last day has ended everywhere"
    )
    audit = Freeze(first=date(2027, 1, 7), last=date(2027, 1, 7))
    assert said(HOLIDAYS, audit, now="2026-12-24T12:00:00Z") == (
        "frozen from 2026-12-20 to 2027-01-06 (holidays), and others follow; "
        "until 2027-01-08 12:00 UTC, when the last day has ended everywhere"
    )
    assert said(audit, now="2027-01-07T12:00:00Z").startswith("frozen on 2027-01-07; until")


def test_without_a_freeze_in_force_the_gate_says_which_comes_next() -> None:
    assert said(HOLIDAYS, now="2026-11-22T12:00:00Z") == (
        "no freeze now; the next, from 2026-12-20 to 2027-01-06 (holidays), begins 2026-12-19 10:00 UTC,"
        " where days begin"
    )
    assert said(HOLIDAYS, now="2027-02-01T12:00:00Z") == "no freeze now, and none to come"


def test_without_freezes_there_is_no_gate() -> None:
    assert freeze_gate((), make.NOW, "owner") is None


def test_the_gate_names_whom_to_ask_and_is_lifted_like_any_other() -> None:
    scene = make.Scene(freezes=(Freeze(first=make.NOW.date(), last=make.NOW.date()),), allowed=frozenset({"freeze"}))
    (gate,) = (one for one in scene.plan().gates if one.id == "freeze")
    assert (gate.status, gate.owner, gate.limit) == (
        GateStatus.OVERRIDDEN,
        "owner@corp.example",
        "outside every freeze",
    )


def test_windows_and_freezes_go_by_the_real_time_and_not_by_the_day_of_dated_rules() -> None:
    elsewhen = date(2030, 1, 1)
    scene = make.Scene(as_of=elsewhen, freezes=(Freeze(first=elsewhen, last=elsewhen),))
    assert {gate.id: gate.status for gate in scene.plan().gates}["freeze"] is GateStatus.PASS
    window = make.window(f"0 0 {elsewhen.day} {elsewhen.month} *", hours=24, kind="deny")
    closed = make.Scene(as_of=elsewhen, windows=((window,),))
    assert {gate.id: gate.status for gate in closed.plan().gates}["window"] is GateStatus.PASS
