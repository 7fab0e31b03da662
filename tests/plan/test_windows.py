"""Windows: when they are open, held against a clock that looks at every minute, also while the clocks change."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.model.times import Window, WindowKind, Windows
from calplan.plan.gates import GateStatus
from calplan.plan.windows import cron_fault, next_start, opens, window_gate
from tests import make

PASS, REFUSE = GateStatus.PASS, GateStatus.REFUSE
BERLIN, KOLKATA = "Europe/Berlin", "Asia/Kolkata"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def at(text: str, zone: str = BERLIN) -> datetime:
    """A moment by the clock on the wall of a zone; ``+1`` after it means the second of two equal times."""
    wall = datetime.fromisoformat(text.removesuffix("+1")).replace(fold=int(text.endswith("+1")))
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def is_open(lists: tuple[Windows, ...], now: datetime) -> bool:
    return opens(lists, now) == now


def said(*windows: Window, now: str) -> str:
    gate = window_gate((windows,), at(now), "owner")
    assert gate is not None
    assert gate.status is (PASS if is_open((windows,), at(now)) else REFUSE)
    return gate.actual


# A second reading of cron, as slow as can be: a minute begins a run if the clock on the wall shows a time that matches.
# At a fixed time Debian's cron makes up for what the clocks skip, at once, and repeats nothing that comes twice.


@dataclass(frozen=True, kw_only=True)
class Minute:
    """A minute, what the clock on the wall shows, what it skipped just before, and whether it shows that again."""

    moment: datetime
    wall: datetime
    skipped: tuple[datetime, ...]
    again: bool


@cache
def minutes(first: str, last: str, zone: str) -> tuple[Minute, ...]:
    """Every minute from six hours before one time on."""
    found, moment, end = [], at(first, zone) - 6 * HOUR, at(last, zone)
    before = (moment - MINUTE).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    while moment < end:
        local = moment.astimezone(ZoneInfo(zone))
        wall = local.replace(tzinfo=None, fold=0)
        skipped = tuple(before + count * MINUTE for count in range(1, (wall - before) // MINUTE))
        found.append(Minute(moment=moment, wall=wall, skipped=skipped, again=bool(local.fold)))
        moment, before = moment + MINUTE, wall
    return tuple(found)


@cache
def matching(field: str, value: int, lowest: int = 0) -> bool:
    """Whether one field of lists, ranges and steps matches."""
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        low, high = (lowest, 59) if first == "*" else (int(first), int(last or (59 if step else first)))
        if low <= value <= high and (value - low) % int(step or 1) == 0:
            return True
    return False


def matches(cron: str, wall: datetime) -> bool:
    minute, hour, day, month, weekday = cron.split()
    if not (matching(minute, wall.minute) and matching(hour, wall.hour) and matching(month, wall.month, 1)):
        return False
    by_day = matching(day, wall.day, 1)
    by_weekday = matching(weekday, wall.isoweekday() % 7) or (wall.isoweekday() == 7 and matching(weekday, 7))
    return (by_day and by_weekday) if "*" in (day[0], weekday[0]) else (by_day or by_weekday)


def begins(cron: str, minute: Minute) -> bool:
    if "*" in (cron.split(maxsplit=1)[0][0], cron.split()[1][0]):
        return matches(cron, minute.wall)
    return not minute.again and any(matches(cron, wall) for wall in (minute.wall, *minute.skipped))


FIXED = st.builds(
    "{} {} {} {} {}".format,
    st.sampled_from(["0", "30", "15,45", "10-20", "59", "5-55/25"]),
    st.sampled_from(["0", "1", "2", "3", "2,3", "1-4", "20", "0-23/2", "23"]),
    st.sampled_from(["*", "*", "29", "25-31", "*/2", "28,29"]),
    st.sampled_from(["*", "3", "10", "3,10"]),
    st.sampled_from(["*", "*", "0", "7", "1-5", "6,0"]),
)
STARRED = st.sampled_from(["* * * * *", "*/20 * * * *", "0 * * * *", "*/30 2 * * *", "15 */2 * * 0", "*/15 1-3 29 3 *"])
CHANGES = (("2026-03-28T20:00", "2026-03-30T06:00"), ("2026-10-24T20:00", "2026-10-26T06:00"))


PLACES = [(zone, *change) for zone in (BERLIN, KOLKATA) for change in CHANGES]


@pytest.mark.parametrize("place", PLACES)
@given(cron=FIXED | STARRED, lasts=st.integers(1, 300), data=st.data())
def test_a_window_is_open_exactly_when_a_clock_that_looks_at_every_minute_says_so(
    place: tuple[str, str, str], cron: str, lasts: int, data: st.DataObject
) -> None:
    zone, first, last = place
    window = make.window(cron, lasts / 60, zone)
    starts = [one.moment for one in minutes(first, last, zone) if begins(cron, one)]
    edges = [edge for start in starts[-5:] for edge in (start, start + window.duration)]
    near = [edge + shift for edge in edges for shift in (-timedelta(seconds=1), timedelta(0))]
    moments = st.sampled_from([one.moment for one in minutes(first, last, zone)])
    for now in (*data.draw(st.lists(moments, min_size=5, max_size=5)), *near):
        if not at(first, zone) <= now < at(last, zone):
            continue
        assert is_open(((window,),), now) is any(start <= now < start + window.duration for start in starts), now
        following = next((start for start in starts if start > now), None)
        assert following is None or next_start(window, now) == following


@given(
    crons=st.lists(st.tuples(st.sampled_from(["allow", "deny"]), FIXED | STARRED), min_size=1, max_size=4),
    lasts=st.integers(1, 300),
    now=st.sampled_from([one.moment for one in minutes("2026-03-28T20:00", "2026-03-30T06:00", BERLIN)]),
)
def test_what_is_closed_opens_when_it_is_said_to_and_not_before(
    crons: list[tuple[str, str]], lasts: int, now: datetime
) -> None:
    windows = tuple(make.window(cron, lasts / 60, kind=kind) for kind, cron in crons)
    lists = (windows[:2], windows[2:]) if len(windows) > 2 else (windows,)
    again = opens(lists, now)
    assert (again == now) is is_open(lists, now)
    if again is not None:
        assert is_open(lists, again)
        probe, step = now, max((again - now) / 20, MINUTE)
        while probe < again:
            assert not is_open(lists, probe)
            probe += step


@pytest.mark.parametrize(
    "cron, zone, around, starts",
    [
        ("30 2 * * *", BERLIN, "2026-03-29T00:00", ["2026-03-29T03:00", "2026-03-30T02:30"]),
        ("30 2 * * *", BERLIN, "2026-10-25T00:00", ["2026-10-25T02:30", "2026-10-26T02:30"]),
        ("30 2 * * *", KOLKATA, "2026-03-29T00:00", ["2026-03-29T02:30", "2026-03-30T02:30"]),
        ("30 * * * *", BERLIN, "2026-03-29T01:00", ["2026-03-29T01:30", "2026-03-29T03:30"]),
        ("30 * * * *", BERLIN, "2026-10-25T02:00", ["2026-10-25T02:30", "2026-10-25T02:30+1", "2026-10-25T03:30"]),
        ("0 0 29 2 *", BERLIN, "2026-03-01T00:00", ["2028-02-29T00:00"]),
        ("0 12 13 * 5", BERLIN, "2026-11-01T00:00", ["2026-11-06T12:00", "2026-11-13T12:00"]),
        ("0 12 * 2 1#5", BERLIN, "2026-11-01T00:00", ["2044-02-29T12:00"]),
    ],
)
def test_a_window_begins_as_debians_cron_would_start_it(cron: str, zone: str, around: str, starts: list[str]) -> None:
    moment, window = at(around, zone), make.window(cron, zone=zone)
    for start in starts:
        found = next_start(window, moment)
        assert found == at(start, zone)
        moment = found


def test_a_duration_is_time_that_passes_and_not_the_clock_on_the_wall() -> None:
    night = make.window("0 1 * * *", hours=3)
    for day, closes in (("2026-03-29", "05:00"), ("2026-10-25", "03:00"), ("2026-06-01", "04:00")):
        assert is_open(((night,),), at(f"{day}T{closes}") - MINUTE)
        assert not is_open(((night,),), at(f"{day}T{closes}"))


def test_a_window_of_a_whole_day_leaves_out_the_hour_that_comes_twice() -> None:
    whole = ((make.window("0 0 * * *", hours=24),),)
    shut = [
        one.moment
        for one in minutes("2026-10-25T04:00", "2026-10-26T04:00", BERLIN)
        if one.moment.minute % 10 == 0 and not is_open(whole, one.moment)
    ]
    assert (shut[0], shut[-1] + 10 * MINUTE) == (at("2026-10-25T23:00"), at("2026-10-26T00:00"))
    assert {later - earlier for earlier, later in pairwise(shut)} == {10 * MINUTE}


def test_an_edge_belongs_to_the_window_at_its_beginning_and_not_at_its_end() -> None:
    evening = ((make.window("0 20 * * 5"),),)
    begins_at, second = at("2026-11-27T20:00"), timedelta(microseconds=1)
    assert [is_open(evening, begins_at + shift) for shift in (-second, timedelta(0))] == [False, True]
    ends_at = begins_at + timedelta(hours=4)
    assert [is_open(evening, ends_at + shift) for shift in (-second, timedelta(0))] == [True, False]


ALLOW = make.window("0 20 * * 5", reason="Friday evening")
DENY = make.window("0 22 * * *", hours=1, kind="deny", reason="backup")
FRIDAY = "Fri 2026-11-27 20:00 +01:00 Europe/Berlin"


def test_outside_of_every_allow_window_the_gate_says_which_is_next_and_when_it_opens() -> None:
    named = "`0 20 * * 5` for 4h in Europe/Berlin (Friday evening)"
    assert said(ALLOW, now="2026-11-26T12:00") == f"closed, the allow window is {named}; opens {FRIDAY}"
    other = make.window("0 4 * * 1", zone="Asia/Tokyo")
    assert said(other, ALLOW, now="2026-11-26T12:00") == f"closed, the next allow window is {named}; opens {FRIDAY}"


def test_inside_of_an_allow_window_the_gate_says_which_and_when_it_closes() -> None:
    named = "open, allow window `0 20 * * 5` for 4h in Europe/Berlin (Friday evening)"
    assert said(ALLOW, now="2026-11-27T21:00") == f"{named}; closes Sat 2026-11-28 00:00 +01:00 Europe/Berlin"
    assert said(ALLOW, DENY, now="2026-11-27T21:00") == (
        f"{named}; closes Fri 2026-11-27 22:00 +01:00 Europe/Berlin, "
        "deny window `0 22 * * *` for 1h in Europe/Berlin (backup)"
    )


def test_a_deny_window_wins_and_says_why_and_until_when() -> None:
    denied = "closed by the deny window `0 22 * * *` for 1h in Europe/Berlin (backup); opens "
    assert said(ALLOW, DENY, now="2026-11-27T22:30") == f"{denied}Fri 2026-11-27 23:00 +01:00 Europe/Berlin"
    assert said(ALLOW, DENY, now="2026-11-26T22:30") == f"{denied}{FRIDAY}"
    assert said(DENY, now="2026-11-26T22:30") == f"{denied}Thu 2026-11-26 23:00 +01:00 Europe/Berlin"
    assert said(DENY, now="2026-11-26T12:00") == (
        "open, no deny window is in force; closes Thu 2026-11-26 22:00 +01:00 Europe/Berlin, "
        "deny window `0 22 * * *` for 1h in Europe/Berlin (backup)"
    )


def test_times_that_come_twice_are_told_apart() -> None:
    hourly = make.window("0 * * * *", hours=0.5)
    assert said(hourly, now="2026-10-25T02:15").endswith("closes Sun 2026-10-25 02:30 +02:00 Europe/Berlin")
    assert said(hourly, now="2026-10-25T02:15+1").endswith("closes Sun 2026-10-25 02:30 +01:00 Europe/Berlin")


def test_what_never_opens_and_what_never_closes_is_said_without_a_time() -> None:
    always = make.window("* * * * *", hours=1, kind="deny")
    assert said(ALLOW, always, now="2026-11-26T12:00").endswith("; no time was found at which it opens")
    never_shut = make.window("* * * * *", hours=1)
    assert "closes not before" in said(never_shut, now="2026-11-26T12:00")


def test_the_limit_names_what_is_asked_for() -> None:
    def limit(*windows: Window) -> str:
        gate = window_gate((windows,), make.NOW, "owner@corp.example")
        assert gate is not None
        assert gate.owner == "owner@corp.example"
        return gate.limit

    assert limit(ALLOW) == "inside an allow window"
    assert limit(DENY) == "outside every deny window"
    assert limit(ALLOW, DENY) == "inside an allow window and outside every deny window"


def test_without_windows_there_is_no_gate() -> None:
    assert window_gate((), make.NOW, "owner") is None
    assert window_gate(((), ()), make.NOW, "owner") is None


def test_every_list_of_windows_has_to_let_a_change_through() -> None:
    weekdays, evenings = make.window("0 0 * * 1-5", hours=24), make.window("0 18 * * *", hours=6)
    both = ((weekdays,), (evenings,))
    assert is_open(both, at("2026-11-27T19:00"))
    assert not is_open(both, at("2026-11-27T12:00"))
    assert not is_open(both, at("2026-11-28T19:00"))
    assert is_open(((weekdays, evenings),), at("2026-11-28T19:00"))
    assert opens(both, at("2026-11-28T19:00")) == at("2026-11-30T18:00")


@pytest.mark.parametrize(
    "cron, fault",
    [
        ("0 20 * * 5", None),
        ("0 20 * * fri", None),
        ("0 20 L * *", None),
        ("0 20 * *", "five fields"),
        ("0 0 20 * * 5", "five fields"),
        ("@daily", "five fields"),
        ("60 20 * * 5", "minute"),
        ("0 24 * * 5", "hour"),
        ("0 20 0 * 5", "day-of-month"),
        ("0 20 * 13 5", "month"),
        ("0 20 * * 8", "day-of-week"),
        ("0 20 31 2,4 *", "day-of-month"),
        ("0 20 * * 5-1", "day-of-week"),
        ("*/0 20 * * 5", "minute"),
        ("٣ 20 * * 5", "minute"),
    ],
)
def test_a_cron_expression_is_told_what_is_wrong_with_it(cron: str, fault: str | None) -> None:
    found = cron_fault(cron)
    assert found is None if fault is None else found is not None and fault in found


@given(cron=st.text(alphabet="0123456789*/-,#LWMONSUFRI @", max_size=40))
def test_whatever_is_written_is_judged_and_never_raises(cron: str) -> None:
    if cron_fault(cron) is None:
        assert next_start(make.window(cron), make.NOW) is not None


def test_a_denied_time_is_closed_whatever_allows_it() -> None:
    everything = make.window("* * * * *", hours=2)
    shut = Window(kind=WindowKind.DENY, cron="0 0 * * *", duration=timedelta(hours=24), time_zone=UTC)
    assert not is_open(((everything, shut),), make.NOW)
    assert not is_open(((everything,), (shut,)), make.NOW)
