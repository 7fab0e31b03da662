"""How the place of a step stands, for every kind of action, read from an account that is really written."""

from pathlib import Path

import pytest

from calplan.apply.standing import Found, found, read_value, value_before
from calplan.cli import clock
from calplan.cli.chosen import choose
from calplan.cli.wiring import make_plan, open_account, open_for_writing
from calplan.model.account import AssistantPair, PrivateAccess
from calplan.model.unknown import UNKNOWN
from calplan.plan.actions import EnsureGrant, SetLock, SetPrivateAccess
from calplan.plan.plan import Plan
from calplan.providers.local.platform import LocalPlatform
from tests.fault.make import FEWEST_STEPS, many_steps


def test_every_step_is_as_before_until_it_is_performed_and_as_wanted_from_then_on(tmp_path: Path) -> None:
    chosen = choose((many_steps(tmp_path / "corp"),))
    plan = make_plan(chosen, open_account(chosen.account)).plan
    assert len(plan.steps) >= FEWEST_STEPS
    platform = open_for_writing(chosen.account).platform
    for number, step in enumerate(plan.steps):
        assert [standing(plan, one, tmp_path) for one in range(len(plan.steps))] == [
            Found.AS_WANTED if one < number else Found.AS_BEFORE for one in range(len(plan.steps))
        ]
        platform.perform(step.action)
    assert {standing(plan, one, tmp_path) for one in range(len(plan.steps))} == {Found.AS_WANTED}


def standing(plan: Plan, number: int, folder: Path) -> Found:
    action = plan.steps[number].action
    with LocalPlatform(folder / "corp" / "corp.db", clock.now) as live:
        return found(action, value_before(action, plan), read_value(action, live))


@pytest.mark.parametrize(
    "before, now, seen",
    [
        (False, True, Found.AS_WANTED),
        (False, False, Found.AS_BEFORE),
        (UNKNOWN, False, Found.AS_BEFORE),
        (UNKNOWN, True, Found.AS_WANTED),
        (False, UNKNOWN, Found.NOT_READ),
    ],
)
def test_what_was_unknown_before_is_no_measure_and_what_is_unknown_now_is_not_read(
    before: bool, now: bool, seen: Found
) -> None:
    assert found(SetLock(on=True), before, now) is seen


def test_a_grant_that_holds_more_is_as_wanted_and_one_that_holds_something_else_was_changed() -> None:
    ensure = EnsureGrant(scopes=frozenset({"a"}))
    assert found(ensure, frozenset(), frozenset({"a", "b"})) is Found.AS_WANTED
    assert found(ensure, frozenset(), frozenset()) is Found.AS_BEFORE
    assert found(ensure, frozenset(), frozenset({"b"})) is Found.SOMETHING_ELSE


def test_a_privilege_that_is_gone_is_no_longer_as_it_was() -> None:
    hide = SetPrivateAccess(pair=AssistantPair(user="a", assistant="b"), access=PrivateAccess.HIDDEN)
    assert found(hide, PrivateAccess.MANAGED, None) is Found.SOMETHING_ELSE
    assert found(hide, PrivateAccess.UNKNOWN, None) is Found.SOMETHING_ELSE
    assert found(hide, PrivateAccess.UNKNOWN, PrivateAccess.MANAGED) is Found.AS_BEFORE
    assert found(hide, PrivateAccess.MANAGED, PrivateAccess.UNKNOWN) is Found.NOT_READ
