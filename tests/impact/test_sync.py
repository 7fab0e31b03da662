"""Sync in both directions (R16), nothing at all (R01), and add-ons (R02)."""

import pytest

from calplan.impact.decide import ROWS
from tests import make
from tests.impact.cases import ON_GOOGLE, WHO_KNOWS, Case, check
from tests.impact.worlds import HELD

CASES = (
    Case(
        says="switched on",
        rules="R16",
        forecast="unaffected kept none none documented",
        after=make.account(bidirectional_sync=True),
        user=ON_GOOGLE,
    ),
    Case(
        says="switched off",
        rules="R16",
        forecast="unaffected unknown none none documented",
        before=make.account(bidirectional_sync=True),
        after=make.account(),
        user=WHO_KNOWS,
    ),
    Case(
        says="no change",
        rules="R01",
        forecast="unaffected kept none none design",
        after=make.account(),
        user=ON_GOOGLE,
    ),
    Case(
        says="a change that concerns nobody",
        rules="R01",
        forecast="unaffected kept none none design",
        before=make.account(service=make.exchange()),
        after=make.account(service=make.exchange("https://mail.corp.example/other")),
        user=ON_GOOGLE,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_switches_that_harm_nobody(case: Case) -> None:
    check(case)


def test_scheduling_add_ons_never_fire_for_a_change_of_settings() -> None:
    assert ROWS["R02"].outcome is not None
    for user in HELD:
        for after in (make.account(locked=True), make.account(enabled=False), make.account(service=make.graph())):
            one = make.forecast(make.account(), after, user)
            assert one is not None
            assert "R02" not in one.rules
