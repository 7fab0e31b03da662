import pytest

from calplan.model.unknown import UNKNOWN
from calplan.sandbox.account.account import Account
from calplan.sandbox.account.behaviour.barriers import Barrier
from tests.make import OLD_WINDOWS, account, domains, exchange, facts, google, graph, impersonation
from tests.sandbox.stage import CUT, HELD, NOTHING, SYNCED, TOLD, after, seen, stage


@pytest.mark.parametrize("held", HELD)
def test_turning_the_integration_off_ends_every_connection_without_a_word(held: str) -> None:
    result = after(HELD[held], lambda scene: scene.set_enabled(False))
    assert result.happened == CUT
    assert not result.connected
    assert Barrier.DISABLED in result.barriers


def test_who_had_nothing_notices_nothing_and_can_no_longer_set_up() -> None:
    result = after(facts(), lambda scene: scene.set_enabled(False))
    assert result.happened == NOTHING
    assert result.barriers == (Barrier.DISABLED,)


def test_of_a_connection_nobody_knew_it_is_known_that_it_ended() -> None:
    result = after(facts(None), lambda scene: scene.set_enabled(False))
    assert (result.facts.service, result.happened) == ("", NOTHING)


def off_and_on(scene: Account) -> None:
    scene.set_enabled(False)
    scene.set_enabled(True)


@pytest.mark.parametrize("held", HELD)
def test_turning_it_on_again_restores_nobody(held: str) -> None:
    result = after(HELD[held], off_and_on)
    assert result.happened == CUT
    assert not result.connected


def test_what_a_row_remembers_from_before_the_integration_was_off_is_gone_when_it_is_on() -> None:
    result = after(HELD["google w/r"], lambda scene: scene.set_enabled(True), account(enabled=False))
    assert (result.connected, result.happened) == (False, NOTHING)


def test_turned_on_under_a_lock_it_prompts_like_a_new_lock() -> None:
    def turn_on(scene: Account) -> None:
        scene.set_enabled(True)

    locked = account(enabled=False, locked=True)
    assert after(facts(), turn_on, locked).happened == TOLD
    assert after(facts(clients=(OLD_WINDOWS,)), turn_on, locked).happened == NOTHING
    assert after(HELD["google w/r"], turn_on, locked).happened == TOLD
    shut_out = account(enabled=False, locked=True, allowed_domains=domains("else.example"))
    assert after(facts(), turn_on, shut_out).happened == NOTHING


def test_turned_on_with_impersonation_it_syncs_whom_impersonation_serves() -> None:
    off = account(enabled=False, locked=True, service=exchange(impersonation=impersonation()))
    served = facts("google", "write", "read", mailbox_location="on-premises")
    result = after(served, lambda scene: scene.set_enabled(True), off)
    assert (result.happened, result.facts.auth) == (SYNCED, "impersonation")


@pytest.mark.parametrize("held", HELD)
def test_while_it_is_off_other_settings_reach_nobody(held: str) -> None:
    def everything(scene: Account) -> None:
        scene.set_locked(True)
        scene.set_service(graph("read", "none"))
        scene.set_domains(domains("else.example"))
        scene.set_oauth(True)

    result = after(HELD[held], everything, account(enabled=False, service=google("read", "none")))
    assert (result.facts, result.happened) == (HELD[held], NOTHING)


def test_an_unknown_toggle_counts_as_on() -> None:
    unread = account(enabled=UNKNOWN)
    assert after(HELD["google w/r"], lambda scene: scene.set_enabled(True), unread).connected
    assert after(HELD["google w/r"], lambda scene: scene.set_enabled(False), unread).happened == CUT


def test_off_twice_is_off_once() -> None:
    with stage(HELD["google w/r"]) as scene:
        assert scene.set_enabled(False).changed
        assert not scene.set_enabled(False).changed
        assert len(scene.events()) == 1
        assert seen(scene).happened == CUT
