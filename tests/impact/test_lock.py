"""The lock, a new default without it, and its end (R10, R11)."""

import pytest

from calplan.model.user import RawFacts
from tests import make
from tests.impact.cases import NOBODY, ON_GOOGLE, WHO_KNOWS, Case, check, old, unsure

LOCKED = make.account(locked=True)
NARROW = make.account(locked=True, service=make.google("read", "none"))
NARROW_AND_OPEN = make.account(service=make.google("read", "none"))

CASES = (
    Case(
        says="whoever has what the lock enforces keeps it",
        rules="R10a",
        forecast="unaffected kept none none documented",
        after=LOCKED,
        user=ON_GOOGLE,
    ),
    Case(
        says="other permissions are lost, with a prompt",
        rules="R10b1",
        forecast="disconnected_prompted lost prompt authorise documented",
        after=NARROW,
        user=ON_GOOGLE,
    ),
    Case(
        says="an old client does not say so",
        rules="R10b2",
        forecast="disconnected_silent lost no_prompt tell_then_authorise documented",
        after=NARROW,
        user=old(),
    ),
    Case(
        says="nobody knows whether the client says so",
        rules="R10b3",
        forecast="disconnected_notice_unknown lost unknown tell_then_authorise unknown",
        after=NARROW,
        user=unsure(),
    ),
    Case(
        says="a user without a connection may be prompted",
        rules="R10c1",
        forecast="prompted none prompt_possible authorise ambiguous",
        after=LOCKED,
        user=NOBODY,
    ),
    Case(
        says="an unknown client may prompt as well",
        rules="R10c1",
        forecast="prompted none prompt_possible authorise ambiguous",
        after=LOCKED,
        user=make.facts(clients=()),
    ),
    Case(
        says="an old client will not ask",
        rules="R10c2",
        forecast="unaffected none no_prompt tell_then_authorise documented",
        after=LOCKED,
        user=make.facts(clients=(make.OLD_WINDOWS,)),
    ),
    Case(
        says="nobody knows whether he is connected",
        rules="R10d",
        forecast="at_risk at_risk unknown unknown unknown",
        after=LOCKED,
        user=WHO_KNOWS,
    ),
    Case(
        says="nobody knows one of his permissions",
        rules="R10d",
        forecast="at_risk at_risk unknown unknown unknown",
        after=LOCKED,
        user=make.facts("google", "write", "unknown"),
    ),
    Case(
        says="one known difference is enough",
        rules="R10b1",
        forecast="disconnected_prompted lost prompt authorise documented",
        after=LOCKED,
        user=make.facts("google", "read", "unknown"),
    ),
    Case(
        says="a new default without the lock takes nothing away",
        rules="R11a",
        forecast="unaffected kept none none inferred",
        after=NARROW_AND_OPEN,
        user=ON_GOOGLE,
    ),
    Case(
        says="nor from somebody who may be connected",
        rules="R11a",
        forecast="unaffected unknown none none inferred",
        after=NARROW_AND_OPEN,
        user=WHO_KNOWS,
    ),
    Case(
        says="the new default is offered to whoever sets up",
        rules="R11b",
        forecast="unaffected none none may_set_up documented",
        after=NARROW_AND_OPEN,
        user=NOBODY,
    ),
    Case(
        says="the end of the lock takes nothing away",
        rules="R11c",
        forecast="unaffected kept none may_set_up inferred",
        before=LOCKED,
        after=make.account(),
        user=make.facts("office365-graph", "read", "read"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_lock(case: Case) -> None:
    check(case)


def test_a_new_key_under_an_old_lock_acts_like_a_fresh_lock() -> None:
    fresh = make.forecast(make.account(), NARROW, ON_GOOGLE)
    again = make.forecast(LOCKED, NARROW, ON_GOOGLE)
    assert fresh == again


def test_an_old_lock_with_its_old_key_does_not_act_again() -> None:
    one = make.forecast(LOCKED, make.account(locked=True, bidirectional_sync=True), old("office365-graph"))
    assert one is not None
    assert one.rules == ("R16",)


def test_wider_permissions_differ_as_much_as_narrower_ones() -> None:
    wide = make.account(locked=True, service=make.google("write", "write"))
    one = make.forecast(make.account(), wide, ON_GOOGLE)
    assert one is not None
    assert one.rules == ("R10b1",)


@pytest.mark.parametrize("user, capped", [(ON_GOOGLE, True), (old(), True), (NOBODY, False)])
def test_one_last_used_version_weakens_what_is_said_of_the_client(user: RawFacts, capped: bool) -> None:
    sure = make.forecast(make.account(), NARROW, user)
    vague = make.forecast(make.account(), NARROW, user, last_client_only=True)
    assert sure is not None
    assert vague is not None
    assert vague.certainty.value == ("inferred" if capped else sure.certainty.value)
    assert vague.outcome is sure.outcome
