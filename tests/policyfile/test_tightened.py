"""An account under terms from outside: never looser than these, nor than its own document where that says something."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.model.limits import Limit, MaxEvidenceAge
from calplan.model.times import Freeze, Notice, Windows
from calplan.plan.freezes import freeze_gate
from calplan.plan.gates import GateStatus
from calplan.plan.windows import opens
from calplan.policyfile.documents import AccountDocument
from calplan.policyfile.tightened import ignored, tightened
from tests import make
from tests.policyfile.make import account, judged

SINGLE = [Limit(count=count, percent=percent) for count, percent in product((0, 3, 10), (None, 0, 1, 5, 100))]
SIZES = (0, 1, 4, 5, 11, 19, 20, 59, 60, 99, 100, 199, 200, 299, 300, 999, 1000, 1001, 50_000)
LIMITS = ("disconnected", "silent", "blocked", "unknown", "pairs")


def document(**spec: str) -> AccountDocument:
    lines = "\n".join(f"{key}: {value}" for key, value in spec.items())
    (found,) = judged(account(f"platform: {{type: local, path: contoso.db}}\n{lines}")).documents
    assert isinstance(found, AccountDocument)
    return found


@pytest.mark.parametrize("one", SINGLE, ids=str)
def test_two_limits_let_through_what_both_do(one: Limit) -> None:
    for other in SINGLE:
        both = one.and_also(other)
        for size in SIZES:
            assert both.largest(size) == min(one.largest(size), other.largest(size))
            assert both.holding(size).largest(size) == both.largest(size)
            assert both.holding(size).beside is None
        loosest = all(one.largest(size) >= other.largest(size) for size in SIZES)
        assert one.never_below(other) is loosest
        assert (both.beside is None) is (loosest or other.never_below(one))


def test_more_than_two_limits_hold_together() -> None:
    limits = [Limit(percent=5), Limit(count=10), Limit(percent=1, count=3)]
    both = limits[0].and_also(limits[1])
    for size in SIZES:
        expected = min(one.largest(size) for one in limits)
        assert both.and_also(limits[2]).largest(size) == expected
        assert limits[2].and_also(both).largest(size) == expected


def test_the_limit_that_holds_is_the_one_that_is_shown() -> None:
    both = Limit(percent=5).and_also(Limit(count=10))
    assert str(both) == "5%, and no more than 10"
    assert (str(both.holding(1000)), str(both.holding(100))) == ("10", "5%")


@pytest.mark.parametrize("key", LIMITS)
@given(own=st.none() | st.sampled_from(SINGLE), outside=st.none() | st.sampled_from(SINGLE))
def test_a_limit_is_that_from_outside_and_its_own_only_where_it_states_one(
    key: str, own: Limit | None, outside: Limit | None
) -> None:
    mine, theirs = (
        document() if limit is None else document(limits=f'{{{key}: "{limit}"}}') for limit in (own, outside)
    )
    merged = getattr(tightened(mine, theirs).limits, key)
    expected = getattr(theirs.limits, key)
    for size in SIZES:
        assert merged.largest(size) == min(
            expected.largest(size), expected.largest(size) if own is None else own.largest(size)
        )
    looser = own is not None and any(min(own.largest(size), size) > expected.largest(size) for size in SIZES)
    assert [one.code for one in ignored(mine, theirs)] == (["G-LOOSER"] if looser else [])


def test_what_is_ignored_is_named_with_its_place_and_the_reason() -> None:
    own = document(
        owner="mallory@corp.example",
        limits='{disconnected: 100%, silent: 0, blocked: "7"}',
        maxEvidenceAge="{users: 365d, tenant: 1d}",
        tolerance="{surprises: 999, falseAlarms: 100%}",
        notice="{hours: 1, receipt: own.json}",
    )
    outside = document(
        owner="admin@contoso.com", limits='{disconnected: "5% or 10"}', notice="{hours: 72, receipt: notice.json}"
    )
    found = ignored(own, outside)
    assert [one.summary for one in found] == [
        "`limits.disconnected` is ignored where 100% is more than 5% or 10",
        "`limits.blocked` is ignored: 7 is looser than 0",
        "`tolerance.surprises` is ignored: 999 is looser than 0",
        "`tolerance.falseAlarms` is ignored: 100% is looser than 5%",
        "`maxEvidenceAge.users` is ignored: 365d is longer than 1d",
        "`notice.hours` is ignored: 1 is shorter than 72",
        "`notice.receipt` is ignored: the receipt is notice.json",
        "`owner` is ignored: the owner is admin@contoso.com",
    ]
    assert [one.position.line for one in found if one.position] == [7, 7, 9, 9, 8, 10, 10, 6]
    merged = tightened(own, outside)
    assert merged.limits.disconnected.largest(1000) == 50
    assert replace(merged, limits=outside.limits) == replace(
        outside, max_evidence_age=MaxEvidenceAge(tenant=timedelta(days=1))
    )


def test_an_account_that_states_nothing_has_the_terms_from_outside_and_no_warning() -> None:
    outside = document(
        owner="admin@contoso.com",
        limits="{disconnected: 100%, silent: 7, pairs: 9}",
        maxEvidenceAge="{users: 365d}",
        tolerance="{surprises: 5}",
        windows="[{kind: deny, cron: 0 0 * * *, duration: 1h, timeZone: UTC}]",
        freezes="[{from: 2026-12-20, to: 2027-01-06}]",
        notice="{hours: 72, receipt: notice.json}",
    )
    assert tightened(document(), outside) == outside
    assert ignored(document(), outside) == ()


def test_what_only_the_account_states_holds_too() -> None:
    own = document(
        owner="admin@contoso.com",
        windows="[{kind: allow, cron: 0 20 * * 5, duration: 4h, timeZone: UTC}]",
        freezes="[{from: 2026-12-20, to: 2027-01-06}]",
        notice="{hours: 72, receipt: notice.json}",
    )
    assert tightened(own, document()) == own
    assert ignored(own, document()) == ()


def test_the_longer_notice_holds_and_its_receipt_is_the_one_from_outside() -> None:
    for mine, theirs in ((1, 72), (72, 1)):
        own = document(notice=f"{{hours: {mine}, receipt: own.json}}")
        outside = document(notice=f"{{hours: {theirs}, receipt: outside.json}}")
        assert tightened(own, outside).notice == Notice(hours=72, receipt="outside.json")


def lists_of(written: list[str]) -> tuple[Windows, ...]:
    """The windows of one document, each written as its kind and its cron fields."""
    windows = tuple(make.window(cron, 2, "UTC", kind) for kind, _, cron in (one.partition(" ") for one in written))
    return (windows,) if windows else ()


@given(
    mine=st.lists(st.sampled_from(["allow 0 20 * * *", "deny 0 22 * * *", "allow 0 9 * * 1-5"]), max_size=2),
    theirs=st.lists(st.sampled_from(["allow 0 21 * * *", "deny 30 9 * * *", "allow 0 8 * * *"]), max_size=2),
    hour=st.floats(0, 72),
)
def test_a_change_needs_both_lists_of_windows_and_no_freeze_of_either(
    mine: list[str], theirs: list[str], hour: float
) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(hours=hour)
    own, outside = (
        replace(document(), windows=lists_of(written), freezes=(Freeze(first=day, last=day),))
        for written, day in ((mine, date(2026, 11, 25)), (theirs, date(2026, 11, 22)))
    )
    merged = tightened(own, outside)
    assert (opens(merged.windows, now) == now) is all(opens(one.windows, now) == now for one in (own, outside))

    def frozen(freezes: tuple[Freeze, ...]) -> bool:
        gate = freeze_gate(freezes, now, "owner")
        return gate is not None and gate.status is GateStatus.REFUSE

    assert frozen(merged.freezes) is (frozen(own.freezes) or frozen(outside.freezes))


def test_nothing_but_terms_comes_from_outside() -> None:
    own, outside = document(groups="{model: legacy}"), document(groups="{model: priority, order: [A]}")
    merged = tightened(own, replace(outside, name="contoso", platform=outside.platform))
    assert (merged.platform, merged.providers, merged.groups) == (own.platform, own.providers, own.groups)
