"""Turning the integration off and on (R03, R04)."""

import pytest

from tests import make
from tests.impact.cases import NOBODY, ON_GOOGLE, WHO_KNOWS, Case, check

OFF = make.account(enabled=False)
LOCKED = make.account(locked=True)

CASES = (
    Case(
        says="a connected user loses the connection without a prompt",
        rules="R03a",
        forecast="disconnected_blocked lost no_prompt blocked:disabled inferred",
        after=OFF,
        user=ON_GOOGLE,
    ),
    Case(
        says="a user without a connection can no longer set up",
        rules="R03b",
        forecast="blocked none none blocked:disabled documented",
        after=OFF,
        user=NOBODY,
    ),
    Case(
        says="nobody knows whether the user is connected",
        rules="R03c",
        forecast="at_risk at_risk unknown blocked:disabled unknown",
        after=OFF,
        user=WHO_KNOWS,
    ),
    Case(
        says="off before and after, another setting changes nothing for anybody",
        rules="R03d",
        forecast="unaffected none none blocked:disabled design",
        before=OFF,
        after=make.account(enabled=False, locked=True, service=make.graph()),
        user=ON_GOOGLE,
    ),
    Case(
        says="a connection from before the pause is not restored",
        rules="R04",
        forecast="unaffected none none may_set_up inferred",
        before=OFF,
        after=make.account(),
        user=ON_GOOGLE,
    ),
    Case(
        says="turned on under the lock, everybody may be prompted",
        rules="R04 R10c1",
        forecast="prompted none prompt_possible authorise ambiguous",
        before=make.account(enabled=False, locked=True),
        after=LOCKED,
        user=ON_GOOGLE,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_turning_the_integration_off_or_on(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("status", ["inactive", "pending"])
def test_users_who_are_not_active_are_not_forecast(status: str) -> None:
    for user in (make.facts(status=status), make.facts("google", "write", "read", status=status)):
        assert make.forecast(make.account(), OFF, user) is None


def test_nothing_else_is_said_of_an_account_that_is_off() -> None:
    after = make.account(enabled=False, service=make.graph(), locked=True, allowed_domains=make.domains("x.example"))
    one = make.forecast(make.account(), after, ON_GOOGLE)
    assert one is not None
    assert one.rules == ("R03a",)
